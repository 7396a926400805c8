"""Reads a thing for a viewer: one row, a page of rows, all rows, or the rows inside a row."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date

from balie.access.scope import NoScope
from balie.access.viewer import Viewer
from balie.backstage.arrangement import Arrangement
from balie.backstage.arranging import Arranging, Shown
from balie.backstage.asking import NOTHING_EXTRA, Asked, Asking, Extra
from balie.backstage.cursors import Position
from balie.backstage.found import Found
from balie.backstage.page import Trust
from balie.backstage.paging import LIST_ROWS, MOST_ROWS, Paging
from balie.backstage.places import grouped
from balie.backstage.ports import IncidentKind
from balie.blueprint import relations
from balie.mapping.thing import MappedSource, MappedThing, Record
from balie.systems.query import Relation
from balie.systems.rows import Row, text_of, value_at


@dataclass(frozen=True, slots=True)
class Reading:
    """Reading for one viewer and one page."""

    asking: Asking
    list_rows: int = LIST_ROWS

    @property
    def viewer(self) -> Viewer:
        """Who looks."""
        return self.asking.viewer

    @property
    def today(self) -> date:
        """The day in the blueprint's zone."""
        return self.asking.today

    # ---- one row

    async def one(
        self, thing: MappedThing, key: str, fields: Collection[str], extra: Extra = NOTHING_EXTRA
    ) -> Found:
        """The record with this key. Two rows where there can be one are nobody's (a finding)."""
        asked = await self.asking.all_sources(
            thing,
            lambda source: self.asking.question(
                thing, source, fields, extra, narrowed=(Relation(thing.key_path(source), (key,)),)
            ),
        )
        if len(thing.sources) == 1 and len(asked.rows.get(thing.sources[0].name, ())) > 1:
            about = "two rows where there should be one"
            self.asking.report(IncidentKind.AMBIGUOUS, thing, about)
            return asked.found()
        return self._the_one(thing, asked, fields)

    async def single(self, thing: MappedThing, fields: Collection[str]) -> Found:
        """The one row of a thing of which a viewer has exactly one."""
        asked = await self.asking.all_sources(
            thing, lambda source: self.asking.question(thing, source, fields)
        )
        return self._the_one(thing, asked, fields)

    def _the_one(self, thing: MappedThing, asked: Asked, fields: Collection[str]) -> Found:
        """The first record; a row that cannot be read is there, and cannot be shown."""
        groups = grouped(thing, asked.rows).values()
        records, broken = self.asking.records(thing, groups, fields)
        if broken and not records:
            asked.trusts.append(Trust.AWAY)
        return asked.found(records[:1], broken=broken)

    # ---- many rows

    async def all(self, thing: MappedThing, fields: Collection[str]) -> Found:
        """Every record in scope, at most MOST_ROWS of each source."""
        asked = await self.asking.all_sources(
            thing, lambda source: self.asking.question(thing, source, fields, limit=MOST_ROWS)
        )
        groups = grouped(thing, asked.rows).values()
        records, broken = self.asking.records(thing, groups, fields)
        more = any(asked.more.values())
        if more:
            self.asking.report(IncidentKind.CUT, thing, f"over {MOST_ROWS} rows")
        return asked.found(records, broken=broken, more=more)

    async def page(
        self, thing: MappedThing, fields: Collection[str], after: Position | None, size: int
    ) -> Found:
        """The records after a position, newest first."""
        return await Paging(self.asking, thing, fields, self.list_rows).page(after, size)

    async def arranged(
        self,
        thing: MappedThing,
        fields: Collection[str],
        arrangement: Arrangement,
        shown: Shown,
        after: Position | None,
        size: int,
    ) -> Found:
        """The records after a position, in another order or of those that bear some words."""
        paging = Paging(self.asking, thing, fields, self.list_rows)
        return await Arranging(paging, arrangement, shown).page(after, size)

    # ---- rows inside a row

    async def nested(
        self,
        thing: MappedThing,
        parent: MappedThing,
        within: Found | None,
        key: str,
        fields: Collection[str],
    ) -> Found:
        """The rows that belong to a record: from its own row, or from a table that refers to it.

        within: what was found of the record; None while it is still being read: then only what
        is tied by its key can be asked already. Of several sources, the first that has any.
        """
        record = next(iter(within.records), None) if within is not None else None
        if thing.sources and thing.sources[0].at.inside is not None:
            return self._inside(thing, parent, within, record, fields)
        for source in thing.sources:
            question = self.asking.question(
                thing,
                source,
                fields,
                bind=bound_to(source, parent, record, key),
                limit=MOST_ROWS,
            )
            if question is NoScope.NOTHING:
                continue
            asked = Asked()
            asked.take(source, await self.asking.answer(question))
            rows = asked.rows.get(source.name, [])
            if rows or asked.trust is not Trust.FRESH or source is thing.sources[-1]:
                return self._listed(thing, source, rows, asked, fields)
        return Found()

    def _listed(
        self,
        thing: MappedThing,
        source: MappedSource,
        rows: list[Row],
        asked: Asked,
        fields: Collection[str],
    ) -> Found:
        groups = [{source.name: [row]} for row in rows]
        records, broken = self.asking.records(thing, groups, fields)
        if asked.more.get(source.name):
            self.asking.report(IncidentKind.CUT, thing, f"over {MOST_ROWS} rows")
        return asked.found(records, broken=broken, more=bool(asked.more.get(source.name)))

    def _inside(
        self,
        thing: MappedThing,
        parent: MappedThing,
        within: Found | None,
        record: Record | None,
        fields: Collection[str],
    ) -> Found:
        """Rows inside the record's own row: as fresh as that is, and away when that is."""
        if within is None or record is None:
            return Found()
        source = thing.sources[0]
        rows = list(_rows_of(record, parent))
        inside = [item for row in rows[:1] for item in source.rows_inside(row)]
        groups = [{source.name: [item]} for item in inside]
        records, broken = self.asking.records(thing, groups, fields)
        return Found(
            records=tuple(records),
            broken=broken,
            trust=within.trust,
            as_of=within.as_of,
            away=within.away,
        )


def bound_to(
    source: MappedSource,
    parent: MappedThing,
    record: Record | None,
    key: str,
) -> Callable[[relations.Other], tuple[str, ...]]:
    """The values by which a nested thing's source is tied to its parent's record."""

    def bind(other: relations.Other) -> tuple[str, ...]:
        if other.of != parent.id:
            return ()
        if not other.source and parent.is_key(other.field):
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
            text = text_of(value_at(row, path))
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
