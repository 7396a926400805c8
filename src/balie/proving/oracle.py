"""Who may see which rows: the blueprint read a second time, as simply as it can be said.

It shares nothing with `balie.access`, `balie.mapping` or `balie.backstage`, so that a fault in
those is seen here. It is slow and naive on purpose: it looks at every row of every system.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from balie.blueprint import relations
from balie.blueprint.model import Blueprint, MeLine, Source, Step, Thing, ThingField
from balie.blueprint.relations import Equality
from balie.systems.rows import Raw, Row

ROLES, NOBODY = "roles", "nobody"


class Cell(NamedTuple):
    """One raw value: "erp.orders", the key of its row (and its place inside it), and its path."""

    table: str
    row: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A customer as the rows say: kinds, the values of each name of `me`, the organisation."""

    mail: str
    kinds: frozenset[str] = frozenset()
    me: Mapping[str, frozenset[str]] = field(default_factory=dict)
    organisation: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Held:
    """A row that belongs to somebody: of which source of its thing, where, and the row.

    around: the rows that it was found in, by their thing.
    """

    source: Source
    table: str
    id: str
    row: Row


@dataclass(frozen=True, slots=True)
class Oracle:
    """Every row of every system, and the blueprint that says whose they are.

    rows: by "system.table". keys: the names of a table's key, by the same.
    """

    blueprint: Blueprint
    rows: Mapping[str, Sequence[Row]]
    keys: Mapping[str, tuple[str, ...]]
    today: date

    # ---- who somebody is

    def who(self, mail: str) -> Who:
        """Whoever signs in with this address, in small letters."""
        kinds = self._with_organisation(self._kinds(mail), mail)
        me = {
            name: frozenset(self._values(name, mail, kinds))
            for name in self.blueprint.me.names
            if name != ROLES
        }
        acts_for = {
            str(customer.belongs_to)
            for kind, customer in self.blueprint.people.customers.items()
            if kind in kinds and customer.belongs_to is not None
        }
        together: frozenset[str] = frozenset().union(*(me.get(name, ()) for name in acts_for))
        return Who(mail=mail, kinds=kinds, me=me, organisation=together)

    def _with_organisation(self, kinds: frozenset[str], mail: str) -> frozenset[str]:
        """Whoever is something for an organisation is nothing without one."""
        belongs = {kind: self.blueprint.people.customers[kind].belongs_to for kind in kinds}
        return frozenset(
            kind
            for kind, name in belongs.items()
            if name is None or self._values(str(name), mail, kinds)
        )

    def _kinds(self, mail: str) -> frozenset[str]:
        customers = self.blueprint.people.customers
        if ROLES not in self.blueprint.me.names:
            first = next(iter(self.blueprint.me.names), None)
            known = first is not None and self._values(first, mail, frozenset())
            return frozenset(customers) if known and len(customers) == 1 else frozenset()
        kinds = {
            str(line.words.get(code, code))
            for line in self.blueprint.me.names[ROLES]
            for row in self._rows_of_line(line, mail, frozenset())
            if (code := text_of(at(row, line.field))) is not None
        }
        found = frozenset(kind for kind in kinds if kind in customers)
        private = frozenset(kind for kind in found if customers[kind].belongs_to is None)
        return private or found

    def _values(self, name: str, mail: str, kinds: frozenset[str]) -> list[str]:
        found = [
            text
            for row, line in self._rows_of_name(name, mail, kinds)
            if (text := text_of(at(row, line.field))) is not None
        ]
        return sorted(set(found))

    def _rows_of_name(
        self, name: str, mail: str, kinds: frozenset[str]
    ) -> list[tuple[Row, MeLine]]:
        lines = [
            line
            for line in self.blueprint.me.names.get(name, ())
            if not line.for_ or kinds.intersection(line.for_)
        ]
        found = [(row, line) for line in lines for row in self._rows_of_line(line, mail, kinds)]
        customers = self.blueprint.people.customers.values()
        if any(customer.belongs_to == name for customer in customers):
            chosen = min((t for r, line in found if (t := text_of(at(r, line.field)))), default="")
            return [(r, line) for r, line in found if text_of(at(r, line.field)) == chosen]
        return found

    def _rows_of_line(self, line: MeLine, mail: str, kinds: frozenset[str]) -> list[Row]:
        """The rows for which every equality holds; of a line for one row, one or none."""
        wanted = [self._wanted(equality, mail, kinds) for equality in line.where]
        found = [
            row
            for row in self.rows.get(f"{line.system}.{line.table}", ())
            if wanted
            and all(
                _is_among(at(row, equality.field), values, fold=is_mail)
                for equality, (values, is_mail) in zip(line.where, wanted, strict=True)
            )
        ]
        return [] if line.once and len(found) > 1 else found

    def _wanted(
        self, equality: Equality, mail: str, kinds: frozenset[str]
    ) -> tuple[frozenset[str], bool]:
        match equality.value:
            case relations.Login():
                return frozenset({mail.casefold()}), True
            case relations.Literal(text):
                return frozenset({text}), False
            case relations.Me(name) | relations.Other(name, ""):
                return frozenset(self._values(name, mail, kinds)), False
            case relations.Other(name, path):
                rows = [row for row, _ in self._rows_of_name(name, mail, kinds)]
                return frozenset(t for row in rows if (t := text_of(at(row, path)))), False

    # ---- what is theirs

    def may_see(self, thing: Thing, who: Who) -> bool:
        """Whether somebody may see a thing at all."""
        return bool(who.kinds) and (not thing.seen_by or bool(who.kinds & set(thing.seen_by)))

    def held(self, thing: Thing, who: Who) -> Iterator[Held]:
        """Every row of a thing that is theirs, those that are left out included."""
        parent = self.blueprint.things.get(thing.parent or "")
        if parent is not None:
            yield from self._nested(thing, parent, who)
            return
        for source in thing.from_:
            table = f"{source.table.system}.{source.table.table}"
            for row in self.rows.get(table, ()):
                if thing.owner and self._is_theirs(row, (*thing.owner, *thing.where), who):
                    yield Held(source, table, self.id_of(table, row), row)

    def _is_theirs(self, row: Row, equalities: Iterable[Equality], who: Who) -> bool:
        for equality in equalities:
            match equality.value:
                case relations.Me(name):
                    wanted = who.me.get(name, frozenset())
                case relations.Literal(text):
                    wanted = frozenset({text})
                case _:
                    continue  # tied to a parent: looked at by whoever knows the parent
            if not _is_among(at(row, equality.field), wanted):
                return False
        return True

    def _nested(self, thing: Thing, parent: Thing, who: Who) -> Iterator[Held]:
        yield from self._within(thing, parent, list(self.held(parent, who)), who)

    def within(self, thing: Thing, held: Held, who: Who) -> Iterator[Held]:
        """The rows of a thing that stands in another which belong to one row of that other."""
        parent = self.blueprint.things.get(thing.parent or "")
        if parent is not None:
            yield from self._within(thing, parent, [held], who)

    def _within(
        self, thing: Thing, parent: Thing, around: Sequence[Held], who: Who
    ) -> Iterator[Held]:
        for source in thing.from_:
            table = f"{source.table.system}.{source.table.table}"
            if source.table.inside:
                yield from _inside(source, [one for one in around if one.table == table])
                continue
            tied = [e for e in thing.linked_by if isinstance(e.value, relations.Other)]
            if not tied:
                continue
            values = [self._values_in(parent, e.value, around) for e in tied]
            for row in self.rows.get(table, ()):
                fits = all(
                    _is_among(at(row, e.field), wanted)
                    for e, wanted in zip(tied, values, strict=True)
                )
                if fits and self._is_theirs(row, (*thing.linked_by, *thing.where), who):
                    yield Held(source, table, self.id_of(table, row), row)

    def _values_in(
        self, parent: Thing, value: relations.Value, around: Iterable[Held]
    ) -> frozenset[str]:
        """What a relation such as `documentId = order.id` is held against."""
        if not isinstance(value, relations.Other):
            return frozenset()
        found: set[str] = set()
        for one in around:
            if value.source:
                paths = [value.field] if one.source.name == value.source else []
            else:
                paths = paths_of(parent.fields.get(value.field), one.source)
            found.update(t for path in paths if (t := text_of(at(one.row, path))) is not None)
        return frozenset(found)

    # ---- what may be shown of it

    def cells(self, thing: Thing, who: Who) -> Iterator[Cell]:
        """Every raw value of a thing that may be shown to somebody."""
        if not self.may_see(thing, who):
            return
        shown = [
            one
            for one in thing.fields.values()
            if one.name is not None and (not one.seen_by or who.kinds & set(one.seen_by))
        ]
        for held in self.held(thing, who):
            if self.is_left_out(thing, held):
                continue
            for one in shown:
                for path in paths_of(one, held.source):
                    yield Cell(held.table, held.id, path)
            for name in (*self.keys.get(held.table, ()), *([thing.key] if thing.key else [])):
                yield Cell(held.table, held.id, str(name))

    def allowed(self, who: Who) -> frozenset[Cell]:
        """Every raw value that may be shown to somebody anywhere."""
        named = self._things_in_sight(who)
        cells = {
            cell
            for thing in self.blueprint.things.values()
            if self._root(thing) in named
            for cell in self.cells(thing, who)
        }
        return frozenset(cells | set(self._names_of_organisation(who)))

    def _things_in_sight(self, who: Who) -> set[str]:
        """The things that some page which is for them mentions."""
        named: set[str] = set()
        for step in self.blueprint.steps:
            if is_for(step, who):
                named.update(things_named(step, self.blueprint))
        return {self._root(self.blueprint.things[name]) for name in named}

    def _root(self, thing: Thing) -> str:
        while thing.parent is not None and thing.parent in self.blueprint.things:
            thing = self.blueprint.things[thing.parent]
        return str(thing.id)

    def _names_of_organisation(self, who: Who) -> Iterator[Cell]:
        """The name of whom they act for stands on every page."""
        for thing in self.blueprint.things.values():
            ties = [e.value.name for e in thing.owner if isinstance(e.value, relations.Me)]
            if any(who.organisation & who.me.get(name, frozenset()) for name in ties):
                for held in self.held(thing, who):
                    first = next((f for f in thing.fields.values() if f.name and f.from_), None)
                    for path in paths_of(first, held.source):
                        yield Cell(held.table, held.id, path)

    # ---- which pages are theirs

    def values(self, thing: Thing, field_: str, who: Who) -> tuple[set[str], set[str]]:
        """The values of a field by which their rows are found: those that must be there, and
        those that may be. What depends on several sources, or on a rule, only may.
        """
        must: set[str] = set()
        may: set[str] = set()
        by_code = any(one.leave_out_codes for one in thing.fields.values())
        has_rules = by_code or bool(thing.leave_out)
        if not self.may_see(thing, who):
            return must, may
        for held in self.held(thing, who):
            found = [
                text
                for path in paths_of(thing.fields.get(field_), held.source)
                if (text := text_of(at(held.row, path))) is not None
            ]
            if self.is_left_out(thing, held):
                continue
            may.update(found)
            if len(thing.from_) == 1 or not has_rules:
                must.update(found)
        return must, may

    def all_values(self, thing: Thing, field_: str, who: Who) -> set[str]:
        """The values of a field in every row that is theirs, shown or not."""
        return {
            text
            for held in self.held(thing, who)
            for path in paths_of(thing.fields.get(field_), held.source)
            if (text := text_of(at(held.row, path))) is not None
        }

    def is_left_out(self, thing: Thing, held: Held) -> bool:
        """Whether a rule says that this row is not shown. Only for things with one source."""
        if len(thing.from_) != 1:
            return False
        for field_ in thing.fields.values():
            codes = set(map(str, field_.leave_out_codes))
            for path in paths_of(field_, held.source):
                if codes and text_of(at(held.row, path)) in codes:
                    return True

        def look(name: str) -> "str | bool | int | None":
            value = at(held.row, name)
            if value is None and name in thing.fields:
                found = [at(held.row, path) for path in paths_of(thing.fields[name], held.source)]
                value = next(iter(found), None)
            return value if isinstance(value, str | bool | int) else None

        return any(rule.holds(look, self.today) is True for rule in thing.leave_out)

    def id_of(self, table: str, row: Row) -> str:
        """The key of a row as one text."""
        return "|".join(str(at(row, name)) for name in self.keys.get(table, ()))


def _inside(source: Source, around: Iterable[Held]) -> Iterator[Held]:
    """The rows inside rows."""
    for one in around:
        inside = at(one.row, source.table.inside or "")
        for place, row in enumerate(inside if isinstance(inside, list) else []):
            if isinstance(row, dict):
                yield Held(source, one.table, f"{one.id}/{source.table.inside}/{place}", row)


def paths_of(field_: ThingField | None, source: Source) -> list[str]:
    """Where a field is in the rows of a source."""
    if field_ is None:
        return []
    return [str(one.path) for one in field_.from_ if one.source in ("", source.name)]


def is_for(step: Step, who: Who) -> bool:
    """Whether a step is for somebody."""
    return bool(who.kinds & set(step.for_))


def things_named(step: Step, blueprint: Blueprint) -> set[str]:
    """The things that a step's screen mentions."""
    screen = step.screen
    if screen is None:
        return set()
    refs = [*screen.shows, *screen.asks, *([screen.timeline] if screen.timeline else [])]
    named = {ref.thing for ref in refs}
    named.update(str(figure.of).partition(".")[0] for figure in screen.figures)
    named.update(str(name) for name in (screen.changes, screen.creates) if name is not None)
    for text in (screen.headline, screen.address):
        named.update(part.partition(".")[0] for part in _braces(text))
    for ref in screen.asks:
        thing = blueprint.things.get(ref.thing)
        asked = thing.fields.get(ref.field) if thing is not None else None
        if asked is not None and asked.choose_from is not None:
            named.add(str(asked.choose_from).partition(".")[0])
        nested = blueprint.nested.get(f"{ref.thing}.{ref.field}")
        for inner in nested.fields.values() if nested is not None else ():
            if inner.choose_from is not None:
                named.add(str(inner.choose_from).partition(".")[0])
    return named & set(blueprint.things)


def _braces(text: str | None) -> list[str]:
    return [part.partition("}")[0] for part in (text or "").split("{")[1:]]


def at(row: Row, path: str) -> Raw:
    """The raw value at a dotted path."""
    if path in row:
        return row[path]
    first, _, rest = path.partition(".")
    inner = row.get(first)
    return at(inner, rest) if rest and isinstance(inner, dict) else None


def text_of(raw: Raw) -> str | None:
    """A raw value as the text that it is compared by; None for nothing at all."""
    if raw is None or raw == "" or isinstance(raw, list | dict):
        return None
    return str(raw).lower() if isinstance(raw, bool) else str(raw)


def _is_among(raw: Raw, wanted: Iterable[str], *, fold: bool = False) -> bool:
    text = text_of(raw)
    return text is not None and (text.casefold() if fold else text) in set(wanted)
