"""Rows as a system sent them, held against its own contract: one broken row costs one row (T2)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime
from functools import lru_cache
from typing import TypeAlias

from balie.systems.contract import Field, Table, Type
from balie.systems.rows import BrokenRow, Raw, Row, text_of, value_at

_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][-+]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,40}", re.ASCII)
_KEYLESS = (None, "")

_Fits: TypeAlias = "Callable[[Raw], bool]"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a row: a field, and what is wanted of the rows inside it."""

    field: Field
    inside: tuple["Wanted", ...] = ()
    check: "_Check" = dataclass_field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        ours = self.field
        is_text, fits = ours.type is Type.TEXT, _FITS[ours.type]
        check = (ours.name, ours.nullable, is_text, fits, ours.type, self.inside)
        object.__setattr__(self, "check", check)


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
    related: Sequence[str] = (),
) -> tuple[list[Row], list[BrokenRow]]:
    """The rows that can be read, and those that cannot.

    no_value: texts by which this system says "nothing", whatever the type of the field.
    related: the paths that tell whose a broken row is.
    """
    rows: list[Row] = []
    broken: list[BrokenRow] = []
    checks = _checks(asked)
    for item in items:
        try:
            rows.append(_read(table, checks, item, no_value))
        except _Broken as why:
            broken.append(BrokenRow(f"{table.name}: a row {why}", _legible(item, related)))
    return rows, broken


def _legible(item: Raw, paths: Iterable[str]) -> Row:
    """The scalars at these paths of a row of which little is certain."""
    if not isinstance(item, dict):
        return {}
    found = {path: value_at(item, path) for path in paths}
    return {path: value for path, value in found.items() if text_of(value) is not None}


class _Broken(Exception):
    """What is wrong with a row, without any value."""


_Check: TypeAlias = "tuple[str, bool, bool, _Fits, Type, tuple[Wanted, ...]]"
"""A field's name, whether it may be missing, whether it is a text, what fits it, its type, and
what is wanted of the rows inside it.

These checks run for every field of every row: they are laid out flat for it.
"""


def _checks(asked: Iterable[Wanted]) -> list[_Check]:
    return [one.check for one in asked]


def _read(table: Table, checks: Sequence[_Check], item: Raw, no_value: frozenset[str]) -> Row:
    """The fields of a row that were asked. Raises _Broken."""
    if not isinstance(item, dict):
        raise _Broken("is not an object")
    for name in table.key:
        if item.get(name) in _KEYLESS:
            raise _Broken(f'has no key "{name}"')
    return _checked(checks, item, no_value)


def _checked(
    checks: Sequence[_Check], item: Mapping[str, Raw], no_value: frozenset[str]
) -> dict[str, Raw]:
    row: dict[str, Raw] = {}
    for name, nullable, is_text, fits, type_, inside in checks:
        value = row[name] = item.get(name)
        if value is None:
            if not nullable:
                raise _Broken(f'has no "{name}"')
        elif type(value) is str and (is_text or value in no_value):
            continue
        elif not fits(value):
            raise _Broken(f'has a "{name}" that is not {_A[type_]}')
        elif inside:
            _check_inside(name, inside, value, no_value)
    return row


def _check_inside(
    name: str, inside: Sequence[Wanted], value: Raw, no_value: frozenset[str]
) -> None:
    checks = _checks(inside)
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            try:
                _checked(checks, item, no_value)
            except _Broken as why:
                raise _Broken(f'has a "{name}" that {why}') from why


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
    return isinstance(value, str) and _reads_as_a_day(value)


@lru_cache(maxsize=4096)
def _reads_as_a_day(value: str) -> bool:
    if len(value) != 10 or value[4] != "-" or value[7] != "-":
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
