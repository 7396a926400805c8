"""HTTP for all systems together: one pool of connections, and for each system its own limits."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from time import monotonic
from urllib.parse import urljoin, urlsplit

from aiohttp import (
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    TCPConnector,
    ThreadedResolver,
)
from aiohttp.abc import AbstractResolver
from yarl import URL

from balie.systems.errors import Crowded, Misconfigured, SystemFault, Unavailable
from balie.systems.interpretation import seconds_to_wait
from balie.systems.transport import Request, Response, Streamed
from balie.transport.bodies import ENCODINGS, TooLarge, Unreadable, unpacker_of, whole_body
from balie.transport.breaker import Breaker, Condition, Status
from balie.transport.doors import Doorkeeper
from balie.transport.faults import FAULTS, OURS, TEXTS, Fault, fault_of, may_have_gone_out
from balie.transport.limits import Limits, Part, part_of
from balie.transport.streams import Flow
from balie.transport.turns import TooBusy, Turns

REDIRECTS = 3
"""How often we let ourselves be sent on, on the system's own host."""

_SENT_ON = frozenset({301, 302, 303, 307, 308})
_AGENT = "Balie"
_READS = frozenset({"GET", "HEAD"})
_PATIENCE_WITH_A_PROBE = 0.1  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One call, without anything that a person or a password could be known by.

    status: None when there was no answer. fault: in a word what was wrong, or "".
    """

    system: str
    method: str
    path_template: str
    status: int | None
    ms: float
    bytes: int
    fault: str = ""


def unheard(trace: Trace) -> None:
    """Where traces go when nobody listens."""


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


class Network:
    """The connections of all systems. Open from the first call until `close`.

    allowed_private: hosts (names or addresses) that may be on our own network.
    traces: gets one Trace for every call. clock: seconds that never go back. part: of every limit,
    when another process asks the same systems.
    """

    def __init__(
        self,
        *,
        allowed_private: frozenset[str] = frozenset(),
        traces: Callable[[Trace], None] = unheard,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], datetime] = utc_now,
        resolver: Callable[[], AbstractResolver] = ThreadedResolver,
        part: Part = Part.WHOLE,
    ) -> None:
        self.traces = traces
        self.clock = clock
        self.now = now
        self._allowed_private = allowed_private
        self._resolver = resolver
        self._part = part
        self._session: ClientSession | None = None
        self._doorkeeper: Doorkeeper | None = None
        self._transports: dict[str, HttpTransport] = {}
        self.probes: set[asyncio.Task[Response]] = set()

    def probed(self, probe: asyncio.Task[Response]) -> None:
        """A probe has ended; the breaker knows how."""
        self.probes.discard(probe)
        if not probe.cancelled():
            probe.exception()  # so that asyncio does not tell of one that nobody waited for

    def transport(
        self, system: str, *, title: str = "", limits: Limits | None = None
    ) -> "HttpTransport":
        """The transport of a system: made at the first asking, the same ever after.

        title: what people call the system, for messages to staff.
        """
        found = self._transports.get(system)
        if found is None:
            own = part_of(limits or Limits(), self._part)
            found = HttpTransport(self, system, title or system, own)
            self._transports[system] = found
        return found

    def status_of(self, system: str) -> Status:
        """How a system is, and since when. Unknown when it was never asked."""
        found = self._transports.get(system)
        return found.status if found else Status(Condition.UNKNOWN)

    async def session(self, host: str) -> ClientSession:
        """The session, opened at the first call. Raises NotAllowed for an address of our own."""
        if self._session is None or self._doorkeeper is None:
            self._doorkeeper = Doorkeeper(self._resolver(), self._allowed_private)
            self._session = ClientSession(
                connector=TCPConnector(resolver=self._doorkeeper, limit=0, keepalive_timeout=30),
                cookie_jar=DummyCookieJar(),
                auto_decompress=False,
                headers={"User-Agent": _AGENT, "Accept-Encoding": ENCODINGS},
            )
        self._doorkeeper.check(host)
        return self._session

    async def close(self) -> None:
        """Closes all connections."""
        probes = tuple(self.probes)
        for probe in probes:
            probe.cancel()
        await asyncio.gather(*probes, return_exceptions=True)
        session, self._session = self._session, None
        if session is not None:
            await session.close()


class HttpTransport:
    """Sends the requests of one system, within its limits."""

    def __init__(self, network: Network, system: str, title: str, limits: Limits) -> None:
        self._network = network
        self._system = system
        self._title = title
        self._limits = limits
        self._timeout = ClientTimeout(total=None, connect=limits.connect)
        self._turns = Turns(limits.at_once, limits.rates, network.clock)
        self._breaker = Breaker(network.clock, network.now)

    @property
    def status(self) -> Status:
        """How the system is, and since when."""
        return self._breaker.status

    async def send(self, request: Request) -> Response:
        """The answer, whatever its status.

        Raises Unavailable when there is none, or none that can be read within the limits, and
        Misconfigured when the address is one that must not be called. `Unavailable.may_be_done` is
        False when the request certainly did not go out.
        """
        until = self._network.clock() + self._limits.whole
        self._refuse_while_quiet()
        try:
            async with self._turns.turn(self._limits.whole / 2):
                self._refuse_while_quiet()
                if self._breaker.is_open and request.method in _READS:
                    return await self._probed(request, until)
                return await self._traced(request, until)
        except TooBusy as error:
            raise self._too_busy(error) from error

    async def open(self, request: Request) -> Streamed:
        """The answer as it comes, whatever its status; raises like `send`.

        It has longer than others, and holds its turn until it is closed.
        """
        self._refuse_while_quiet()
        async with AsyncExitStack() as holds:
            try:
                await holds.enter_async_context(self._turns.turn(self._limits.whole / 2))
            except TooBusy as error:
                raise self._too_busy(error) from error
            self._refuse_while_quiet()
            return await self._opened(request, holds)

    async def _opened(self, request: Request, holds: AsyncExitStack) -> Streamed:
        began = self._network.clock()
        self._breaker.begin()
        try:
            async with asyncio.timeout(self._limits.document_begins):
                answer = await self._begun(request, holds)
            flow = self._flow(request, answer, began, holds)
        except asyncio.CancelledError:
            self._breaker.abandoned()
            self._trace(request, began, None, fault="abandoned")
            raise
        except FAULTS as error:
            raise self._fault(request, began, error) from error
        if answer.status != HTTPStatus.OK:
            self._learn(_head(answer))  # of a good answer we know once it is whole
        return Streamed(
            status=answer.status,
            headers=_head(answer).headers,
            chunks=aiter(flow),
            close=flow.close,
        )

    async def _begun(self, request: Request, holds: AsyncExitStack) -> ClientResponse:
        """The answer, after being sent on within the system's own host; its body is still there."""
        url = request.url
        for _ in range(REDIRECTS):
            async with AsyncExitStack() as here:
                answer = await here.enter_async_context(await self._sent(request, url))
                onward = _onward(request, url, _head(answer))
                if onward is None:
                    holds.push_async_exit(here.pop_all())
                    return answer
                url = onward
        raise Unreadable

    def _flow(
        self, request: Request, answer: ClientResponse, began: float, holds: AsyncExitStack
    ) -> Flow:
        def ended(came: int) -> None:
            if answer.status == HTTPStatus.OK:
                self._breaker.succeeded()
            self._trace(request, began, Response(status=answer.status, headers={}, body=b""), came)

        unpacker = unpacker_of(answer.headers.get("Content-Encoding", ""))
        return Flow(
            answer,
            unpacker,
            most=self._limits.document_bytes,
            wait=self._limits.whole,
            until=began + self._limits.document_whole,
            clock=self._network.clock,
            failed=lambda error: self._fault(request, began, error),
            ended=ended,
            dropped=self._breaker.abandoned,
            holds=holds.pop_all(),
        )

    def _fault(self, request: Request, began: float, error: Exception) -> SystemFault:
        fault = fault_of(error)
        self._learn_from(fault)
        self._trace(request, began, None, fault=fault)
        text = f"{self._title} {TEXTS[fault]}."
        if fault in OURS:
            return Misconfigured(text)
        return Unavailable(text, may_be_done=may_have_gone_out(request.method, error))

    def _too_busy(self, error: TooBusy) -> Crowded:
        return Crowded(f"{self._title} is asked too much at once.", error.wait)

    def _refuse_while_quiet(self) -> None:
        wait = self._breaker.wait()
        if wait is not None:
            raise Unavailable(
                f"{self._title} did not answer, or asked us to wait; we try it again soon.",
                retry_after=wait,
                may_be_done=False,
            )

    async def _probed(self, request: Request, until: float) -> Response:
        """The answer of a system that is tried again, if it comes soon.

        Whoever asked is not kept waiting for a system that is still away: the call goes on by
        itself, and the next one hears how it went.
        """
        self._breaker.begin()
        probe = asyncio.create_task(self._traced(request, until))
        self._network.probes.add(probe)
        probe.add_done_callback(self._network.probed)
        done, _ = await asyncio.wait({probe}, timeout=_PATIENCE_WITH_A_PROBE)
        if not done:
            self._refuse_while_quiet()
        return await probe

    async def _traced(self, request: Request, until: float) -> Response:
        began = self._network.clock()
        self._breaker.begin()
        try:
            async with asyncio.timeout(max(0.0, until - began)):
                response = await self._following(request)
        except asyncio.CancelledError:
            self._breaker.abandoned()
            self._trace(request, began, None, fault="abandoned")
            raise
        except FAULTS as error:
            raise self._fault(request, began, error) from error
        self._learn(response)
        self._trace(request, began, response, len(response.body))
        return response

    async def _following(self, request: Request) -> Response:
        """The answer, after being sent on within the system's own host."""
        url = request.url
        for _ in range(REDIRECTS):
            response = await self._exchange(request, url)
            onward = _onward(request, url, response)
            if onward is None:
                return response
            url = onward
        return response

    async def _exchange(self, request: Request, url: str) -> Response:
        async with await self._sent(request, url) as answer:
            head = _head(answer)
            return Response(status=head.status, headers=head.headers, body=await self._body(answer))

    async def _sent(
        self, request: Request, url: str
    ) -> AbstractAsyncContextManager[ClientResponse]:
        address = URL(url, encoded=True)
        if address.scheme not in {"http", "https"} or not address.host or address.user:
            raise InvalidURL(address)
        session = await self._network.session(address.host)
        return session.request(
            request.method,
            address,
            headers=request.headers,
            data=request.body,
            allow_redirects=False,
            timeout=self._timeout,
        )

    async def _body(self, answer: ClientResponse) -> bytes:
        most = self._limits.most_bytes
        if (answer.content_length or 0) > most:
            raise TooLarge
        encoding = answer.headers.get("Content-Encoding", "")
        return await whole_body(answer.content.iter_any(), encoding, most)

    def _learn(self, response: Response) -> None:
        if response.status >= 500:
            self._breaker.failed()
        else:
            self._breaker.succeeded()
        if response.status == 429 or response.status >= 500:
            wait = seconds_to_wait(response.headers, self._network.now())
            self._breaker.asked_to_wait(wait or 0.0)

    def _learn_from(self, fault: Fault) -> None:
        if fault is Fault.TOO_LARGE:
            self._breaker.succeeded()
        elif fault in OURS:
            self._breaker.abandoned()
        else:
            self._breaker.failed()

    def _trace(
        self,
        request: Request,
        began: float,
        response: Response | None,
        came: int = 0,
        *,
        fault: str = "",
    ) -> None:
        self._network.traces(
            Trace(
                system=self._system,
                method=request.method,
                path_template=request.template,
                status=response.status if response else None,
                ms=(self._network.clock() - began) * 1000,
                bytes=came,
                fault=fault,
            )
        )


def _head(answer: ClientResponse) -> Response:
    """An answer without its body."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Response(status=answer.status, headers=headers, body=b"")


def _onward(request: Request, url: str, response: Response) -> str | None:
    """Where a GET is sent on to on the same host, or None."""
    location = response.headers.get("location")
    if request.method != "GET" or response.status not in _SENT_ON or not location:
        return None
    onward = urljoin(url, location)
    here, there = urlsplit(url), urlsplit(onward)
    same = (here.scheme, here.netloc) == (there.scheme, there.netloc)
    return onward if same else None
