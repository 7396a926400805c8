"""What systems say of the row that an instance is about: read now, on behalf of the service.

Only that row, by its key and its owner, and what hangs from it. Nothing is taken from what was
known before, and nothing is remembered: a decision rests on what is so.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from balie.access.scope import NoScope
from balie.access.viewer import Knowledge, Mine, Viewer
from balie.backstage.actions import Whose
from balie.backstage.asking import Asked, Asking, Extra
from balie.backstage.page import Trust
from balie.backstage.places import grouped
from balie.backstage.ports import Clock, Incidents, Remembered
from balie.backstage.process.instance import Instance
from balie.backstage.process.story import Story
from balie.backstage.reading import bound_to, tie_paths
from balie.backstage.sources import Patience, Question, Sources
from balie.blueprint import relations
from balie.blueprint.conditions import Lookup, Outcome
from balie.mapping.thing import MappedSource, MappedThing, Record
from balie.systems.connector import Connector
from balie.systems.errors import Unavailable
from balie.systems.query import Relation
from balie.systems.rows import Row

_NEVER_BEFORE = timedelta(microseconds=-1)
_MOST_INSIDE = 200


class NoMemory:
    """Fulfils `Memory`: remembers nothing."""

    async def get(self, key: str) -> Remembered | None:
        """Nothing was kept."""
        del key
        return None

    async def put(self, key: str, remembered: Remembered, *, keep_until: datetime) -> None:
        """Keeps nothing."""

    async def forget(self, key: str) -> None:
        """There is nothing to forget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemsKnow:
    """Fulfils `Known`. within: how long a system gets to answer."""

    sources: Sources
    stories: Callable[[str], Story | None]
    clock: Clock
    incidents: Incidents
    within: timedelta = timedelta(seconds=20)

    async def look(self, instance: Instance, names: frozenset[str]) -> Lookup:
        """Looks names up. Raises Unavailable when a system is away, and Unreadable."""
        story = self.stories(instance.version)
        if story is None:
            return _nothing
        about, viewer = About(instance.thing, instance.row), _viewer(instance.whose)
        return await self._looking(story, about, viewer, instance.step).look(sorted(names))

    async def records(
        self, story: Story, about: "About", viewer: Viewer, names: Iterable[str]
    ) -> Mapping[str, Record]:
        """The rows by which these names are told, by the name of the thing: those of which there is
        exactly one for this viewer. Raises likewise.
        """
        found = await self._looking(story, about, viewer).found(sorted(set(names)))
        return {thing: records[0] for thing, records in found.items() if len(records) == 1}

    def _looking(self, story: Story, about: "About", viewer: Viewer, step: str = "") -> "_Looking":
        until = asyncio.get_running_loop().time() + self.within.total_seconds()
        patience = Patience(fresh=_NEVER_BEFORE, until=until, keep=_NEVER_BEFORE)
        asking = Asking(self.sources, viewer, patience, self.clock, self.incidents, step)
        return _Looking(story, about, asking)


def sources_of_now(
    connectors: Mapping[str, Connector], clock: Clock, incidents: Incidents, secret: bytes
) -> Sources:
    """The systems, of which nothing is remembered."""
    return Sources(connectors, NoMemory(), clock, incidents, secret, most_bytes=0)


@dataclass(frozen=True, slots=True)
class About:
    """A row of a thing. row: its key in the system's table; None while nobody has one."""

    thing: str
    row: str | None


def _viewer(of: Whose) -> Viewer:
    """Whoever the story is of, as at acceptance: the owner of the row is held against it."""
    return Viewer(
        person=of.person,
        email="",
        kinds=of.kinds,
        kinds_known=True,
        me={name: Mine(Knowledge.KNOWN, (value,)) for name, value in of.me.items()},
        acting_for=of.acting_for,
    )


def _nothing(_name: str) -> Outcome:
    return None


@dataclass(slots=True)
class _Looking:
    """One look: each thing is read once, with all the fields that are asked of it."""

    story: Story
    about: About
    asking: Asking
    wanted: dict[str, set[str]] = field(default_factory=dict)  # thing -> its fields

    async def look(self, names: Sequence[str]) -> Lookup:
        """The names that are known. A list's name gives its rows."""
        found = await self.found(names)
        known = dict(self._values(names, found))
        known.update((of, [r.look for r in found[id_]]) for of, id_ in self._lists(names))
        return known.get

    async def found(self, names: Sequence[str]) -> Mapping[str, Sequence[Record]]:
        """The records of every thing that is named."""
        for name in names:
            self._want(name)
        own = self.story.things.get(self.about.thing)
        record = None if own is None else await self._own(own)
        found: dict[str, Sequence[Record]] = {}
        for id_ in self.wanted:
            thing = self.story.things[id_]
            found[id_] = (
                await self._others(thing, own, record) if thing is not own else _one(record)
            )
        return found

    # ---- which things and fields

    def _want(self, name: str) -> None:
        """Adds the field that a name means: `return.value`, `return.lines.price`."""
        meant = self._meant(name)
        if meant is not None:
            self.wanted.setdefault(meant[0], set()).add(meant[1])

    def _meant(self, name: str) -> tuple[str, str] | None:
        of, _, id_ = name.rpartition(".")
        nested = self.story.blueprint.nested.get(of) if "." in of else None
        thing = self.story.things.get(of if nested is None else str(nested.id))
        return None if thing is None or id_ not in thing.fields else (thing.id, id_)

    def _lists(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        nested = self.story.blueprint.nested
        for of in {name.rpartition(".")[0] for name in names} | set(names):
            if of in nested and str(nested[of].id) in self.wanted:
                yield of, str(nested[of].id)

    def _values(
        self, names: Iterable[str], found: Mapping[str, Sequence[Record]]
    ) -> Iterator[tuple[str, Outcome]]:
        """Of what there may be several, nobody knows which one is meant."""
        for name in names:
            meant = self._meant(name)
            if meant is not None and len(found[meant[0]]) == 1:
                yield name, found[meant[0]][0].look(meant[1])

    # ---- reading

    async def _own(self, thing: MappedThing) -> Record | None:
        """The row itself, when anything that is asked needs it."""
        if self.about.row is None or not self._is_needed(thing):
            return None
        key = self.about.row
        records = await self._read(
            thing,
            self.wanted.get(thing.id, set()),
            lambda source, fields: self.asking.question(
                thing,
                source,
                fields,
                self._ties(thing),
                narrowed=(Relation(_key_of(thing, source), (key,)),),
            ),
        )
        return records[0] if len(records) == 1 else None

    def _is_needed(self, own: MappedThing) -> bool:
        return any(
            id_ == own.id or self.story.things[id_].thing.parent == own.id for id_ in self.wanted
        )

    async def _others(
        self, thing: MappedThing, own: MappedThing | None, record: Record | None
    ) -> list[Record]:
        """What hangs from the row; or what is the customer's own, and of which there is one."""
        fields, parent = self.wanted[thing.id], thing.thing.parent
        if parent is None:
            return await self._read(
                thing,
                fields,
                lambda source, asked: self.asking.question(thing, source, asked, limit=2),
            )
        if own is None or record is None or parent != own.id:
            return []
        if thing.sources[0].at.inside is not None:
            return self._inside(thing, own, record, fields)
        return await self._read(
            thing,
            fields,
            lambda source, asked: self.asking.question(
                thing,
                source,
                asked,
                bind=bound_to(source, own, record, record.key),
                limit=_MOST_INSIDE,
            ),
        )

    async def _read(
        self,
        thing: MappedThing,
        fields: Iterable[str],
        question: "Callable[[MappedSource, Sequence[str]], Question | NoScope]",
    ) -> list[Record]:
        """The records of a thing. Raises Unavailable unless all of it was read just now."""
        asked_of = tuple(sorted(fields))
        asked = await self.asking.all_sources(thing, lambda source: question(source, asked_of))
        _refuse_less(asked)
        today = self.asking.today
        groups = grouped(thing, asked.rows).values()
        made = (thing.record(rows, asked_of, today) for rows in groups)
        return [record for record in made if record is not None]

    def _inside(
        self, thing: MappedThing, own: MappedThing, record: Record, fields: Iterable[str]
    ) -> list[Record]:
        source, asked_of, today = thing.sources[0], tuple(sorted(fields)), self.asking.today
        around: Row | None = next(iter(record.rows.get(own.sources[0].name, ())), None)
        inner = () if around is None else source.rows_inside(around)
        made = (thing.record({source.name: [row]}, asked_of, today) for row in inner)
        return [one for one in made if one is not None]

    def _ties(self, own: MappedThing) -> Extra:
        """The raw fields of the row: its key, and what is asked besides is tied by, or lies in."""
        paths = {source.name: {_key_of(own, source)} for source in own.sources}
        for id_ in self.wanted:
            nested = self.story.things[id_]
            if nested.thing.parent != own.id:
                continue
            for source in nested.sources:
                if source.at.inside is not None:
                    inner = nested.raw_paths(source, self.wanted[id_])
                    around = paths.setdefault(own.sources[0].name, set())
                    around.update(f"{source.at.inside}.{path}" for path in inner)
                    around.update(source.paths_around)
                for equality in nested.thing.linked_by:
                    if isinstance(equality.value, relations.Other):
                        for name, path in tie_paths(equality.value, source, own):
                            paths.setdefault(name, set()).add(path)
        return {name: frozenset(ties) for name, ties in paths.items()}


def _key_of(thing: MappedThing, source: MappedSource) -> str:
    """The field by which its system knows a row: a thing may be known by another to customers."""
    return next(iter(source.table.key), thing.key_path(source))


def _one(record: Record | None) -> list[Record]:
    return [] if record is None else [record]


def _refuse_less(asked: Asked) -> None:
    """Only what was read now, and whole, is known; who the customer is may not be known at all."""
    if asked.trust not in (Trust.FRESH, Trust.UNRECOGNISED):
        away = " and ".join(sorted(asked.away)) or "a system"
        raise Unavailable(f"{away} cannot be read now.", may_be_done=False)
    if asked.broken:
        raise Unavailable("A row cannot be read.", may_be_done=False)
