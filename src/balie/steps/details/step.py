"""Opens the page of one row: found by the value in the address and the viewer's scope together."""

import asyncio
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from balie.access.visibility import may_see
from balie.backstage.asking import Extra
from balie.backstage.found import Found
from balie.backstage.opening import Opened, Opening
from balie.backstage.page import Block, Facts, Listing
from balie.backstage.plans import Part, columns_of, is_single, references
from balie.backstage.reach import Reach
from balie.backstage.reading import tie_paths
from balie.backstage.ways import asked_by_forms, decided_fields, forks, ways, ways_to_forms
from balie.blueprint import relations
from balie.mapping.thing import MappedThing, Record


@dataclass(frozen=True, slots=True)
class _Beside:
    """A part of the page beside its subject, and what was found for it."""

    thing: MappedThing
    fields: tuple[str, ...]
    found: Found
    is_list: bool


@dataclass(frozen=True, slots=True)
class _Layout:
    """What a page asks for: the same for every viewer of the same kinds.

    fields: of its subject. ties: what else is asked of that, because parts are tied by it.
    early: parts that can be asked before the subject is there; late: the others.
    forks: of its timeline.
    """

    fields: tuple[str, ...]
    ties: Extra
    parts: tuple[Part, ...]
    early: tuple[Part, ...]
    late: tuple[Part, ...]
    forks: tuple[tuple[str, ...], ...]


class DetailsStep:
    """Pages about one row. What each asks for is worked out once for a set of kinds."""

    def __init__(self) -> None:
        self._layouts: WeakKeyDictionary[Reach, dict[str, _Layout]] = WeakKeyDictionary()

    async def open(self, opening: Opening) -> Opened | None:
        """The page, or None when the row is not there or not this viewer's: the same answer."""
        subject = opening.plan.subject
        if subject is None:
            return None
        thing = opening.things[subject.thing]
        layout = self._layout(opening, thing)
        found, early = await asyncio.gather(
            _read(opening, thing, layout), _read_parts(opening, thing, None, layout.early)
        )
        if found.is_shown and not found.records and not found.broken:
            return None
        beside = _usable(early, found) + await _read_late(opening, thing, found, layout)
        return Opened(
            headline=_headline(opening, found, beside),
            blocks=tuple(_blocks(opening, thing, found, beside, layout)),
            ways=tuple(
                way
                for record in found.records
                for way in (
                    *ways_to_forms(thing, record, opening.presenting, opening.reading.today),
                    *ways(opening.plan, thing, record, opening.presenting),
                )
            ),
        )

    async def row(self, opening: Opening, thing: str, key: str) -> Found:
        """The page's own row, or one beside it: never before the page's own passed its scope."""
        subject = opening.plan.subject
        if subject is None:
            return Found()
        parent = opening.things[subject.thing]
        layout = self._layout(opening, parent)
        found = await _read(opening, parent, layout)
        part = next((part for part in layout.parts if part.thing == thing), None)
        if thing == subject.thing or part is None or not found.records:
            return found if thing == subject.thing or not found.is_shown else Found()
        beside = await _read_part(opening, parent, found, part)
        records = [r for r in beside.found.records if not beside.is_list or r.key == key]
        return replace(beside.found, records=tuple(records[:1]))

    def _layout(self, opening: Opening, subject: MappedThing) -> _Layout:
        layouts = self._layouts.setdefault(opening.presenting.reach, {})
        found = layouts.get(str(opening.plan.step.id))
        if found is None:
            found = layouts[str(opening.plan.step.id)] = _laid_out(opening, subject)
        return found


# ---- what to ask for


def _laid_out(opening: Opening, subject: MappedThing) -> _Layout:
    decided = decided_fields(opening.blueprint, subject.id)
    asked = asked_by_forms(subject, opening.presenting)
    fields = tuple(dict.fromkeys((*_wanted(opening, subject), *decided, *asked)))
    parts = _parts(opening)
    early = tuple(part for part in parts if _is_early(opening, part, subject))
    late = tuple(part for part in parts if part not in early)
    timeline = opening.plan.screen.timeline
    return _Layout(
        fields=fields,
        ties=_ties(opening, subject, parts),
        parts=parts,
        early=early,
        late=late,
        forks=() if timeline is None else forks(opening.blueprint, subject.id, timeline.field),
    )


def _wanted(opening: Opening, thing: MappedThing) -> tuple[str, ...]:
    """The fields of a thing that the page shows, or needs for its headline or timeline."""
    plan, screen = opening.plan, opening.plan.screen
    parts = [part for part in (plan.subject, *plan.others) if part and part.thing == thing.id]
    named = [f for t, f in references(screen.headline or "") if t == thing.id]
    if screen.timeline is not None and screen.timeline.thing == thing.id:
        named.append(screen.timeline.field)
    shown = [field for part in parts for field in part.fields]
    return opening.presenting.plain(thing, tuple(dict.fromkeys((*shown, *named))))


def _ties(opening: Opening, parent: MappedThing, parts: tuple[Part, ...]) -> Extra:
    """The raw fields of the subject that other parts of the page are tied by."""
    paths: dict[str, set[str]] = {}
    for part in parts:
        nested = opening.things[part.thing]
        fields = opening.presenting.plain(nested, part.fields)
        for source in nested.sources:
            if source.at.inside is not None:
                inner = (f"{source.at.inside}.{path}" for path in nested.raw_paths(source, fields))
                around = paths.setdefault(parent.sources[0].name, set())
                around.update(inner, source.paths_around)
            for equality in nested.thing.linked_by:
                if isinstance(equality.value, relations.Other):
                    for name, path in tie_paths(equality.value, source, parent):
                        paths.setdefault(name, set()).add(path)
    return {name: frozenset(found) for name, found in paths.items()}


def _parts(opening: Opening) -> tuple[Part, ...]:
    """The parts beside the subject that this viewer may see: headline's things among them."""
    plan = opening.plan
    subject = plan.subject.thing if plan.subject is not None else ""
    told = {part.thing: part for part in (*plan.nested, *plan.others)}
    for thing, _field in references(plan.screen.headline or ""):
        if thing != subject:
            told.setdefault(thing, Part(thing, ()))
    viewer = opening.reading.viewer
    return tuple(p for p in told.values() if may_see(opening.things[p.thing].thing, viewer))


def _is_early(opening: Opening, part: Part, parent: MappedThing) -> bool:
    """Whether it can be asked before the subject is there: it is tied by its key or by `me`."""
    thing = opening.things[part.thing]
    if any(source.at.inside is not None for source in thing.sources):
        return False
    tied = [e.value for e in thing.thing.linked_by if isinstance(e.value, relations.Other)]
    return all(not other.source and parent.is_key(other.field) for other in tied)


# ---- reading


async def _read(opening: Opening, thing: MappedThing, layout: _Layout) -> Found:
    return await opening.reading.one(thing, opening.value, layout.fields, layout.ties)


def _usable(early: list[_Beside], found: Found) -> list[_Beside]:
    """Of what was asked early: all when the subject passed its scope, else only what is in nothing.

    While nobody knows whose row this is, nothing that belongs to it is anybody's.
    """
    return [part for part in early if found.records or part.thing.thing.in_ is None]


async def _read_late(
    opening: Opening, parent: MappedThing, found: Found, layout: _Layout
) -> list[_Beside]:
    """What is tied by other fields of the subject, now that it passed its scope."""
    if not found.records:
        return []
    return await _read_parts(opening, parent, found, layout.late)


async def _read_parts(
    opening: Opening, parent: MappedThing, within: Found | None, parts: tuple[Part, ...]
) -> list[_Beside]:
    if not parts:
        return []
    return await asyncio.gather(*(_read_part(opening, parent, within, part) for part in parts))


async def _read_part(
    opening: Opening, parent: MappedThing, within: Found | None, part: Part
) -> _Beside:
    thing = opening.things[part.thing]
    if thing.thing.in_ is None:
        fields = _wanted(opening, thing)
        found = Found()
        if is_single(thing.thing):
            found = await opening.reading.single(thing, fields)
        return _Beside(thing, fields, found, is_list=False)
    is_list = thing.thing.list_name is not None
    fields = opening.presenting.plain(thing, part.fields) if is_list else _wanted(opening, thing)
    found = await opening.reading.nested(thing, parent, within, opening.value, fields)
    return _Beside(thing, fields, found, is_list)


# ---- showing


def _headline(opening: Opening, found: Found, beside: list[_Beside]) -> str | None:
    template = opening.plan.screen.headline
    if template is None:
        return None
    subject = opening.plan.subject
    records: dict[str, Record] = {b.thing.id: b.found.records[0] for b in beside if b.found.records}
    if subject is not None and found.records:
        records[subject.thing] = found.records[0]
    return opening.presenting.sentence(template, records)


def _blocks(
    opening: Opening, thing: MappedThing, found: Found, beside: list[_Beside], layout: _Layout
) -> list[Block]:
    step, screen, presenting = opening.plan.step, opening.plan.screen, opening.presenting
    blocks: list[Block] = []
    if screen.timeline is not None and screen.timeline.thing == thing.id:
        timeline = presenting.timeline(thing, found, screen.timeline.field, step, layout.forks)
        if timeline is not None:
            blocks.append(timeline)
    subject = opening.plan.subject
    fields = presenting.shown(thing, subject.fields if subject is not None else ())
    blocks.append(presenting.facts(thing, found, fields, step))
    blocks.extend(
        _beside(opening, part) for part in beside if part.is_list or _has_facts(opening, part)
    )
    return blocks


def _has_facts(opening: Opening, part: _Beside) -> bool:
    """Whether a part shows facts, and is not there for the headline alone."""
    return bool(_facts_of(opening, part))


def _facts_of(opening: Opening, part: _Beside) -> tuple[str, ...]:
    told = next((p for p in opening.plan.others if p.thing == part.thing.id), None)
    return () if told is None else opening.presenting.shown(part.thing, told.fields)


def _beside(opening: Opening, part: _Beside) -> Facts | Listing:
    step, presenting = opening.plan.step, opening.presenting
    if part.is_list:
        shown = presenting.shown(part.thing, columns_of(part.thing.thing))
        return presenting.listing(part.thing, part.found, shown, step)
    return presenting.facts(part.thing, part.found, _facts_of(opening, part), step)
