"""What `sets:` and `sends:` come to."""

from datetime import date
from decimal import Decimal

import pytest

from balie.blueprint.conditions import Outcome
from balie.blueprint.formulas import formula
from balie.blueprint.grammar import NotUnderstood
from balie.blueprint.source import Span, Text

TODAY = date(2026, 11, 22)
LINES = [{"price": Decimal("12.50"), "quantity": 2}, {"price": Decimal("3"), "quantity": 1}]
KNOWN = {
    "me.customer": "C-10",
    "return.order": "VO-1",
    "return.lines": [row.get for row in LINES],
    "return.nothing": None,
    "return.empty": [],
    "return.holes": [{"price": None, "quantity": 1}.get],
}


def text(written: str) -> Text:
    return Text(written, Span("things.yaml", 1, 1, 1))


def value(written: str) -> Outcome:
    return formula(text(written)).value(KNOWN.get, TODAY)


@pytest.mark.parametrize(
    ("written", "comes_to"),
    [
        ("me.customer", "C-10"),
        ("Return of order {return.order}", "Return of order VO-1"),
        ("sum(return.lines.price * return.lines.quantity)", Decimal("28.00")),
        ("sum(return.lines.quantity)", Decimal(3)),
        ("today()", TODAY),
        ("Item", "Item"),
        ("Vraag van een klant", "Vraag van een klant"),
        ("sum(return.empty.price)", Decimal(0)),
    ],
)
def test_a_value_comes_to(written: str, comes_to: Outcome) -> None:
    assert value(written) == comes_to


@pytest.mark.parametrize(
    "written",
    [
        "return.nothing",
        "Return of {return.nothing}",
        "sum(return.holes.price * return.holes.quantity)",
        "sum(return.unknown.price)",
    ],
)
def test_what_is_unknown_stays_unknown(written: str) -> None:
    assert value(written) is None


def test_names_are_told_with_their_place() -> None:
    assert formula(text("Return of {return.order}")).names == ("return.order",)
    assert formula(text("sum(return.lines.price)")).names == ("return.lines.price",)


def test_a_sum_over_two_lists_has_no_sense() -> None:
    with pytest.raises(NotUnderstood):
        formula(text("sum(return.lines.price * order.lines.quantity)"))
