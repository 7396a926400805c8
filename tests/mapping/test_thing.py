"""Rows of sources become a record in clear."""

from datetime import date
from pathlib import Path

from balie.mapping.kinds import Kind
from balie.systems.contract import Type
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
