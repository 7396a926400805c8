"""The HTTP connector reads Datasette: a service that nobody of us wrote, over real HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from balie.connectors.http.connector import connect, read_contract
from balie.systems.connector import Connection, Connector
from balie.systems.contract import Contract
from balie.systems.errors import Misconfigured
from balie.systems.profile import Plain, Profile
from balie.systems.query import Query, Relation
from balie.systems.rows import Row
from balie.transport.http import Network, Trace
from tests.backoffices.datasette.running import install, running

pytestmark = pytest.mark.proof
T = TypeVar("T")

WORDS: Mapping[str, Plain] = {
    "filters": {
        "customer": "customer__exact",
        "boxes": "boxes__exact",
        "number": "number__in",
    },
    "many keys": {"number": "4 keys with commas"},
    "paging": {"send": "_next", "from": "next", "size": "_size"},
    "send always": {"_shape": "objects"},
}
PROFILE = Profile(WORDS)
FOLLOWING = Profile({**WORDS, "paging": {"follow": "next_url", "size": "_size"}})
NAMES = (
    "10085",
    "O'Neil",
    "' or 1=1 --",
    'a & b = "c" + d',
    "50% off #1 / ? ;",
    "Zoë ☃ \U0001f6b2",
    "a,b",
    "%27&_size=max",
    "two\r\nlines",
)


def order(number: int) -> tuple[object, ...]:
    customer = "everyday" if number > len(NAMES) else NAMES[number - 1]
    return f"o{number:02d}", f"VO-{number}", customer, "2026-11-18", number + 0.5, number


BROKEN = (
    ("o98", "VO-98", "broken", "2026-11-18", "much", 1),
    ("o99", "VO-99", "broken", "soon", 1.5, 1),
)
ORDERS = [*(order(number) for number in range(1, 41)), *BROKEN]


@dataclass(frozen=True)
class Shop:
    """Datasette that runs."""

    at: str
    contract: Contract
    profile: Profile = PROFILE

    def ask(self, what: Callable[[Connector], Awaitable[T]]) -> tuple[T, list[Trace]]:
        """Connects, asks, closes: the answer, and the calls that it took."""

        async def whole() -> tuple[T, list[Trace]]:
            traces: list[Trace] = []
            local = frozenset({"127.0.0.1"})
            network = Network(allowed_private=local, traces=traces.append)
            try:
                return await what(connect(self._connection(network))), traces
            finally:
                await network.close()

        return asyncio.run(whole())

    def _connection(self, network: Network) -> Connection:
        return Connection(
            name="shop",
            title="The shop",
            at=self.at,
            contract=self.contract,
            profile=self.profile,
            transport=network.transport("shop", title="The shop"),
            now=lambda: datetime.now(UTC),
            tables={"orders": "shop/orders.json"},
        )

    def read(self, query: Query) -> list[Row]:
        """All rows, to the last page; none of them broken."""

        async def to_the_end(connector: Connector) -> list[Row]:
            rows: list[Row] = []
            cursor: str | None = None
            while True:
                found = await connector.read(replace(query, cursor=cursor))
                assert found.broken == ()
                rows += found.rows
                cursor = found.next
                if cursor is None:
                    return rows

        return self.ask(to_the_end)[0]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    install()
    described = Path(__file__).with_name("shop.openapi.yaml").read_bytes()
    with running(tmp_path_factory.mktemp("datasette"), ORDERS) as at:
        yield Shop(at, read_contract([described], PROFILE))


def by(field: str, *values: str) -> Query:
    relation = Relation(field, values)
    return Query(table="orders", relations=(relation,), fields=("number", "placed_on", "total"))


def numbers(rows: list[Row]) -> list[object]:
    return [row["number"] for row in rows]


def test_it_lets_us_in(shop: Shop) -> None:
    _, traces = shop.ask(lambda connector: connector.check())
    assert [trace.status for trace in traces] == [200]


@pytest.mark.parametrize("number", range(1, len(NAMES) + 1))
def test_a_value_finds_its_own_row_and_no_other(shop: Shop, number: int) -> None:
    assert numbers(shop.read(by("customer", NAMES[number - 1]))) == [f"VO-{number}"]


def test_a_number_can_be_asked(shop: Shop) -> None:
    assert shop.read(by("boxes", "12")) == [
        {"id": "o12", "number": "VO-12", "placed_on": "2026-11-18", "total": 12.5}
    ]


def test_many_values_find_their_rows_in_few_calls(shop: Shop) -> None:
    wanted = [f"VO-{number}" for number in range(10, 20)]
    rows, traces = shop.ask(lambda connector: connector.read(by("number", *wanted, "VO-999")))
    assert sorted(str(row["number"]) for row in rows.rows) == wanted
    assert len(traces) == 3


@pytest.mark.parametrize("profile", [PROFILE, FOLLOWING])
def test_a_list_is_read_to_its_end_over_the_pages_of_the_service(
    shop: Shop, profile: Profile
) -> None:
    """The contract gives seven rows at a time."""
    rows = replace(shop, profile=profile).read(by("customer", "everyday"))
    assert numbers(rows) == [f"VO-{number}" for number in range(len(NAMES) + 1, 41)]


def test_rows_of_another_type_than_the_contract_says_are_broken(shop: Shop) -> None:
    found, _ = shop.ask(lambda connector: connector.read(by("customer", "broken")))
    assert found.rows == ()
    assert tuple(one.why for one in found.broken) == (
        'shop/orders.json: a row has a "total" that is not a number',
        'shop/orders.json: a row has a "placed_on" that is not a date',
    )


def test_a_table_that_it_does_not_have_after_all_is_misconfigured(shop: Shop) -> None:
    table = replace(shop.contract.tables["shop/orders.json"], name="shop/gone.json")
    drifted = replace(shop, contract=Contract(tables={"shop/orders.json": table}))
    with pytest.raises(Misconfigured, match="at this address"):
        drifted.read(by("customer", "everyday"))


def test_a_filter_that_it_does_not_know_it_ignores(shop: Shop) -> None:
    """This is why whoever asked checks every row again."""
    words: dict[str, Plain] = {**WORDS, "filters": {"customer": "_colour"}}
    wrong = replace(shop, profile=Profile(words))
    found, _ = wrong.ask(lambda connector: connector.read(by("customer", "everyday")))
    assert numbers(list(found.rows)) == [f"VO-{number}" for number in range(1, 8)]
