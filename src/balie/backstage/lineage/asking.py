"""What somebody asks the lineage of: a field, a thing, a step, an address, a system, a table."""

from collections.abc import Iterator
from dataclasses import dataclass

from balie.backstage.lineage.trails import Lineage, Trail
from balie.backstage.plans import plans
from balie.backstage.routes import Routes
from balie.blueprint.lineage import describe
from balie.blueprint.links import ME, Link
from balie.blueprint.model import Blueprint, FieldRef, Step, System
from balie.blueprint.source import Text


@dataclass(frozen=True, slots=True)
class Page:
    """A step at an address; "" for a step without a screen."""

    step: Step
    address: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a name stands for: the fields, the pages, and the links of no field in particular.

    raw: the links of a system, a table or a raw field. is_there: whether anything has this name,
    also when nothing is read from it.
    """

    what: str
    trails: tuple[Trail, ...] = ()
    pages: tuple[Page, ...] = ()
    rules: tuple[Link, ...] = ()
    raw: tuple[Link, ...] = ()
    is_there: bool = True


def whole(lineage: Lineage) -> Answer:
    """Everything: every field, and the links of no field in particular."""
    rules = tuple(link for link in lineage.links if not link.field or link.thing == ME)
    return Answer("", lineage.trails, rules=rules)


def answer(lineage: Lineage, what: str) -> Answer:
    """All that a name stands for; names of the blueprint and of systems may be alike."""
    found = _pages(lineage.blueprint, what)
    trails = tuple(dict.fromkeys((*_fields(lineage, what), *_of_pages(lineage, found))))
    rules = tuple(link for link in lineage.links if _is_rule_of(link, what))
    raw = system_side(lineage, what)
    is_there = bool(trails or found or rules or raw.is_there)
    return Answer(what, trails, found, rules, raw.raw, is_there)


def system_side(lineage: Lineage, what: str, *, is_written: bool | None = None) -> Answer:
    """The links of a system, table or raw field; only those from it, or only those to it."""
    links = tuple(
        link
        for link in lineage.links
        if _is_within(link.address, what)
        and (is_written is None or link.role.is_written is is_written)
    )
    is_there = bool(links) or any(_is_within(name, what) for name in raw_names(lineage))
    return Answer(what, raw=links, is_there=is_there)


def names(lineage: Lineage) -> Iterator[str]:
    """Everything that can be asked about: what the blueprint calls things, then the systems."""
    blueprint = lineage.blueprint
    yield from (str(step.id) for step in blueprint.steps)
    yield from (page.address for page in pages(blueprint) if page.address)
    for thing in blueprint.things.values():
        yield str(thing.id)
        yield from (f"{thing.id}.{field}" for field in thing.fields)
        if thing.in_ is not None:
            yield str(thing.in_)
    yield from (f"{ME}.{name}" for name in blueprint.me.names)
    yield from raw_names(lineage)


def raw_names(lineage: Lineage) -> Iterator[str]:
    """Every system, table and raw field: of the links, and of the contracts."""
    for link in lineage.links:
        yield link.system
        yield f"{link.system}.{link.table}"
        yield link.address
    for system in lineage.blueprint.systems.values():
        yield str(system.id)
        yield from _of_contract(lineage, system)


def _of_contract(lineage: Lineage, system: System) -> Iterator[str]:
    contract = lineage.contracts.get(str(system.id))
    ours = {str(theirs): str(name) for name, theirs in system.tables.items()}
    for table in contract.tables.values() if contract else ():
        name = f"{system.id}.{ours.get(table.name, table.name)}"
        yield name
        yield from (f"{name}.{field}" for field in table.fields)


def _is_within(address: str, what: str) -> bool:
    return address == what or address.startswith(f"{what}.")


def pages(blueprint: Blueprint) -> tuple[Page, ...]:
    """Every step with its address, and the lists that follow from detail pages."""
    told = (
        Page(step, "" if step.screen is None else str(step.screen.address or ""))
        for step in blueprint.steps
    )
    lists = (Page(plan.step, plan.address) for plan in plans(blueprint))
    return tuple(dict.fromkeys((*told, *lists)))


def _pages(blueprint: Blueprint, what: str) -> tuple[Page, ...]:
    """The pages of a step, or at an address: as the story writes it, or as a customer opens it."""
    found = Routes(plans(blueprint)).match(what) if what.startswith("/") else None
    opened = None if found is None else (found.plan.step.id, found.plan.address)
    return tuple(
        page
        for page in pages(blueprint)
        if what in (page.step.id, page.address) or opened == (page.step.id, page.address)
    )


def _fields(lineage: Lineage, what: str) -> Iterator[Trail]:
    for found in describe(lineage.blueprint, FieldRef.of(Text(what))):
        trail = lineage.trail(str(found.thing.id), str(found.field.id))
        if trail is not None:
            yield trail
    yield from (trail for trail in lineage.trails if trail.thing == what)


def _of_pages(lineage: Lineage, pages: tuple[Page, ...]) -> Iterator[Trail]:
    """The fields that play a part on these pages."""
    named = {(str(page.step.id), page.address) for page in pages}
    for trail in lineage.trails:
        if any((place.step, place.address) in named for place in trail.places):
            yield trail


def _is_rule_of(link: Link, what: str) -> bool:
    """Whether it is a link of a thing as a whole, of `me`, or of a step."""
    if link.thing == ME:
        return what in (ME, f"{ME}.{link.field}")
    return (link.thing == what and not link.field) or (bool(link.step) and link.step == what)
