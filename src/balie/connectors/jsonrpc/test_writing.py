"""Writing to Tryton holds to the contract of writers, with one that answers as 8.2 does."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import msgspec
import pytest

from balie.connectors.jsonrpc.connector import read_contract
from balie.connectors.jsonrpc.writing import writer
from balie.systems.conformance_writing import Mishap, WritingBench, WritingConformance
from balie.systems.connector import Connection
from balie.systems.contract import Contract
from balie.systems.errors import AsksAPerson, Misconfigured, Refused, Unavailable
from balie.systems.profile import Plain, Profile
from balie.systems.rows import Raw
from balie.systems.transport import Request, Response
from balie.systems.writing import Change, Document, How, Repeat

KEY = "0000018f2a4b6c8d00112233445566-1"
FIND, NATURAL = Repeat(How.FIND, "reference"), Repeat(How.NATURAL_KEY, "id")
SECRET = "Lange Geheimweg"
TEXT = {"type": "char", "searchable": True}
NUMBER = {"type": "integer", "readonly": True, "searchable": True}
TABLES: dict[str, object] = {
    "party.address": {
        "id": NUMBER,
        "street": TEXT,
        "city": TEXT,
        "postal_code": TEXT,
        "party": {"type": "many2one", "of": "party.party", "searchable": True},
    },
    "party.party": {"id": NUMBER, "name": TEXT, "phone": {"type": "char"}},
    "sale.sale": {
        "id": NUMBER,
        "reference": TEXT,
        "description": TEXT,
        "state": {**TEXT, "readonly": True},
        "sale_date": {"type": "date"},
        "party": {"type": "many2one", "of": "party.party", "searchable": True},
        "lines": {"type": "one2many", "of": "sale.line"},
        "origin": {"type": "reference", "searchable": True},
    },
    "sale.line": {
        "id": NUMBER,
        "quantity": {"type": "float"},
        "unit_price": {"type": "numeric"},
    },
}


def contract() -> Contract:
    file = {"format": "balie tryton 1", "languages": ["en"], "tables": TABLES}
    profile = Profile({"references": {"sale.sale": {"origin": "sale.sale"}}})
    return read_contract([json.dumps(file).encode()], profile)


@dataclass
class Office:
    """A Tryton with some records, that answers by method. warns: the name of a warning, first."""

    records: dict[str, dict[int, dict[str, Raw]]] = field(default_factory=dict)
    effects: int = 0
    mishap: Mishap = Mishap.NONE
    warns: str = ""
    skipped: list[str] = field(default_factory=list)
    sent: list[Raw] = field(default_factory=list)
    on_write: Callable[[], None] = lambda: None

    def happens(self, mishap: Mishap) -> None:
        self.mishap = mishap

    async def send(self, request: Request) -> Response:
        call = json.loads(request.body or b"null")
        *before, name = call["method"].split(".")
        writes = name in {"create", "write"}
        status = {Mishap.AWAY: 503, Mishap.TOO_MANY: 429, Mishap.NOT_LET_IN: 403}
        if writes and self.mishap in status:
            return Response(status=status[self.mishap], headers={}, body=b"")
        answer = self._answer(".".join(before[1:]), name, call["params"])
        if writes and self.mishap is Mishap.LOST_REPLY:
            raise Unavailable("The reply was lost.")
        headers = {"content-type": "application/json"}
        body = msgspec.json.encode({"id": call["id"], **answer})
        if writes and self.mishap is Mishap.RUBBISH:
            body = b"<html>"
        return Response(status=200, headers=headers, body=body)

    def _answer(self, model: str, name: str, given: list[Raw]) -> dict[str, Raw]:
        arguments, context = given[:-1], given[-1]
        if name == "login":
            return {"result": [7, "key", 60]}
        if name == "skip":
            self.skipped.append(str(arguments[0]))
            return {"result": None}
        rows = self.records.setdefault(model, {})
        match name, arguments:
            case "create", [[dict(values)]]:
                return self._written(values) or self._created(rows, values)
            case "write", [[int(number)], dict(values)]:
                self.on_write()
                stale = self._stale(model, number, context)
                return stale or self._written(values) or self._changed(rows, number, values)
            case "read", [[int(number)], [*fields]]:
                found = [self._told(rows[number], fields)] if number in rows else []
                return {"result": found}
            case "search_read", [[*domain], _, _, _, [*fields]]:
                found = [row for row in rows.values() if all(_holds(row, one) for one in domain)]
                return {"result": [self._told(row, fields) for row in found]}
            case "search", [[*domain], 0, 2, None]:
                alike = [n for n, row in rows.items() if all(_holds(row, one) for one in domain)]
                return {"result": [*alike[:2]]}
            case _:
                return {"error": ["Unknown", ""]}

    def _written(self, values: dict[str, Raw]) -> dict[str, Raw] | None:
        self.sent.append(values)
        if SECRET in str(values):
            words = f'{SECRET} of 12: the value "{SECRET}" on field "Street" is not valid.'
            return {"error": ["UserError", [words, "", [[], {"street": {}, "description": {}}]]]}
        if self.warns and f"1a2b.{self.warns}" not in self.skipped:
            words = f'Address 12 of "{SECRET}" is used on 3 orders.'
            return {"error": ["UserWarning", [f"1a2b.{self.warns}", words, ""]]}
        return None

    def _created(self, rows: dict[int, dict[str, Raw]], values: dict[str, Raw]) -> dict[str, Raw]:
        number = max(rows, default=40) + 1
        rows[number] = {"id": number, "state": "draft", "_timestamp": "1.0", **values}
        self.effects += 1
        return {"result": [number]}

    def _changed(
        self, rows: dict[int, dict[str, Raw]], number: int, values: dict[str, Raw]
    ) -> dict[str, Raw]:
        self.effects += any(rows[number].get(name) != value for name, value in values.items())
        self.somebody(rows[number], values)
        return {"result": None}

    def somebody(self, row: dict[str, Raw], values: dict[str, Raw]) -> None:
        row |= values
        row["_timestamp"] = f"{float(str(row['_timestamp'])) + 1}"

    def _stale(self, model: str, number: int, context: Raw) -> dict[str, Raw] | None:
        moments = context.get("_timestamp") if isinstance(context, dict) else None
        seen = moments.get(f"{model},{number}") if isinstance(moments, dict) else None
        now = self.records[model][number]["_timestamp"]
        if seen is None or seen == now:
            return None
        return {"error": ["ConcurrencyException", "Records were modified in the meanwhile"]}

    def _told(self, row: dict[str, Raw], fields: list[Raw]) -> dict[str, Raw]:
        return {name: row.get(name) for name in map(str, fields)}


def _holds(row: dict[str, Raw], clause: Raw) -> bool:
    assert isinstance(clause, list)
    assert clause[1] == "="
    return row.get(str(clause[0])) == clause[2]


def change(**more: object) -> Change:
    made = Change(
        table="addresses",
        key=KEY,
        repeat=NATURAL,
        row="3",
        fields={"street": "Lindestraat 1"},
        shown={"street": "Kerkweg 12"},
    )
    return replace(made, **more)


@asynccontextmanager
async def office(**words: Plain) -> AsyncIterator[tuple[Office, WritingBench]]:
    here = Office(
        {
            "party.address": {
                3: {"id": 3, "street": "Kerkweg 12", "city": "Utrecht", "_timestamp": "1.0"}
            }
        }
    )
    connection = Connection(
        name="tryton",
        title="Tryton",
        at="http://tryton.example/tryton",
        contract=contract(),
        profile=Profile(words),
        transport=here,
        now=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC),
        settings={"TRYTON_USER": "portal", "TRYTON_PASSWORD": "secret"},
        tables={"addresses": "party.address", "sales": "sale.sale"},
    )
    lines: list[Raw] = [{"quantity": 2, "unit_price": "7.85"}]
    new = Change(
        table="sales",
        key=KEY,
        repeat=FIND,
        fields={
            "description": "Te klein",
            "sale_date": "2026-11-22",
            "party.id": "7",
            "lines": lines,
        },
        returns=("state",),
    )
    row = here.records["party.address"][3]
    yield (
        here,
        WritingBench(
            writer=writer(connection),
            effects=lambda: here.effects,
            mishap=here.happens,
            new=new,
            unfit=replace(new, fields={"description": SECRET}),
            named="description",
            secret=SECRET,
            changes=change(),
            other="Dorpsstraat 5",
            meanwhile=lambda path, value: here.somebody(row, {path: value}),
            by={"street": "Kerkweg 12"},
        ),
    )


class TestTrytonWriter(WritingConformance):
    @asynccontextmanager
    async def bench(self) -> AsyncIterator[WritingBench]:
        async with office() as (_, bench):
            yield bench


async def test_values_go_out_as_tryton_types_them() -> None:
    async with office() as (here, it):
        await it.writer.write(it.new)
        assert here.sent == [
            {
                "reference": KEY,
                "description": "Te klein",
                "sale_date": {"__class__": "date", "year": 2026, "month": 11, "day": 22},
                "party": 7,
                "lines": [
                    [
                        "create",
                        [
                            {
                                "quantity": 2.0,
                                "unit_price": {"__class__": "Decimal", "decimal": "7.85"},
                            }
                        ],
                    ]
                ],
            }
        ]


async def test_a_related_record_that_is_named_is_looked_up_first() -> None:
    async with office() as (here, it):
        here.records["party.party"] = {7: {"name": "Anna"}, 8: {"name": "Bram"}}
        here.records["sale.sale"] = {30: {"id": 30, "reference": "INK-1"}}
        named: dict[str, Raw] = {"party": {"name": "Bram"}, "origin.reference": "INK-1"}
        await it.writer.write(replace(it.new, fields=named))
        assert here.sent == [{"reference": KEY, "party": 8, "origin": "sale.sale,30"}]


@pytest.mark.parametrize("names", [[], ["Anna", "Anna"]], ids=["none", "two"])
async def test_a_related_record_that_is_not_the_only_one_is_refused(names: list[str]) -> None:
    async with office() as (here, it):
        here.records["party.party"] = {n: {"name": name} for n, name in enumerate(names, 7)}
        with pytest.raises(Refused, match='for "party"') as caught:
            await it.writer.write(replace(it.new, fields={"party.name": "Anna"}))
        assert "Anna" not in caught.value.staff
        assert here.effects == 0


async def test_a_related_record_without_a_value_is_none() -> None:
    async with office() as (here, it):
        empty: dict[str, Raw] = {"party.name": None, "origin": {"reference": None}}
        await it.writer.write(replace(it.new, fields=empty))
        assert here.sent == [{"reference": KEY, "party": None, "origin": None}]


async def test_what_a_person_must_answer_writes_nothing_however_often_it_is_tried() -> None:
    async with office() as (here, it):
        here.warns = "shop_open_orders"
        for _ in range(3):
            with pytest.raises(AsksAPerson):
                await it.writer.write(it.new)
        assert (here.effects, here.skipped) == (0, [])


def test_a_reference_refers_to_what_is_described() -> None:
    file = {"format": "balie tryton 1", "languages": ["en"], "tables": TABLES}
    for wrong in ({"sale.sale": {"state": "sale.sale"}}, {"sale.sale": {"origin": "res.user"}}):
        with pytest.raises(ValueError, match="references"):
            read_contract([json.dumps(file).encode()], Profile({"references": wrong}))


def test_tryton_is_never_asked_for_what_stands_behind_a_reference() -> None:
    table = contract().tables["sale.sale"]
    assert table.fields["origin"].fields.keys() == table.fields.keys()
    assert not any(name.startswith("origin") for name in table.equals | table.sorts)


async def test_a_change_of_another_field_meanwhile_is_tried_again() -> None:
    async with office() as (here, it):
        row = here.records["party.address"][3]
        left = [1]

        def somebody_first() -> None:
            if left:
                left.pop()
                here.somebody(row, {"city": "Zwolle"})

        here.on_write = somebody_first
        await it.writer.write(change())
        assert (row["street"], row["city"]) == ("Lindestraat 1", "Zwolle")


async def test_a_row_that_never_stands_still_is_left_for_later() -> None:
    async with office() as (here, it):
        row = here.records["party.address"][3]
        here.on_write = lambda: here.somebody(row, {})
        with pytest.raises(Unavailable) as caught:
            await it.writer.write(change())
        assert caught.value.may_be_done is False
        assert here.effects == 0


async def test_a_warning_goes_to_a_person_with_its_words_and_without_its_names() -> None:
    async with office() as (here, it):
        here.warns = "party.address"
        with pytest.raises(AsksAPerson) as caught:
            await it.writer.write(change())
        assert "Address … of … is used on … orders." in caught.value.staff
        assert SECRET not in caught.value.staff
        assert (here.effects, here.skipped) == (0, [])


async def test_a_refusal_tells_staff_trytons_words_without_what_was_sent() -> None:
    async with office() as (_, it):
        with pytest.raises(Refused) as caught:
            await it.writer.write(change(fields={"street": SECRET}))
        assert caught.value.staff == (
            'Tryton refused a change of "party.address": … of …: the value … on field … is not '
            "valid. It names: street."
        )


async def test_a_warning_that_the_profile_acknowledges_is_passed_over() -> None:
    async with office(warnings=["party.address"]) as (here, it):
        here.warns = "party.address"
        await it.writer.write(change())
        assert (here.effects, here.skipped) == (1, ["1a2b.party.address"])


async def test_a_warning_that_does_not_end_goes_to_a_person() -> None:
    async with office(warnings=["party.address"]) as (here, it):
        here.warns = "party.address"
        here.skipped = _Forgetful()
        with pytest.raises(AsksAPerson, match="goes on warning"):
            await it.writer.write(change())


class _Forgetful(list[str]):
    """Acknowledged, and asked again all the same."""

    def __contains__(self, _name: object) -> bool:
        return False


async def test_a_file_cannot_go_to_tryton() -> None:
    async with office() as (_, it):
        paper = Document(path="photo", media_type="image/jpeg", content=b"x")
        with pytest.raises(Misconfigured):
            await it.writer.write(change(document=paper, fields={}))
