"""What one rehearsed system holds: everybody's rows, in memory, and how it is asked for them."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cmp_to_key
from typing import Protocol

from balie.rehearsal.papers import pdf
from balie.systems.contract import Contract, Table, Type
from balie.systems.query import Order
from balie.systems.rehearsed import (
    BadPlace,
    Choice,
    Compare,
    Deed,
    Effect,
    Found,
    Question,
    Said,
)
from balie.systems.rows import Raw, Row, value_at

Comparable = Decimal | datetime | str | None


class Holding:
    """The rows of one system. They start as given, may be changed, and go back with `reset`."""

    def __init__(self, contract: Contract, rows: Mapping[str, Sequence[Row]]) -> None:
        """rows: by the system's own name of the table."""
        self._contract = contract
        self._start = {table: list(rows.get(table, ())) for table in contract.tables}
        self._rows = {table: list(rows) for table, rows in self._start.items()}

    def table(self, name: str) -> Table:
        """What the contract says of a table. Raises KeyError."""
        return self._contract.tables[name]

    def rows(self, table: str) -> Sequence[Row]:
        """Every row of a table."""
        return tuple(self._rows[table])

    def sizes(self) -> Mapping[str, int]:
        """How many rows there are, of those tables that have any."""
        return {table: len(rows) for table, rows in self._rows.items() if rows}

    def change(self, table: str, key: str, fields: Row) -> Row:
        """Changes a row's fields, or adds it. Not checked: a broken row is somebody's test."""
        name = self.table(table).key[0]
        rows = self._rows[table]
        place = next((i for i, row in enumerate(rows) if _text(row.get(name)) == key), None)
        if place is None:
            is_number = key.isdecimal() and self.table(table).fields[name].type is Type.INTEGER
            rows.append({name: int(key) if is_number else key, **fields})
            return rows[-1]
        rows[place] = {**rows[place], **fields}
        return rows[place]

    def change_all(self, table: str, changes: Mapping[str, Row]) -> int:
        """Changes the fields of rows that are there, by key; how many there were."""
        name = self.table(table).key[0]
        found = [str(row.get(name)) in changes for row in self._rows[table]]
        self._rows[table] = [
            {**row, **changes[str(row.get(name))]} if is_meant else row
            for row, is_meant in zip(self._rows[table], found, strict=True)
        ]
        return sum(found)

    def remove(self, table: str, key: str) -> bool:
        """Takes a row away; whether it was there."""
        name = self.table(table).key[0]
        kept = [row for row in self._rows[table] if _text(row.get(name)) != key]
        was_there = len(kept) < len(self._rows[table])
        self._rows[table] = kept
        return was_there

    def add(self, table: str, row: Row) -> None:
        """Adds a whole row."""
        self._rows[table].append(row)

    def reset(self) -> None:
        """As it was at the start."""
        self._rows = {table: list(rows) for table, rows in self._start.items()}


@dataclass(slots=True)
class Memory:
    """What a system knows besides its rows: files that it was sent, and what it answered."""

    files: dict[tuple[str, str, str], tuple[str, bytes]] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)

    def forget(self) -> None:
        """Forgets everything."""
        self.files.clear()
        self.said.clear()


class Giving(Protocol):
    """What is put in rows by the system itself."""

    def new(self, table: str, sent: Row) -> Row:
        """A whole row. Raises NotGiven."""
        ...

    def stamped(self, table: str, fields: Row) -> Row:
        """Fields of a row that changes, and the moment, where the table keeps one."""
        ...


Spoil = Callable[[Table, Sequence[Row]], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class View:
    """A holding as one request sees it: with its filters ignored, or a row broken on the way.

    effects: what this request has changed so far.
    """

    holding: Holding
    giving: Giving
    memory: Memory = field(default_factory=Memory)
    ignore_filters: bool = False
    notices_repeats: bool = True
    spoil: Spoil | None = None
    effects: list[Effect] = field(default_factory=list)

    def find(self, question: Question) -> Found:
        """The rows asked for, sorted, one page of them."""
        table = self.holding.table(question.table)
        passing = [
            row
            for row in self.holding.rows(question.table)
            if self.ignore_filters or _passes(row, question, table)
        ]
        rows = _sorted(passing, question.orders, table)
        total = len(rows)
        if question.after is not None:
            rows = _after(rows, question, table)
        page: Sequence[Row] = rows[: question.limit]
        more = len(rows) > len(page)
        following = _place(page[-1], question.orders, table) if page and more else None
        if self.spoil:
            page = self.spoil(table, page)
        return Found(tuple(page), following, total)

    def one(self, table: str, key: Mapping[str, str]) -> Row | None:
        """The row with this key."""
        for row in self.holding.rows(table):
            if all(_text(row.get(name)) == value for name, value in key.items()):
                return row
        return None

    def document(self, table: str, row: Row, field: str) -> bytes:
        """A file that was kept, or a PDF that says what is in the row and which document it is."""
        if kept := self.kept(table, row, field):
            return kept[1]
        told = [f"{name}: {_text(value)}" for name, value in row.items() if _is_worth_saying(value)]
        number = _text(row.get("number", row.get(self.holding.table(table).key[0])))
        return pdf([f"{table} {number}", field, *told[:37]])

    def make(self, table: str, fields: Row) -> Row:
        """Makes a row. Raises NotGiven."""
        row = self.giving.new(table, fields)
        self.holding.add(table, row)
        self._note(Deed.MADE, table, row, fields)
        return row

    def change(self, table: str, row: Row, fields: Mapping[str, Raw]) -> Row:
        """Changes what differs."""
        differs = {name: value for name, value in fields.items() if row.get(name) != value}
        if not differs:
            return row
        self._note(Deed.CHANGED, table, row, differs)
        stamped = self.giving.stamped(table, differs)
        return self.holding.change(table, self._key(table, row), stamped)

    def keep(self, table: str, row: Row, field: str, kind: str, content: bytes) -> None:
        """Keeps a file, unless it is the one that is there."""
        if self.kept(table, row, field) != (kind, content):
            self.memory.files[table, self._key(table, row), field] = (kind, content)
            self._note(Deed.KEPT, table, row, (field,))

    def kept(self, table: str, row: Row, field: str) -> tuple[str, bytes] | None:
        """A file that was kept."""
        return self.memory.files.get((table, self._key(table, row), field))

    def said(self, key: str) -> Said | None:
        """What was answered to a key of the caller."""
        return self.memory.said.get(key)

    def remember(self, key: str, said: Said) -> None:
        """Remembers what was answered to a key of the caller."""
        self.memory.said[key] = said

    def _key(self, table: str, row: Row) -> str:
        return _text(row.get(self.holding.table(table).key[0]))

    def _note(self, deed: Deed, table: str, row: Row, fields: Iterable[str]) -> None:
        key = self._key(table, row)
        self.effects.append(Effect(deed=deed, table=table, key=key, fields=tuple(sorted(fields))))


def _is_worth_saying(value: Raw) -> bool:
    text = _text(value)
    return bool(text.strip("0-")) and not text.startswith("0001-01-01") and len(text) < 80


def _passes(row: Row, question: Question, table: Table) -> bool:
    return all(any(_holds(row, c, table) for c in test.any_of) for test in question.tests)


def _holds(row: Row, choice: Choice, table: Table) -> bool:
    found = table.field(choice.field)
    type_ = Type.TEXT if found is None else found.type
    value = _comparable(value_at(row, choice.field), type_)
    wanted = _comparable(choice.value, type_)
    if choice.fold_case and isinstance(value, str) and isinstance(wanted, str):
        value, wanted = value.casefold(), wanted.casefold()
    return _compares(choice.compare, value, wanted)


def _compares(compare: Compare, value: Comparable, wanted: Comparable) -> bool:
    if compare is Compare.EQUAL:
        return value == wanted
    if compare is Compare.UNEQUAL:
        return value != wanted
    if value is None or wanted is None or type(value) is not type(wanted):
        return False
    if isinstance(value, str) and isinstance(wanted, str) and compare in _PARTS:
        return _PARTS[compare](value, wanted)
    order = _ordered(value, wanted)
    return {
        Compare.ABOVE: order > 0,
        Compare.AT_LEAST: order >= 0,
        Compare.BELOW: order < 0,
        Compare.AT_MOST: order <= 0,
    }[compare]


_PARTS: Mapping[Compare, Callable[[str, str], bool]] = {
    Compare.STARTS: str.startswith,
    Compare.ENDS: str.endswith,
    Compare.CONTAINS: lambda text, part: part in text,
}


def _comparable(value: Raw, type_: Type) -> Comparable:
    """A value to compare with others of its field; a value that does not fit stays a text."""
    if value is None:
        return None
    text = _text(value)
    try:
        if type_ in {Type.INTEGER, Type.NUMBER}:
            return Decimal(text)
        if type_ is Type.DATETIME:
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, InvalidOperation):
        return text
    return text


def _text(value: Raw) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


# ---- order, and places in it


def _sorted(rows: Iterable[Row], orders: Sequence[Order], table: Table) -> list[Row]:
    def compare(one: Row, other: Row) -> int:
        return _order(_standing(one, orders, table), _standing(other, orders, table), orders, table)

    return sorted(rows, key=cmp_to_key(compare))


def _standing(row: Row, orders: Sequence[Order], table: Table) -> list[str | None]:
    """Where a row stands: the values that it is sorted by, and its key."""
    names = [*(order.field for order in orders), *table.key]
    return [None if row.get(name) is None else _text(row.get(name)) for name in names]


def _order(
    one: Sequence[str | None], other: Sequence[str | None], orders: Sequence[Order], table: Table
) -> int:
    names = [*(order.field for order in orders), *table.key]
    down = [*(order.descending for order in orders), *(False for _ in table.key)]
    for name, descending, left, right in zip(names, down, one, other, strict=True):
        field = table.fields.get(name)
        type_ = Type.TEXT if field is None else field.type
        order = _ordered(_comparable(left, type_), _comparable(right, type_))
        if order:
            return -order if descending else order
    return 0


def _ordered(one: Comparable, other: Comparable) -> int:
    """-1, 0 or 1. Nothing comes first; values of two kinds are compared as texts."""
    if one is None or other is None:
        return (one is not None) - (other is not None)
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return (one > other) - (one < other)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return (one > other) - (one < other)
    left, right = str(one), str(other)
    return (left > right) - (left < right)


def _place(row: Row, orders: Sequence[Order], table: Table) -> str:
    """An opaque word for "after this row", which holds though rows come and go."""
    standing = json.dumps(_standing(row, orders, table), separators=(",", ":"))
    return base64.urlsafe_b64encode(standing.encode()).decode().rstrip("=")


def _after(rows: Sequence[Row], question: Question, table: Table) -> list[Row]:
    place = _read_place(question.after or "", len(question.orders) + len(table.key))
    return [
        row
        for row in rows
        if _order(_standing(row, question.orders, table), place, question.orders, table) > 0
    ]


def _read_place(written: str, parts: int) -> list[str | None]:
    try:
        place = json.loads(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))
    except (binascii.Error, ValueError) as error:
        raise BadPlace(written) from error
    if not isinstance(place, list) or len(place) != parts:
        raise BadPlace(written)
    return [None if part is None else str(part) for part in place]
