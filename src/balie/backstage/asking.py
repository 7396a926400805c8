"""Asks the sources of a thing for a viewer, each within its scope, and makes records of the rows.

The rules that hold everywhere: only within a scope; every source of a thing or none, because half
a life order would say something that is not so; a record that cannot be read costs only itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from balie.access.scope import Bind, NoScope, Scope, nothing_bound, scope_for
from balie.access.viewer import Viewer
from balie.backstage.cursors import Position
from balie.backstage.found import Found, least, oldest
from balie.backstage.laying import NOTHING_LAID, Overlay
from balie.backstage.page import Trust
from balie.backstage.ports import Clock, Incident, IncidentKind, Incidents
from balie.backstage.sources import Answer, Outcome, Patience, Question, Sources, Trace, no_trace
from balie.mapping.clear import Unreadable
from balie.mapping.thing import MappedSource, MappedThing, Record
from balie.systems.query import Relation
from balie.systems.rows import Row

Extra = Mapping[str, frozenset[str]]
"""Raw paths wanted beside a thing's own fields, by source: what nested things are tied by."""

NOTHING_EXTRA: Extra = {}


@dataclass(slots=True)
class Asked:
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

    def trust_like(self, other: "Asked") -> None:
        """No more than another answer that these records are also made of."""
        self.trusts.extend(other.trusts)
        self.moments.extend(other.moments)
        self.away |= other.away

    @property
    def trust(self) -> Trust:
        """The least trust of what was asked."""
        return least(self.trusts)

    @property
    def is_shown(self) -> bool:
        """Whether every source answered, now or before."""
        return self.trust in (Trust.FRESH, Trust.KNOWN)

    def found(
        self,
        records: Sequence[Record] = (),
        *,
        broken: int = 0,
        more: bool = False,
        next_: Position | None = None,
    ) -> Found:
        """The result, without records when a source is missing."""
        if not self.is_shown:
            return Found(trust=self.trust, away=frozenset(self.away))
        return Found(
            records=tuple(records),
            trust=self.trust,
            as_of=oldest(self.moments),
            broken=self.broken + broken,
            more=more,
            next=next_,
            away=frozenset(self.away),
        )


@dataclass(frozen=True, slots=True)
class Asking:
    """Asking for one viewer and one page. overlay: what this viewer has under way."""

    sources: Sources
    viewer: Viewer
    patience: Patience
    clock: Clock
    incidents: Incidents
    step: str = ""
    trace: Trace = no_trace
    overlay: Overlay = NOTHING_LAID

    @property
    def today(self) -> date:
        """The day in the blueprint's zone."""
        return self.clock.today()

    async def all_sources(
        self, thing: MappedThing, question: Callable[[MappedSource], Question | NoScope]
    ) -> Asked:
        """Asks every source of a thing, at the same time."""
        return await self.some_sources(thing.sources, question)

    async def some_sources(
        self,
        sources: Sequence[MappedSource],
        question: Callable[[MappedSource], Question | NoScope],
    ) -> Asked:
        """Asks these sources, at the same time."""
        asked = Asked()
        if len(sources) == 1:  # as most are: that needs no task of its own
            asked.take(sources[0], await self.answer(question(sources[0])))
            return asked
        answers: list[Awaitable[Outcome | NoScope]] = [self.answer(question(s)) for s in sources]
        for source, answered in zip(sources, await asyncio.gather(*answers), strict=True):
            asked.take(source, answered)
        return asked

    async def answer(self, question: Question | NoScope) -> Outcome | NoScope:
        """The answer to one question; without a scope there is nothing to ask."""
        if isinstance(question, NoScope):
            return question
        outcome = await self.sources.ask(question, self.patience, self.trace)
        return self.overlay.over(question, outcome)

    def question(
        self,
        thing: MappedThing,
        source: MappedSource,
        fields: Collection[str],
        extra: Extra = NOTHING_EXTRA,
        *,
        narrowed: tuple[Relation, ...] = (),
        bind: Bind = nothing_bound,
        limit: int = 200,
    ) -> Question | NoScope:
        """The question for these fields of a thing in one source, within the viewer's scope."""
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
        bind: Bind,
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

    def records(
        self,
        thing: MappedThing,
        groups: Iterable[Mapping[str, Sequence[Row]]],
        fields: Collection[str],
    ) -> tuple[list[Record], int]:
        """The records of these rows, and how many could not be read. Tells staff why."""
        records: list[Record] = []
        broken, today = 0, self.today
        for rows in groups:
            try:
                record = thing.record(rows, fields, today)
            except Unreadable as why:
                broken += 1
                self.report(IncidentKind.BROKEN, thing, str(why))
                continue
            if record is not None:
                records.append(record)
                for unknown in record.unknown_codes:
                    self.report(IncidentKind.UNKNOWN_CODE, thing, unknown)
        return records, broken

    def report(self, kind: IncidentKind, thing: MappedThing, about: str) -> None:
        """Tells staff, without any value."""
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
