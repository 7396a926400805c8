"""The port through which a connector speaks HTTP. `balie.transport` fulfils it with aiohttp."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request. `url` is whole, percent-encoded: the connector joined it to its address.

    template: what traces and messages may call it, without any value: "/companies()/orders".
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A whole answer, within the size limit. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Sends requests of one system within its deadline, breaker, rate and size limit."""

    async def send(self, request: Request) -> Response:
        """The answer, whatever its status. Raises Unavailable when there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """An answer whose body is still coming. Whoever got it calls `close`, whatever happens.

    chunks: unpacked; raise Unavailable when the answer breaks off or is too large.
    """

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]
    close: Callable[[], Awaitable[None]]


@runtime_checkable
class Streaming(Protocol):
    """A transport that can give an answer while it comes: for documents."""

    async def open(self, request: Request) -> Streamed:
        """The answer, whatever its status. Raises Unavailable when there is none."""
        ...


async def opened(transport: Transport, request: Request) -> Streamed:
    """The answer as it comes; whole, of a transport that can only give it whole."""
    if isinstance(transport, Streaming):
        return await transport.open(request)
    response = await transport.send(request)

    async def chunks() -> AsyncIterator[bytes]:
        yield response.body

    async def close() -> None:
        return None

    headers = {**response.headers, "content-length": str(len(response.body))}
    return Streamed(status=response.status, headers=headers, chunks=chunks(), close=close)
