"""The conformance tests notice a careless connector: each fault is planted once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

import pytest

from balie.connectors.http import test_http
from balie.connectors.http.connector import connect
from balie.systems.conformance import Conformance
from balie.systems.connector import Connection, Connector
from balie.systems.contract import Contract
from balie.systems.errors import Misconfigured, SystemFault, Unavailable
from balie.systems.query import Query
from balie.systems.rows import Rows
from balie.systems.transport import Request, Response, Transport

Make = Callable[[Connection], Connector]


class Suite(Conformance):
    """The conformance tests for a connector that is made in some way."""

    recorded = test_http.RECORDED

    def __init__(self, make: Make) -> None:
        self.make = make

    def connection(self, at: str, transport: Transport) -> Connection:
        return test_http.connection_to(at, transport)

    def connect(self, connection: Connection) -> Connector:
        return self.make(connection)


@dataclass
class Careless:
    """A good connector, with something done to its answers."""

    good: Connector

    async def check(self) -> None:
        await self.good.check()

    async def read(self, query: Query) -> Rows:
        return await self.good.read(query)


class TakesFaultsForNothing(Careless):
    async def read(self, query: Query) -> Rows:
        try:
            return await self.good.read(query)
        except SystemFault:
            return Rows(())


class StopsAfterOnePage(Careless):
    async def read(self, query: Query) -> Rows:
        return replace(await self.good.read(query), next=None)


class HidesBrokenRows(Careless):
    async def read(self, query: Query) -> Rows:
        return replace(await self.good.read(query), broken=())


class HidesWhoseABrokenRowIs(Careless):
    async def read(self, query: Query) -> Rows:
        found = await self.good.read(query)
        return replace(found, broken=tuple(replace(one, row={}) for one in found.broken))


class ForgetsTheOrder(Careless):
    async def read(self, query: Query) -> Rows:
        return await self.good.read(replace(query, order=None))


class DropsFiltersThatItCannotAsk(Careless):
    async def read(self, query: Query) -> Rows:
        kept = tuple(one for one in query.relations if one.field != "age")
        return await self.good.read(replace(query, relations=kept))


class AsksWithoutValues(Careless):
    async def read(self, query: Query) -> Rows:
        kept = tuple(one for one in query.relations if any(one.values))
        return await self.good.read(replace(query, relations=kept))


class NamesValues(Careless):
    async def read(self, query: Query) -> Rows:
        try:
            return await self.good.read(query)
        except SystemFault as fault:
            raise type(fault)(f"{fault.staff} {query.relations}") from fault


class ForgetsToWait(Careless):
    async def read(self, query: Query) -> Rows:
        try:
            return await self.good.read(query)
        except Unavailable as fault:
            raise Unavailable(fault.staff) from fault


class CallsEverythingMisconfigured(Careless):
    async def read(self, query: Query) -> Rows:
        try:
            return await self.good.read(query)
        except SystemFault as fault:
            raise Misconfigured(fault.staff) from fault


class NeverChecks(Careless):
    async def check(self) -> None:
        return None


@dataclass
class Unquoting:
    """A transport that undoes what keeps a value a value."""

    transport: Transport

    async def send(self, request: Request) -> Response:
        url = unquote(request.url).replace(" ", "+").replace("\r\n", "&")
        return await self.transport.send(replace(request, url=url.encode().decode("latin-1")))


def unquoting(connection: Connection) -> Connector:
    return connect(replace(connection, transport=Unquoting(connection.transport)))


def one_by_one(connection: Connection) -> Connector:
    tables = {name: replace(table, among={}) for name, table in connection.contract.tables.items()}
    return connect(replace(connection, contract=Contract(tables=tables)))


def careless(kind: type[Careless]) -> Make:
    return lambda connection: kind(connect(connection))


PLANTED: Mapping[str, tuple[Make, str]] = {
    "faults for nothing": (
        careless(TakesFaultsForNothing),
        "test_a_system_without_a_usable_answer_is_unavailable",
    ),
    "one page": (careless(StopsAfterOnePage), "test_reads_a_list_page_by_page_to_its_end"),
    "broken rows": (careless(HidesBrokenRows), "test_one_broken_row_costs_one_row"),
    "whose": (careless(HidesWhoseABrokenRowIs), "test_a_broken_row_says_whose_it_is"),
    "order": (careless(ForgetsTheOrder), "test_reads_in_the_order_that_was_asked"),
    "filters": (
        careless(DropsFiltersThatItCannotAsk),
        "test_refuses_a_filter_that_the_system_does_not_know",
    ),
    "no values": (careless(AsksWithoutValues), "test_asks_nothing_when_no_row_can_answer"),
    "values named": (careless(NamesValues), "test_a_fault_names_no_value"),
    "retry-after": (careless(ForgetsToWait), "test_honours_retry_after"),
    "refusals": (careless(CallsEverythingMisconfigured), "test_other_refusals_are_refused"),
    "check": (careless(NeverChecks), "test_checks_that_the_system_lets_us_in"),
    "quoting": (unquoting, "test_a_value_cannot_change_the_question"),
    "calls": (one_by_one, "test_reads_the_rows_of_many_values_in_few_calls"),
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_fault_is_noticed(what: str) -> None:
    make, test = PLANTED[what]
    getattr(Suite(connect), test)()
    with pytest.raises(AssertionError):
        getattr(Suite(make), test)()
