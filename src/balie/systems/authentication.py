"""How a system lets us in: the profile's `auth`, as a transport around the transport.

auth: {kind: header, name: X-Api-Key, value: "${CARRIER_KEY}"}
auth: {kind: basic}                                        # <SYSTEM>_USER and <SYSTEM>_PASSWORD
auth: {kind: bearer}                                       # <SYSTEM>_TOKEN
auth: {kind: oauth2 client credentials, token: "https://...", scope: "..."}
                                                           # <SYSTEM>_CLIENT_ID, ..._CLIENT_SECRET

`headers: {X-Company: "${COMPANY}"}` are sent with every call. SYSTEM is the blueprint's name of
the system, in capitals: `erp` -> `ERP_CLIENT_ID`.
"""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

import msgspec

from balie.systems.connector import Connection
from balie.systems.errors import Misconfigured, Unavailable, nothing_is_done_yet
from balie.systems.interpretation import check_status
from balie.systems.placeholders import filled, setting
from balie.systems.profile import Plain
from balie.systems.transport import Request, Response, Streamed, Transport, opened

EARLY = timedelta(seconds=30)
"""How long before its end a token is renewed."""

UNTOLD = timedelta(minutes=5)
"""How long a token is used when the system does not say how long it lasts."""


def authenticated(connection: Connection) -> Transport:
    """The connection's transport, with what the profile's `auth` and `headers` add to each call.

    Raises Misconfigured at the first call, not here: a setting may still come.
    """
    auth = connection.profile.section("auth")
    kind = _text(auth, "kind")
    transport = _WithHeaders(connection.transport, lambda: _static(connection))
    if not kind:
        return transport
    if kind == "oauth2 client credentials":
        return _WithToken(transport, _Tokens(connection, auth))
    make = _KINDS.get(kind)
    if make is None:
        known = ", ".join([*_KINDS, "oauth2 client credentials"])
        raise Misconfigured(f'{connection.title}: "{kind}" is no kind of auth. Known: {known}.')
    return _WithHeaders(transport, lambda: make(connection, auth))


# ---- headers that stay the same


@dataclass(frozen=True)
class _WithHeaders:
    """Adds headers to every call."""

    transport: Transport
    headers: Callable[[], Mapping[str, str]]

    async def send(self, request: Request) -> Response:
        return await self.transport.send(_with(request, self.headers()))

    async def open(self, request: Request) -> Streamed:
        return await opened(self.transport, _with(request, self.headers()))


def _with(request: Request, headers: Mapping[str, str]) -> Request:
    return replace(request, headers={**request.headers, **headers}) if headers else request


def _static(connection: Connection) -> dict[str, str]:
    return {
        name: _header(filled(value, connection.settings))
        for name, value in connection.profile.section("headers").items()
        if isinstance(value, str)
    }


def _by_header(connection: Connection, auth: Mapping[str, Plain]) -> dict[str, str]:
    return {_text(auth, "name"): _header(filled(_text(auth, "value"), connection.settings))}


def _basic(connection: Connection, auth: Mapping[str, Plain]) -> dict[str, str]:
    user = filled(_text(auth, "user", _own(connection, "USER")), connection.settings)
    password = filled(_text(auth, "password", _own(connection, "PASSWORD")), connection.settings)
    return {"Authorization": _basic_value(user, password)}


def _basic_value(user: str, password: str) -> str:
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def _bearer(connection: Connection, auth: Mapping[str, Plain]) -> dict[str, str]:
    token = filled(_text(auth, "value", _own(connection, "TOKEN")), connection.settings)
    return {"Authorization": _header(f"Bearer {token}")}


_KINDS: Mapping[str, Callable[[Connection, Mapping[str, Plain]], dict[str, str]]] = {
    "header": _by_header,
    "basic": _basic,
    "bearer": _bearer,
}


def _own(connection: Connection, name: str) -> str:
    return f"${{{connection.name.upper()}_{name}}}"


def _text(words: Mapping[str, Plain], word: str, default: str = "") -> str:
    value = words.get(word)
    return value if isinstance(value, str) else default


def _header(value: str) -> str:
    """A value that fits on one line of a request."""
    if not value.isprintable():
        raise Misconfigured("A header for signing in holds characters that a header cannot hold.")
    return value


# ---- tokens


@dataclass(frozen=True)
class _WithToken:
    """Adds a token to every call; a token that is refused is renewed, once."""

    transport: Transport
    tokens: "_Tokens"

    async def send(self, request: Request) -> Response:
        with nothing_is_done_yet():
            token = await self.tokens.current()
        response = await self.transport.send(_with(request, _bearing(token)))
        if response.status != 401:
            return response
        self.tokens.forget(token)
        with nothing_is_done_yet():
            token = await self.tokens.current()
        return await self.transport.send(_with(request, _bearing(token)))

    async def open(self, request: Request) -> Streamed:
        with nothing_is_done_yet():
            token = await self.tokens.current()
        streamed = await opened(self.transport, _with(request, _bearing(token)))
        if streamed.status != 401:
            return streamed
        await streamed.close()
        self.tokens.forget(token)
        with nothing_is_done_yet():
            token = await self.tokens.current()
        return await opened(self.transport, _with(request, _bearing(token)))


def _bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class _Said(msgspec.Struct):
    """The answer of a token address (RFC 6749, 5.1)."""

    access_token: str
    expires_in: int | float | str | None = None


@dataclass
class _Tokens:
    """The token of one system. However many calls need one, one call asks for it."""

    connection: Connection
    auth: Mapping[str, Plain]
    token: str = ""
    until: datetime | None = None
    renewal: "asyncio.Task[str] | None" = field(default=None)

    async def current(self) -> str:
        """A token that is not about to end. Raises Unavailable or Misconfigured."""
        if self.token and self.until and self.connection.now() < self.until:
            return self.token
        if self.renewal is None or self.renewal.done():
            self.renewal = asyncio.ensure_future(self._renew())
            self.renewal.add_done_callback(_heard)
        return await asyncio.shield(self.renewal)

    def forget(self, token: str) -> None:
        """Drops this token, unless it was renewed already."""
        if self.token == token:
            self.token = ""

    async def _renew(self) -> str:
        response = await self.connection.transport.send(self._request())
        said = self._read(response)
        lasts = _lasting(said.expires_in)
        self.token = said.access_token
        self.until = self.connection.now() + max(lasts - EARLY, lasts / 2)
        return self.token

    def _request(self) -> Request:
        settings, name = self.connection.settings, self.connection.name.upper()
        client = setting(f"{name}_CLIENT_ID", settings)
        secret = setting(f"{name}_CLIENT_SECRET", settings)
        asked = {"grant_type": "client_credentials"}
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        if scope := _text(self.auth, "scope"):
            asked["scope"] = filled(scope, settings)
        if _text(self.auth, "send") == "in the header":
            headers["Authorization"] = _basic_value(quote(client, safe=""), quote(secret, safe=""))
        else:
            asked |= {"client_id": client, "client_secret": secret}
        return Request(
            method="POST",
            url=filled(_text(self.auth, "token"), settings),
            headers=headers,
            body=urlencode(asked).encode(),
            template="token",
        )

    def _read(self, response: Response) -> _Said:
        title = self.connection.title
        if response.status in {400, 401, 403}:
            raise Misconfigured(
                f"{title} does not accept our client id and secret (status {response.status})."
            )
        check_status(response, title=title, table="token", now=self.connection.now())
        try:
            said = msgspec.json.decode(response.body, type=_Said)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unavailable(f"{title} answered without a token.") from error
        if not said.access_token or not said.access_token.isprintable():
            raise Unavailable(f"{title} answered without a usable token.")
        return said


def _heard(renewal: "asyncio.Task[str]") -> None:
    """Whoever waited may be gone; a fault is then nobody's, and no reason to complain."""
    if not renewal.cancelled():
        renewal.exception()


def _lasting(written: float | str | None) -> timedelta:
    try:
        seconds = float(written or 0)
    except ValueError:
        return UNTOLD
    return timedelta(seconds=min(seconds, 86_400)) if seconds > 0 else UNTOLD
