"""HTTP for all systems: over real sockets, on this machine."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from balie.systems.errors import Misconfigured, SystemFault, Unavailable
from balie.systems.loopback import Answer, Asked, Manner, Served, served
from balie.systems.transport import Request, Response
from balie.transport.breaker import Condition
from balie.transport.http import HttpTransport, Network, Trace
from balie.transport.limits import Limits

LOCAL = frozenset({"127.0.0.1", "localhost"})
SMALL = Limits(whole=0.3, most_bytes=10_000, at_once=3)


@dataclass
class World:
    """A system that is up, and a transport to it."""

    system: Served
    network: Network
    transport: HttpTransport
    traces: list[Trace] = field(default_factory=list)

    async def get(self, path: str = "/orders?secret=1", **headers: str) -> Response:
        request = Request(
            method="GET", url=self.system.at + path, headers=headers, template="orders"
        )
        return await self.transport.send(request)

    async def fault(self, path: str = "/orders?secret=1") -> SystemFault:
        with pytest.raises(SystemFault) as caught:
            await self.get(path)
        return caught.value


@asynccontextmanager
async def world(
    answer: Callable[[str, Asked], Answer], *, allowed: frozenset[str] = LOCAL
) -> AsyncIterator[World]:
    traces: list[Trace] = []
    clock = iter(float(n) / 1000 for n in range(1_000_000))
    network = Network(allowed_private=allowed, traces=traces.append, clock=lambda: next(clock))
    async with served(answer) as system:
        try:
            transport = network.transport("erp", title="The ERP", limits=SMALL)
            yield World(system, network, transport, traces)
        finally:
            await network.close()


def always(answer: Answer) -> Callable[[str, Asked], Answer]:
    return lambda _at, _asked: answer


def packed(body: bytes) -> Answer:
    return Answer(headers={"Content-Encoding": "gzip"}, body=gzip.compress(body))


async def test_an_answer_comes_whole_whatever_its_status() -> None:
    async with world(always(Answer(status=418, headers={"X-Kind": "Tea"}, body=b"pot"))) as it:
        response = await it.get()
        assert (response.status, response.headers["x-kind"], response.body) == (418, "Tea", b"pot")


async def test_the_address_goes_out_as_it_was_written() -> None:
    async with world(always(Answer())) as it:
        await it.get("/a%2Fb/orders(1)?$filter=name%20eq%20%27a%26b%2Bc%27&x=a,b")
        asked = it.system.asked[0]
        assert asked.query == (("$filter", "name eq 'a&b+c'"), ("x", "a,b"))
        assert asked.path == "/a/b/orders(1)"


async def test_a_packed_answer_is_unpacked() -> None:
    async with world(always(packed(b'{"a": 1}' * 1000))) as it:
        assert (await it.get()).body == b'{"a": 1}' * 1000


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(body=b"x" * 10_001), "more than we read"),
        (packed(b"x" * 10_001), "more than we read"),
        (packed(b"\0" * 50_000_000), "more than we read"),
        (Answer(headers={"Content-Encoding": "gzip"}, body=b"plain"), "cannot read"),
        (Answer(headers={"Content-Encoding": "gzip"}, body=packed(b"x").body[:-4]), "cannot read"),
        (Answer(headers={"Content-Encoding": "br"}, body=b"x"), "cannot read"),
        (Answer(manner=Manner.RESET), "cannot be reached"),
        (Answer(body=b"x" * 100, manner=Manner.CUT), "broke off"),
        (Answer(manner=Manner.NEVER), "did not answer in time"),
        (Answer(body=b"x" * 1000, manner=Manner.ENDLESS), "more than we read"),
        (replace(packed(b"\0" * 9**7), manner=Manner.ENDLESS), "more than we read"),
        (Answer(body=b"x", manner=Manner.DRIP), "did not answer in time"),
        (Answer(headers={"Bad\x01Name": "x"}), "cannot read"),
    ],
)
async def test_an_answer_that_cannot_be_used_is_unavailable(answer: Answer, says: str) -> None:
    async with world(always(answer)) as it:
        fault = await it.fault()
        assert isinstance(fault, Unavailable)
        assert says in fault.staff
        assert fault.staff.startswith("The ERP ")
        assert "secret" not in fault.staff


async def test_an_answer_as_large_as_allowed_is_read() -> None:
    async with world(always(Answer(body=b"x" * 10_000))) as it:
        assert len((await it.get()).body) == 10_000


async def test_nobody_at_home_is_unavailable() -> None:
    async with world(always(Answer())) as it:
        gone = it.system
    async with world(always(Answer())) as it:
        it.system = gone
        assert "cannot be reached" in (await it.fault()).staff


async def test_our_own_network_is_not_called() -> None:
    async with world(always(Answer()), allowed=frozenset()) as it:
        system, port = it.system, it.system.at.rpartition(":")[2]
        for host in ("127.0.0.1", "localhost", "[::1]", "2130706433", "127.1", "0x7f.1"):
            it.system = Served(f"http://{host}:{port}")
            assert isinstance(await it.fault(), Misconfigured), host
        assert system.asked == []
        assert it.network.status_of("erp").condition is Condition.UNKNOWN


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://example.org", "http://", "nonsense", "http://u:p@h/"]
)
async def test_an_address_that_is_no_web_address_is_misconfigured(address: str) -> None:
    async with world(always(Answer())) as it:
        it.system = Served(address)
        assert isinstance(await it.fault(""), Misconfigured)


async def test_a_header_that_holds_a_line_is_not_sent() -> None:
    async with world(always(Answer())) as it:
        with pytest.raises(Misconfigured):
            await it.get(Authorization="x\r\nX-Injected: yes")
        assert it.system.asked == []


def sending_on(target: str) -> Callable[[str, Asked], Answer]:
    def answer(at: str, asked: Asked) -> Answer:
        if asked.path == "/there":
            return Answer(body=b"here")
        return Answer(status=302, headers={"Location": target.replace("{at}", at)})

    return answer


@pytest.mark.parametrize("target", ["/there", "{at}/there", "there"])
async def test_being_sent_on_within_the_host_is_followed(target: str) -> None:
    async with world(sending_on(target)) as it:
        assert (await it.get("/here")).body == b"here"


@pytest.mark.parametrize(
    "target", ["http://elsewhere.example/", "//elsewhere.example/", "https://127.0.0.1/", "/again"]
)
async def test_being_sent_elsewhere_or_around_is_not(target: str) -> None:
    async with world(sending_on(target)) as it:
        assert (await it.get("/here")).status == 302
        assert len(it.system.asked) <= 3


async def test_cookies_are_not_kept() -> None:
    async with world(always(Answer(headers={"Set-Cookie": "session=1; Path=/"}))) as it:
        await it.get()
        await it.get()
        assert all("cookie" not in asked.headers for asked in it.system.asked)


async def test_a_trace_says_what_happened_and_holds_no_value() -> None:
    async with world(always(Answer(status=404, body=b"about Sanne"))) as it:
        await it.get("/orders?name=Sanne", Authorization="Bearer secret")
        (trace,) = it.traces
        assert (trace.system, trace.method, trace.path_template) == ("erp", "GET", "orders")
        assert (trace.status, trace.bytes, trace.fault) == (404, 11, "")
        assert trace.ms > 0
        assert "Sanne" not in repr(trace)
        assert "secret" not in repr(trace)


async def test_a_call_without_an_answer_leaves_a_trace_too() -> None:
    async with world(always(Answer(manner=Manner.RESET))) as it:
        await it.fault()
        (trace,) = it.traces
        assert (trace.status, trace.bytes, trace.fault) == (None, 0, "no connection")


async def test_a_request_shows_no_secret_when_it_is_printed() -> None:
    request = Request(method="POST", url="https://x", headers={"A": "secret"}, body=b"secret")
    assert "secret" not in repr(request)


async def test_after_three_failures_the_system_is_left_alone() -> None:
    async with world(always(Answer(status=500))) as it:
        for _ in range(3):
            assert (await it.get()).status == 500
        fault = await it.fault()
        assert isinstance(fault, Unavailable)
        assert fault.retry_after is not None
        assert 0 < fault.retry_after <= 1.0
        assert len(it.system.asked) == 3
        assert it.network.status_of("erp").condition is Condition.DOWN


def let_the_pause_pass(it: World) -> None:
    for _ in range(1001):  # the clock goes on by a millisecond whenever somebody looks
        it.network.clock()


async def test_nobody_waits_for_a_system_that_is_tried_again_and_is_still_away() -> None:
    answers = iter([Answer(status=500)] * 3)
    async with world(lambda _at, _asked: next(answers, Answer(manner=Manner.NEVER))) as it:
        for _ in range(3):
            await it.get()
        let_the_pause_pass(it)
        fault = await it.fault()
        assert isinstance(fault, Unavailable)
        assert not fault.may_be_done
        assert len(it.system.asked) == 4
        assert len(it.traces) == 3  # the call goes on, and has not ended yet
        await it.fault()
        assert len(it.system.asked) == 4


async def test_the_first_who_asks_a_system_that_is_back_has_its_answer() -> None:
    answers = iter([Answer(status=500)] * 3)
    async with world(lambda _at, _asked: next(answers, Answer(body=b"back"))) as it:
        for _ in range(3):
            await it.get()
        let_the_pause_pass(it)
        assert (await it.get()).body == b"back"
        assert it.network.status_of("erp").condition is Condition.UP


async def test_a_refusal_is_no_failure() -> None:
    async with world(always(Answer(status=422))) as it:
        for _ in range(5):
            await it.get()
        assert it.network.status_of("erp").condition is Condition.UP


async def test_the_system_is_left_alone_for_as_long_as_it_asks() -> None:
    async with world(always(Answer(status=429, headers={"Retry-After": "7"}))) as it:
        await it.get()
        fault = await it.fault()
        assert isinstance(fault, Unavailable)
        assert fault.retry_after is not None
        assert 6 < fault.retry_after <= 7
        assert len(it.system.asked) == 1
        assert it.network.status_of("erp").condition is Condition.UP


async def test_one_system_that_is_down_takes_no_other_with_it() -> None:
    async with world(always(Answer(status=503))) as it:
        for _ in range(3):
            await it.get()
        other = it.network.transport("crm", limits=SMALL)
        response = await other.send(Request(method="GET", url=it.system.at))
        assert response.status == 503
        assert it.network.status_of("crm").condition is Condition.UNKNOWN
        assert it.network.status_of("nobody").condition is Condition.UNKNOWN


async def test_a_call_that_nobody_waits_for_is_no_failure_and_gives_its_place_back() -> None:
    async with world(always(Answer(manner=Manner.NEVER))) as it:
        for _ in range(10):
            call = asyncio.ensure_future(it.get())
            await asyncio.sleep(0.01)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        assert it.network.status_of("erp").condition is Condition.UNKNOWN
        assert "in time" in (await it.fault()).staff


async def test_no_more_than_allowed_are_asked_at_once() -> None:
    async with world(always(Answer(manner=Manner.NEVER))) as it:
        calls = [asyncio.ensure_future(it.get()) for _ in range(10)]
        await asyncio.sleep(0.1)
        assert len(it.system.asked) == 3
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(outcome, Unavailable) for outcome in outcomes)


async def test_the_network_can_be_closed_twice_and_unused() -> None:
    network = Network()
    await network.close()
    await network.close()
