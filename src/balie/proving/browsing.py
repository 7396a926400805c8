"""A browser of one person: asks the portal in this process, and keeps its cookies."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import unquote, urlencode, urlsplit

import msgspec

from balie.systems.rows import Raw

Message = MutableMapping[str, object]
App = Callable[
    [
        MutableMapping[str, object],
        Callable[[], Awaitable[Message]],
        Callable[[Message], Awaitable[None]],
    ],
    Awaitable[None],
]
"""An ASGI application."""

HTML, JSON = "text/html", "application/json"
TOKEN, TOKEN_COOKIE, SECRET = "csrfmiddlewaretoken", "csrf", "p" * 32
"""What forms of the pages around the story are sent with."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. headers: names in small letters; of several with one name the
    last, and of cookies each on a line.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode("utf-8", "replace")

    @property
    def said(self) -> Raw:
        """The body as JSON; None when it is none."""
        try:
            said: Raw = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        return said

    @property
    def everything(self) -> str:
        """Body and headers together, as one text to look through."""
        heads = "\n".join(f"{name}: {value}" for name, value in self.headers.items())
        return f"{heads}\n\n{self.text}"


@dataclass(slots=True)
class Browser:
    """One person's browser. host: as the portal is called. client: the network it comes from."""

    app: App
    host: str
    client: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    async def ask(
        self,
        method: str,
        address: str,
        *,
        accept: str = HTML,
        form: Mapping[str, str] | None = None,
        json: Raw = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """The answer at a percent-encoded address. form, json, body: what is sent, one of them."""
        sent = {"host": self.host, "accept": accept, **(headers or {})}
        if form is not None:
            body = urlencode(form).encode()
            sent["content-type"] = "application/x-www-form-urlencoded"
        elif json is not None:
            body, sent["content-type"] = msgspec.json.encode(json), JSON
        if method not in ("GET", "HEAD"):
            sent.setdefault("sec-fetch-site", "same-origin")
            sent["content-length"] = str(len(body))
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.asked += 1
        answer = await _exchanged(self.app, _scope(method, address, sent, self.client), body)
        self._remember(answer)
        return answer

    async def get(self, address: str, accept: str = HTML) -> Answer:
        """What is at an address."""
        return await self.ask("GET", address, accept=accept)

    async def send(self, address: str, form: Mapping[str, str]) -> Answer:
        """What comes of a form of the pages around the story, sent from a page of ours."""
        self.cookies[TOKEN_COOKIE] = SECRET
        return await self.ask("POST", address, form={TOKEN: SECRET, **form})

    def _remember(self, answer: Answer) -> None:
        for line in answer.headers.get("set-cookie", "").splitlines():
            for name, morsel in SimpleCookie(line).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)


def _scope(
    method: str, address: str, headers: Mapping[str, str], client: str
) -> MutableMapping[str, object]:
    path, _, query = address.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path, errors="replace"),
        "raw_path": path.encode("utf-8"),
        "root_path": "",
        "query_string": query.encode("utf-8"),
        "headers": [(name.encode(), value.encode("utf-8")) for name, value in headers.items()],
        "client": (client, 50_000),
        "server": ("127.0.0.1", 80),
        "state": {},
    }


async def _exchanged(app: App, scope: MutableMapping[str, object], body: bytes) -> Answer:
    status, heads, pieces, is_sent = 0, {}, bytearray(), False

    async def receive() -> Message:
        nonlocal is_sent
        if is_sent:
            await asyncio.Event().wait()  # nobody hangs up before the answer is there
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, heads
        if message["type"] == "http.response.start":
            status, heads = int(str(message["status"])), _heads(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            piece = message.get("body", b"")
            pieces.extend(piece if isinstance(piece, bytes | bytearray) else b"")

    await app(scope, receive, send)
    return Answer(status, heads, bytes(pieces))


def _heads(said: object) -> dict[str, str]:
    heads: dict[str, str] = {}
    for name, value in said if isinstance(said, list | tuple) else ():
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        heads[key] = f"{heads[key]}\n{text}" if key == "set-cookie" and key in heads else text
    return heads


def path_of(address: str) -> str:
    """An address without its query, and without a host."""
    return urlsplit(address).path
