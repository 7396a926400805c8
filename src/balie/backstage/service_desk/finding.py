"""Finds a customer by what they say on the telephone: asked of the systems, on behalf of staff.

The blueprint's things say where a number, a mail address, a postcode or a name stands, and whose
rows these are: a field that equals a name of `me`. That name is followed back to the mail address
that its `where` lines compare with. Nothing that was looked for is kept, logged, or in an address.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from balie.access.scope import Scope, desk_scope
from balie.blueprint import relations
from balie.blueprint.model import Blueprint, MeLine, TableRef, Thing, ThingField
from balie.mapping.rules import must_be
from balie.systems.connector import Connector
from balie.systems.contract import Contract, Table
from balie.systems.errors import SystemFault
from balie.systems.rows import Row, text_of, value_at

_MOST = 20  # customers that one search finds
_WITHIN = 4.0  # seconds for one question
_AROUND = 4  # names of `me` that follow from each other


class Sort(StrEnum):
    """What somebody typed, as the audit may know it."""

    REFERENCE = "reference"
    MAIL = "mail"
    OTHER = "name, postcode or number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody who was found. Personal. mail: of their sign-in. told: what makes them known to
    staff, such as their name and where they live.
    """

    mail: str
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What came of a search. away: systems that did not answer; what is there was not found.

    more: there are more customers than are told.
    """

    customers: tuple[Customer, ...] = ()
    away: frozenset[str] = frozenset()
    more: bool = False


@dataclass
class _Met:
    """What was met on the way."""

    away: set[str] = field(default_factory=set)
    asked: set[tuple[str, str, str, str]] = field(default_factory=set)
    found: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """Looks for customers of a blueprint in its systems."""

    blueprint: Blueprint
    contracts: Mapping[str, Contract]
    connectors: Mapping[str, Connector]

    async def find(self, words: str) -> Search:
        """The customers who have these words: exactly, but for capitals in a mail address."""
        met, typed = _Met(), " ".join(words.split())
        if typed:
            places = self._places(typed)
            await asyncio.gather(*(self._look(place, said, met) for place, said in places))
        customers = tuple(Customer(mail=mail, told=told) for mail, told in met.found.items())
        return Search(
            customers=customers[:_MOST],
            away=frozenset(met.away),
            more=len(customers) > _MOST,
        )

    # ---- where it may stand

    def _places(self, typed: str) -> Sequence[tuple["_Place", str]]:
        """Every place where these words may stand, with the words as they are written there."""
        found = (
            (place, said)
            for place in (*_places_of_me(self.blueprint), *_places_of_things(self.blueprint))
            if self._can_be_asked(place.system, place.table, place.field)
            for said in _as_written(place, typed)
        )
        return list(found)

    def _can_be_asked(self, system: str, table: str, path: str) -> bool:
        described = self._table(system, table)
        return described is not None and (path in described.equals or path in described.among)

    def _table(self, system: str, table: str) -> Table | None:
        contract = self.contracts.get(system)
        theirs = str(self.blueprint.systems[system].tables.get(table, table))
        return None if contract is None else contract.tables.get(theirs)

    def _told(self, line: MeLine) -> tuple[str, ...]:
        return _told_of(self.blueprint, line.system, line.table)

    # ---- looking

    async def _look(self, place: "_Place", said: str, met: _Met) -> None:
        wanted = (place.field, *place.wanted)
        fold = place.is_mail
        for row in await self._rows(
            place.system, place.table, place.field, said, wanted, met, fold
        ):
            told = tuple(dict.fromkeys(_texts(row, place.told)))
            await self._owners(place, row, told, met)

    async def _owners(self, place: "_Place", row: Row, told: tuple[str, ...], met: _Met) -> None:
        if place.me is not None:
            await self._back(place.me, row, told, met, _AROUND)
            return
        for path, name in place.owners:
            key = text_of(value_at(row, path))
            if key is not None:
                await self._of(name, key, told, met, _AROUND)

    async def _of(self, name: str, key: str, told: tuple[str, ...], met: _Met, left: int) -> None:
        """Whoever has this value of a name of `me`."""
        for line in self.blueprint.me.names.get(name, ()) if left else ():
            if self._can_be_asked(line.system, line.table, line.field):
                wanted = (line.field, *_needed(line), *self._told(line))
                rows = await self._rows(line.system, line.table, line.field, key, wanted, met)
                for row in rows:
                    await self._back(line, row, told, met, left - 1)

    async def _back(
        self, line: MeLine, row: Row, told: tuple[str, ...], met: _Met, left: int
    ) -> None:
        """From a row of a line of `me` to the mail address of whoever signs in."""
        for equality in line.where:
            value = text_of(value_at(row, equality.field))
            match equality.value:
                case relations.Login("email") if value is not None:
                    mail, own = value.casefold(), tuple(_texts(row, self._told(line)))
                    told = (*own, *told)
                    met.found[mail] = tuple(dict.fromkeys((*met.found.get(mail, ()), *told)))
                case relations.Other(of, "") | relations.Me(of) if value is not None:
                    await self._of(of, value, told, met, left)
                case relations.Other(of, path) if value is not None:
                    await self._of_field(of, path, value, told, met, left)
                case _:
                    pass

    async def _of_field(
        self, name: str, path: str, value: str, told: tuple[str, ...], met: _Met, left: int
    ) -> None:
        """Whoever has a row of a name of `me` with this value in another of its fields."""
        for line in self.blueprint.me.names.get(name, ()) if left else ():
            if self._can_be_asked(line.system, line.table, path):
                wanted = (path, line.field, *_needed(line), *self._told(line))
                for row in await self._rows(line.system, line.table, path, value, wanted, met):
                    await self._back(line, row, told, met, left - 1)

    async def _rows(
        self,
        system: str,
        table: str,
        path: str,
        value: str,
        wanted: Iterable[str],
        met: _Met,
        fold_case: bool = False,
    ) -> Sequence[Row]:
        """The rows with this value: each looked at again, none when the system is away."""
        question = (system, table, path, value)
        scope = desk_scope(system, table, path, value, fold_case=fold_case)
        if question in met.asked or not isinstance(scope, Scope):
            return ()
        met.asked.add(question)
        query = scope.query(tuple(dict.fromkeys(wanted)), limit=_MOST + 1)
        try:
            rows = await asyncio.wait_for(self.connectors[system].read(query), _WITHIN)
        except (SystemFault, TimeoutError):
            met.away.add(system)
            return ()
        return [row for row in rows.rows if scope.covers(row)][: _MOST + 1]


# ---- what a blueprint says of it


@dataclass(frozen=True, slots=True)
class _Place:
    """A raw field by which a customer can be found.

    owners: raw field of the same row -> name of `me`. me: of a line of `me` instead. told: raw
    fields that make the row known to staff.
    """

    system: str
    table: str
    field: str
    kind: str  # "mail", "postcode" or ""
    owners: tuple[tuple[str, str], ...] = ()
    me: MeLine | None = None
    told: tuple[str, ...] = ()

    @property
    def is_mail(self) -> bool:
        return self.kind == "mail"

    @property
    def wanted(self) -> tuple[str, ...]:
        needed = _needed(self.me) if self.me is not None else ()
        return (*(path for path, _ in self.owners), *needed, *self.told)


def _places_of_me(blueprint: Blueprint) -> Iterator[_Place]:
    """The mail address of the sign-in, wherever a line of `me` compares with it."""
    for lines in blueprint.me.names.values():
        for line in lines:
            for equality in line.where:
                if isinstance(equality.value, relations.Login):
                    told = _told_of(blueprint, line.system, line.table)
                    yield _Place(line.system, line.table, equality.field, "mail", (), line, told)


def _places_of_things(blueprint: Blueprint) -> Iterator[_Place]:
    for thing in blueprint.things.values():
        owners = tuple(
            (equality.field, equality.value.name)
            for equality in thing.owner
            if isinstance(equality.value, relations.Me)
        )
        for path, at, kind in _searched(thing) if owners else ():
            told = _told_of(blueprint, at.system, at.table)
            yield _Place(at.system, at.table, path, kind, owners, None, told)


def _searched(thing: Thing) -> Iterator[tuple[str, TableRef, str]]:
    """The raw fields of a thing that customers name themselves by, with what kind of text it is."""
    for id_, ours in thing.fields.items():
        kind = _kind(thing, id_, ours)
        for written in ours.from_ if kind is not None else ():
            for source in thing.from_:
                if written.source in ("", source.name) and source.table.inside is None:
                    yield str(written.path), source.table, kind or ""


def _kind(thing: Thing, id_: str, ours: ThingField) -> str | None:
    if ours.must_be == "e-mail":
        return "mail"
    if ours.must_be == "postcode":
        return "postcode"
    is_name = ours.personal == "identity" or id_ == "name"
    is_key = id_ == thing.key or any(written.path == thing.key for written in ours.from_)
    return "" if is_key or is_name else None


def _told_of(blueprint: Blueprint, system: str, table: str) -> tuple[str, ...]:
    """Names and places in a table, so that staff can tell who it is."""
    paths = (
        str(written.path)
        for thing in blueprint.things.values()
        for id_, ours in thing.fields.items()
        if (ours.personal == "identity" or id_ in ("name", "city")) and thing.owner
        for source in thing.from_
        if (source.table.system, source.table.table) == (system, table)
        for written in ours.from_
        if written.source in ("", source.name)
    )
    return tuple(dict.fromkeys(paths))


def _needed(line: MeLine) -> tuple[str, ...]:
    return tuple(equality.field for equality in line.where)


def _as_written(place: _Place, typed: str) -> Iterator[str]:
    """The words as that field may have them: a postcode with and without its space."""
    is_mail = "@" in typed
    if place.is_mail != is_mail:
        return
    if is_mail:
        yield typed.casefold()
    elif place.kind == "postcode":
        rule = must_be("postcode")
        said = rule(typed) if callable(rule) else typed
        if isinstance(said, str):
            yield said
            yield said.replace(" ", "")
    else:
        yield typed


def _texts(row: Row, paths: Iterable[str]) -> Iterator[str]:
    texts = (text_of(value_at(row, path)) for path in paths)
    return (text for text in texts if text is not None)
