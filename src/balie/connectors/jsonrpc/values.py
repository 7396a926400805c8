"""Tryton's typed values and plain JSON, both ways.

On the wire a date is `{"__class__": "date", "year": ...}` and an amount
`{"__class__": "Decimal", "decimal": "30.25"}`; here they are "2026-11-22" and "30.25".
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import TypeAlias

from balie.systems.contract import Type
from balie.systems.rows import Raw

Wire: TypeAlias = Raw
"""JSON as it goes over the wire, typed values still packed in objects with `__class__`."""


class Unreadable(ValueError):
    """A value that is not what Tryton's protocol promises. Its text holds no value."""


def plain(value: Wire) -> Raw:
    """One value in plain JSON. Raises Unreadable."""
    if isinstance(value, dict):
        return _unpacked(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def _unpacked(packed: Mapping[str, Wire]) -> Raw:
    kind = packed.get("__class__")
    if kind is None:
        return {key: plain(value) for key, value in packed.items()}
    unpack = _UNPACK.get(kind) if isinstance(kind, str) else None
    if unpack is None:
        raise Unreadable("a kind of value that Balie does not know")
    try:
        return unpack(packed)
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable("a value that is not whole") from error


def _numbers(packed: Mapping[str, Wire], *names: str) -> list[int]:
    return [_whole(packed[name]) for name in names]


def _whole(value: Wire) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not a whole number")
    return value


def _text(value: Wire) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


_DAY = ("year", "month", "day")
_HOUR = ("hour", "minute", "second", "microsecond")


def _date(packed: Mapping[str, Wire]) -> Raw:
    year, month, day = _numbers(packed, *_DAY)
    return date(year, month, day).isoformat()


def _datetime(packed: Mapping[str, Wire]) -> Raw:
    year, month, day, *clock = _numbers(packed, *_DAY, *_HOUR)
    hour, minute, second, micro = clock
    return datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC).isoformat()


def _time(packed: Mapping[str, Wire]) -> Raw:
    hour, minute, second, micro = _numbers(packed, *_HOUR)
    return time(hour, minute, second, micro).isoformat()


def _seconds(packed: Mapping[str, Wire]) -> Raw:
    seconds = packed["seconds"]
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError("not a number")
    return seconds


_UNPACK: Mapping[str, Callable[[Mapping[str, Wire]], Raw]] = {
    "Decimal": lambda packed: _text(packed["decimal"]),
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "timedelta": _seconds,
    "bytes": lambda packed: _text(packed["base64"]),
}


def packed(text: str, type_: Type) -> Wire:
    """A text as Tryton wants to be asked for it. Raises ValueError when it can be no such value."""
    match type_:
        case Type.INTEGER:
            return _exactly(text)
        case Type.BOOLEAN:
            return {"true": True, "false": False}[text] if text in ("true", "false") else _no(text)
        case Type.DATE:
            day = date.fromisoformat(text)
            return {"__class__": "date", "year": day.year, "month": day.month, "day": day.day}
        case Type.DATETIME:
            return _moment(text)
        case _:
            return text


def _exactly(text: str) -> int:
    """Leading zeros mean something: "007" is not the number 7."""
    number = int(text)
    return number if str(number) == text else _no(text)


def _no(_text: str) -> int:
    raise ValueError("no such value")


def _moment(text: str) -> Wire:
    moment = datetime.fromisoformat(text)
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    names = (*_DAY, *_HOUR)
    return {"__class__": "datetime"} | {name: getattr(utc, name) for name in names}
