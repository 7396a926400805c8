"""What a system answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Raw: TypeAlias = "str | int | float | bool | list[Raw] | dict[str, Raw] | None"
"""A raw value: JSON, and nothing else. Dates are ISO text, decimals numbers or text."""

Row: TypeAlias = Mapping[str, Raw]
"""One record as the system holds it, in plain JSON values. Nested rows are lists of dicts."""


@dataclass(frozen=True, slots=True)
class Rows:
    """One answer: rows that can be read, rows that can not, and how to go on.

    broken: one staff text for each row that the system sent and that could not be read (T2).
    next: hand it back as `Query.cursor` for the following rows; None when these were the last.
    """

    rows: tuple[Row, ...]
    next: str | None = None
    broken: tuple[str, ...] = ()
