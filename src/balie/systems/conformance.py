"""What every kind of connector must do, as tests that its author inherits.

class TestOrders(Conformance):
    recorded = files("balie.connectors.orders") / "recorded"

    def connection(self, at: str, transport: Transport) -> Connection: ...

    def connect(self, connection: Connection) -> Connector:
        return connect(connection)

Recorded are, as `<name>.json` (see `balie.systems.recorded`): `one-value`, `many-values`, `pages`,
`order`, `broken-row`, `cannot-be-asked`, for kinds that follow links to next pages
`foreign-page`, and for kinds that can be asked for rows up to a value `up-to`, whose answer also
has a row without one. Other files there are run too.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from functools import wraps
from importlib.resources.abc import Traversable
from typing import TypeVar

from balie.systems.connector import Connection, Connector
from balie.systems.errors import Misconfigured, Refused, SystemFault, Unavailable
from balie.systems.loopback import Answer, Asked, Manner, PlainTransport, Served, served
from balie.systems.query import Order, Query, Relation
from balie.systems.recorded import Case, RecordedQuery, read_case
from balie.systems.rows import BrokenRow, Row, Rows
from balie.systems.transport import Transport

NASTY = (
    "' or 1 eq 1 or '",
    "''",
    "a&b=c",
    "a,b",
    "a%27b%2C%26",
    "a+b c",
    "a#b?c/../d",
    "a\r\nX-Injected: yes",
    'a"}],"x":[{"',
    "Zoë ☃ \U0001f6b2",
    "a;b$c@d",
    "(a)",
)
"""Values that a careless connector takes for part of the question."""

Test = TypeVar("Test")


def in_a_loop(test: Callable[[Test], Awaitable[None]]) -> Callable[[Test], None]:
    """An asynchronous test as one that any runner can call."""

    @wraps(test)
    def run(self: Test) -> None:
        async def whole() -> None:
            await test(self)

        asyncio.run(whole())

    return run


def demand(holds: bool, text: str) -> None:
    """Fails the test, saying what is demanded, unless it holds."""
    if not holds:
        raise AssertionError(text)


def query_of(written: RecordedQuery) -> Query:
    """A recorded query as a query."""
    order = Order(written.order.removeprefix("-"), written.order.startswith("-"))
    at_most = (written.at_most[0], written.at_most[1]) if written.at_most else None
    return Query(
        table=written.table,
        relations=tuple(
            Relation(one.field, tuple(one.values), one.fold_case) for one in written.relations
        ),
        fields=tuple(written.fields),
        order=order if written.order else None,
        at_most=at_most,
        limit=written.limit,
    )


@dataclass(frozen=True)
class Bench:
    """A connector, and the system it speaks with."""

    connector: Connector
    system: Served


class Conformance(ABC):
    """The demands. Inherit, and give the three things that are yours."""

    recorded: Traversable

    @abstractmethod
    def connection(self, at: str, transport: Transport) -> Connection:
        """A connection to the recorded system, which is at this address."""

    @abstractmethod
    def connect(self, connection: Connection) -> Connector:
        """Your `connect`."""

    def transport(self) -> AbstractAsyncContextManager[Transport]:
        """What the connector speaks through. Times out within a second; reads at most 1 MB."""
        return _plain()

    # ---- reading

    @in_a_loop
    async def test_reads_the_rows_of_one_value(self) -> None:
        await self._holds("one-value")

    @in_a_loop
    async def test_reads_the_rows_of_many_values_in_few_calls(self) -> None:
        case = self._case("many-values")
        many = max(len(relation.values) for relation in case.query.relations)
        demand(many > 1, "many-values must ask for several values")
        await self._holds("many-values")

    @in_a_loop
    async def test_reads_a_list_page_by_page_to_its_end(self) -> None:
        demand(len(self._case("pages").exchanges) > 1, "pages must take more than one call")
        await self._holds("pages")

    @in_a_loop
    async def test_reads_in_the_order_that_was_asked(self) -> None:
        demand(bool(self._case("order").query.order), "order must ask for an order")
        await self._holds("order")

    @in_a_loop
    async def test_one_broken_row_costs_one_row(self) -> None:
        case = self._case("broken-row")
        demand(
            bool(case.broken and case.expected()), "broken-row must have broken rows and good ones"
        )
        await self._holds("broken-row")

    @in_a_loop
    async def test_a_broken_row_says_whose_it_is(self) -> None:
        case = self._case("broken-row")
        paths = {relation.field for relation in case.query.relations}
        async with self._bench(case.answer) as bench:
            _, broken = await _to_the_end(bench.connector, query_of(case.query))
        told = [path for one in broken for path in one.row]
        demand(bool(told), "a broken row must tell what it has in the fields of the relations")
        demand(paths.issuperset(told), "a broken row tells more than the fields of the relations")

    @in_a_loop
    async def test_rows_without_a_value_are_not_below_one(self) -> None:
        case = read_case(self.recorded, "up-to")
        if case is None:
            return  # a kind that cannot be asked for rows up to a value
        demand(bool(case.query.at_most), "up-to must ask for rows up to a value")
        await self._holds("up-to")

    @in_a_loop
    async def test_reads_everything_else_that_was_recorded(self) -> None:
        for file in self.recorded.iterdir():
            if file.name.endswith(".json"):
                await self._holds(file.name.removesuffix(".json"))

    @in_a_loop
    async def test_checks_that_the_system_lets_us_in(self) -> None:
        case = self._case("one-value")
        async with self._bench(lambda at, _: case.exchanges[0].answers.answer(at)) as bench:
            await bench.connector.check()
            demand(bool(bench.system.asked), "check must ask the system something")
        await self._faults(Misconfigured, Answer(status=401), check=True)
        await self._faults(Unavailable, Answer(manner=Manner.RESET), check=True)

    # ---- what is never asked

    @in_a_loop
    async def test_refuses_a_table_that_the_contract_does_not_have(self) -> None:
        await self._never_asks(replace(self._query(), table="no such table"), Misconfigured)

    @in_a_loop
    async def test_refuses_a_field_that_the_contract_does_not_have(self) -> None:
        await self._never_asks(replace(self._query(), fields=("no_such_field",)), Misconfigured)

    @in_a_loop
    async def test_refuses_a_filter_that_the_system_does_not_know(self) -> None:
        case = self._case("cannot-be-asked")
        demand(not case.exchanges, "cannot-be-asked must not ask anything")
        await self._never_asks(query_of(case.query), Misconfigured)

    @in_a_loop
    async def test_asks_nothing_when_no_row_can_answer(self) -> None:
        query = self._query()
        relation = query.relations[0]
        for values in ((), ("",)):
            empty = replace(query, relations=(replace(relation, values=values),))
            await self._never_asks(empty, None)

    @in_a_loop
    async def test_a_value_cannot_change_the_question(self) -> None:
        query = self._query()
        plain = await self._skeletons(query)
        for value in NASTY:
            relation = Relation(query.relations[0].field, (value,))
            asked = await self._skeletons(
                replace(query, relations=(relation, *query.relations[1:]))
            )
            demand(asked <= plain, f"the value {value!r} changes the question: {asked - plain}")

    # ---- when it goes wrong

    @in_a_loop
    async def test_a_system_without_a_usable_answer_is_unavailable(self) -> None:
        good = self._case("one-value").exchanges[0].answers.answer("")
        html = {"Content-Type": "text/html"}
        for answer in (
            Answer(status=500),
            Answer(status=503),
            Answer(status=408),
            Answer(manner=Manner.NEVER),
            Answer(manner=Manner.RESET),
            replace(good, manner=Manner.CUT),
            replace(good, body=good.body[:-1]),
            replace(good, body=b""),
            replace(good, body=b"null"),
            replace(good, body=b'"text"'),
            replace(good, body=b"[" * 20_000),
            replace(good, body=b"\xff\xfe"),
            replace(good, body=b'{"unexpected": true}'),
            replace(good, body=b"<html>Sign in</html>", headers=html),
            replace(good, body=b"<html>Sign in</html>"),
            replace(good, headers=html),
        ):
            await self._faults(Unavailable, answer)

    @in_a_loop
    async def test_an_answer_without_end_is_unavailable(self) -> None:
        good = self._case("one-value").exchanges[0].answers.answer("")
        await self._faults(Unavailable, replace(good, body=b" " * 1_100_000 + good.body))

    @in_a_loop
    async def test_a_refused_key_or_a_wrong_address_is_misconfigured(self) -> None:
        for status in (401, 403, 404, 302):
            await self._faults(Misconfigured, Answer(status=status))

    @in_a_loop
    async def test_other_refusals_are_refused(self) -> None:
        for status in (400, 409, 422):
            await self._faults(Refused, Answer(status=status))

    @in_a_loop
    async def test_honours_retry_after(self) -> None:
        fault = await self._faults(Unavailable, Answer(status=429, headers={"Retry-After": "7"}))
        demand(isinstance(fault, Unavailable) and fault.retry_after == 7.0, "7 seconds, it said")

    @in_a_loop
    async def test_a_fault_names_no_value(self) -> None:
        value = self._query().relations[0].values[0]
        for status in (400, 401, 404, 429, 500):
            body = f'{{"message": "about {value}"}}'.encode()
            fault = await self._faults(None, Answer(status=status, body=body))
            demand(value not in fault.staff, f"the text for staff names a value: {fault.staff}")

    @in_a_loop
    async def test_does_not_follow_a_page_to_another_host(self) -> None:
        if read_case(self.recorded, "foreign-page") is not None:
            await self._holds("foreign-page")

    # ---- how

    def _case(self, name: str) -> Case:
        case = read_case(self.recorded, name)
        if case is None:
            raise AssertionError(f"record {name}.json")
        return case

    def _query(self) -> Query:
        return query_of(self._case("one-value").query)

    @asynccontextmanager
    async def _bench(self, answer: Callable[[str, Asked], Answer]) -> AsyncIterator[Bench]:
        async with served(answer) as system, self.transport() as transport:
            yield Bench(self.connect(self.connection(system.at, transport)), system)

    async def _holds(self, name: str) -> None:
        """Asks as recorded, to the end, and compares every row, text and call."""
        case = self._case(name)
        async with self._bench(case.answer) as bench:
            try:
                rows, broken = await _to_the_end(bench.connector, query_of(case.query))
            except SystemFault as fault:
                found = type(fault).__name__
                asked = [(one.path, dict(one.query)) for one in bench.system.asked]
                demand(found == case.fault, f"{name}: {found}: {fault.staff} Asked: {asked}")
                demand(case.says in fault.staff, f"{name} says: {fault.staff}")
                return
            demand(not case.fault, f"{name} should have been {case.fault}")
            demand(rows == case.expected(), f"{name}: {rows} instead of {case.expected()}")
            why = [one.why for one in broken]
            demand(why == case.broken, f"{name}: {why} instead of {case.broken}")
            calls = len(bench.system.asked)
            demand(calls == len(case.exchanges), f"{name} took {calls} calls")

    async def _never_asks(self, query: Query, fault: type[SystemFault] | None) -> None:
        async with self._bench(lambda _at, _asked: Answer(status=500)) as bench:
            found: type[SystemFault] | None = None
            try:
                rows = await bench.connector.read(query)
                demand(rows == Rows(()), "there can be no rows")
            except SystemFault as error:
                found = type(error)
            demand(found is fault, f"{found} instead of {fault}")
            demand(not bench.system.asked, "the system was asked all the same")

    async def _faults(
        self, kind: type[SystemFault] | None, answer: Answer, *, check: bool = False
    ) -> SystemFault:
        """The fault of this answer, of this kind."""
        async with self._bench(lambda _at, _asked: answer) as bench:
            try:
                await (bench.connector.check() if check else bench.connector.read(self._query()))
            except SystemFault as fault:
                demand(kind in {None, type(fault)}, f"{answer}: {fault!r} instead of {kind}")
                return fault
        raise AssertionError(f"{answer} was taken for an answer")

    async def _skeletons(self, query: Query) -> set[tuple[str, tuple[str, ...]]]:
        """Path and parameter names of every call: what a value must not touch."""
        answer = self._case("one-value").exchanges[0].answers
        async with self._bench(lambda at, _: answer.answer(at)) as bench:
            await bench.connector.read(query)
            for asked in bench.system.asked:
                demand("x-injected" not in asked.headers, "a value became a header")
            return {
                (asked.path, tuple(name for name, _ in asked.query)) for asked in bench.system.asked
            }


async def _to_the_end(connector: Connector, query: Query) -> tuple[list[Row], list[BrokenRow]]:
    rows: list[Row] = []
    broken: list[BrokenRow] = []
    while True:
        found = await connector.read(query)
        rows += found.rows
        broken += found.broken
        if found.next is None:
            return rows, broken
        query = replace(query, cursor=found.next)


@asynccontextmanager
async def _plain() -> AsyncIterator[Transport]:
    yield PlainTransport()
