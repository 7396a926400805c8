"""Where a value stands among the values of its column, as a text: ranks compare as values do.

A rank is a text so that it fits in a cursor. Words stand in the order of their codes in the
system's contract, else in that of the blueprint's words; texts without regard to capitals and
accents; amounts of one currency together.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from balie.backstage.arrangement import folded
from balie.mapping.formats import MOST_DECIMALS
from balie.mapping.kinds import Kind
from balie.mapping.thing import MappedField, MappedThing, Value

NOTHING = ""
"""The rank of what is not there."""

LONGEST = 60
"""Characters of a text that count: so that a cursor fits in an address."""

_ABOVE_ZERO = 10**30  # more than any number that is one, with all its decimals


def rank_of(thing: MappedThing, field: MappedField, value: Value) -> str:
    """The rank of a value of a field; NOTHING where a page shows no value."""
    if field.kind is Kind.STATUS:
        return _of_words(thing, field, value)
    match value.value:
        case None:
            return NOTHING
        case bool():
            return "yes" if value.value else "no"
        case int() | Decimal():
            return f"{value.currency or ''}{_of_number(value.value)}"
        case datetime():
            # By its day first, as people read it: a moment comes after the day that it is on.
            moment = value.value.astimezone(UTC).isoformat(timespec="microseconds")
            return f"{value.value.date().isoformat()}T{moment}"
        case date():
            return value.value.isoformat()
        case _:
            return folded(value.value)[:LONGEST].encode(errors="replace").decode()


def _of_words(thing: MappedThing, field: MappedField, value: Value) -> str:
    if value.stage is None and not value.labels:
        return NOTHING  # a code without words is not shown
    codes = () if field.has_conditions else _codes(thing, field)
    if codes:
        return _nth(codes, value.code)
    return _nth(field.field.words, value.stage)


def _codes(thing: MappedThing, field: MappedField) -> Sequence[str]:
    """The codes of the first source that says which there are."""
    described = (thing.source(name).field(path).codes for name, path in field.paths)
    return next((codes for codes in described if codes), ())


def _nth(order: Sequence[object], one: object) -> str:
    return f"{order.index(one) if one in order else len(order):05}"


def _of_number(number: int | Decimal) -> str:
    """With all decimals that a page shows, and no minus: texts of one length compare as numbers."""
    return f"{round(Decimal(number) * 10**MOST_DECIMALS) + _ABOVE_ZERO:031}"
