"""A provider that does everything right, until a test changes what it says."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from balie.identity.connections.connection import Connection, well_known
from balie.systems.transport import Request, Response

ISSUER = "https://id.example.com"
CLIENT = "portal"
SECRET = "a secret: with % & signs"
Edit = Callable[[dict[str, object]], None]
Key = RSAKey | ECKey | bytes


@cache
def rsa(name: str = "one") -> RSAKey:
    """A key of its own for each name; made once."""
    return RSAKey.generate_key(2048, {"kid": name})


def same(_: dict[str, object]) -> None:
    """Changes nothing."""


def sets(**values: object) -> Edit:
    return lambda document: document.update(values)


def drops(*names: str) -> Edit:
    def edit(document: dict[str, object]) -> None:
        for name in names:
            document.pop(name, None)

    return edit


def connection(**changes: object) -> Connection:
    """The connection to this provider."""
    settings: dict[str, object] = {
        "name": "acme",
        "preset": "generic-oidc",
        "title": "Acme",
        "issuer": ISSUER,
        "discovery": well_known(str(changes.get("issuer", ISSUER))),
        "client_id": CLIENT,
        "secret": SECRET,
    }
    return Connection(**{**settings, **changes})


@dataclass
class Asked:
    """What came with a request to sign in, kept under its code."""

    nonce: str
    challenge: str
    redirect: str


@dataclass
class Provider:
    """Fulfils `Transport`. Each edit changes one thing that it says.

    raw: path -> an answer that is given as it is. requests: what was asked, in order.
    """

    issuer: str = ISSUER
    discovery: Edit = same
    answer: Edit = same
    head: Edit = same
    claims: Edit = same
    token: Edit = same
    userinfo: Edit = same
    keys: Callable[[list[dict[str, object]]], None] = lambda _: None
    signed_by: Key = field(default_factory=rsa)
    algorithm: str = "RS256"
    finish: Callable[[str], str] = str
    raw: dict[str, Response | Exception] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    codes: dict[str, Asked] = field(default_factory=dict)
    person: dict[str, object] = field(
        default_factory=lambda: {
            "sub": "s-1", "email": "sanne@example.nl", "email_verified": True, "name": "Sanne",
        }
    )  # fmt: skip
    sid: str = "session-1"

    def authorise(self, address: str) -> str:
        """What the browser is sent back with, as a query."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = Asked(asked["nonce"], asked["code_challenge"], asked["redirect_uri"])
        answer: dict[str, object] = {"code": code, "state": asked["state"], "iss": self.issuer}
        self.answer(answer)
        return urlencode(answer, doseq=True)

    async def send(self, request: Request) -> Response:
        """Answers one request."""
        self.requests.append(request)
        path = urlsplit(request.url).path.removeprefix(urlsplit(self.issuer).path.rstrip("/"))
        raw = self.raw.get(path)
        if isinstance(raw, Exception):
            raise raw
        if raw is not None:
            return raw
        match path:
            case "/.well-known/openid-configuration":
                return said(self.described())
            case "/keys":
                return said({"keys": self.published()})
            case "/token":
                return self._exchange(request)
            case "/me":
                return self._about(request)
        return Response(status=404, headers={}, body=b"")

    def described(self) -> dict[str, object]:
        here = self.issuer.rstrip("/")
        document: dict[str, object] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{here}/auth",
            "token_endpoint": f"{here}/token",
            "jwks_uri": f"{here}/keys",
            "userinfo_endpoint": f"{here}/me",
            "end_session_endpoint": f"{here}/out",
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        self.discovery(document)
        return document

    def published(self) -> list[dict[str, object]]:
        key: dict[str, object] = {**rsa().as_dict(private=False), "kid": "one", "use": "sig"}
        keys = [key]
        self.keys(keys)
        return keys

    def id_token(self, asked: Asked, access_token: str) -> str:
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "nonce": asked.nonce,
            "iat": now,
            "exp": now + 300,
            "at_hash": half_hash(access_token),
            "sid": self.sid,
            **self.person,
        }
        self.claims(claims)
        return self.signed(claims)

    def signed(self, claims: Mapping[str, object], **head: object) -> str:
        """A token of these claims. Head and key are those of the provider, as edited."""
        header: dict[str, object] = {"alg": self.algorithm, "kid": "one", "typ": "JWT", **head}
        self.head(header)
        return self.finish(sign(header, json.dumps(claims).encode(), self.signed_by))

    def _exchange(self, request: Request) -> Response:
        form = dict(parse_qsl((request.body or b"").decode()))
        asked = self.codes.pop(form["code"], None)
        pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic "))
        assert pair.decode() == f"{CLIENT}:a+secret%3A+with+%25+%26+signs"
        if asked is None or form["redirect_uri"] != asked.redirect:
            return said({"error": "invalid_grant"}, 400)
        assert packed(hashlib.sha256(form["code_verifier"].encode()).digest()) == asked.challenge
        access = secrets.token_urlsafe(12)
        answer: dict[str, object] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.id_token(asked, access),
        }
        self.token(answer)
        return said(answer)

    def _about(self, request: Request) -> Response:
        assert request.headers["authorization"].startswith("Bearer ")
        about = dict(self.person)
        self.userinfo(about)
        return said(about)


def said(document: object, status: int = 200) -> Response:
    """An answer of JSON."""
    body = json.dumps(document).encode()
    return Response(status=status, headers={"content-type": "application/json"}, body=body)


def plain(text: str, status: int = 200) -> Response:
    """An answer that is just this text."""
    return Response(status=status, headers={}, body=text.encode())


def sign(header: Mapping[str, object], payload: bytes, key: Key) -> str:
    """A signed token; `none` and unheard of algorithms get a signature that is none."""
    if isinstance(key, bytes):
        signed = f"{packed(json.dumps(header).encode())}.{packed(payload)}"
        return f"{signed}.{packed(hmac.digest(key, signed.encode(), 'sha256'))}"
    try:
        return jws.serialize_compact(dict(header), payload, key, algorithms=[str(header["alg"])])
    except Exception:  # noqa: BLE001 - what cannot be signed is what the test is about
        head = packed(json.dumps(header).encode())
        return (
            f"{head}.{packed(payload)}.{'' if header.get('alg') == 'none' else packed(b'x' * 64)}"
        )


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def half_hash(access_token: str) -> str:
    return packed(hashlib.sha256(access_token.encode()).digest()[:16])


def query_of(text: str) -> Mapping[str, list[str]]:
    return parse_qs(text, keep_blank_values=True)
