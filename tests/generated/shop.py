"""What a generated service is: tables with rows, things, pages, people. Plain data."""

from dataclasses import dataclass, field

from balie.systems.rows import Raw

Row = dict[str, Raw]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One raw field.

    type: text, mail, integer, number, money, date, datetime, boolean, code or rows.
    """

    name: str
    type: str = "text"
    nullable: bool = True
    codes: tuple[str, ...] = ()
    columns: "tuple[Column, ...]" = ()  # of rows inside the row; the first is their key


@dataclass(kw_only=True)
class Table:
    """A table of a system; the first column is its key. own: what the system itself calls it."""

    system: str
    name: str
    own: str
    columns: tuple[Column, ...]
    rows: list[Row] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.columns[0].name

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a thing; without a name it is never shown."""

    id: str
    column: Column
    name: str | None
    empty: str | None = None
    seen_by: tuple[str, ...] = ()
    stages: bool = False  # its words are stages of the blueprint's own


@dataclass(frozen=True, kw_only=True)
class Tie:
    """How a nested thing is tied: its raw column equals a field of the thing that it is in."""

    parent: str
    list: str | None  # None: exactly one
    column: str = ""  # "" for rows inside the row
    field: str = ""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A thing. owner: (raw column, name of me). where, leave_out: (raw column, codes)."""

    id: str
    name: str
    plural: str
    table: Table
    fields: tuple[Field, ...]
    owner: tuple[str, str] | None = None
    tie: Tie | None = None
    inside: str = ""  # the column of the table that holds its rows
    where: tuple[str, str] | None = None
    leave_out: tuple[str, tuple[str, ...]] | None = None
    seen_by: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.table.column(self.inside).columns if self.inside else self.table.columns

    @property
    def key(self) -> str:
        return self.columns[0].name

    @property
    def key_field(self) -> Field:
        return next(one for one in self.fields if one.column.name == self.key)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A step with a screen. kind: home, list or details."""

    step: str
    title: str
    kind: str
    address: str  # the words of it: "/a/b"
    for_: tuple[str, ...]
    thing: Thing | None = None
    also: tuple[Thing, ...] = ()


@dataclass(frozen=True, kw_only=True)
class System:
    """A system. kind: odata or http."""

    id: str
    kind: str
    at_once: int  # how many keys go in one call


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A whole service. way: how people are recognised: person, number, roles or memberships."""

    way: str
    systems: tuple[System, ...]
    tables: tuple[Table, ...]
    kinds: tuple[str, ...]
    things: tuple[Thing, ...]
    pages: tuple[Page, ...]
    figures: tuple[tuple[str, str, str], ...]  # (name, of, as)
    words: tuple[str, ...]  # odd words for texts
    names: dict[str, str]  # what the tables and columns of people and organisations are called

    def system(self, id_: str) -> System:
        return next(system for system in self.systems if system.id == id_)

    def table(self, role: str) -> Table:
        """The table of "people", "orgs" or "memberships"."""
        return next(table for table in self.tables if table.name == self.names[role])

    def nested(self, thing: Thing) -> tuple[Thing, ...]:
        return tuple(t for t in self.things if t.tie is not None and t.tie.parent == thing.id)
