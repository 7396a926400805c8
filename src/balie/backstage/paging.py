"""One page of a list whose records may be made of the rows of several sources.

Each source is asked once for its newest rows, down from where the page begins. Of a source that
was cut short nothing is certain from its last row down: the floor. A record is shown when it
stands above the floor and all of its rows are there. So no record is lost, shown twice or made of
half its rows, and the number of calls does not grow with the number of rows.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from balie.access.scope import NoScope
from balie.backstage.asking import Asked, Asking
from balie.backstage.cursors import Position
from balie.backstage.found import Found
from balie.backstage.page import Trust
from balie.backstage.places import LAST, as_asked, grouped, moment_of, place_of, places
from balie.backstage.ports import IncidentKind
from balie.backstage.sources import Question
from balie.mapping.thing import MappedSource, MappedThing, Record
from balie.systems.query import Order, Relation
from balie.systems.rows import Row, text_of, value_at

LIST_ROWS = 200
"""Rows asked of each source at a time: one answer of most systems."""

MOST_ROWS = 1000
"""Rows read at most where all are needed, and where more than LIST_ROWS are of one moment."""

MOST_ROUNDS = 10
"""How often we go on below a floor to fill one page."""

UNDATED = Position("", LAST)
"""Before all records without a date, after all that have one."""


@dataclass(slots=True)
class _Page:
    """A page while it is being filled: one record more than it shows, to know of a next page."""

    size: int
    placed: list[tuple[Position, Record]] = field(default_factory=list)
    broken: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.placed) > self.size

    @property
    def records(self) -> list[Record]:
        return [record for _, record in self.placed[: self.size]]

    @property
    def end(self) -> Position:
        """Where a full page ends."""
        return self.placed[self.size - 1][0]


@dataclass(frozen=True, slots=True)
class Paging:
    """Pages of one thing for one viewer. rows: how many rows of a source are asked at a time."""

    asking: Asking
    thing: MappedThing
    fields: Collection[str]
    rows: int = LIST_ROWS

    async def page(self, after: Position | None, size: int) -> Found:
        """The records after a position, newest first, and where the next page begins."""
        page, whole = _Page(size), Asked()
        begin, rest = after, after
        for _ in range(MOST_ROUNDS):
            rest = await self._round(page, whole, begin, self.rows)
            if page.is_full or rest is None or not whole.is_shown:
                break
            begin = rest
        if not page.is_full and rest is None and whole.is_shown and self._left_out_undated(begin):
            await self._round(page, whole, UNDATED, self.rows)
        next_ = page.end if page.is_full else rest
        return whole.found(page.records, broken=page.broken, next_=next_)

    async def _round(
        self, page: _Page, whole: Asked, after: Position | None, rows: int
    ) -> Position | None:
        """Adds what stands between a position and the floor; where to go on, None at the end."""
        asked = await self.asking.all_sources(self.thing, lambda s: self.newest(s, after, rows))
        floor = self._floor(asked, after)
        lowest = "" if floor is None and self._left_out_undated(after) else floor
        here = places(self.thing, grouped(self.thing, asked.rows), after, lowest)
        if floor is not None and not here and _is_stuck(after, floor):
            return await self._more_of_one_moment(page, whole, after, rows)
        await self._fill(page, here, asked, after)
        whole.trust_like(asked)
        whole.broken += asked.broken
        return None if floor is None else Position(floor, LAST)

    async def _more_of_one_moment(
        self, page: _Page, whole: Asked, after: Position | None, rows: int
    ) -> Position | None:
        """There are more rows of one moment than were asked for: asks for more, or gives up."""
        if rows < MOST_ROWS:
            return await self._round(page, whole, after, MOST_ROWS)
        self.asking.report(IncidentKind.CUT, self.thing, f"over {MOST_ROWS} rows of one moment")
        whole.trusts.append(Trust.AWAY)
        return None

    # ---- asking

    def newest(self, source: MappedSource, after: Position | None, rows: int) -> Question | NoScope:
        """The newest rows of a source, down from a position; all of them when it cannot sort."""
        if source.moment is None or not can_page(source) or _is_undated(after):
            return self.asking.question(self.thing, source, self.fields, limit=MOST_ROWS)
        question = self.asking.question(self.thing, source, self.fields, limit=rows)
        if isinstance(question, NoScope):
            return question
        kind = source.field(source.moment).type
        at_most = None if after is None else (source.moment, as_asked(after.moment, kind))
        return replace(question, order=Order(source.moment), at_most=at_most, at_most_type=kind)

    def _floor(self, asked: Asked, after: Position | None) -> str | None:
        """The moment from which down nothing is certain, because a source was cut short there."""
        cut = [source for source in self.thing.sources if asked.more.get(source.name)]
        sorted_ = [s for s in cut if can_page(s) and not _is_undated(after)]
        if len(sorted_) < len(cut):
            self.asking.report(IncidentKind.CUT, self.thing, f"over {MOST_ROWS} rows")
        return max((_lowest(source, asked.rows[source.name]) for source in sorted_), default=None)

    # ---- filling

    async def _fill(
        self, page: _Page, here: Sequence[Position], asked: Asked, after: Position | None
    ) -> None:
        """Adds the records at these places, each made of all its rows, until the page is full."""
        for chunk in _chunks(here, page.size + 1):
            if page.is_full or not asked.is_shown:
                return
            await self._complete(asked, tuple(place.key for place in chunk), after)
            groups = grouped(self.thing, asked.rows)
            for place in chunk:
                rows = groups[place.key]
                # A row that was out of reach may tell that the record stands elsewhere.
                if place_of(self.thing, place.key, rows) == place:
                    made, broken = self.asking.records(self.thing, (rows,), self.fields)
                    page.placed.extend((place, record) for record in made)
                    page.broken += broken

    async def _complete(self, asked: Asked, keys: tuple[str, ...], after: Position | None) -> None:
        """Adds the rows of these keys that a source holds outside what it was asked for."""
        partial = [s for s in self.thing.sources if asked.more.get(s.name) or after is not None]
        if len(self.thing.sources) == 1 or not partial:
            return
        completed = await self.asking.some_sources(
            partial,
            lambda source: self.asking.question(
                self.thing,
                source,
                self.fields,
                narrowed=(Relation(self.thing.key_path(source), keys),),
            ),
        )
        for source in partial:
            path = self.thing.key_path(source)
            known = asked.rows.get(source.name, [])
            others = [row for row in known if text_of(value_at(row, path)) not in keys]
            asked.rows[source.name] = others + completed.rows.get(source.name, [])
        asked.trust_like(completed)

    def _left_out_undated(self, after: Position | None) -> bool:
        """Whether rows without a date are still to come: "at most" leaves them out."""
        asked_at_most = after is not None and not _is_undated(after)
        return asked_at_most and any(_may_be_undated(source) for source in self.thing.sources)


def can_page(source: MappedSource) -> bool:
    """Whether a source can be asked for its newest rows, from a moment down."""
    return source.moment in source.table.sorts and source.moment in source.table.compares


def _may_be_undated(source: MappedSource) -> bool:
    """Whether rows of a source that is asked "at most" can be without a date."""
    return can_page(source) and source.field(source.moment or "").nullable


def _is_undated(after: Position | None) -> bool:
    return after is not None and not after.moment


def _lowest(source: MappedSource, rows: Sequence[Row]) -> str:
    moments = (moment_of(source, row) for row in rows)
    return min((moment for moment in moments if moment), default="")


def _is_stuck(after: Position | None, floor: str) -> bool:
    """Whether to go on below the floor would be to ask the same again."""
    return after is None or floor >= after.moment


def _chunks(here: Sequence[Position], size: int) -> Iterator[Sequence[Position]]:
    for begin in range(0, len(here), size):
        yield here[begin : begin + size]
