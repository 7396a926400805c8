"""Reads a thing for a viewer: one row, a page of rows, all rows, or the rows inside a row.

The rules that hold everywhere: only within a scope; every source of a thing or none, because half
a life order would say something that is not so; a record that cannot be read costs only itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

from balie.access.scope import NoScope, Scope, scope_for
from balie.access.viewer import Viewer
from balie.backstage.cursors import Position
from balie.backstage.page import Trust
from balie.backstage.ports import Clock, Incident, IncidentKind, Incidents
from balie.backstage.sources import Answer, Outcome, Patience, Question, Sources, Trace, no_trace
from balie.blueprint import relations
from balie.mapping.clear import Unreadable
from balie.mapping.thing import MappedSource, MappedThing, Record
from balie.systems.query import Order, Relation
from balie.systems.rows import Row, text_of, value_at

LIST_ROWS = 200
"""Rows asked of each source for one page of a list: enough for 20 records of several rows each."""

MOST_ROWS = 1000
"""Rows read at most where all are needed: figures, and systems that cannot sort or compare."""

_TRUST_ORDER = (Trust.UNRECOGNISED, Trust.AWAY, Trust.WAITING, Trust.KNOWN, Trust.FRESH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Records, and how far to trust that these are all and that they are so.

    away: the systems that did not answer in time. more: there are records after these.
    """

    records: tuple[Record, ...] = ()
    trust: Trust = Trust.FRESH
    as_of: datetime | None = None
    broken: int = 0
    more: bool = False
    away: frozenset[str] = frozenset()

    @property
    def is_shown(self) -> bool:
        """Whether there is something to show, be it an empty list."""
        return self.trust in (Trust.FRESH, Trust.KNOWN)


def least(trusts: Iterable[Trust]) -> Trust:
    """The least of several trusts; FRESH of none."""
    present = set(trusts)
    return next((trust for trust in _TRUST_ORDER if trust in present), Trust.FRESH)


def oldest(moments: Iterable[datetime | None]) -> datetime | None:
    """The earliest moment that is known."""
    return min((moment for moment in moments if moment is not None), default=None)


@dataclass(slots=True)
class _Asked:
    """What came of asking the sources of one thing."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    more: dict[str, bool] = field(default_factory=dict)
    trusts: list[Trust] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    broken: int = 0

    def take(self, source: MappedSource, answered: "Outcome | NoScope") -> None:
        """Adds the answer of one source."""
        if isinstance(answered, NoScope):
            if answered is NoScope.UNKNOWN:
                self.trusts.append(Trust.UNRECOGNISED)
            return
        self.trusts.append(answered.trust)
        if answered.trust is not Trust.FRESH:
            self.away.add(source.at.system)
        if answered.answer is not None:
            self._take_answer(source.name, answered.answer)

    def _take_answer(self, source: str, answer: Answer) -> None:
        self.rows[source] = list(answer.rows)
        self.more[source] = answer.more
        self.broken += answer.broken
        self.moments.append(answer.as_of)

    @property
    def trust(self) -> Trust:
        return least(self.trusts)

    def found(
        self, records: Sequence[Record] = (), *, broken: int = 0, more: bool = False
    ) -> Found:
        """The result, without records when a source is missing."""
        shown = self.trust in (Trust.FRESH, Trust.KNOWN)
        return Found(
            records=tuple(records) if shown else (),
            trust=self.trust,
            as_of=oldest(self.moments) if shown else None,
            broken=(self.broken + broken) if shown else 0,
            more=more and shown,
            away=frozenset(self.away),
        )


Extra = Mapping[str, frozenset[str]]
"""Raw paths wanted beside a thing's own fields, by source: what nested things are tied by."""

_NOTHING_EXTRA: Extra = {}


@dataclass(frozen=True, slots=True)
class Reading:
    """Reading for one viewer and one page."""

    sources: Sources
    things: Mapping[str, MappedThing]
    viewer: Viewer
    patience: Patience
    clock: Clock
    incidents: Incidents
    step: str = ""
    trace: Trace = no_trace

    @property
    def today(self) -> date:
        """The day in the blueprint's zone."""
        return self.clock.today()

    # ---- one row

    async def one(
        self, thing: MappedThing, key: str, fields: Collection[str], extra: Extra = _NOTHING_EXTRA
    ) -> Found:
        """The record with this key. Two rows where there can be one are nobody's (a finding)."""
        asked = await self._ask_all(
            thing,
            lambda source: self._question(
                thing, source, fields, extra, narrowed=(Relation(thing.key_path(source), (key,)),)
            ),
        )
        if self._is_ambiguous(thing, asked.rows):
            self._report(IncidentKind.AMBIGUOUS, thing, "two rows where there should be one")
            return asked.found()
        return self._the_one(thing, asked, fields)

    async def single(self, thing: MappedThing, fields: Collection[str]) -> Found:
        """The one row of a thing of which a viewer has exactly one."""
        asked = await self._ask_all(
            thing, lambda source: self._question(thing, source, fields, _NOTHING_EXTRA)
        )
        return self._the_one(thing, asked, fields)

    def _the_one(self, thing: MappedThing, asked: _Asked, fields: Collection[str]) -> Found:
        """The first record; a row that cannot be read is there, and cannot be shown."""
        records, broken = self._records(thing, _grouped(thing, asked.rows).values(), fields)
        if broken and not records:
            asked.trusts.append(Trust.AWAY)
        return asked.found(records[:1], broken=broken)

    # ---- many rows

    async def all(self, thing: MappedThing, fields: Collection[str]) -> Found:
        """Every record in scope, at most MOST_ROWS of each source."""
        asked = await self._ask_all(
            thing,
            lambda source: self._question(thing, source, fields, _NOTHING_EXTRA, limit=MOST_ROWS),
        )
        records, broken = self._records(thing, _grouped(thing, asked.rows).values(), fields)
        return asked.found(records, broken=broken, more=any(asked.more.values()))

    async def page(
        self, thing: MappedThing, fields: Collection[str], after: Position | None, size: int
    ) -> Found:
        """The records after a position, newest first.

        One call per source. A source that was cut short is asked once more for just the keys on
        this page, so that no record is made of half its rows.
        """
        found = await self._page(thing, fields, after, size, LIST_ROWS)
        if found.is_shown and found.more and len(found.records) < size:
            found = await self._page(thing, fields, after, size, MOST_ROWS)
        return found

    async def _page(
        self,
        thing: MappedThing,
        fields: Collection[str],
        after: Position | None,
        size: int,
        limit: int,
    ) -> Found:
        asked = await self._ask_all(
            thing, lambda source: self._page_question(thing, source, fields, after, limit)
        )
        floor = _floor(thing, asked)
        places = _places(thing, asked.rows, after, floor)
        keys = tuple(place.key for place in places[: size + 1])
        if await self._complete(thing, fields, asked, keys, after):
            places = _places(thing, asked.rows, after, floor)
        grouped = _grouped(thing, asked.rows)
        records: list[Record] = []
        broken = 0
        for place in places:
            made, unreadable = self._records(thing, (grouped[place.key],), fields)
            broken += unreadable
            records.extend(made)
            if len(records) > size:
                break
        more = len(records) > size or floor is not None
        return asked.found(records[:size], broken=broken, more=more)

    def _page_question(
        self,
        thing: MappedThing,
        source: MappedSource,
        fields: Collection[str],
        after: Position | None,
        limit: int,
    ) -> Question | NoScope:
        moment = source.moment
        if moment is None or not _can_page(source):
            return self._question(thing, source, fields, _NOTHING_EXTRA, limit=MOST_ROWS)
        at_most = (moment, after.moment) if after is not None and after.moment else None
        question = self._question(thing, source, fields, _NOTHING_EXTRA, limit=limit)
        if isinstance(question, NoScope):
            return question
        return replace(question, order=Order(moment), at_most=at_most)

    async def _complete(
        self,
        thing: MappedThing,
        fields: Collection[str],
        asked: _Asked,
        keys: tuple[str, ...],
        after: Position | None,
    ) -> bool:
        """Adds the rows of these keys that a source holds outside what it was asked for, if any."""
        cut = [source for source in thing.sources if asked.more.get(source.name) or after]
        if len(thing.sources) == 1 or not keys or not cut:
            return False
        sources = replace(thing, sources=tuple(cut))
        completed = await self._ask_all(
            sources,
            lambda source: self._question(
                thing,
                source,
                fields,
                _NOTHING_EXTRA,
                narrowed=(Relation(thing.key_path(source), keys),),
            ),
        )
        for source in cut:
            path = thing.key_path(source)
            rest = [r for r in asked.rows.get(source.name, ()) if _text(r, path) not in keys]
            asked.rows[source.name] = rest + completed.rows.get(source.name, [])
        asked.trusts.extend(completed.trusts)
        asked.moments.extend(completed.moments)
        asked.away |= completed.away
        return True

    # ---- rows inside a row

    async def nested(
        self,
        thing: MappedThing,
        parent: MappedThing,
        record: Record | None,
        key: str,
        fields: Collection[str],
    ) -> Found:
        """The rows that belong to a record: from its own row, or from a table that refers to it.

        record is None while the record is still being read; then only what is tied by its key
        can be asked already.
        """
        if thing.sources and thing.sources[0].at.inside is not None:
            return self._inside(thing, parent, record, fields)
        for source in thing.sources:
            question = self._question(
                thing,
                source,
                fields,
                _NOTHING_EXTRA,
                bind=_bind(source, parent, record, key),
            )
            if question is NoScope.NOTHING:
                continue
            asked = _Asked()
            asked.take(source, await self._answer(question))
            rows = asked.rows.get(source.name, [])
            if rows or asked.trust is not Trust.FRESH or source is thing.sources[-1]:
                records, broken = self._records(
                    thing, [{source.name: [row]} for row in rows], fields
                )
                return asked.found(records, broken=broken)
        return Found()

    def _inside(
        self,
        thing: MappedThing,
        parent: MappedThing,
        record: Record | None,
        fields: Collection[str],
    ) -> Found:
        source = thing.sources[0]
        rows = [] if record is None else list(_rows_of(record, parent))
        inside = [item for row in rows[:1] for item in _items(row, source.at.inside or "")]
        records, broken = self._records(thing, [{source.name: [item]} for item in inside], fields)
        return Found(records=tuple(records), broken=broken)

    # ---- asking

    async def _ask_all(
        self, thing: MappedThing, ask: Callable[[MappedSource], Question | NoScope]
    ) -> _Asked:
        """Asks every source of a thing, at the same time."""
        answers: list[Awaitable[Outcome | NoScope]] = [
            self._answer(ask(source)) for source in thing.sources
        ]
        asked = _Asked()
        for source, answered in zip(thing.sources, await asyncio.gather(*answers), strict=True):
            asked.take(source, answered)
        return asked

    async def _answer(self, question: Question | NoScope) -> Outcome | NoScope:
        if isinstance(question, NoScope):
            return question
        return await self.sources.ask(question, self.patience, self.trace)

    def _question(
        self,
        thing: MappedThing,
        source: MappedSource,
        fields: Collection[str],
        extra: Extra,
        *,
        narrowed: tuple[Relation, ...] = (),
        bind: Callable[[relations.Other], tuple[str, ...]] = lambda _other: (),
        limit: int = 200,
    ) -> Question | NoScope:
        scope = self._scope(thing, source, narrowed, bind)
        if isinstance(scope, NoScope):
            return scope
        paths = set(thing.raw_paths(source, fields)) | extra.get(source.name, frozenset())
        return Question(scope=scope, fields=tuple(sorted(paths)), limit=limit)

    def _scope(
        self,
        thing: MappedThing,
        source: MappedSource,
        narrowed: tuple[Relation, ...],
        bind: Callable[[relations.Other], tuple[str, ...]],
    ) -> Scope | NoScope:
        declared = thing.thing
        if not declared.owner and declared.in_ is None:
            return NoScope.NOTHING  # what belongs to nobody in particular is shown to nobody
        return scope_for(
            self.viewer,
            source.at.system,
            source.at.table,
            (*declared.owner, *declared.linked_by, *declared.where),
            bind=bind,
            narrowed=narrowed,
        )

    # ---- rows -> records

    def _records(
        self,
        thing: MappedThing,
        groups: Iterable[Mapping[str, Sequence[Row]]],
        fields: Collection[str],
    ) -> tuple[list[Record], int]:
        records: list[Record] = []
        broken = 0
        for rows in groups:
            try:
                record = thing.record(rows, fields, self.today)
            except Unreadable as why:
                broken += 1
                self._report(IncidentKind.BROKEN, thing, str(why))
                continue
            if record is not None:
                records.append(record)
                for unknown in record.unknown_codes:
                    self._report(IncidentKind.UNKNOWN_CODE, thing, unknown)
        return records, broken

    def _is_ambiguous(self, thing: MappedThing, rows: Mapping[str, Sequence[Row]]) -> bool:
        return len(thing.sources) == 1 and len(rows.get(thing.sources[0].name, ())) > 1

    def _report(self, kind: IncidentKind, thing: MappedThing, about: str) -> None:
        at = thing.sources[0].at
        self.incidents.report(
            Incident(
                kind=kind,
                system=at.system,
                table=at.table,
                about=about,
                at=self.clock.now(),
                step=self.step,
            )
        )


def _can_page(source: MappedSource) -> bool:
    return source.moment in source.table.sorts and source.moment in source.table.compares


def _text(row: Row, path: str) -> str | None:
    return text_of(value_at(row, path))


def _moment_of(source: MappedSource, row: Row) -> str:
    return "" if source.moment is None else _text(row, source.moment) or ""


def _grouped(
    thing: MappedThing, rows: Mapping[str, Sequence[Row]]
) -> dict[str, dict[str, list[Row]]]:
    """The rows of each key, by source, newest first. Rows without a key come apart, under ""."""
    groups: dict[str, dict[str, list[Row]]] = {}
    for source in thing.sources:
        path = thing.key_path(source)
        ordered = sorted(rows.get(source.name, ()), key=partial(_moment_of, source), reverse=True)
        for number, row in enumerate(ordered):
            key = _text(row, path)
            if key is None and source is not thing.sources[0]:
                continue  # an invoice of no order, say: later in life order it is not one of these
            key = key or f"\0{number}"
            groups.setdefault(key, {}).setdefault(source.name, []).append(row)
    return groups


def _places(
    thing: MappedThing,
    rows: Mapping[str, Sequence[Row]],
    after: Position | None,
    floor: str | None,
) -> list[Position]:
    """Where the records are in the list: newest first, after a position, not below the floor."""
    places = (
        Position(_place_moment(thing, group), key) for key, group in _grouped(thing, rows).items()
    )
    wanted = (
        place
        for place in places
        if (after is None or place < after) and (floor is None or place.moment > floor)
    )
    return sorted(wanted, reverse=True)


def _place_moment(thing: MappedThing, group: Mapping[str, Sequence[Row]]) -> str:
    """How new a record is: by the first source of its life order that has a date."""
    moments = (
        _moment_of(source, group[source.name][0])
        for source in thing.sources
        if source.name in group
    )
    return next((moment for moment in moments if moment), "")


def _floor(thing: MappedThing, asked: _Asked) -> str | None:
    """Below this moment a source was cut short, so nothing is certain there."""
    lowest = [
        min((_moment_of(source, row) for row in asked.rows[source.name]), default="")
        for source in thing.sources
        if asked.more.get(source.name) and _can_page(source)
    ]
    return max(lowest, default=None)


def _bind(
    source: MappedSource,
    parent: MappedThing,
    record: Record | None,
    key: str,
) -> Callable[[relations.Other], tuple[str, ...]]:
    """The values by which a nested thing's source is tied to its parent's record."""

    def bind(other: relations.Other) -> tuple[str, ...]:
        if other.of != parent.id:
            return ()
        if other.field == parent.key and not other.source:
            return (key,)
        if record is None:
            return ()
        return tuple(dict.fromkeys(_tied(other, source, parent, record)))

    return bind


def _tied(
    other: relations.Other, source: MappedSource, parent: MappedThing, record: Record
) -> Iterator[str]:
    for name, path in tie_paths(other, source, parent):
        for row in record.rows.get(name, ()):
            text = _text(row, path)
            if text is not None:
                yield text


def tie_paths(
    other: relations.Other, source: MappedSource, parent: MappedThing
) -> tuple[tuple[str, str], ...]:
    """Where the parent's row holds what a nested source refers to: (parent's source, raw path).

    A nested source with the name of one of the parent's sources belongs to that one's rows.
    """
    if other.source:
        return ((other.source, other.field),)
    field_ = parent.fields.get(other.field)
    paths = field_.paths if field_ is not None else ((parent.sources[0].name, other.field),)
    same = tuple(pair for pair in paths if pair[0] == source.name)
    return same if source.name in {s.name for s in parent.sources} else paths


def _rows_of(record: Record, parent: MappedThing) -> Iterator[Row]:
    for source in parent.sources:
        yield from record.rows.get(source.name, ())


def _items(row: Row, path: str) -> Iterator[Row]:
    items = value_at(row, path)
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))
