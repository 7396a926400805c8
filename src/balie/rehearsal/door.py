"""Who may ask a rehearsed system: the server's side of a profile's `auth`. It is really checked."""

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from balie.systems.profile import Profile
from balie.systems.rehearsed import Answer

TOKENS: Final = "/oauth2/token"  # where tokens are, when a profile's address does not say it
_LASTS: Final = 3600  # seconds
_OAUTH: Final = "oauth2 client credentials"
_IN_THE_PROTOCOL: Final = "session"  # the dialect itself signs people in


@dataclass(slots=True)
class Door:
    """Checks each request; gives tokens to who knows the secret."""

    kind: str
    header: str
    value: str
    client: tuple[str, str]
    scope: str
    token_path: str
    _tokens: set[str] = field(default_factory=set)

    def gives_tokens_at(self, path: str) -> bool:
        """Whether this is the address where tokens are."""
        return self.kind == _OAUTH and path == self.token_path

    def stays_shut(self, headers: Mapping[str, str]) -> str:
        """Why this request may not come in; "" when it may."""
        if not self.kind:
            return ""
        given = headers.get(self.header.lower())
        if given is None:
            return f"The header {self.header} is missing."
        if self.kind == _OAUTH:
            known = given.removeprefix("Bearer ") in self._tokens and given.startswith("Bearer ")
            return "" if known else "This token is unknown or has ended."
        return "" if hmac.compare_digest(given.encode(), self.value.encode()) else "Wrong key."

    def give_token(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """A token for who sends the right client id and secret (RFC 6749, 4.4)."""
        sent = {
            name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()
        }
        if sent.get("grant_type") != "client_credentials":
            return _no_token(400, "unsupported_grant_type")
        if not self._knows(_client(sent, headers)):
            return _no_token(401, "invalid_client")
        if self.scope and sent.get("scope") != self.scope:
            return _no_token(400, "invalid_scope")
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        said = {"access_token": token, "token_type": "Bearer", "expires_in": _LASTS}
        return Answer(status=200, body=json.dumps(said).encode(), did="a token")

    def forget_tokens(self) -> None:
        """Ends every token that was given."""
        self._tokens.clear()

    def _knows(self, client: tuple[str, str]) -> bool:
        return all(
            hmac.compare_digest(one.encode(), other.encode())
            for one, other in zip(client, self.client, strict=True)
        )


def door(name: str, profile: Profile, settings: Mapping[str, str]) -> Door:
    """The door of a system, by its profile. `name` as in the blueprint: "erp"."""
    auth = Profile(profile.section("auth"))
    kind = auth.text("kind")
    upper = name.upper()
    return Door(
        kind="" if kind == _IN_THE_PROTOCOL else kind,
        header=auth.text("name") if kind == "header" else "Authorization",
        value=_value(kind, auth, upper, settings),
        client=(settings.get(f"{upper}_CLIENT_ID", ""), settings.get(f"{upper}_CLIENT_SECRET", "")),
        scope=filled(auth.text("scope"), settings),
        token_path=urlsplit(filled(auth.text("token"), settings)).path or TOKENS,
    )


def filled(text: str, settings: Mapping[str, str]) -> str:
    """A text of a profile with the values of its `${NAME}`s."""
    for name, value in settings.items():
        text = text.replace(f"${{{name}}}", value)
    return text


def _value(kind: str, auth: Profile, upper: str, settings: Mapping[str, str]) -> str:
    """The header that lets somebody in."""
    if kind == "basic":
        user = filled(auth.text("user", f"${{{upper}_USER}}"), settings)
        password = filled(auth.text("password", f"${{{upper}_PASSWORD}}"), settings)
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    if kind == "bearer":
        return "Bearer " + filled(auth.text("value", f"${{{upper}_TOKEN}}"), settings)
    return filled(auth.text("value"), settings)


def _client(sent: Mapping[str, str], headers: Mapping[str, str]) -> tuple[str, str]:
    """The client id and secret, from the header or from the body."""
    given = headers.get("authorization", "")
    if given.startswith("Basic "):
        try:
            user, _, password = base64.b64decode(given[6:], validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return unquote(user), unquote(password)
    return sent.get("client_id", ""), sent.get("client_secret", "")


def _no_token(status: int, error: str) -> Answer:
    return Answer(
        status=status, body=json.dumps({"error": error}).encode(), did=f"no token: {error}"
    )
