"""Answers that are handed on while they come: over real sockets, on this machine."""

import asyncio
import gzip

import pytest

from balie.systems.errors import Misconfigured, Unavailable
from balie.systems.loopback import Answer, Asked, Manner, served
from balie.systems.transport import Request, Streamed, opened
from balie.transport.breaker import Condition
from balie.transport.http import HttpTransport, Network, Trace
from balie.transport.limits import Limits

LIMITS = Limits(
    whole=0.3, document_begins=0.3, document_whole=1.0, document_bytes=10_000, at_once=1
)
LOCAL = frozenset({"127.0.0.1"})


async def whole(streamed: Streamed) -> bytes:
    try:
        return b"".join([chunk async for chunk in streamed.chunks])
    finally:
        await streamed.close()


def asking(at: str) -> Request:
    return Request(method="GET", url=f"{at}/paper?secret=1", template="papers")


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (Answer(body=b"x" * 10_000), b"x" * 10_000),
        (Answer(headers={"Content-Encoding": "gzip"}, body=gzip.compress(b"pot")), b"pot"),
        (Answer(status=404, body=b"no"), b"no"),
        (Answer(body=b""), b""),
    ],
)
async def test_an_answer_comes_whole_and_is_told_once(answer: Answer, body: bytes) -> None:
    traces: list[Trace] = []
    network = Network(allowed_private=LOCAL, traces=traces.append)
    async with served(lambda _at, _asked: answer) as system:
        transport = network.transport("erp", title="The ERP", limits=LIMITS)
        streamed = await transport.open(asking(system.at))
        assert (streamed.status, await whole(streamed)) == (answer.status, body)
        told = [(t.path_template, t.status, t.bytes, t.fault) for t in traces]
        assert told == [("papers", answer.status, len(body), "")]
        assert transport.status.condition is Condition.UP
    await network.close()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(body=b"x" * 10_001), "more than we read"),
        (Answer(headers={"Content-Encoding": "gzip"}, body=gzip.compress(b"\0" * 9**7)), "more"),
        (Answer(headers={"Content-Encoding": "br"}, body=b"x"), "cannot read"),
        (Answer(body=b"x" * 100, manner=Manner.CUT), "broke off"),
        (Answer(manner=Manner.RESET), "cannot be reached"),
        (Answer(manner=Manner.NEVER), "did not answer in time"),
        (Answer(body=b"x" * 1000, manner=Manner.ENDLESS), "more than we read"),
        (Answer(body=b"x", manner=Manner.DRIP), "did not answer in time"),
    ],
)
async def test_what_breaks_off_is_unavailable_and_never_whole(answer: Answer, says: str) -> None:
    network = Network(allowed_private=LOCAL)
    async with served(lambda _at, _asked: answer) as system:
        transport = network.transport("erp", title="The ERP", limits=LIMITS)
        with pytest.raises(Unavailable, match=says) as caught:
            await whole(await transport.open(asking(system.at)))
        assert "secret" not in caught.value.staff
        assert await _has_a_turn_left(transport, system.at)
    await network.close()


async def _has_a_turn_left(transport: HttpTransport, at: str) -> bool:
    """Whether the only turn was given back: no waiting for it, whatever becomes of the call."""
    try:
        streamed = await transport.open(asking(at))
        await streamed.close()
    except Unavailable as fault:
        return "too much at once" not in fault.staff
    return True


async def test_whoever_does_not_read_on_gives_the_turn_back_by_closing() -> None:
    network = Network(allowed_private=LOCAL)
    async with served(lambda _at, _asked: Answer(body=b"x" * 9000)) as system:
        transport = network.transport("erp", limits=LIMITS)
        first = await transport.open(asking(system.at))
        with pytest.raises(Unavailable, match="too much at once"):
            await transport.open(asking(system.at))
        await first.close()
        assert len(await whole(await transport.open(asking(system.at)))) == 9000
    await network.close()


async def test_three_that_break_off_open_the_breaker() -> None:
    network = Network(allowed_private=LOCAL)
    cut = Answer(body=b"x" * 100, manner=Manner.CUT)
    async with served(lambda _at, _asked: cut) as system:
        transport = network.transport("erp", title="The ERP", limits=LIMITS)
        for _ in range(3):
            with pytest.raises(Unavailable):
                await whole(await transport.open(asking(system.at)))
        assert transport.status.condition is Condition.DOWN
        with pytest.raises(Unavailable, match="try it again soon"):
            await transport.open(asking(system.at))
    await network.close()


async def test_another_host_is_not_followed() -> None:
    network = Network(allowed_private=LOCAL)

    def answer(_at: str, asked: Asked) -> Answer:
        there = "http://127.0.0.1:1/paper" if asked.path == "/paper" else ""
        return Answer(status=302, headers={"Location": there})

    async with served(answer) as system:
        transport = network.transport("erp", limits=LIMITS)
        streamed = await transport.open(asking(system.at))
        assert streamed.status == 302
        await streamed.close()
    private = Network()
    with pytest.raises(Misconfigured):
        await private.transport("erp").open(asking("http://127.0.0.1:9"))
    await network.close()
    await private.close()


async def test_being_sent_on_by_the_system_itself_is_followed() -> None:
    network = Network(allowed_private=LOCAL)

    def answer(_at: str, asked: Asked) -> Answer:
        if asked.path == "/paper":
            return Answer(status=302, headers={"Location": "/there"})
        return Answer(body=b"there")

    async with served(answer) as system:
        transport = network.transport("erp", limits=LIMITS)
        assert await whole(await opened(transport, asking(system.at))) == b"there"
    await network.close()


async def test_a_cancelled_wait_gives_the_turn_back() -> None:
    network = Network(allowed_private=LOCAL)
    async with served(lambda _at, _asked: Answer(manner=Manner.NEVER)) as system:
        transport = network.transport("erp", limits=LIMITS)
        task = asyncio.create_task(transport.open(asking(system.at)))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await _has_a_turn_left(transport, system.at)
    await network.close()
