"""A raw value becomes a clear one: typed, without the system's own words for "nothing"."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from balie.systems.contract import Field, Type
from balie.systems.rows import Raw, text_of

Clear = str | bool | int | Decimal | date | datetime | None
"""A typed value; None when there is none."""


class Unreadable(ValueError):
    """A raw value is not what its contract says. Names the field and never the value."""


def clear(raw: Raw, field: Field, no_value: frozenset[str]) -> Clear:
    """The clear value of a raw one. Raises Unreadable when it is not of the contract's type."""
    text = text_of(raw)
    if text is None and raw not in (None, ""):
        raise Unreadable(f'"{field.name}" is not one value')
    if text is None or text in no_value:
        return None
    try:
        return _typed(text, raw, field.type)
    except (ValueError, InvalidOperation) as error:
        raise Unreadable(f'"{field.name}" is not a {field.type.value}') from error


def _typed(text: str, raw: Raw, wanted: Type) -> Clear:
    match wanted:
        case Type.INTEGER:
            return int(text)
        case Type.NUMBER:
            return _finite(Decimal(text))
        case Type.BOOLEAN:
            return _boolean(raw)
        case Type.DATE:
            return date.fromisoformat(text[:10])
        case Type.DATETIME:
            return _moment(text)
        case _:
            return text.strip()


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise ValueError("not a number")
    return number


def _boolean(raw: Raw) -> bool:
    if isinstance(raw, bool):
        return raw
    if raw in ("true", "false"):
        return raw == "true"
    raise ValueError("not a boolean")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment
