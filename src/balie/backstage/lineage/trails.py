"""Every field of a blueprint with its whole way: from the systems to the pages, and back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from balie.backstage.lineage.clearing import Change, clearing
from balie.backstage.lineage.places import Place, places
from balie.backstage.lineage.rules import personal, purposes, whose
from balie.backstage.lineage.serving import filled, helps, means
from balie.backstage.recognition import names_to_show
from balie.blueprint.lineage import describe
from balie.blueprint.links import ME, Link, Role, links
from balie.blueprint.model import Blueprint, FieldRef, Purpose, Thing, ThingField
from balie.blueprint.source import Span, Text
from balie.mapping.thing import MappedThing, map_things
from balie.systems.contract import Contract


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A purpose for which something personal may be known. delete_after: "" when not said."""

    name: str
    basis: str
    delete_after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """One field.

    name: what customers call it, "" for a field that is never shown. changes: what happens to a raw
    value before somebody reads it. filled: what it is made of where nobody types it. helps: what
    else it is used for. whose: the rules that a row meets, from this thing up to whoever signs in.
    personal: "" for what is not about a person. remembered: as written, "" for not at all.
    """

    thing: str
    field: str
    name: str
    at: Span
    links: tuple[Link, ...]
    changes: tuple[Change, ...]
    filled: tuple[str, ...]
    helps: tuple[str, ...]
    places: tuple[Place, ...]
    whose: tuple[str, ...]
    personal: str
    reasons: tuple[Reason, ...]
    remembered: str

    @property
    def id(self) -> str:
        """`order.status`."""
        return f"{self.thing}.{self.field}"

    @property
    def becomes(self) -> tuple[str, ...]:
        """A line for each change."""
        return tuple(str(change) for change in self.changes)

    @property
    def sources(self) -> tuple[Link, ...]:
        """What is read for it."""
        return tuple(link for link in self.links if not link.role.is_written)

    @property
    def targets(self) -> tuple[Link, ...]:
        """Where it goes to."""
        return tuple(link for link in self.links if link.role.is_written)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of customer who get to see it somewhere."""
        return tuple(dict.fromkeys(kind for place in self.places for kind in place.kinds))


@dataclass(frozen=True, slots=True)
class Lineage:
    """A whole blueprint: every field, and every link, also those of rules and of who signs in."""

    blueprint: Blueprint
    contracts: Mapping[str, Contract]
    trails: tuple[Trail, ...]
    links: tuple[Link, ...]

    def trail(self, thing: str, field: str) -> Trail | None:
        """The trail of one field, "lines.price" of a list in it too; None for no such field."""
        found = next(iter(describe(self.blueprint, FieldRef.of(Text(f"{thing}.{field}")))), None)
        if found is None:
            return None
        wanted = (found.thing.id, found.field.id)
        return next((one for one in self.trails if (one.thing, one.field) == wanted), None)

    def places_of(self, link: Link) -> tuple[Place, ...]:
        """Where in the story a link plays a part: of a rule, wherever the thing is seen."""
        if link.step:
            return ()
        if link.field:
            found = self.trail(link.thing, link.field)
            return () if found is None else found.places
        every = (place for one in self.trails if one.thing == link.thing for place in one.places)
        return tuple(dict.fromkeys(replace(place, field="") for place in every if place.kinds))


def lineage_of(blueprint: Blueprint, contracts: Mapping[str, Contract], language: str) -> Lineage:
    """The lineage of a blueprint without errors; names and words in this language."""
    things = map_things(blueprint, contracts)
    every = (*links(blueprint, contracts), *_sorted(things), *_acted_for(blueprint))
    maker = _Maker(blueprint, things, every, places(blueprint, language), language)
    trails = tuple(
        maker.trail(thing, field)
        for thing in blueprint.things.values()
        for field in thing.fields.values()
    )
    return Lineage(blueprint, contracts, trails, every)


def _sorted(things: Mapping[str, MappedThing]) -> Iterator[Link]:
    """The raw dates by which rows are newer or older."""
    for thing in things.values():
        for source in thing.sources:
            if source.moment is not None:
                yield Link(
                    system=source.at.system,
                    table=source.at.table,
                    path=source.moment,
                    role=Role.SORTED,
                    thing=thing.id,
                    of=source.name,
                    at=thing.thing.id.at,
                )


def _acted_for(blueprint: Blueprint) -> Iterator[Link]:
    """The names of organisations, which stand on every page of who acts for one."""
    for name, lines in blueprint.me.names.items():
        for path in sorted(names_to_show(blueprint, name)):
            for line in lines:
                yield Link(
                    system=line.system,
                    table=line.table,
                    path=path,
                    role=Role.ACTED_FOR,
                    thing=ME,
                    field=name,
                    how="on every page of who acts for one",
                    at=line.at,
                )


@dataclass(frozen=True, slots=True)
class _Maker:
    blueprint: Blueprint
    things: Mapping[str, MappedThing]
    links: tuple[Link, ...]
    places: tuple[Place, ...]
    language: str

    def trail(self, thing: Thing, field: ThingField) -> Trail:
        mine = (str(thing.id), str(field.id))
        mapped = self.things[mine[0]]
        return Trail(
            thing=mine[0],
            field=mine[1],
            name="" if field.name is None else self.blueprint.say(field.name, self.language),
            at=field.id.at,
            links=tuple(link for link in self.links if self._is_of(link, mine)),
            changes=clearing(self.blueprint, mapped, mapped.fields[mine[1]], self.language),
            filled=tuple(filled(self.blueprint, mine)),
            helps=tuple(dict.fromkeys(helps(self.blueprint, mine))),
            places=tuple(place for place in self.places if (place.thing, place.field) == mine),
            whose=tuple(whose(self.blueprint, thing)),
            personal=personal(self.blueprint, thing, field),
            reasons=tuple(self._reason(purpose) for purpose in purposes(self.blueprint, thing)),
            remembered="" if thing.remember is None else str(thing.remember.text),
        )

    def _is_of(self, link: Link, mine: tuple[str, str]) -> bool:
        return bool(link.field) and means(self.blueprint, f"{link.thing}.{link.field}", mine)

    def _reason(self, purpose: Purpose) -> Reason:
        return Reason(
            name=self.blueprint.say(purpose.name, self.language),
            basis=str(purpose.basis),
            delete_after="" if purpose.delete_after is None else str(purpose.delete_after.text),
        )
