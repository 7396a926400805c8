"""A form that was filled in, and found right: what the customer said, and the rows it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from balie.mapping.thing import Record

_NO_ANSWERS: Mapping[str, str] = MappingProxyType({})
_NO_ROWS: Mapping[str, "tuple[PickedRow, ...]"] = MappingProxyType({})
_NO_RECORDS: Mapping[str, Record] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedRow:
    """A row that was picked, and what was filled in for it.

    record: as it was read through the scope when the form was sent. of: what it was picked from,
    as the story names it: "order.sent_lines". answers: field of the nested thing -> kept text.
    """

    record: Record
    of: str
    answers: Mapping[str, str] = field(default_factory=lambda: _NO_ANSWERS, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What was filled in. Everything in it is personal.

    answers: field of the form's thing -> kept text; "" for a question that was left open.
    rows: list of the thing ("lines") -> the rows that were picked for it.
    picked: thing -> the row that was picked of it ("order"), read through the scope.
    subject: of a form that changes something: the row as it was shown, and as its system has it.
    files: field -> id of an upload.
    """

    answers: Mapping[str, str] = field(default_factory=lambda: _NO_ANSWERS, repr=False)
    rows: Mapping[str, tuple[PickedRow, ...]] = field(default_factory=lambda: _NO_ROWS, repr=False)
    picked: Mapping[str, Record] = field(default_factory=lambda: _NO_RECORDS, repr=False)
    subject: Record | None = field(default=None, repr=False)
    files: Mapping[str, str] = field(default_factory=lambda: _NO_ANSWERS)
