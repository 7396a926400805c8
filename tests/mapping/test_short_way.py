"""Most fields are made the short way, and many of their values once: that changes no value."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from balie.blueprint.model import ThingField
from balie.mapping.clear import Unreadable, clear
from balie.mapping.kinds import Kind
from balie.mapping.thing import NO_VALUE, MappedThing, Value
from balie.systems.contract import Field, Type
from balie.systems.rows import Raw
from tests.mapping.things import compiled, fields

THING = """
name: order
from: books.orders
key: number
owner: number = me.customer
fields:
  number: {name: Number, from: number}
  note: {name: Note, from: note}
  day: {name: Day, from: day}
  total: {name: Total, from: total}
  weight: {name: Weight, from: weight}
  status: {name: Status, from: status, words: {open: It is open, "3": Three, other: Something}}
  step: {name: Step, from: step, words: {"1": One, "3": Three}}
"""
PROFILE = "{no value: [0001-01-01, none, open-ended], amounts: {fields: [total], currency: USD}}"
TYPES = {
    "number": Type.TEXT,
    "note": Type.TEXT,
    "day": Type.DATE,
    "total": Type.NUMBER,
    "weight": Type.NUMBER,
    "status": Type.TEXT,
    "step": Type.INTEGER,
}
NO_VALUES = frozenset({"0001-01-01", "none", "open-ended"})
RAW: st.SearchStrategy[Raw] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.sampled_from(["", " ", "none", " none", "open", " open ", "open-ended", "3", "03", "other"]),
    st.sampled_from(["2026-11-23", "0001-01-01", "2026-11-23T10:00", "12.50", "-3", "1e3", "٣"]),
    st.text(max_size=6),
)


@pytest.fixture(scope="module")
def thing(tmp_path_factory: pytest.TempPathFactory) -> MappedThing:
    folder: Path = tmp_path_factory.mktemp("shop")
    return compiled(folder, THING, {"orders": fields(**TYPES)}, profile=PROFILE)


def expected(thing: MappedThing, name: str, raw: Raw) -> Value:
    """A value the long way, and nothing remembered. Raises Unreadable."""
    field = thing.fields[name]
    described, zone = Field(name=name, type=TYPES[name]), ZoneInfo("Europe/Amsterdam")
    value = clear(raw, described, NO_VALUES, zone)
    if value is None:
        return NO_VALUE
    if field.kind is Kind.MONEY:
        return Value(value, currency="USD")
    return _worded(field.field, value) if field.kind is Kind.STATUS else Value(value)


def _worded(field: ThingField, value: object) -> Value:
    code = str(value)
    stage = next((one for one in field.words if one.code == code), None)
    fallback = next((one for one in field.words if one.code is None), None)
    return Value(value, code, stage or fallback)  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(sorted(TYPES)), raw=RAW)
@example(name="day", raw=True)
@example(name="status", raw=3)
@example(name="step", raw="3")
def test_a_value_is_the_same_the_first_time_and_ever_after(
    thing: MappedThing, name: str, raw: Raw
) -> None:
    rows = {"": [{"number": "A1", name: raw}]}
    for _ in range(2):
        try:
            value = expected(thing, name, raw)
        except Unreadable:
            with pytest.raises(Unreadable):
                thing.record(rows, (name,), date(2026, 11, 23))
            continue
        if name == "number" and value is NO_VALUE:
            continue  # it is the key, and a record without one is none
        record = thing.record(rows, (name,), date(2026, 11, 23))
        assert record is not None
        assert record.value(name) == value
        assert type(record.value(name).value) is type(value.value)
