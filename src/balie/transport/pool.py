"""The connections of all systems: made when they are needed, and kept while they are used.

Which addresses may be called the doorkeeper says, of those that are then connected to.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from aiohappyeyeballs import start_connection

from balie.transport.doors import Doorkeeper
from balie.transport.lines import Dropped, Host, Line, Outgoing

KEPT = 30.0
"""Seconds that a connection is kept while nobody asks anything over it."""

_KNOWN = 10.0  # seconds that the addresses of a name are not looked up again
_NEXT_ADDRESS = 0.25  # seconds after which another address of the same host is tried too
SENT_AGAIN = frozenset({"GET", "HEAD", "PUT", "DELETE"})

_Info = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]


class NotConnected(OSError):
    """There was no connection, so nothing went out. Its cause says why."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a name stood for, and when we looked."""

    infos: list[_Info]
    at: float


class Exchange:
    """One request and its answer, as a context. At its end the connection is kept, or ended."""

    def __init__(self, pool: "Pool", request: Outgoing, within: float) -> None:
        self._pool = pool
        self._request = request
        self._within = within
        self._line: Line | None = None

    async def __aenter__(self) -> Line:
        """The connection, with the head of the answer. Raises NotConnected, Dropped, Unreadable."""
        self._line = await self._pool.asked(self._request, self._within)
        return self._line

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Lets go of the connection."""
        if self._line is not None:
            self._pool.take_back(self._request.host, self._line)


class Pool:
    """Connections by host. secure: makes what certificates are held against."""

    def __init__(
        self,
        door: Doorkeeper,
        secure: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._door = door
        self._secure = secure
        self._context: ssl.SSLContext | None = None
        self._idle: dict[Host, list[Line]] = {}
        self._lines: set[Line] = set()
        self._looked: dict[Host, _Looked] = {}
        self._sweeping: asyncio.TimerHandle | None = None

    def exchange(self, request: Outgoing, within: float) -> Exchange:
        """A request and its answer. within: seconds for a connection. Raises NotAllowed."""
        self._door.check(request.host.name)
        return Exchange(self, request, within)

    async def asked(self, request: Outgoing, within: float) -> Line:
        """A connection on which this was asked, and the head of the answer has come.

        A kept connection may have ended unseen: what can be sent twice is then sent once more.
        """
        kept = self._kept(request.host)
        if kept is not None:
            try:
                return await self._ask(kept, request)
            except Dropped:
                if request.method not in SENT_AGAIN:
                    raise
        return await self._ask(await self._connected(request.host, within), request)

    def take_back(self, host: Host, line: Line) -> None:
        """A connection that is done with: for the next, or at its end."""
        if not line.is_kept():
            self._end(line)
            return
        line.idle_since = asyncio.get_running_loop().time()
        self._idle.setdefault(host, []).append(line)
        self._sweep_later()

    def close(self) -> None:
        """Ends all connections."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        for line in tuple(self._lines):
            self._end(line)
        self._idle.clear()

    async def _ask(self, line: Line, request: Outgoing) -> Line:
        try:
            line.write(request)
            await line.head()
        except BaseException:
            self._end(line)
            raise
        return line

    def _kept(self, host: Host) -> Line | None:
        """The one that was used last: others may end."""
        idle = self._idle.get(host, [])
        while idle:
            line = idle.pop()
            if line.is_open:
                return line
            self._end(line)
        return None

    def _end(self, line: Line) -> None:
        line.close()
        self._lines.discard(line)

    # ---- new ones

    async def _connected(self, host: Host, within: float) -> Line:
        try:
            async with asyncio.timeout(within):
                line = await self._connect(host)
        except OSError as error:
            raise NotConnected from error
        self._lines.add(line)
        return line

    async def _connect(self, host: Host) -> Line:
        infos = await self._infos(host)
        if not infos:
            raise ConnectionRefusedError(f"{host.name} has no address")
        found = await start_connection(infos, happy_eyeballs_delay=_NEXT_ADDRESS, interleave=1)
        try:
            _, line = await asyncio.get_running_loop().create_connection(
                Line,
                sock=found,
                ssl=self._tls() if host.is_tls else None,
                server_hostname=host.name if host.is_tls else None,
            )
        except BaseException:
            found.close()
            raise
        return line

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = self._secure()
            self._context.set_alpn_protocols(["http/1.1"])
        return self._context

    async def _infos(self, host: Host) -> list[_Info]:
        """The addresses of a host that may be called. Raises NotAllowed."""
        now = asyncio.get_running_loop().time()
        looked = self._looked.get(host)
        if looked is None or now - looked.at > _KNOWN:
            found = await self._door.addresses(host.name)
            looked = self._looked[host] = _Looked([_info(one, host.port) for one in found], now)
        return looked.infos

    # ---- old ones

    def _sweep_later(self) -> None:
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(KEPT, self._sweep)

    def _sweep(self) -> None:
        """Ends what nobody used for a while."""
        self._sweeping = None
        since = asyncio.get_running_loop().time() - KEPT
        for host, idle in tuple(self._idle.items()):
            self._idle[host] = [line for line in idle if line.idle_since > since and line.is_open]
            for line in set(idle) - set(self._idle[host]):
                self._end(line)
            if not self._idle[host]:
                del self._idle[host]
        if self._idle:
            self._sweep_later()


def _info(address: str, port: int) -> _Info:
    if ":" in address:
        return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)
