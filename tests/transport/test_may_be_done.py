"""Of a write that brought no answer: may the system have done it all the same?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from balie.systems.errors import Unavailable
from balie.systems.loopback import Answer, Asked, served
from balie.systems.pace import Rate
from balie.systems.transport import Request, Response
from balie.transport.http import HttpTransport, Network
from balie.transport.limits import Limits
from tests.faults.fault import HEARD, Fault, Plan
from tests.faults.proxy import FaultProxy

SHORT = Limits(whole=0.4, most_bytes=10_000)
LOCAL = frozenset({"127.0.0.1", "nobody.invalid"})


@dataclass
class Sending:
    """A transport, and what it has written with it."""

    transport: HttpTransport

    async def post(self, at: str, method: str = "POST") -> Response:
        request = Request(method=method, url=f"{at}/cases", body=b"{}", template="cases")
        return await self.transport.send(request)

    async def fault(self, at: str, method: str = "POST") -> Unavailable:
        with pytest.raises(Unavailable) as caught:
            await self.post(at, method)
        return caught.value


@asynccontextmanager
async def sending(limits: Limits = SHORT) -> AsyncIterator[Sending]:
    network = Network(allowed_private=LOCAL)
    try:
        yield Sending(network.transport("crm", title="The CRM", limits=limits))
    finally:
        await network.close()


def done(_at: str, _asked: Asked) -> Answer:
    return Answer(status=201, headers={"Content-Type": "application/json"}, body=b'{"id": "1"}')


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.TIME_OUT, Fault.LOST_REPLY, Fault.CUT])
async def test_a_write_that_went_out_may_be_done_whatever_became_of_the_answer(
    fault: Fault,
) -> None:
    async with served(done) as system, sending() as it:
        with FaultProxy(system.at) as proxy:
            proxy.plan = Plan(faults=(fault,))
            assert (await it.fault(proxy.url)).may_be_done is True
        assert len(system.asked) == (1 if fault in HEARD else 0)


async def test_nobody_at_home_has_not_done_it() -> None:
    async with served(done) as system:
        gone = system.at
    async with sending() as it:
        assert (await it.fault(gone)).may_be_done is False


async def test_a_put_is_sent_again_below_us_so_it_may_be_done_though_nobody_is_at_home() -> None:
    async with served(done) as system:
        gone = system.at
    async with sending() as it:
        assert (await it.fault(gone, "PUT")).may_be_done is True


async def test_a_name_that_leads_nowhere_has_not_done_it() -> None:
    async with sending() as it:
        assert (await it.fault("http://nobody.invalid")).may_be_done is False


async def test_a_door_that_cannot_be_locked_stops_us_before_we_send() -> None:
    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, sending() as it:
        assert (await it.fault(f"https://127.0.0.1:{port}")).may_be_done is False


async def test_while_the_breaker_is_open_nothing_goes_out() -> None:
    def failing(_at: str, _asked: Asked) -> Answer:
        return Answer(status=500)

    async with served(failing) as system, sending() as it:
        for _ in range(3):
            await it.post(system.at)
        assert (await it.fault(system.at)).may_be_done is False
        assert len(system.asked) == 3


async def test_without_a_turn_nothing_goes_out() -> None:
    slow = Limits(whole=0.4, rates=(Rate(calls=1, seconds=60),))
    async with served(done) as system, sending(slow) as it:
        assert (await it.post(system.at)).status == 201
        assert (await it.fault(system.at)).may_be_done is False
        assert len(system.asked) == 1
