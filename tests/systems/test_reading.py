"""From a query to calls and back to rows."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from balie.systems.connector import Connection
from balie.systems.contract import Contract, Field, Table, Type
from balie.systems.errors import Misconfigured, Unavailable
from balie.systems.profile import Profile
from balie.systems.query import Order, Query, Relation
from balie.systems.reading import Call, Part, read
from balie.systems.rows import Rows
from balie.systems.transport import Request, Response

FIELDS = ("id", "number", "city")
TABLE = Table(
    name="Orders",
    fields={
        **{name: Field(name=name, max_length=10) for name in FIELDS},
        "total": Field(name="total", type=Type.NUMBER),
        "secret": Field(name="secret", readable=False),
    },
    key=("id",),
    equals=frozenset(FIELDS),
    among={"id": 2},
    sorts=frozenset({"total", "number"}),
    page_size=50,
)


class Nobody:
    async def send(self, request: Request) -> Response:
        raise AssertionError("nothing is sent here")


CONNECTION = Connection(
    name="erp",
    title="The ERP",
    at="https://erp.example",
    contract=Contract(tables={"Orders": TABLE}),
    profile=Profile({"no value": ["-"]}),
    transport=Nobody(),
    now=lambda: datetime(2026, 11, 22, tzinfo=UTC),
    tables={"orders": "Orders"},
)


def query(*relations: Relation, limit: int = 20, cursor: str | None = None) -> Query:
    return Query(
        table="orders", relations=relations, fields=("number",), limit=limit, cursor=cursor
    )


class Asked:
    """Answers each call with rows named after the values that were asked."""

    def __init__(self, pages: int = 1) -> None:
        self.calls: list[Call] = []
        self.pages = pages

    async def __call__(self, call: Call) -> Part:
        await asyncio.sleep(0)
        self.calls.append(call)
        page = int(call.cursor or 1)
        values = call.relations[0].values if call.relations else ("all",)
        rows = [{"id": f"{value}.{page}", "number": value, "total": 1} for value in values]
        return Part(rows, str(page + 1) if page < self.pages else None)

    @property
    def values(self) -> list[tuple[str, ...]]:
        return [call.relations[0].values for call in self.calls]


async def test_a_table_goes_by_the_name_that_the_blueprint_gives_it() -> None:
    asked = Asked()
    rows = await read(CONNECTION, query(), asked)
    assert asked.calls[0].table is TABLE
    assert rows == Rows(({"id": "all.1", "number": "all"},))


async def test_values_are_split_into_as_few_calls_as_the_contract_allows() -> None:
    asked = Asked()
    await read(CONNECTION, query(Relation("id", ("a", "b", "c", "d", "e", "a"))), asked)
    assert asked.values == [("a", "b"), ("c", "d"), ("e",)]


async def test_values_of_a_field_that_takes_one_go_one_by_one() -> None:
    asked = Asked()
    await read(CONNECTION, query(Relation("city", ("a", "b"))), asked)
    assert asked.values == [("a",), ("b",)]


async def test_values_of_two_fields_are_combined() -> None:
    asked = Asked()
    both = query(Relation("id", ("a", "b", "c")), Relation("city", ("x", "y")))
    await read(CONNECTION, both, asked)
    assert [tuple(one.values for one in call.relations) for call in asked.calls] == [
        (("a", "b"), ("x",)),
        (("a", "b"), ("y",)),
        (("c",), ("x",)),
        (("c",), ("y",)),
    ]


async def test_values_that_must_go_alone_do() -> None:
    asked = Asked()
    values = Relation("id", ("a", "b,c", "d"))
    await read(CONNECTION, query(values), asked, alone=lambda value: "," in value)
    assert asked.values == [("a", "d"), ("b,c",)]


async def test_values_that_no_row_can_have_are_left_out() -> None:
    asked = Asked()
    await read(CONNECTION, query(Relation("id", ("", "-", "x" * 11, "a\0", "\ud800", "a"))), asked)
    assert asked.values == [("a",)]


@pytest.mark.parametrize("values", [(), ("",), ("-",), ("x" * 11,), ("\ud800",)])
async def test_without_a_value_nothing_is_asked(values: tuple[str, ...]) -> None:
    asked = Asked()
    both = query(Relation("city", ("x",)), Relation("id", values))
    assert await read(CONNECTION, both, asked) == Rows(())
    assert asked.calls == []


async def test_a_question_that_would_take_too_many_calls_is_refused() -> None:
    many = Relation("city", tuple(f"c{n}" for n in range(101)))
    with pytest.raises(Misconfigured, match="would take 101 calls"):
        await read(CONNECTION, query(many), Asked())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"table": "nothing"}, 'no table "nothing"'),
        ({"fields": ("nothing",)}, 'no field "nothing" to read'),
        ({"fields": ("secret",)}, 'no field "secret" to read'),
        ({"relations": (Relation("total", ("1",)),)}, 'cannot be asked for rows by "total"'),
        ({"order": Order("city")}, 'cannot sort by "city"'),
        ({"order": Order("total", descending=False)}, 'cannot sort by "total"'),
        ({"at_most": ("number", "1")}, 'rows up to a "number"'),
    ],
)
async def test_what_cannot_be_asked_is_said_and_not_left_out(
    change: dict[str, str], says: str
) -> None:
    asked = Asked()
    with pytest.raises(Misconfigured, match=says):
        await read(CONNECTION, replace(query(), **change), asked)
    assert asked.calls == []


async def test_the_limit_is_at_most_a_page_of_the_system() -> None:
    for limit, expected in ((20, 20), (500, 50), (0, 1)):
        asked = Asked()
        await read(CONNECTION, query(limit=limit), asked)
        assert asked.calls[0].limit == expected


async def test_a_list_in_one_call_keeps_the_order_of_the_system() -> None:
    async def ask(call: Call) -> Part:
        return Part([{"id": "2", "number": "b"}, {"id": "1", "number": "a"}, {"id": "2"}])

    rows = await read(CONNECTION, query(), ask)
    assert [row["id"] for row in rows.rows] == ["2", "1", "2"]


async def test_rows_of_several_calls_are_put_in_order_and_come_once() -> None:
    totals = {"a": 1, "b": 30, "c": None, "d": 4.5}

    async def ask(call: Call) -> Part:
        values = (*call.relations[0].values, "d")
        return Part([{"id": value, "total": totals[value]} for value in values])

    asked = replace(query(Relation("id", ("a", "b", "c"))), fields=("total",), order=Order("total"))
    rows = await read(CONNECTION, asked, ask)
    assert [row["total"] for row in rows.rows] == [30, 4.5, 1, None]


async def test_each_call_goes_on_where_it_was_until_all_are_at_their_end() -> None:
    asked = Asked(pages=2)
    first = await read(CONNECTION, query(Relation("id", ("a", "b", "c"))), asked)
    assert [row["id"] for row in first.rows] == ["a.1", "b.1", "c.1"]
    assert first.next is not None
    rest = query(Relation("id", ("a", "b", "c")), cursor=first.next)
    second = await read(CONNECTION, rest, asked)
    assert [row["id"] for row in second.rows] == ["a.2", "b.2", "c.2"]
    assert second.next is None


async def test_a_call_that_is_at_its_end_is_not_made_again() -> None:
    calls: list[tuple[str, ...]] = []

    async def ask(call: Call) -> Part:
        calls.append(call.relations[0].values)
        is_long = call.relations[0].values == ("c",) and call.cursor is None
        return Part([], "2" if is_long else None)

    first = await read(CONNECTION, query(Relation("id", ("a", "b", "c"))), ask)
    await read(CONNECTION, query(Relation("id", ("a", "b", "c")), cursor=first.next), ask)
    assert calls == [("a", "b"), ("c",), ("c",)]


async def test_one_fault_is_the_fault_of_the_whole_and_ends_the_other_calls() -> None:
    ended: list[str] = []

    async def ask(call: Call) -> Part:
        if call.relations[0].values == ("c",):
            raise Unavailable("The ERP is away.")
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("ended")
        return Part()

    with pytest.raises(Unavailable):
        await read(CONNECTION, query(Relation("id", ("a", "b", "c"))), ask)
    assert ended == ["ended"]


async def test_a_row_holds_its_key_and_what_was_asked_and_nothing_else() -> None:
    async def ask(call: Call) -> Part:
        return Part([{"id": "1", "number": "a", "city": "Deventer", "@odata.etag": "x"}])

    rows = await read(CONNECTION, query(), ask)
    assert rows.rows == ({"id": "1", "number": "a"},)


async def test_equal_faults_are_equal_texts_without_value_or_place() -> None:
    async def ask(call: Call) -> Part:
        return Part(
            [{"id": "1", "number": 7}, {"id": "2", "number": "b"}, {"id": "3", "number": 8}]
        )

    rows = await read(CONNECTION, query(), ask)
    assert {one.why for one in rows.broken} == {'Orders: a row has a "number" that is not a text'}
    assert [row["id"] for row in rows.rows] == ["2"]


async def test_rows_up_to_a_value_have_one() -> None:
    asked: list[Call] = []

    async def ask(call: Call) -> Part:
        asked.append(call)
        return Part([{"id": str(n), "on": on} for n, on in enumerate(("2026-11-20", None, "-"))])

    dated = replace(
        TABLE,
        fields={**TABLE.fields, "on": Field(name="on", type=Type.DATE)},
        compares=frozenset({"on"}),
    )
    connection = replace(CONNECTION, contract=Contract(tables={"Orders": dated}))
    up_to = replace(query(), fields=("id",), at_most=("on", "2026-11-21T10:00:00Z"))
    rows = await read(connection, up_to, ask)
    assert asked[0].at_most == ("on", "2026-11-22")
    assert [row["id"] for row in rows.rows] == ["0"]
    with pytest.raises(Misconfigured, match=r'to page from does not fit "Orders\.on"'):
        await read(connection, replace(up_to, at_most=("on", "soon")), ask)


async def test_a_broken_row_tells_what_it_has_in_the_fields_of_the_relations() -> None:
    async def ask(call: Call) -> Part:
        return Part([{"id": "1", "number": 7}, {"id": ["x"], "number": 8}, "rubbish"])

    rows = await read(CONNECTION, query(Relation("id", ("1",))), ask)
    assert [dict(one.row) for one in rows.broken] == [{"id": "1"}, {}, {}]
