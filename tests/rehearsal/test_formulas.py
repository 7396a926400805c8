"""Formulas of examples/rehearsal.yaml."""

from datetime import date
from decimal import Decimal

import pytest

from balie.rehearsal.formula import FormulaError, Value, read_formula

NAMES: dict[str, Value] = {
    "line": {"price": Decimal("7.85"), "quantity": Decimal(4), "good": {"name": "Kraan"}},
    "lines": [{"total": Decimal(1)}, {"total": Decimal(2)}],
    "day": date(2026, 11, 22),
    "ways": {"sent": ["a", "b"]},
    "double": lambda number: number * 2,
}


def worked_out(text: str) -> Value:
    formula = read_formula(text)
    assert formula is not None
    return formula.of(NAMES)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("= line.price * line.quantity", Decimal("31.40")),
        ("= 7 // 2 + 7 % 2", Decimal(4)),
        ("= -double(3)", Decimal(-6)),
        ('= "no" if line.quantity > 4 else "yes"', "yes"),
        ("= line.nothing or line.good.name", "Kraan"),
        ("= lines.total", [Decimal(1), Decimal(2)]),
        ("= lines[2].total", Decimal(1)),
        ('= ways["sent"]', ["a", "b"]),
        ("= day - 2", date(2026, 11, 20)),
        ("= day - (day - 30)", Decimal(30)),
        ("= day + 1 < day", False),
        ("= line.quantity in [1, 4]", True),
        ("{line.good.name}: {line.quantity}", "Kraan: 4"),
        ("{line.nothing}", ""),
    ],
)
def test_a_formula_is_worked_out(text: str, value: Value) -> None:
    assert worked_out(text) == value


def test_a_text_without_braces_is_no_formula() -> None:
    assert read_formula("Kogelkraan messing 22 x 15 mm = mooi") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("= lien.price", "nothing is called `lien` here. There are: day, line, lines, ways"),
        ("= line.price *", "is no formula"),
        ("= day.year", "asks a field of something that has no fields"),
        ("= 1 / 0", "cannot be worked out"),
        ("= line + 1", "is no number"),
        ("= (lambda: 1)()", "is not among the things that a formula can do"),
        ("= __import__('os')", "nothing is called `__import__` here"),
        ("= line.__class__.__mro__[1](1)", "is not among the things that a formula can do"),
    ],
)
def test_what_a_formula_cannot_do_is_said_in_words(text: str, words: str) -> None:
    with pytest.raises(FormulaError) as problem:
        worked_out(text)
    assert words in str(problem.value)
