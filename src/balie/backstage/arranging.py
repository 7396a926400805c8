"""One page of a list in an order that was asked for, or of what bears some words.

For that all records are looked at, so at most MOST_ROWS rows of each source, the newest. Small
lists are asked for as they are for newest first: then nothing more is asked. Of a thing with
several sources a record counts when each source that has more rows has a row of it among these:
else nobody knows how it stands. Whatever the number of rows, a source gets two questions at most.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from balie.backstage.arrangement import Arrangement, folded
from balie.backstage.asking import Asked
from balie.backstage.cursors import Position
from balie.backstage.found import Found
from balie.backstage.paging import MOST_ROWS, Paging, can_page
from balie.backstage.places import grouped, place_of
from balie.backstage.ports import IncidentKind
from balie.backstage.ranks import NOTHING, rank_of
from balie.mapping.thing import Record
from balie.systems.rows import Row

AT_A_TIME = 100
"""Records that are looked at before others get their turn."""

_LAST = "\U0010ffff"

Shown = Callable[[Record], str]
"""What a record says on the page, as one text."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A record, where it stands, and the rows that it is made of."""

    place: Position
    record: Record
    rows: Mapping[str, Sequence[Row]]


@dataclass(slots=True)
class _Looked:
    """What was looked at: what belongs in the list, how many there were, and how many broke."""

    placed: list[_Placed] = field(default_factory=list)
    number: int = 0
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Arranging:
    """Pages of one arrangement of one thing for one viewer. shown: what words are looked for in."""

    paging: Paging
    arrangement: Arrangement
    shown: Shown

    async def page(self, after: Position | None, size: int) -> Found:
        """The records after a position, and where the next page begins."""
        asked = await self._asked()
        looked = await self._looked(asked)
        placed = sorted(
            looked.placed, key=lambda one: one.place, reverse=self.arrangement.descending
        )
        rest = [one for one in placed if after is None or self._is_beyond(one.place, after)]
        records, broken, next_ = self._page(rest, size)
        found = asked.found(
            records,
            broken=looked.broken + broken,
            more=any(asked.more.values()),
            next_=next_,
        )
        return found.counted(len(placed), looked.number)

    async def _asked(self) -> Asked:
        """All rows, as far as they are read."""
        paging = self.paging
        asked = await self._ask(frozenset())
        if asked.is_shown and any(asked.more.values()) and paging.rows < MOST_ROWS:
            # What was not cut short is known by now, and is not asked again.
            asked = await self._ask(frozenset(name for name, more in asked.more.items() if more))
        if any(
            asked.more.get(source.name) for source in paging.thing.sources if not can_page(source)
        ):
            paging.asking.report(IncidentKind.CUT, paging.thing, f"over {MOST_ROWS} rows")
        return asked

    async def _ask(self, cut: Collection[str]) -> Asked:
        """The newest rows of every source: more of those that were cut short."""
        paging = self.paging
        return await paging.asking.all_sources(
            paging.thing,
            lambda s: paging.newest(s, None, MOST_ROWS if s.name in cut else paging.rows),
        )

    async def _looked(self, asked: Asked) -> _Looked:
        looked, thing = _Looked(), self.paging.thing
        if not asked.is_shown:
            return looked
        cut = {source.name for source in thing.sources if asked.more.get(source.name)}
        groups = grouped(thing, asked.rows)
        for number, (key, rows) in enumerate(groups.items()):
            if number % AT_A_TIME == AT_A_TIME - 1:
                await asyncio.sleep(0)
            if cut <= rows.keys():
                self._look(looked, key, rows)
        return looked

    def _look(self, looked: _Looked, key: str, rows: Mapping[str, list[Row]]) -> None:
        fields = self._fields
        records, broken = self.paging.asking.records(self.paging.thing, (rows,), fields)
        looked.broken += broken
        for record in records:
            looked.number += 1
            if self._bears_the_words(record):
                looked.placed.append(_Placed(self._place(key, rows, record), record, rows))

    @property
    def _fields(self) -> Sequence[str]:
        """What has to be known of a record to place it, or to look for words in it."""
        if self.arrangement.words:
            return tuple(self.paging.fields)
        return (self.arrangement.field,) if self.arrangement.field else ()

    def _bears_the_words(self, record: Record) -> bool:
        words = self.arrangement.words
        if not words:
            return True
        text = folded(self.shown(record))
        return all(word in text for word in words)

    def _place(self, key: str, rows: Mapping[str, list[Row]], record: Record) -> Position:
        """What has no value comes last, whichever way."""
        name, thing = self.arrangement.field, self.paging.thing
        if not name:
            return place_of(thing, key, rows)
        rank = rank_of(thing, thing.fields[name], record.value(name))
        if rank == NOTHING and not self.arrangement.descending:
            rank = _LAST
        return Position(rank, key)

    def _is_beyond(self, place: Position, after: Position) -> bool:
        return place < after if self.arrangement.descending else place > after

    def _page(
        self, rest: Sequence[_Placed], size: int
    ) -> tuple[list[Record], int, Position | None]:
        """The first so many that can be read, how many could not, and where the next one begins."""
        shown: list[tuple[Position, Record]] = []
        broken = 0
        for one in rest:
            if len(shown) > size:
                break
            records, failed = self._whole(one)
            shown.extend((one.place, record) for record in records)
            broken += failed
        next_ = shown[size - 1][0] if len(shown) > size else None
        return [record for _, record in shown[:size]], broken, next_

    def _whole(self, one: _Placed) -> tuple[list[Record], int]:
        """The record with all that the list shows of it; none when it cannot be read."""
        if self.arrangement.words:
            return [one.record], 0
        asking, thing = self.paging.asking, self.paging.thing
        return asking.records(thing, (one.rows,), self.paging.fields)
