"""The OData connector reads SAP CAP: a service that nobody of us wrote, over the real transport."""

import asyncio
import base64
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from balie.connectors.odata.connector import connect, read_contract
from balie.systems.connector import Connection, Connector
from balie.systems.contract import Contract, Type
from balie.systems.errors import Misconfigured, Refused, Unavailable
from balie.systems.profile import Profile
from balie.systems.query import Order, Query, Relation
from balie.systems.rows import Row
from balie.transport.http import Network
from tests.backoffices.cap.running import install, running

pytestmark = pytest.mark.proof
T = TypeVar("T")

PATH = "/odata/v4/sales"
SETTINGS = {"SHOP_USER": "portal", "SHOP_PASSWORD": "portal"}
PROFILE = Profile(
    {
        "auth": {"kind": "basic"},
        "filters": ["=", "ge", "le", "and", "tolower"],
        "many keys": "one call per 5 keys, with or on one field",
    }
)
NAMES = (
    "10085",
    "O'Neil",
    "' or 1 eq 1 or '",
    'a & b = "c" + d',
    "50% off #1 / ? ;",
    "Zoë ☃ \U0001f6b2",
    "a,b",
    "%27",
    "Anna@Example.nl",
)


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def order(number: int) -> dict[str, object]:
    return {
        "ID": guid(number),
        "number": f"VO-{number:03d}",
        "customer": "everyday" if number > len(NAMES) else NAMES[number - 1],
        "placedOn": f"2026-10-{1 + number // 2:02d}",
        "changedAt": f"2026-11-{1 + number // 2:02d}T10:00:00Z",
        "total": f"{number}.500",
        "boxes": number,
        "isSent": int(number % 2 == 0),
    }


def line(number: int) -> dict[str, object]:
    return {
        "ID": guid(1000 + number),
        "parent_ID": guid(1 + number // 2),
        "description": f"Line {number}",
        "quantity": "2.000",
    }


TABLES = {
    "Orders": [order(number) for number in range(1, 51)],
    "Lines": [line(number) for number in range(20)],
    "Rates": [{"code": "NL", "percent": 21}],
}


@dataclass(frozen=True)
class Shop:
    """CAP that runs, and what its own $metadata says."""

    at: str
    contract: Contract

    def ask(self, what: Callable[[Connector], Awaitable[T]], **changes: str) -> T:
        """Connects, asks, closes."""

        async def whole() -> T:
            network = Network(allowed_private=frozenset({"127.0.0.1"}))
            connection = Connection(
                name="shop",
                title="The shop",
                at=self.at + PATH,
                contract=self.contract,
                profile=PROFILE,
                transport=network.transport("shop", title="The shop"),
                now=lambda: datetime.now(UTC),
                settings={**SETTINGS, **changes},
            )
            try:
                return await what(connect(connection))
            finally:
                await network.close()

        return asyncio.run(whole())

    def read(self, query: Query) -> list[Row]:
        """All rows, to the last page."""

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

        return self.ask(to_the_end)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    install()
    with running(tmp_path_factory.mktemp("cap"), TABLES) as at:
        yield Shop(at, read_contract([_metadata(at)], PROFILE))


def _metadata(at: str) -> bytes:
    password = base64.b64encode(b"portal:portal").decode()
    request = urllib.request.Request(
        f"{at}{PATH}/$metadata", headers={"Authorization": f"Basic {password}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        content: bytes = answer.read()
    return content


def query(
    *relations: Relation, table: str = "Orders", fields: tuple[str, ...] = ("number",)
) -> Query:
    return Query(table=table, relations=relations, fields=fields)


def numbers(rows: list[Row]) -> list[object]:
    return [row["number"] for row in rows]


def test_its_own_metadata_is_read(shop: Shop) -> None:
    orders = shop.contract.tables["Orders"]
    assert {name: field.type for name, field in orders.fields.items()} == {
        "ID": Type.TEXT,
        "number": Type.TEXT,
        "customer": Type.TEXT,
        "placedOn": Type.DATE,
        "changedAt": Type.DATETIME,
        "total": Type.NUMBER,
        "boxes": Type.INTEGER,
        "isSent": Type.BOOLEAN,
        "lines": Type.LIST,
    }
    assert orders.key == ("ID",)
    assert not orders.fields["ID"].required_to_create
    assert orders.fields["customer"].max_length == 40
    assert not any(field.writable for field in shop.contract.tables["Rates"].fields.values())


def test_it_lets_us_in_or_not(shop: Shop) -> None:
    shop.ask(lambda connector: connector.check())
    with pytest.raises(Misconfigured, match="does not let us in"):
        shop.ask(lambda connector: connector.check(), SHOP_PASSWORD="wrong")


@pytest.mark.parametrize("number", range(1, len(NAMES) + 1))
def test_a_value_finds_its_own_row_and_no_other(shop: Shop, number: int) -> None:
    asked = query(Relation("customer", (NAMES[number - 1],)))
    assert numbers(shop.read(asked)) == [f"VO-{number:03d}"]


def test_a_mail_address_is_found_whatever_its_letters(shop: Shop) -> None:
    asked = query(Relation("customer", ("anna@example.NL",), fold_case=True))
    assert numbers(shop.read(asked)) == ["VO-009"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ID", guid(12)),
        ("number", "VO-012"),
        ("total", "12.5"),
        ("boxes", "12"),
    ],
)
def test_each_type_can_be_asked(shop: Shop, field: str, value: str) -> None:
    assert numbers(shop.read(query(Relation(field, (value,))))) == ["VO-012"]


def test_days_moments_and_yes_or_no_can_be_asked(shop: Shop) -> None:
    day = query(Relation("placedOn", ("2026-10-07",)))
    moment = query(Relation("changedAt", ("2026-11-07T11:00:00+01:00",)))
    both = query(Relation("placedOn", ("2026-10-07",)), Relation("isSent", ("true",)))
    assert sorted(map(str, numbers(shop.read(day)))) == ["VO-012", "VO-013"]
    assert sorted(map(str, numbers(shop.read(moment)))) == ["VO-012", "VO-013"]
    assert numbers(shop.read(both)) == ["VO-012"]


def test_many_values_find_their_rows_once(shop: Shop) -> None:
    wanted = [f"VO-{number:03d}" for number in range(10, 23)]
    rows = shop.read(query(Relation("number", (*wanted, "VO-999", wanted[0]))))
    assert sorted(map(str, numbers(rows))) == wanted


def test_a_list_is_read_to_its_end_over_the_pages_of_the_service(shop: Shop) -> None:
    """The service gives seven rows at a time."""
    rows = shop.read(replace(query(Relation("customer", ("everyday",))), order=Order("number")))
    assert numbers(rows) == [f"VO-{number:03d}" for number in range(50, len(NAMES), -1)]


def test_rows_up_to_a_value_newest_first(shop: Shop) -> None:
    asked = replace(query(), order=Order("placedOn"), at_most=("placedOn", "2026-10-02"))
    assert numbers(shop.read(asked)) == ["VO-003", "VO-002", "VO-001"]


def test_what_is_inside_comes_in_the_same_call(shop: Shop) -> None:
    fields = ("number", "total", "lines.description", "lines.quantity")
    (row,) = shop.read(query(Relation("number", ("VO-002",)), fields=fields))
    assert row == {
        "ID": guid(2),
        "number": "VO-002",
        "total": "2.500",
        "lines": [
            {"description": "Line 2", "quantity": "2.000", "ID": guid(1002)},
            {"description": "Line 3", "quantity": "2.000", "ID": guid(1003)},
        ],
    }


def test_only_what_is_asked_comes(shop: Shop) -> None:
    (row,) = shop.read(query(Relation("number", ("VO-002",)), fields=("boxes",)))
    assert row == {"ID": guid(2), "boxes": 2}


def test_a_table_that_it_does_not_have_after_all_is_misconfigured(shop: Shop) -> None:
    gone = replace(shop.contract.tables["Rates"], name="Gone")
    drifted = Shop(shop.at, Contract(tables={"Gone": gone}))
    with pytest.raises(Misconfigured, match='no "Gone" at this address'):
        drifted.read(query(table="Gone", fields=("percent",)))


def test_a_field_that_it_does_not_have_after_all_is_refused(shop: Shop) -> None:
    orders = shop.contract.tables["Orders"]
    fields = {**orders.fields, "colour": replace(orders.fields["number"], name="colour")}
    drifted = Shop(shop.at, Contract(tables={"Orders": replace(orders, fields=fields)}))
    with pytest.raises(Refused):
        drifted.read(query(fields=("colour",)))


def test_nobody_there_is_unavailable(shop: Shop) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        Shop("http://127.0.0.1:9", shop.contract).read(query())
