"""Values as they go over Tryton's wire, both ways: the server's side of it."""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Final

from balie.connectors.jsonrpc.rehearse_models import KEY, Fault, Told
from balie.systems.rows import Raw

_DAY: Final = ("year", "month", "day")
_CLOCK: Final = ("hour", "minute", "second", "microsecond")
_LINE: Final = 76  # characters of base64 before a new line, as Python's own base64 writes it


def packed(value: Raw, told: Told) -> Raw:
    """A value of a row as Tryton says it. What does not fit goes as it is: somebody's test."""
    if value is None:
        return None
    if told.is_one and isinstance(value, dict):
        number = value.get(KEY)
        return f"{told.of},{number}" if told.kind == "reference" else number
    if told.is_many and isinstance(value, list):
        return [one.get(KEY) for one in value if isinstance(one, dict)]
    pack = _PACK.get(told.kind)
    try:
        return value if pack is None or isinstance(value, dict | list) else pack(str(value))
    except ValueError:
        return value


def _decimal(text: str) -> Raw:
    return {"__class__": "Decimal", "decimal": text}


def _date(text: str) -> Raw:
    day = date.fromisoformat(text)
    return {"__class__": "date", **{name: getattr(day, name) for name in _DAY}}


def _moment(text: str) -> Raw:
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return {"__class__": "datetime", **{n: getattr(moment, n) for n in (*_DAY, *_CLOCK)}}


_PACK: Final[Mapping[str, Callable[[str], Raw]]] = {
    "numeric": _decimal,
    "date": _date,
    "datetime": _moment,
    "timestamp": _moment,
}


def in_bytes(content: bytes) -> Raw:
    """Bytes, in lines of base64."""
    text = base64.b64encode(content).decode()
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return {"__class__": "bytes", "base64": "\n".join([*lines, ""])}


def unpacked(value: Raw) -> Raw:
    """A value that was sent, in plain JSON. Raises Fault for one that is not whole."""
    if not isinstance(value, dict) or "__class__" not in value:
        return value
    try:
        match value["__class__"]:
            case "Decimal":
                return str(value["decimal"])
            case "date":
                return date(*(_whole(value[name]) for name in _DAY)).isoformat()
            case "datetime":
                parts = [_whole(value[name]) for name in (*_DAY, *_CLOCK)]
                return _at(parts).isoformat().replace("+00:00", "Z")
            case "bytes":
                return str(value["base64"])
            case other:
                raise Fault(f"'{other}'")
    except (KeyError, TypeError, ValueError) as error:
        raise Fault(type(error).__name__) from error


def _at(parts: list[int]) -> datetime:
    year, month, day, hour, minute, second, micro = parts
    return datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)


def _whole(value: Raw) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not a whole number")
    return value
