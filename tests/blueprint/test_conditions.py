"""Conditions answer yes, no or unknown, and unknown is never yes."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from balie.blueprint.conditions import Lookup, Outcome, parse
from balie.blueprint.grammar import NotUnderstood
from balie.blueprint.source import Span, Text

TODAY = date(2026, 11, 22)


def row(**values: Outcome) -> Lookup:
    return lambda name: values.get(name.replace(".", "_"))


ORDER = row(
    order_status="open",
    order_total=Decimal("237.46"),
    order_days=6,
    order_placed_on=date(2026, 11, 16),
    order_changed_at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
    order_paid=True,
    order_note="",
    order_nan=Decimal("NaN"),
    order_lines=[row(quantity=2, sent=2, item="A"), row(quantity=3, sent=1, item="B")],
    order_gaps=[row(quantity=2), row()],
    order_nothing=[],
)


def answer(condition: str) -> bool | None:
    return parse(Text(condition)).holds(ORDER, TODAY)


ANSWERS: dict[str, bool | None] = {
    'order.status == "open"': True,
    "order.status == 'open'": True,
    'order.status != "open"': False,
    'order.status in ["draft", "open"]': True,
    'order.status in ["draft"]': False,
    "order.status in []": False,
    "order.total > 200": True,
    "order.total >= 237.46": True,
    "order.total < 237": False,
    "order.days > 5 && order.paid": True,
    "order.days <= 5 || order.paid": True,
    "!order.paid": False,
    "!!order.paid": True,
    "!(order.days > 5)": False,
    "order.days + 4 == 10": True,
    "order.days - 4 * 2 == -2": True,
    "(order.days - 4) * 2 == 4": True,
    "order.days / 4 == 1.5": True,
    "-order.days == -6": True,
    "order.days / 0 == 1": None,
    "order.placed_on < today()": True,
    'order.placed_on == "2026-11-16"': True,
    "order.changed_at == today()": True,
    'order.placed_on == "soon"': None,
    "has(order.status)": True,
    "has(order.note)": False,
    "has(order.missing)": False,
    "!has(order.missing)": True,
    "size(order.lines) == 2": True,
    "size(order.status) == 4": True,
    'order.status.startsWith("op")': True,
    'order.status.endsWith("x")': False,
    'order.status.contains("pe")': True,
    'order.days.contains("6")': None,
    "order.lines.all(line, line.sent <= line.quantity)": True,
    "order.lines.all(line, line.sent == line.quantity)": False,
    'order.lines.exists(line, line.item == "B" && order.paid)': True,
    "order.lines.exists(line, line.quantity > 9)": False,
    "order.nothing.all(line, line.quantity > 9)": True,
    "order.nothing.exists(line, line.quantity > 9)": False,
    "order.gaps.all(line, line.quantity == 2)": None,
    "order.gaps.exists(line, line.quantity == 2)": True,
    "order.gaps.exists(line, line.quantity == 3)": None,
    "order.status.all(line, line.quantity == 3)": None,
    # Kleene's logic: what is unknown decides only where the rest does not.
    "order.missing > 1": None,
    "order.missing > 1 || order.paid": True,
    "order.paid || order.missing > 1": True,
    "order.missing > 1 || !order.paid": None,
    "order.missing > 1 && !order.paid": False,
    "!order.paid && order.missing > 1": False,
    "order.missing > 1 && order.paid": None,
    "!(order.missing > 1)": None,
    'order.missing in ["a"]': None,
    'order.note == ""': None,
    "order.nan > 1": None,
    'order.total == "237.46"': None,
    "order.paid == 1": None,
    "true": True,
    "false || order.paid == true": True,
    "order.status": None,
    '"a\\"b" == "a\\"b"': True,
}


@pytest.mark.parametrize("condition", ANSWERS)
def test_a_condition_answers(condition: str) -> None:
    assert answer(condition) is ANSWERS[condition]


MISTAKES = {
    'status = "open"': (8, '"=" does not compare'),
    'status == "open': (11, "this text has no end"),
    "a & b": (3, 'a single "&" says nothing'),
    "a ==": (1, "a name or a value is missing at the end"),
    "(a == 1": (1, '")" is missing at the end'),
    "a == 1)": (7, 'there is no && or || before ")"'),
    "a b": (3, 'there is no && or || before "b"'),
    "a in b": (6, '"[" is missing before "b"'),
    "a in [1 2]": (9, '"," is missing before "2"'),
    "now() > 1": (1, '"now" is not something a condition can do'),
    "a.matches('x')": (1, '"a.matches" is not something a condition can do'),
    "has(1)": (1, '"has" is not something a condition can do'),
    "a == 1 # b": (8, '"#" has no meaning in a condition'),
    "a.all(b.c, true)": (7, 'a new name for the row is missing before "b.c"'),
    "a.all(b, b.all(b, true))": (16, 'a new name for the row is missing before "b"'),
    "1" * 40: (1, "this number is too long"),
    "(" * 100: (41, 'there are too many brackets within brackets before "("'),
    "a == 1 || " * 300: (1, "this condition is too long"),
    "": (1, "a name or a value is missing at the end"),
}


@pytest.mark.parametrize("condition", MISTAKES)
def test_a_mistake_is_told_at_its_place(condition: str) -> None:
    column, message = MISTAKES[condition]
    at = Span("things.yaml", 1, 1, 1 + len(condition))
    with pytest.raises(NotUnderstood) as told:
        parse(Text(condition, at))
    assert (told.value.at.column, told.value.message) == (column, message)


def test_the_names_of_a_condition_are_known_with_those_of_its_rows() -> None:
    condition = parse(Text("order.lines.exists(line, line.item == order.item) && has(a.b)"))
    assert condition.names == ("order.lines", "order.lines.item", "order.item", "a.b")


def test_the_codes_that_a_name_is_compared_with_are_known() -> None:
    condition = parse(Text('status in ["a", "b"] || other == "c" || x + y == "d"'))
    assert condition.compared == (("status", "a"), ("status", "b"), ("other", "c"))
