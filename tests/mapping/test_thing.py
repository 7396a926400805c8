"""Rows of sources become a record in clear."""

from datetime import date
from pathlib import Path

import pytest

from balie.mapping.clear import Unreadable
from balie.mapping.kinds import Kind
from balie.systems.contract import Field, Type
from tests.mapping.things import compiled, fields

TODAY = date(2026, 12, 1)

ORDER = """
from: books.orders
key: number
owner: customer = me.customer
leave out rows: changed >= today()
fields:
  number: {name: Number, from: number}
  changed: {name: Changed, from: changed}
"""
MOMENTS = {"orders": fields(number=Type.TEXT, customer=Type.TEXT, changed=Type.DATETIME)}


def test_the_day_of_a_moment_is_the_day_in_the_blueprints_zone(tmp_path: Path) -> None:
    order = compiled(tmp_path, ORDER, MOMENTS)
    late = {"number": "1", "changed": "2026-10-31T23:30:00Z"}
    record = order.record({"": [late]}, ("changed",), TODAY)
    assert record is not None
    changed = record.value("changed").value
    assert str(changed) == "2026-11-01 00:30:00+01:00"


def test_a_condition_compares_a_moment_with_today_in_the_blueprints_zone(tmp_path: Path) -> None:
    late = {"number": "1", "changed": "2026-11-30T23:30:00Z"}
    order = compiled(tmp_path, ORDER, MOMENTS)
    assert order.left_out({"": [late]}, TODAY)  # it is the first of December in Amsterdam
    (tmp_path / "west").mkdir()
    west = compiled(tmp_path / "west", ORDER, MOMENTS, zone="America/New_York")
    assert not west.left_out({"": [late]}, TODAY)


LIFE = """
from:
  - {shipped: books.shipped}
  - {open: books.orders}
key: number
owner: customer = me.customer
fields:
  number: {name: Number, from: {shipped: number, open: number}}
  note: {name: Note, from: {shipped: note, open: note}}
"""


def test_only_spaces_do_not_hide_a_later_source(tmp_path: Path) -> None:
    known = fields(number=Type.TEXT, customer=Type.TEXT, note=Type.TEXT)
    order = compiled(tmp_path, LIFE, {"orders": known, "shipped": known})
    rows = {
        "shipped": [{"number": "1", "note": "   "}],
        "open": [{"number": "1", "note": " at the back "}],
    }
    record = order.record(rows, ("note",), TODAY)
    assert record is not None
    assert record.value("note").value == "at the back"


NUMBERS = """
from: books.orders
key: id
owner: customer = me.customer
fields:
  id: {name: Id, from: id}
  number: {name: Number, from: number}
  customer: {name: Customer, from: customer}
  boxes: {name: Boxes, from: boxes}
"""


def test_numbers_that_say_which_one_are_text(tmp_path: Path) -> None:
    known = fields(**dict.fromkeys(("id", "number", "customer", "boxes"), Type.INTEGER))
    order = compiled(tmp_path, NUMBERS, {"orders": known}, address="/orders/{order.number}")
    kinds = {id_: field.kind for id_, field in order.fields.items()}
    assert kinds == {
        "id": Kind.TEXT,  # the key
        "number": Kind.TEXT,  # in the address
        "customer": Kind.TEXT,  # says whose
        "boxes": Kind.NUMBER,
    }


PRICED = """
from: books.orders
key: number
owner: customer = me.customer
fields:
  number: {name: Number, from: number}
  total: {name: Total, from: total}
"""
AMOUNTS = "amounts: {currency: EUR, fields: [total], currency from: currency}"
WITH_CURRENCY = {
    "orders": fields(number=Type.TEXT, customer=Type.TEXT, total=Type.NUMBER, currency=Type.TEXT)
}


@pytest.mark.parametrize(
    ("written", "currency"), [("SEK", "SEK"), (" usd ", "USD"), ("", "EUR"), (None, "EUR")]
)
def test_an_amount_carries_the_currency_of_its_row(
    tmp_path: Path, written: str | None, currency: str
) -> None:
    order = compiled(tmp_path, PRICED, WITH_CURRENCY, profile=AMOUNTS)
    assert "currency" in order.raw_paths(order.source(""), ("total",))
    assert "currency" not in order.raw_paths(order.source(""), ("number",))
    row = {"number": "1", "total": "12.5", "currency": written}
    record = order.record({"": [row]}, ("number", "total"), TODAY)
    assert record is not None
    assert record.value("total").currency == currency
    assert record.value("number").currency is None


def test_a_code_that_is_no_currency_is_unreadable(tmp_path: Path) -> None:
    order = compiled(tmp_path, PRICED, WITH_CURRENCY, profile=AMOUNTS)
    row = {"number": "1", "total": "12.5", "currency": "a lot"}
    with pytest.raises(Unreadable, match='"currency" is not a currency'):
        order.record({"": [row]}, ("total",), TODAY)


def test_a_table_without_the_field_has_the_currency_of_the_system(tmp_path: Path) -> None:
    known = fields(number=Type.TEXT, customer=Type.TEXT, total=Type.NUMBER)
    order = compiled(tmp_path, PRICED, {"orders": known}, profile=AMOUNTS)
    assert "currency" not in order.raw_paths(order.source(""), ("total",))
    record = order.record({"": [{"number": "1", "total": "12.5"}]}, ("total",), TODAY)
    assert record is not None
    assert record.value("total").currency == "EUR"


INSIDE = PRICED.replace("books.orders", "books.orders.lines")


def test_rows_inside_a_row_have_the_currency_of_the_row_around_them(tmp_path: Path) -> None:
    inner = fields(number=Type.TEXT, customer=Type.TEXT, total=Type.NUMBER)
    lines = Field(name="lines", type=Type.LIST, fields=inner)
    around = {"orders": {**fields(currency=Type.TEXT), "lines": lines}}
    line = compiled(tmp_path, INSIDE, around, profile=AMOUNTS)
    source = line.source("")
    assert source.paths_around == ("currency",)
    assert "currency" not in line.raw_paths(source, ("total",))
    rows = source.rows_inside({"currency": "SEK", "lines": [{"number": "1", "total": 2}]})
    record = line.record({"": rows}, ("total",), TODAY)
    assert record is not None
    assert record.value("total").currency == "SEK"


# ---- which one it is

KEYED = """
from: books.orders
key: number
owner: customer = me.customer
fields:
  nr: {name: Number, from: number}
  number: {name: How many, from: count}
  customer: {name: Total, from: total}
"""
COUNTED = {
    "orders": fields(number=Type.TEXT, customer=Type.TEXT, count=Type.INTEGER, total=Type.INTEGER)
}


def test_a_field_that_bears_the_name_of_the_raw_key_is_not_the_key(tmp_path: Path) -> None:
    order = compiled(tmp_path, KEYED, COUNTED)
    assert order.key_path(order.source("")) == "number"
    assert [name for name in ("nr", "number", "customer") if order.is_key(name)] == ["nr"]
    record = order.record({"": [{"number": "A-1", "count": 12}]}, ("number",), TODAY)
    assert record is not None
    assert record.key == "A-1"
    assert str(record.value("number").value) == "12"


def test_an_amount_that_bears_the_name_of_a_raw_tie_is_still_an_amount(tmp_path: Path) -> None:
    order = compiled(tmp_path, KEYED, COUNTED)
    assert order.fields["number"].kind is Kind.NUMBER
    assert order.fields["customer"].kind is Kind.NUMBER


SEVERAL = """
key: number
from:
  - {open: books.orders}
  - {gone: books.shipments}
owner: customer = me.customer
fields:
  number: {name: Number, from: {open: number, gone: orderNumber}}
  nr: {name: Also, from: {open: number, gone: orderNumber}}
"""


def test_with_several_sources_the_key_may_be_a_field(tmp_path: Path) -> None:
    tables = COUNTED | {"shipments": fields(orderNumber=Type.TEXT, customer=Type.TEXT)}
    order = compiled(tmp_path, SEVERAL, tables)
    assert order.key_path(order.source("open")) == "number"
    assert order.key_path(order.source("gone")) == "orderNumber"
    assert order.is_key("number")
    assert order.is_key("nr")
