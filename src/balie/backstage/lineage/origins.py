"""What the `?` beside a field answers: where it comes from, where it goes to, and for whom it is.

It names systems, so it is for the demo and for staff alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from balie.backstage.lineage.clearing import Change
from balie.backstage.lineage.places import SEEN, Place
from balie.backstage.lineage.trails import Lineage, Trail, lineage_of
from balie.backstage.plans import Plan, may_be_old, plans
from balie.blueprint.checks.privacy import upwards
from balie.blueprint.lineage import Contracts, of_figure, placeholders
from balie.blueprint.links import Link, Role
from balie.blueprint.model import Blueprint, FieldRef, Figure
from balie.blueprint.source import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A field of a system. title: what people call the system; path: `salesOrders.status`.

    how: the blueprint's own line when the names do not say all, else "".
    """

    system: str
    title: str
    path: str
    roles: tuple[Role, ...]
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One field as a page shows it. id: `order.status`; name: "" when customers have none for it.

    kinds: those who may see it on this page, by name; whose: the rules that its row meets.
    """

    id: str
    name: str
    sources: tuple[Raw, ...]
    changes: tuple[Change, ...]
    targets: tuple[Raw, ...]
    kinds: tuple[str, ...]
    whose: tuple[str, ...]


@dataclass(frozen=True)
class PageOrigins:
    """The origins of one page, in one language."""

    plan: Plan
    lineage: Lineage
    language: str

    @property
    def step(self) -> str:
        """The id of its step."""
        return str(self.plan.step.id)

    @property
    def title(self) -> str:
        """What the step is called."""
        return self.lineage.blueprint.say(self.plan.step.title, self.language)

    @property
    def at_most_old(self) -> timedelta:
        """How old a value on this page may be."""
        return may_be_old(self.plan.screen)

    @cached_property
    def heading(self) -> tuple[Origin, ...]:
        """Of the fields in the headline's sentence."""
        said = self.plan.screen.headline
        return () if said is None else tuple(self._all(placeholders(said)))

    @cached_property
    def timeline(self) -> tuple[Origin, ...]:
        """Of the field whose stages the page shows."""
        ref = self.plan.screen.timeline
        return () if ref is None else tuple(self._all((ref,)))

    def field(self, thing: str, field: str) -> tuple[Origin, ...]:
        """Of a field of a thing; () for what is no field of the blueprint."""
        return tuple(self._all((FieldRef(Text(f"{thing}.{field}"), thing, field),)))

    def figure(self, block: str) -> tuple[Origin, ...]:
        """Of what the figure with this id counts, adds up or looks at."""
        every = enumerate(self.plan.screen.figures)
        figure = next((f for n, f in every if block == f"{f.of.partition('.')[0]}-{n}"), None)
        return () if figure is None else self._figure(figure)

    def _figure(self, figure: Figure) -> tuple[Origin, ...]:
        rows = () if "." in figure.of else (self._rows(str(figure.of)),)
        return (*rows, *self._all(of_figure(figure)))

    @cached_property
    def every(self) -> tuple[Origin, ...]:
        """Of every field that customers get to see on the page, and of what its figures count."""
        trails = (t for t in self.lineage.trails if any(self._is_here(p) for p in t.places))
        counted = (f.of for f in self.plan.screen.figures if "." not in f.of)
        rows = tuple(self._rows(str(thing)) for thing in dict.fromkeys(counted))
        return (*(self._origin(trail) for trail in trails), *rows)

    def _is_here(self, place: Place) -> bool:
        is_this = (place.step, place.address) == (self.plan.step.id, self.plan.address)
        return is_this and place.does in SEEN

    def _rows(self, thing: str) -> Origin:
        """Of what is counted itself: the tables that its rows are in."""
        blueprint = self.lineage.blueprint
        counted = blueprint.things[thing]
        tables = (source.table for source in counted.from_)
        return Origin(
            id=thing,
            name=blueprint.say(counted.plural or counted.name or counted.id, self.language),
            sources=tuple(self._raw(t.system, t.table, (Role.WHERE,), "") for t in tables),
            changes=(),
            targets=(),
            kinds=tuple(self._kind(kind) for kind in self.plan.step.for_),
            whose=tuple(_rules(blueprint, thing)),
        )

    def _all(self, refs: Iterable[FieldRef]) -> Iterator[Origin]:
        for ref in dict.fromkeys((ref.thing, ref.field) for ref in refs):
            trail = self.lineage.trail(*ref)
            if trail is not None:
                yield self._origin(trail)

    def _origin(self, trail: Trail) -> Origin:
        return Origin(
            id=trail.id,
            name=trail.name,
            sources=tuple(self._ends(trail.sources)),
            changes=trail.changes,
            targets=tuple(self._ends(trail.targets)),
            kinds=tuple(dict.fromkeys(self._kinds(trail))),
            whose=tuple(_rules(self.lineage.blueprint, trail.thing)),
        )

    def _ends(self, links: Iterable[Link]) -> Iterator[Raw]:
        """Every raw field once, with all that it is to the field."""
        roles: dict[tuple[str, str, str], dict[Role, None]] = {}
        for link in links:
            end = (link.system, f"{link.table}.{link.path}", link.how)
            roles.setdefault(end, {})[link.role] = None
        for (system, path, how), found in roles.items():
            yield self._raw(system, path, tuple(found), how)

    def _raw(self, system: str, path: str, roles: tuple[Role, ...], how: str) -> Raw:
        known = self.lineage.blueprint.systems.get(system)
        title = self.lineage.blueprint.say(known.name, self.language) if known else system
        return Raw(system=system, title=title, path=path, roles=roles, how=how)

    def _kinds(self, trail: Trail) -> Iterator[str]:
        for place in trail.places:
            if place.step == self.plan.step.id and place.does in SEEN:
                yield from (self._kind(kind) for kind in place.kinds)

    def _kind(self, kind: str) -> str:
        blueprint = self.lineage.blueprint
        return blueprint.say(blueprint.people.customers[kind].name, self.language)


def _rules(blueprint: Blueprint, thing: str) -> Iterator[str]:
    """What decides whose row it is, from the thing up: `order: customerNumber = me.customer`."""
    for one in upwards(blueprint, blueprint.things[thing]):
        relation = " and ".join(str(each.text) for each in one.owner)
        if relation:
            yield f"{one.id}: {relation}"


class Origins:
    """The origins of a whole blueprint; worked out when they are first asked for, per language."""

    def __init__(self, blueprint: Blueprint, contracts: Contracts) -> None:
        self._blueprint = blueprint
        self._contracts = contracts
        self._lineages: dict[str, Lineage] = {}
        self._plans: Mapping[tuple[str, str], Plan] = {
            (str(plan.step.id), plan.kind): plan for plan in plans(blueprint)
        }

    def page(self, step: str, kind: str, language: str) -> PageOrigins | None:
        """Of the page of a step that is of this kind; None when there is no such page."""
        plan = self._plans.get((step, kind))
        return None if plan is None else PageOrigins(plan, self._lineage(language), language)

    def pages(self, language: str) -> tuple[PageOrigins, ...]:
        """Of every page, in the order of the story."""
        found = self._lineage(language)
        return tuple(PageOrigins(plan, found, language) for plan in self._plans.values())

    def _lineage(self, language: str) -> Lineage:
        if language not in self._lineages:
            self._lineages[language] = lineage_of(self._blueprint, self._contracts, language)
        return self._lineages[language]
