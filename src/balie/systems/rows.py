"""What a system answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from balie.systems.contract import Type

Raw: TypeAlias = "str | int | float | bool | list[Raw] | dict[str, Raw] | None"
"""A raw value: JSON, and nothing else. Dates are ISO text, decimals numbers or text."""

Row: TypeAlias = Mapping[str, Raw]
"""One record as the system holds it, in plain JSON values. Nested rows are lists of dicts."""


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that the system sent and that could not be read (T2).

    why: a staff text, without any value or place, so that equal faults are equal texts.
    row: what the row has in the fields of the query's relations, by their dotted paths; without
    those that are not there. Whoever asked can tell from it that a broken row is a stranger's.
    """

    why: str
    row: Row


@dataclass(frozen=True, slots=True)
class Rows:
    """One answer: rows that can be read, rows that can not, and how to go on.

    next: hand it back as `Query.cursor` for the following rows; None when these were the last.
    """

    rows: tuple[Row, ...]
    next: str | None = None
    broken: tuple[BrokenRow, ...] = ()


def value_at(row: Row, path: str) -> Raw:
    """The raw value at a dotted path, or None.

    A system may send `party.name` as one key or as a row inside the row; both are read.
    """
    if path in row:
        return row[path]
    value: Raw = dict(row)
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def text_of(raw: Raw) -> str | None:
    """The text by which a raw value is compared; None for null, "" and whatever is no scalar."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return raw or None
    if isinstance(raw, int | float):
        return str(raw)
    return None


def says_nothing(text: str, type_: Type, no_value: frozenset[str]) -> bool:
    """Only spaces, or a word of the system for "nothing"; of a day also the moment it begins."""
    bare = text.strip()
    if not bare or bare in no_value or text in no_value:
        return True
    day, _, clock = bare.partition("T")
    return type_ is Type.DATETIME and day in no_value and clock.startswith("00:00:00")
