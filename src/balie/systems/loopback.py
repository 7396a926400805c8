"""A system on this machine that answers as it is told, and a plain way to speak with it.

For the conformance tests: real sockets, nothing but the standard library, every way of failing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit

from balie.systems.errors import Unavailable
from balie.systems.transport import Request, Response


class Manner(StrEnum):
    """How an answer comes."""

    WHOLE = "whole"
    NEVER = "never"
    RESET = "reset"
    CUT = "cut"  # half of it, and then nothing more
    ENDLESS = "endless"  # again and again, with no length said
    DRIP = "drip"  # the same, slowly


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it arrived."""

    method: str
    path: str  # percent-decoded
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    manner: Manner = Manner.WHOLE


@dataclass(frozen=True, slots=True)
class Served:
    """A system that is up: its address, and what it was asked so far."""

    at: str
    asked: list[Asked] = field(default_factory=list)


@asynccontextmanager
async def served(answer: Callable[[str, Asked], Answer]) -> AsyncIterator[Served]:
    """Serves until the end of the block. `answer` gets the address too, for links to next pages."""
    visits: set[asyncio.Task[None]] = set()

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(_visited(reader, writer, system, answer))
        visits.add(task)
        with suppress(asyncio.CancelledError, OSError, asyncio.IncompleteReadError):
            await task
        visits.discard(task)
        writer.close()

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    system = Served(f"http://127.0.0.1:{port}")
    try:
        yield system
    finally:
        server.close()
        for task in list(visits):
            task.cancel()
        await asyncio.gather(*visits, return_exceptions=True)
        await server.wait_closed()


async def _visited(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    system: Served,
    answer: Callable[[str, Asked], Answer],
) -> None:
    asked = await _question(reader)
    system.asked.append(asked)
    given = answer(system.at, asked)
    if given.manner is Manner.NEVER:
        await asyncio.sleep(3600)
    if given.manner is Manner.RESET:
        writer.transport.abort()
        return
    if given.manner in (Manner.ENDLESS, Manner.DRIP):
        await _without_end(writer, given)
    body = given.body[: len(given.body) // 2] if given.manner is Manner.CUT else given.body
    writer.write(_head(given, {"Content-Length": str(len(given.body))}) + body)
    await writer.drain()


async def _without_end(writer: asyncio.StreamWriter, answer: Answer) -> NoReturn:
    """Until whoever asks closes the connection, or the system is stopped."""
    writer.write(_head(answer, {}))
    while True:
        writer.write(answer.body)
        await writer.drain()
        await asyncio.sleep(0.01 if answer.manner is Manner.DRIP else 0)


async def _question(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = dict(_header(line) for line in lines)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    split = urlsplit(target)
    query = tuple(parse_qsl(split.query, keep_blank_values=True))
    return Asked(method, unquote(split.path), query, headers, body)


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _head(answer: Answer, length: Mapping[str, str]) -> bytes:
    headers = {**answer.headers, **length, "Connection": "close"}
    lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTransport:
    """The port `Transport`, fulfilled with as little as will do for tests on this machine."""

    timeout: float = 0.5  # seconds for the whole call
    most_bytes: int = 1_000_000

    async def send(self, request: Request) -> Response:
        """The answer. Raises Unavailable when there is none."""
        try:
            async with asyncio.timeout(self.timeout):
                return await self._sent(request)
        except (TimeoutError, OSError, ValueError, asyncio.IncompleteReadError) as error:
            raise Unavailable("The system did not answer.") from error

    async def _sent(self, request: Request) -> Response:
        split = urlsplit(request.url)
        reader, writer = await asyncio.open_connection(split.hostname, split.port)
        try:
            writer.write(_request(request))
            await writer.drain()
            return await self._answer(reader)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader) -> Response:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        headers = dict(_header(line) for line in lines)
        length = int(headers.get("content-length", "0"))
        if length > self.most_bytes:
            raise ValueError("an answer beyond the limit")
        body = await reader.readexactly(length)
        return Response(status=int(first.split(" ")[1]), headers=headers, body=body)


def _request(request: Request) -> bytes:
    split = urlsplit(request.url)
    target = f"{split.path or '/'}?{split.query}" if split.query else split.path or "/"
    body = request.body or b""
    headers = {**request.headers, "Host": split.netloc, "Content-Length": str(len(body))}
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
