"""Writing to a real Tryton, through a proxy that loses replies: what was sent arrives once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from balie.connectors.jsonrpc.connector import describe, read_contract, session_of
from balie.connectors.jsonrpc.session import Session
from balie.connectors.jsonrpc.writing import writer
from balie.systems.connector import Connection
from balie.systems.contract import Contract
from balie.systems.errors import Refused, Unavailable
from balie.systems.profile import Profile
from balie.systems.rows import Raw
from balie.systems.writing import Change, Conflict, How, Repeat, Writer, Written
from balie.transport.http import Network
from tests.backoffices.tryton.office import HOST, TrytonOffice, installed, passwords
from tests.faults.fault import HEARD, Fault, Plan
from tests.faults.proxy import FaultProxy
from tests.ports import free_ports

pytestmark = pytest.mark.proof

MODELS = ("party.address", "party.party", "sale.sale", "sale.line")
FIND, NATURAL = Repeat(How.FIND, "reference"), Repeat(How.NATURAL_KEY, "id")
TIMES = 20  # changes of each kind
MOST_TRIES = 50


@pytest.fixture(scope="module")
def proxy() -> Iterator[FaultProxy]:
    installed()
    with TrytonOffice(free_ports(1)) as office, FaultProxy(office.url) as here:
        yield here


@dataclass
class Desk:
    """A writer that goes through the proxy, and a session that looks at what is really there."""

    writer: Writer
    session: Session
    proxy: FaultProxy

    async def written(self, change: Change) -> Written:
        """Carries on as a carrier does: looks first where it must, and tries again."""
        for _ in range(MOST_TRIES):
            try:
                found = None
                if change.repeat.how is How.FIND and change.row is None:
                    found = await self.writer.find(change)
                return found or await self.writer.write(change)
            except Unavailable as fault:
                await asyncio.sleep(fault.retry_after or 0.01)
        raise AssertionError("it never arrives")

    async def ask(self, model: str, domain: list[Raw], *fields: str) -> list[dict[str, Raw]]:
        rows = await self.session.call(
            f"model.{model}.search_read", domain, 0, 1000, None, list(fields)
        )
        assert isinstance(rows, list)
        return [row for row in rows if isinstance(row, dict)]


def connection(network: Network, name: str, at: str, contract: Contract) -> Connection:
    return Connection(
        name="tryton",
        title="Tryton",
        at=at,
        contract=contract,
        profile=Profile({"company": "1", "warnings": ["shop_open_orders"]}),
        transport=network.transport(name, title="Tryton"),
        now=lambda: datetime.now(UTC),
        settings={"TRYTON_USER": "admin", "TRYTON_PASSWORD": passwords()["admin"]},
        tables={},
    )


@asynccontextmanager
async def desk(proxy: FaultProxy) -> AsyncIterator[Desk]:
    proxy.behave()
    proxy.journal.clear()
    network = Network(allowed_private=frozenset({HOST}))
    try:
        plain = connection(network, "plain", proxy.url, Contract(tables={}))
        described = await describe(plain, MODELS, ("en",))
        contract = read_contract([described], plain.profile)
        through = connection(network, "through", proxy.url, contract)
        yield Desk(writer(through), session_of(plain), proxy)
    finally:
        proxy.behave()
        await network.close()


async def address_of(it: Desk) -> dict[str, Raw]:
    (row,) = await it.ask("party.address", [["party.name", "=", "Anna de Vries"]], "city")
    return row


async def test_an_address_changes_once_whatever_is_lost(proxy: FaultProxy) -> None:
    async with desk(proxy) as it:
        before = await address_of(it)
        proxy.plan = Plan(faults=(Fault.LOST_REPLY,), share=0.2)
        city = before["city"]
        for n in range(TIMES):
            change = Change(
                table="party.address",
                key=f"address-{n}",
                repeat=NATURAL,
                row=str(before["id"]),
                fields={"city": f"Stad {n}"},
                shown={"city": city},
            )
            await it.written(change)
            city = f"Stad {n}"
        met = proxy.met()
        proxy.behave()
        assert (await address_of(it))["city"] == f"Stad {TIMES - 1}"
        assert met[Fault.LOST_REPLY] > 0
        print(f"{TIMES} changes of an address, {met[Fault.LOST_REPLY]} replies lost")  # noqa: T201


async def test_a_new_row_with_rows_inside_is_made_once_whatever_is_lost(proxy: FaultProxy) -> None:
    async with desk(proxy) as it:
        (party,) = await it.ask("party.party", [["name", "=", "Anna de Vries"]], "id")
        proxy.plan = Plan(faults=tuple(HEARD), share=0.3)
        for n in range(TIMES):
            change = Change(
                table="sale.sale",
                key=f"complaint-{n:04}",
                repeat=FIND,
                fields={
                    "party.id": str(party["id"]),
                    "description": "Te klein",
                    "lines": [{"description": "Kettingslot", "quantity": 1, "unit_price": "49.95"}],
                },
                returns=("state",),
            )
            written = await it.written(change)
            assert written.values == {"state": "draft"}
        met = proxy.met()
        proxy.behave()
        found = await it.ask(
            "sale.sale", [["reference", "like", "complaint-%"]], "reference", "lines"
        )
        assert sorted(str(row["reference"]) for row in found) == [
            f"complaint-{n:04}" for n in range(TIMES)
        ]
        assert all(isinstance(row["lines"], list) and len(row["lines"]) == 1 for row in found)
        assert sum(met.values()) > 0
        print(f"{TIMES} rows made, {sum(met.values())} answers lost, cut or rubbish")  # noqa: T201


async def test_what_somebody_else_changed_is_a_conflict(proxy: FaultProxy) -> None:
    async with desk(proxy) as it:
        before = await address_of(it)
        change = Change(
            table="party.address",
            key="conflict",
            repeat=NATURAL,
            row=str(before["id"]),
            fields={"city": "Zwolle"},
            shown={"city": "Somewhere else"},
        )
        with pytest.raises(Conflict) as caught:
            await it.writer.write(change)
        assert caught.value.now == {"city": before["city"]}
        assert await address_of(it) == before


async def test_what_tryton_refuses_is_refused_without_its_value(proxy: FaultProxy) -> None:
    async with desk(proxy) as it:
        before = await address_of(it)
        change = Change(
            table="party.address",
            key="refused",
            repeat=NATURAL,
            row=str(before["id"]),
            fields={"city": "Geheim", "party.id": None},
        )
        with pytest.raises(Refused) as caught:
            await it.writer.write(change)
        assert "Geheim" not in caught.value.staff
        assert await address_of(it) == before
        gone = replace(change, row="999999", fields={"city": "x"}, shown={"city": "y"})
        with pytest.raises(Refused):
            await it.writer.write(gone)
