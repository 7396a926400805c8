"""HTTP/1.1 over a connection: one request goes out, its answer comes in, and the next.

What is a head, a body and its end, llhttp says (`httptools`), as it does for our own server. No
cookies, no proxies, no redirects: who sends decides about those.
"""

import asyncio
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from balie.transport.bodies import Unreadable

_MOST_HEAD = 64 * 1024  # bytes before the body begins
_MOST_AHEAD = 256 * 1024  # bytes of a body that nobody took yet
_TARGET = re.compile(r"[!-~]*", re.ASCII)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_LINE_ENDS = re.compile("[\r\n\0]")
_PORTS = {"http": 80, "https": 443}


class Dropped(ConnectionError):
    """The connection ended before anything of an answer had come."""


@dataclass(frozen=True, slots=True)
class Host:
    """Where a connection leads. authority: as the `Host` header says it."""

    is_tls: bool
    name: str
    port: int
    authority: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes over a connection."""

    host: Host
    method: str
    written: bytes


def outgoing(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None, always: Mapping[str, str]
) -> Outgoing:
    """A request. always: headers where the request has none of that name.

    Raises ValueError when the address or a header cannot be sent as it is.
    """
    at = _end_of_authority(url)
    host, target = _host(url[:at]), url[at:].partition("#")[0]
    if not target.startswith("/"):
        target = "/" + target
    if not _TARGET.fullmatch(target) or not _NAME.fullmatch(method):
        raise ValueError("an address that cannot be sent")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host.authority}", *_lines(headers)]
    given = {name.lower() for name in headers}
    lines += [f"{name}: {value}" for name, value in always.items() if name.lower() not in given]
    if body is not None or method not in ("GET", "HEAD"):
        lines.append(f"Content-Length: {len(body or b'')}")
    if body and "content-type" not in given:
        lines.append("Content-Type: application/octet-stream")
    head = "\r\n".join((*lines, "", "")).encode()
    return Outgoing(host, method, head + body if body else head)


def _lines(headers: Mapping[str, str]) -> list[str]:
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or _LINE_ENDS.search(value):
            raise ValueError("a header that cannot be sent")
    return [f"{name}: {value}" for name, value in headers.items()]


def _end_of_authority(url: str) -> int:
    begins = url.find("://") + 3
    found = (url.find(mark, begins) for mark in "/?#")
    return min((at for at in found if at >= 0), default=len(url))


@lru_cache(maxsize=256)
def _host(origin: str) -> Host:
    """The host of `https://name:port`. Raises ValueError for anything else."""
    parts = urlsplit(origin)
    name, scheme = parts.hostname, parts.scheme
    if scheme not in _PORTS or not name or "@" in parts.netloc:
        raise ValueError("no web address")
    if not name.isascii():
        name = name.encode("idna").decode()
    port = _PORTS[scheme] if parts.port is None else parts.port
    written = f"[{name}]" if ":" in name else name
    authority = written if port == _PORTS[scheme] else f"{written}:{port}"
    if not _TARGET.fullmatch(authority):
        raise ValueError("no host")
    return Host(scheme == "https", name, port, authority)


class Line(asyncio.Protocol):
    """One connection. It carries one exchange at a time."""

    def __init__(self) -> None:
        self.is_open = False
        self.idle_since = 0.0
        self._transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self._waiter: asyncio.Future[None] | None = None
        self._is_busy = False
        self._is_bare = False  # the answer has no body, whatever its head says
        self._begin()

    def _begin(self) -> None:
        """Nothing of an answer has come yet."""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.is_headed = False
        self.is_whole = False
        self._ahead: deque[bytes] = deque()
        self._bytes_ahead = 0
        self._came = self._bytes_of_head = 0
        self._keeps = False
        self._fault: Exception | None = None
        self._is_paused = False

    # ---- for whoever asks

    def write(self, request: Outgoing) -> None:
        """Sends a request. What came before it is forgotten. Raises Dropped."""
        self._begin()
        self._is_busy, self._is_bare = True, request.method == "HEAD"
        if self._transport is None or not self.is_open:
            raise Dropped
        self._transport.write(request.written)

    async def head(self) -> None:
        """Returns once `status` and `headers` are there. Raises Dropped or Unreadable."""
        while not self.is_headed:
            await self._news()

    async def chunk(self) -> bytes:
        """What has come of the body since; b"" at its end. Raises Unreadable."""
        while not self._ahead and not self.is_whole:
            await self._news()
        came = self._ahead[0] if len(self._ahead) == 1 else b"".join(self._ahead)
        self._ahead.clear()
        self._bytes_ahead = 0
        if self._is_paused and self._transport is not None and self.is_open:
            self._is_paused = False
            self._transport.resume_reading()
        return came

    def is_kept(self) -> bool:
        """Whether another exchange can begin here: the one before it came to its end."""
        self._is_busy = False
        return self.is_open and self.is_whole and self._keeps and not self._ahead

    def close(self) -> None:
        """Ends the connection."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    async def _news(self) -> None:
        if self._fault is not None:
            raise self._fault
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _tell(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # ---- for the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no kind of it
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        """Something came. Where nothing was asked, that ends the connection."""
        if not self._is_busy:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._fail(Unreadable())
        self._came += len(data)
        if not self.is_headed and self._came > _MOST_HEAD:
            self._fail(Unreadable())
        self._tell()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection ended: the end of an answer that does not say its length."""
        self.is_open = False
        if self.is_headed and not self.is_whole and exc is None and _ends_with_the_line(self):
            self.is_whole = True
        elif not self.is_whole and self._fault is None:
            self._fault = Unreadable() if self._came else Dropped()
        self._tell()

    def _fail(self, fault: Exception) -> None:
        self._fault = fault
        self.close()

    # ---- for the parser

    def on_message_begin(self) -> None:
        """An answer. A second one to the same request is nobody's."""
        if self.is_whole:
            raise Unreadable

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; those that come after a body are no headers."""
        self._bytes_of_head += len(name) + len(value)
        if b"\0" in value or self._bytes_of_head > _MOST_HEAD:
            raise Unreadable
        if not self.is_headed:
            said = value.decode("utf-8", "surrogateescape")
            self.headers[name.decode("latin-1").lower()] = said

    def on_headers_complete(self) -> None:
        """The head is there, unless the answer itself is still to come (1xx)."""
        self.status = self._parser.get_status_code()
        if self.status < 200:
            self.headers = {}
        else:
            self.is_headed, self.is_whole = True, self._is_bare

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._ahead.append(body)
        self._bytes_ahead += len(body)
        if self._bytes_ahead > _MOST_AHEAD and not self._is_paused and self._transport is not None:
            self._is_paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """The end of an answer."""
        if self.is_headed and not self._is_bare:
            self.is_whole, self._keeps = True, self._parser.should_keep_alive()


def _ends_with_the_line(line: Line) -> bool:
    chunked = "chunked" in line.headers.get("transfer-encoding", "").lower()
    return not chunked and "content-length" not in line.headers
