"""A reverse proxy on loopback that lets requests through, or makes them meet a fault.

    with FaultProxy(system.url) as proxy:
        proxy.plan = Plan(faults=(Fault.LOST_REPLY,), share=0.2)
        ...  # ask at proxy.url
        proxy.journal  # what came, what it met, and whether the system heard it

It has an event loop and a thread of its own, so that synchronous and asynchronous tests use it
alike. Bodies pass byte for byte, and so does `Host`, by which systems make their next links.
"""

import asyncio
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, web
from yarl import URL

from tests.faults.fault import WELL, Fault, Plan

HOST = "127.0.0.1"
FOREVER = 600.0  # seconds: longer than anybody waits
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
    }
)
RUBBISH = (
    (b"<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html"),
    (b'{"value": [{"id": "1", "num', "application/json"),
    (b'["something", "else", "entirely"]', "application/json"),
    (b"", "application/json"),
    (b"\x00\xff\xfe\x80not text", "application/json"),
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One request. at: seconds of a clock that never goes back. status: None when not heard."""

    at: float
    method: str
    path: str
    fault: Fault | None
    status: int | None

    @property
    def was_heard(self) -> bool:
        """Whether the system heard it."""
        return self.status is not None


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class FaultProxy:
    """The proxy of one system. `upstream` is its address; what its path is, is kept in `url`."""

    def __init__(self, upstream: str, port: int = 0) -> None:
        parts = urlsplit(upstream)
        self.plan: Plan = WELL
        self.journal: list[Passage] = []
        self._upstream = f"{parts.scheme}://{parts.netloc}"
        self._path = parts.path
        self._port = port
        self._seen = 0
        self._in_window: deque[float] = deque()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._listening = threading.Event()
        self._stopping = asyncio.Event()

    @property
    def url(self) -> str:
        """What to ask instead of the system."""
        return f"http://{HOST}:{self._port}{self._path}"

    def behave(self) -> None:
        """Lets everything through from now on."""
        self.plan = WELL

    def met(self) -> dict[Fault, int]:
        """How many requests met each fault so far."""
        return {
            fault: sum(passage.fault is fault for passage in self.journal)
            for fault in Fault
            if any(passage.fault is fault for passage in self.journal)
        }

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._listening.wait(10):
            raise RuntimeError("the proxy did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        timeout = ClientTimeout(total=FOREVER)
        async with ClientSession(
            auto_decompress=False, cookie_jar=DummyCookieJar(), timeout=timeout
        ) as self._session:
            app = web.Application(client_max_size=64 * 1024 * 1024)
            app.router.add_route("*", "/{path:.*}", self._pass)
            runner = web.AppRunner(
                app,
                handler_cancellation=True,
                access_log=None,
                auto_decompress=False,
                shutdown_timeout=0.1,
            )
            await runner.setup()
            site = web.TCPSite(runner, HOST, self._port)
            await site.start()
            self._port = runner.addresses[0][1]
            self._listening.set()
            await self._stopping.wait()
            await runner.cleanup()

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        self._seen += 1
        fault = self._over_quota() or self.plan.fault_of(self._seen, request.method)
        match fault:
            case Fault.TOO_MANY | Fault.UNAVAILABLE:
                self._note(request, fault)
                return self._refusal(int(fault))
            case Fault.RESET:
                self._note(request, fault)
                raise _reset(request)
            case Fault.TIME_OUT:
                self._note(request, fault)
                await asyncio.sleep(FOREVER)
                raise _reset(request)
            case _:
                return await self._let_through_with(request, fault)

    async def _let_through_with(
        self, request: web.Request, fault: Fault | None
    ) -> web.StreamResponse:
        try:
            answer = await self._asked(request)
        except ClientError as error:  # the system itself is away
            self._note(request, fault)
            raise _reset(request) from error
        self._note(request, fault, answer.status)
        return await self._told(request, answer, fault)

    def _over_quota(self) -> Fault | None:
        if self.plan.quota is None:
            return None
        calls, seconds = self.plan.quota
        now = time.monotonic()
        while self._in_window and self._in_window[0] <= now - seconds:
            self._in_window.popleft()
        if len(self._in_window) >= calls:
            return Fault.TOO_MANY
        self._in_window.append(now)
        return None

    def _refusal(self, status: int) -> web.Response:
        after = self.plan.retry_after
        headers = {} if after is None else {"Retry-After": f"{after:g}"}
        return web.Response(status=status, text="Not now.", headers=headers)

    async def _asked(self, request: web.Request) -> _Answer:
        url = URL(self._upstream + request.raw_path, encoded=True)
        headers = [(n, v) for n, v in request.headers.items() if n.lower() not in HOP_BY_HOP]
        async with self._session.request(
            request.method,
            url,
            headers=headers,
            data=await request.read(),
            allow_redirects=False,
        ) as answer:
            kept = [(n, v) for n, v in answer.headers.items() if n.lower() not in HOP_BY_HOP]
            return _Answer(answer.status, kept, await answer.read())

    async def _told(
        self, request: web.Request, answer: _Answer, fault: Fault | None
    ) -> web.StreamResponse:
        match fault:
            case Fault.LOST_REPLY:
                raise _reset(request)
            case Fault.CUT:
                raise await _half_of(request, answer)
            case Fault.RUBBISH:
                body, kind = RUBBISH[self._seen % len(RUBBISH)]
                return web.Response(body=body, headers={"Content-Type": kind})
            case _:
                response = web.Response(status=answer.status, body=answer.body)
                response.headers.clear()
                response.headers.extend(answer.headers)
                return response

    def _note(self, request: web.Request, fault: Fault | None, status: int | None = None) -> None:
        self.journal.append(Passage(time.monotonic(), request.method, request.path, fault, status))


def _reset(request: web.Request) -> ConnectionResetError:
    """Ends the connection with a reset, as a machine that fell over does."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return ConnectionResetError("by the proxy")


async def _half_of(request: web.Request, answer: _Answer) -> ConnectionResetError:
    response = web.StreamResponse(status=answer.status)
    response.headers.extend(answer.headers)
    response.content_length = max(1, len(answer.body))
    await response.prepare(request)
    await response.write(answer.body[: len(answer.body) // 2])
    return _reset(request)
