"""What a system says of itself: its tables, their fields, and how it can be asked.

A connector reads this from the system's own description (OData `$metadata`, OpenAPI, `fields_get`).
The blueprint's checks compare the blueprint with it; mapping takes its types from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Type(StrEnum):
    """What a raw value means, whatever the system writes it as."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"  # a decimal; raw as a JSON number or as text
    BOOLEAN = "boolean"
    DATE = "date"  # raw as "2026-11-22"
    DATETIME = "datetime"  # raw as ISO 8601 with a zone
    DOCUMENT = "document"  # bytes, or a link to bytes
    LIST = "list"  # rows inside this row: see `Field.fields`
    OBJECT = "object"  # one row inside this row: see `Field.fields`
    UNKNOWN = "unknown"


_NONE: Mapping[str, "Field"] = MappingProxyType({})
_NO_LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a table, as the system's contract describes it."""

    name: str
    type: Type = Type.TEXT
    form: str = ""  # the contract's own name for what a text looks like: "Edm.Guid", "uuid"
    media: str = ""  # of a document: its media type, "application/pdf", when the contract says so
    nullable: bool = True
    readable: bool = True  # False: can be sent, never comes back
    writable: bool = True
    required_to_create: bool = False
    max_length: int | None = None
    codes: tuple[str, ...] = ()  # the values it can have, as they come over the wire
    labels: Mapping[str, Mapping[str, str]] = field(  # language -> code -> label
        default_factory=lambda: _NO_LABELS
    )
    fields: Mapping[str, "Field"] = field(default_factory=lambda: _NONE)  # of a LIST or an OBJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A collection of rows that can be asked for."""

    name: str
    fields: Mapping[str, Field]
    key: tuple[str, ...]
    equals: frozenset[str] = frozenset()  # fields that can be asked for one value
    among: Mapping[str, int] = field(default_factory=dict)  # fields that take n values in one call
    compares: frozenset[str] = frozenset()  # fields that understand "at most" and "at least"
    sorts: frozenset[str] = frozenset()  # fields it can sort by, newest or highest first
    sorts_up: frozenset[str] = frozenset()  # fields it can sort by, oldest or lowest first
    demands: frozenset[str] = frozenset()  # fields that must be among the relations
    page_size: int = 200  # the most rows in one answer
    rows_at: str = ""  # the name of the list inside an answer; "" when the answer is the list
    parameters: frozenset[str] = frozenset()  # what may be sent with a question, by name
    creates_with: str = ""  # "POST application/json"; "" when no row can be made
    changes_with: str = ""  # "PATCH application/merge-patch+json"; "" when no row can be changed

    def __hash__(self) -> int:
        """By its name, so that what is worked out for a table can be kept under it."""
        return hash(self.name)

    def field(self, path: str) -> Field | None:
        """The field at a dotted path, e.g. `party.name`, or None."""
        return field_at(self.fields, path)


def field_at(fields: Mapping[str, Field], path: str) -> Field | None:
    """The field at a dotted path among these, or None."""
    found: Field | None = None
    for part in path.split("."):
        found = fields.get(part)
        if found is None:
            return None
        fields = found.fields
    return found


def field_or_text(fields: Mapping[str, Field], path: str) -> Field:
    """The field at a dotted path; one of text when nothing describes it."""
    return field_at(fields, path) or Field(name=path, type=Type.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Contract:
    """All that a system's description says. Tables bear the names that the system gives them."""

    tables: Mapping[str, Table]
    events: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        """The names of its tables."""
        return f"Contract({', '.join(self.tables)})"
