"""A raw value becomes a clear one: typed, without the system's own words for "nothing"."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from balie.systems.contract import Field, Type
from balie.systems.rows import Raw, says_nothing, text_of

Clear = str | bool | int | Decimal | date | datetime | None
"""A typed value; None when there is none."""


MOST_DIGITS = 15
"""Of an amount or a measure, before the point: more is a fault of somebody's, and no number."""

LONGEST_KEY = 19
"""Digits of a whole number: keys of 64 bits are whole numbers too."""

YEARS = range(2, 9999)
"""Of a moment: in these it is a moment in every zone."""


class Unreadable(ValueError):
    """A raw value is not what its contract says. Names the field and never the value."""


def clear(raw: Raw, field: Field, no_value: frozenset[str], zone: tzinfo = UTC) -> Clear:
    """The clear value of a raw one. Raises Unreadable when it is not of the contract's type.

    zone: the blueprint's; a moment is told in it, so that its day is the day that people mean.
    """
    text = text_of(raw)
    if text is None and raw not in (None, ""):
        raise Unreadable(f'"{field.name}" is not one value')
    if text is None or says_nothing(text, field.type, no_value):
        return None
    try:
        return meant(_typed(text, raw, field.type, zone))
    except (ValueError, ArithmeticError) as error:
        raise Unreadable(f'"{field.name}" is not a {field.type.value}') from error


Reader = Callable[[Raw], Clear]
"""`clear`, made ready for one field."""

_PLAIN_NUMBER = re.compile(rf"-?\d{{1,{MOST_DIGITS}}}(\.\d{{1,9}})?", re.ASCII)
AS_IT_IS = frozenset({Type.TEXT, Type.UNKNOWN, Type.DOCUMENT, Type.LIST, Type.OBJECT})
"""What is told as it was written, without spaces around it."""


def reader(field: Field, no_value: frozenset[str], zone: tzinfo = UTC) -> Reader:
    """`clear` for many values of one field.

    Texts and plain numbers, which are most of them, take the short way; days, of which there are
    few, are read once.
    """
    if field.type in AS_IT_IS:

        def read_text(raw: Raw) -> Clear:
            if type(raw) is not str:
                return clear(raw, field, no_value, zone)
            bare = raw.strip()
            return None if not bare or bare in no_value or raw in no_value else bare

        return read_text
    if field.type is Type.NUMBER:

        def read_number(raw: Raw) -> Clear:
            text = raw if type(raw) is str else str(raw)
            if text not in no_value and _PLAIN_NUMBER.fullmatch(text):
                return Decimal(text)
            return clear(raw, field, no_value, zone)

        return read_number
    if field.type is Type.DATE:
        read_day = lru_cache(maxsize=1000)(lambda day: clear(day, field, no_value, zone))
        return lambda raw: read_day(raw) if type(raw) is str else clear(raw, field, no_value, zone)
    return lambda raw: clear(raw, field, no_value, zone)


def meant(value: Clear) -> Clear:
    """The value, when somebody can have meant it. Raises ValueError for what nobody means.

    What passes can be written in every language, and a moment told in every zone.
    """
    match value:
        case bool():
            return value
        case int() if abs(value) >= 10**LONGEST_KEY:
            raise ValueError("too long for a number")
        case Decimal() if not value.is_finite() or value.adjusted() >= MOST_DIGITS:
            raise ValueError("no number that anybody means")
        case datetime() if value.year not in YEARS:
            raise ValueError("too far away for a moment")
        case _:
            return value


def _typed(text: str, raw: Raw, wanted: Type, zone: tzinfo) -> Clear:
    match wanted:
        case Type.INTEGER:
            return int(text)
        case Type.NUMBER:
            return Decimal(text)
        case Type.BOOLEAN:
            return _boolean(raw)
        case Type.DATE:
            return date.fromisoformat(text[:10])
        case Type.DATETIME:
            return _moment(text, zone)
        case _:
            return text.strip()


def _boolean(raw: Raw) -> bool:
    if isinstance(raw, bool):
        return raw
    if raw in ("true", "false"):
        return raw == "true"
    raise ValueError("not a boolean")


def _moment(text: str, zone: tzinfo) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(zone)
