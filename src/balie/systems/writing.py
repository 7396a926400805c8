"""What a connector must know to write: one row of one system, as it should become.

A write may happen twice: the answer to it can be lost. So each carries a key that is the same at
every try, and the profile says how the system can be asked twice without doing it twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from balie.systems.connector import Connection
from balie.systems.errors import SystemFault
from balie.systems.profile import Profile
from balie.systems.rows import Raw

_NOTHING: Mapping[str, Raw] = MappingProxyType({})


class How(StrEnum):
    """How a system can be asked twice without doing it twice."""

    HEADER = "header"  # it knows the key in this header, and answers as it did the first time
    FIND = "find"  # the key stands in this field: look for it before making a row
    NATURAL_KEY = "natural key"  # changing the same row to the same values twice is once
    A_PERSON = "ask a person"  # it cannot; when a reply was lost somebody must look


@dataclass(frozen=True, slots=True)
class Repeat:
    """How a table can be written twice. name: of the header or the field, "" for neither."""

    how: How
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row as it should become.

    table: the name that the blueprint uses; a connector translates it with `Connection.tables`.
    row: the key of the row that changes, as the table's `key` has it; None makes a new row.
    fields: dotted path -> raw value as the contract types it; rows inside are lists of objects.
    key: of the errand. The same at every try; ASCII, at most 40 characters, nothing personal.
    shown: path -> the raw value that the customer saw. Where the system has another one by now, and
        it is not the one that is sent, nothing is written: Conflict. Empty for a new row.
    returns: paths whose values are wanted of the row once it is written, such as its number.
    repeat: how this table can be written twice. document: a file for the row, instead of fields.
    """

    table: str
    key: str
    repeat: Repeat
    row: str | None = None
    document: "Document | None" = None
    fields: Mapping[str, Raw] = field(default_factory=lambda: _NOTHING, repr=False)
    shown: Mapping[str, Raw] = field(default_factory=lambda: _NOTHING, repr=False)
    returns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file for a row. path: of its raw field. media_type: as found, not as it was called."""

    path: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """It is done. row: the key of the row. again: an earlier try had done it already."""

    row: str
    values: Mapping[str, Raw] = field(default_factory=lambda: _NOTHING, repr=False)
    again: bool = False


class Conflict(SystemFault):
    """Tell the customer: the row is not as it was when they saw it.

    now: path -> the raw value by now, of each field that differs. Personal: never logged.
    """

    def __init__(self, staff: str, now: Mapping[str, Raw]) -> None:
        super().__init__(staff)
        self.now = now


def repeat_of(profile: Profile, table: str) -> Repeat | None:
    """What the profile says under `writes:` of a table, by the blueprint's name; None for nothing.

    Raises ValueError for a text that is none of `header NAME`, `find FIELD`, `natural key FIELD`
    and `ask a person`.
    """
    said = profile.section("writes").get(table)
    text = said.get("repeat") if isinstance(said, dict) else None
    if not isinstance(text, str):
        return None
    if text == How.A_PERSON:
        return Repeat(How.A_PERSON)
    for how in (How.HEADER, How.FIND, How.NATURAL_KEY):
        first, _, name = text.partition(f"{how} ")
        if not first and name.strip():
            return Repeat(how, name.strip())
    raise ValueError(
        f'"repeat: {text}" is none of: header NAME, find FIELD, natural key FIELD, ask a person'
    )


class Writer(Protocol):
    """A connector that can write.

    Raises Unavailable, Refused, AsksAPerson, Misconfigured or Conflict, nothing else.
    `Unavailable.may_be_done` says whether the system may have done it all the same.
    """

    async def write(self, change: Change) -> Written:
        """Makes the row, or changes it. Sends the key in a header when the profile says so."""
        ...

    async def find(self, change: Change) -> Written | None:
        """The row that an earlier try made, by the field that the profile names; None for none."""
        ...

    async def rows_with(self, table: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """The keys of the rows that have all these values: none, one, or the first two."""
        ...


class MakeWriter(Protocol):
    """`writer` of a connector's folder, in `writing.py`."""

    def __call__(self, connection: Connection) -> Writer: ...
