"""Relations are equalities; durations are a number and a unit."""

from datetime import timedelta

import pytest

from balie.blueprint import durations, relations
from balie.blueprint.grammar import NotUnderstood
from balie.blueprint.relations import Literal, Login, Me, Other, Value
from balie.blueprint.source import Span, Text

VALUES: dict[str, tuple[str, Value]] = {
    "customerNumber = me.customer": ("customerNumber", Me("customer")),
    "email = login.email": ("email", Login("email")),
    'kind = "return and more"': ("kind", Literal("return and more")),
    "id = contact": ("id", Other("contact", "")),
    "id = contact.accountId": ("id", Other("contact", "accountId")),
    "documentId = order.shipped.id": ("documentId", Other("order", "id", "shipped")),
    "party.id=me.customer": ("party.id", Me("customer")),
}


@pytest.mark.parametrize("written", VALUES)
def test_a_relation_is_a_field_and_its_value(written: str) -> None:
    (equality,) = relations.parse(Text(written))
    assert (equality.field, equality.value) == VALUES[written]


def test_equalities_are_joined_by_and_and_each_knows_its_place() -> None:
    written = 'a = "x and y" and b = me.c'
    text = Text(written, Span("things.yaml", 3, 12, 12 + len(written)))
    first, second = relations.parse(text)
    assert (first.text, second.text) == ('a = "x and y"', "b = me.c")
    assert second.text.at == Span("things.yaml", 3, 30, 38)


@pytest.mark.parametrize(
    "written", ["a", "a == b", "a = ", "a > 1", "a = 1", 'a = "x', "a = b or c = d", "a = b and "]
)
def test_anything_else_is_not_a_relation(written: str) -> None:
    with pytest.raises(NotUnderstood):
        relations.parse(Text(written))


LENGTHS = {
    "800 ms": timedelta(milliseconds=800),
    "1 second": timedelta(seconds=1),
    "5 minutes": timedelta(minutes=5),
    "24 hours": timedelta(hours=24),
    "2 weeks": timedelta(weeks=2),
    "13 months": timedelta(days=13 * 31),
    "7 years": timedelta(days=7 * 366),
}


@pytest.mark.parametrize("written", LENGTHS)
def test_a_duration_is_a_number_and_a_unit(written: str) -> None:
    assert durations.parse(Text(written)).length == LENGTHS[written]


def test_working_days_are_counted_in_the_calendar() -> None:
    duration = durations.parse(Text("2 working days"))
    assert (duration.length, duration.working) == (timedelta(days=2), True)


@pytest.mark.parametrize("written", ["5", "minutes", "5min", "2 working hours", "-1 day", "1.5 h"])
def test_anything_else_is_not_a_duration(written: str) -> None:
    with pytest.raises(NotUnderstood):
        durations.parse(Text(written))
