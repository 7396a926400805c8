"""A clear value becomes a raw one: as the system's contract types it. The reverse of `clear`."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from balie.mapping.clear import Clear
from balie.systems.contract import Field, Type
from balie.systems.rows import Raw


class Unfit(ValueError):
    """A value is not one that the system's contract can hold. Names the field, never the value."""


def raw(value: Clear, field: Field) -> Raw:
    """The raw value to send. Raises Unfit.

    Decimals become JSON numbers: whole ones integers, others with the digits that were written.
    """
    if value is None or value == "":
        return None
    try:
        sent = _typed(value, field)
    except (ValueError, InvalidOperation) as error:
        raise Unfit(f'"{field.name}" is not a {field.type.value}') from error
    if isinstance(sent, str) and field.max_length is not None and len(sent) > field.max_length:
        raise Unfit(f'"{field.name}" holds at most {field.max_length} characters')
    if field.codes and isinstance(sent, str) and sent not in field.codes:
        raise Unfit(f'"{field.name}" does not know this code')
    return sent


def _typed(value: str | bool | int | Decimal | date, field: Field) -> Raw:
    match field.type:
        case Type.INTEGER:
            return _whole(_number(value))
        case Type.NUMBER:
            number = _number(value)
            return int(number) if number == number.to_integral_value() else float(number)
        case Type.BOOLEAN:
            return _yes_or_no(value)
        case Type.DATE:
            return date.fromisoformat(_text(value)[:10]).isoformat()
        case Type.DATETIME:
            return datetime.fromisoformat(_text(value)).isoformat()
        case Type.TEXT | Type.UNKNOWN:
            return _text(value)
        case _:
            raise ValueError("not a value that is sent by itself")


def _number(value: str | bool | int | Decimal | date) -> Decimal:
    if isinstance(value, bool | date):
        raise ValueError("not a number")  # noqa: TRY004 - the caller tells it as Unfit
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError("not a number")
    return number


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value():
        raise ValueError("not a whole number")
    return int(number)


def _yes_or_no(value: str | bool | int | Decimal | date) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise ValueError("neither yes nor no")


def _text(value: str | bool | int | Decimal | date) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)
