"""Rows as a system sent them, held against its own contract: one broken row costs one row (T2)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from balie.systems.contract import Field, Table, Type
from balie.systems.rows import Raw, Row

_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][-+]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,40}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

_Fits: TypeAlias = "Callable[[Raw], bool]"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a row: a field, and what is wanted of the rows inside it."""

    field: Field
    inside: tuple["Wanted", ...] = ()


def wanted(fields: Mapping[str, Field], paths: Iterable[str]) -> tuple[Wanted, ...]:
    """Dotted paths, each in the contract, as a tree."""
    heads: dict[str, list[str]] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        heads.setdefault(head, []).extend([rest] if rest else [])
    return tuple(
        Wanted(fields[head], wanted(fields[head].fields, rests)) for head, rests in heads.items()
    )


def read_rows(
    table: Table,
    asked: Sequence[Wanted],
    items: Iterable[Raw],
    no_value: frozenset[str] = frozenset(),
) -> tuple[list[Row], list[str]]:
    """The rows that can be read, and for each of the others a staff text without any value.

    no_value: texts by which this system says "nothing", whatever the type of the field.
    """
    rows: list[Row] = []
    broken: list[str] = []
    for position, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            broken.append(f"{table.name}: row {position} is not an object")
            continue
        flaw = _keyless(table.key, item) or _flaw(asked, item, no_value)
        if flaw:
            broken.append(f"{table.name}: row {position} {flaw}")
        else:
            rows.append({one.field.name: item.get(one.field.name) for one in asked})
    return rows, broken


def _keyless(key: Iterable[str], item: Mapping[str, Raw]) -> str:
    return next(
        (f'has no key "{name}"' for name in key if item.get(name) is None or item[name] == ""), ""
    )


def _flaw(asked: Iterable[Wanted], item: Mapping[str, Raw], no_value: frozenset[str]) -> str:
    """What is wrong with the fields that were asked, or ""."""
    for one in asked:
        field, value = one.field, item.get(one.field.name)
        if value is None:
            if not field.nullable:
                return f'has no "{field.name}"'
        elif isinstance(value, str) and (field.type is Type.TEXT or value in no_value):
            continue
        elif not _FITS[field.type](value):
            return f'has a "{field.name}" that is not {_A[field.type]}'
        elif one.inside and (flaw := _inner_flaw(one.inside, value, no_value)):
            return f'has a "{field.name}" that {flaw}'
    return ""


def _inner_flaw(asked: Iterable[Wanted], value: Raw, no_value: frozenset[str]) -> str:
    inner = value if isinstance(value, list) else [value]
    flaws = (_flaw(asked, item, no_value) for item in inner if isinstance(item, dict))
    return next((flaw for flaw in flaws if flaw), "")


def _is_text(value: Raw) -> bool:
    return isinstance(value, str)


def _is_whole(value: Raw) -> bool:
    if isinstance(value, str):
        return _WHOLE.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Raw) -> bool:
    if isinstance(value, str):
        return _DECIMAL.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_yes_or_no(value: Raw) -> bool:
    return isinstance(value, bool)


def _is_day(value: Raw) -> bool:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    return _parses(date.fromisoformat, value)


def _is_moment(value: Raw) -> bool:
    return isinstance(value, str) and _parses(_zoned, value)


def _zoned(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment


def _parses(parse: Callable[[str], date], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _is_list(value: Raw) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _is_object(value: Raw) -> bool:
    return isinstance(value, dict)


def _is_anything(value: Raw) -> bool:  # noqa: ARG001
    return True


_FITS: Mapping[Type, _Fits] = {
    Type.TEXT: _is_text,
    Type.INTEGER: _is_whole,
    Type.NUMBER: _is_number,
    Type.BOOLEAN: _is_yes_or_no,
    Type.DATE: _is_day,
    Type.DATETIME: _is_moment,
    Type.DOCUMENT: _is_text,
    Type.LIST: _is_list,
    Type.OBJECT: _is_object,
    Type.UNKNOWN: _is_anything,
}

_A: Mapping[Type, str] = {
    Type.TEXT: "a text",
    Type.INTEGER: "a whole number",
    Type.NUMBER: "a number",
    Type.BOOLEAN: "true or false",
    Type.DATE: "a date",
    Type.DATETIME: "a moment with a zone",
    Type.DOCUMENT: "a document",
    Type.LIST: "a list of rows",
    Type.OBJECT: "an object",
}
