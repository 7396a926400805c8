"""What each address shows, worked out once per blueprint: its kind, its subject, its parts.

A page has one subject: the thing in the address's braces gives a detail page, exactly one
thing of which there are many gives its list, and the rest is an overview.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from balie.backstage.branches import Branch, branches
from balie.blueprint.model import Blueprint, FieldRef, Screen, Step, Thing
from balie.blueprint.source import Text

_A_MINUTE = timedelta(minutes=1)
_BRACES = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Part:
    """A thing on a page, and which of its fields, in the order of the story."""

    thing: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One page. subject: the thing it is about; nested: lists inside the subject.

    label: what the menu calls it; several: what the list itself is called. branch: the answer that
    leads to it, when it is on the way of one.
    """

    step: Step
    screen: Screen
    kind: str  # overview | list | details
    address: str
    title: Text
    label: Text
    subject: Part | None = None
    nested: tuple[Part, ...] = ()
    others: tuple[Part, ...] = ()
    branch: Branch | None = None

    def address_of(self, quoted: str) -> str | None:
        """The address of one row, by its percent-encoded key; None when it takes more than that."""
        before, _, rest = self.address.partition("{")
        after = rest.partition("}")[2]
        return None if "{" in after else f"{before}{quoted}{after}"

    @property
    def is_fixed(self) -> bool:
        """Whether the address is always the same one."""
        return "{" not in self.address


def plans(blueprint: Blueprint) -> tuple[Plan, ...]:
    """Every page that can be run, in the order of the story, with the lists that follow from it."""
    on = branches(blueprint)
    told = tuple(replace(plan, branch=on.get(str(plan.step.id))) for plan in _told(blueprint))
    fixed = {plan.address for plan in told}
    listed = {plan.subject.thing for plan in told if plan.kind == "list" and plan.subject}
    pages: list[Plan] = []
    for plan in told:
        follows = _list_that_follows(plan, blueprint)
        if follows is not None and follows.address not in fixed and _subject(plan) not in listed:
            fixed.add(follows.address)
            pages.append(follows)
        pages.append(plan)
    return tuple(pages)


def is_single(thing: Thing) -> bool:
    """Whether a viewer has exactly one of it: its owner sets its key."""
    return any(equality.field == thing.key for equality in thing.owner)


def may_be_old(screen: Screen) -> timedelta:
    """How old what a screen shows may be: as promised, else a minute."""
    return screen.at_most_old.length if screen.at_most_old else _A_MINUTE


def capital(text: str) -> str:
    """The text with a capital letter in front."""
    return text[:1].upper() + text[1:]


def references(template: str) -> tuple[tuple[str, str], ...]:
    """The things and fields between braces in a text: `Dag {contact.first_name}`."""
    pairs = (found.partition(".") for found in _BRACES.findall(template))
    return tuple((thing, field) for thing, _, field in pairs)


def nested_in(blueprint: Blueprint, ref: FieldRef) -> Thing | None:
    """The thing that stands in another: `order.lines` -> order_line."""
    return next(
        (
            thing
            for thing in blueprint.things.values()
            if thing.parent == ref.thing and thing.list_name == ref.field
        ),
        None,
    )


def _subject(plan: Plan) -> str:
    return plan.subject.thing if plan.subject is not None else ""


def _told(blueprint: Blueprint) -> Iterator[Plan]:
    """The pages that the story itself has. Forms are for later and have no address yet."""
    for step in blueprint.steps:
        screen = step.screen
        if screen is not None and screen.address is not None and not screen.is_form:
            yield _plan(step, screen, str(screen.address), blueprint)


def _plan(step: Step, screen: Screen, address: str, blueprint: Blueprint) -> Plan:
    parts = _parts(screen, blueprint)
    subject = _subject_of(screen, address, parts, blueprint)
    kind = "overview"
    if subject is not None:
        kind = "details" if "{" in address else "list"
    label = step.title
    if kind == "list" and subject is not None:
        thing = blueprint.things[subject]
        label = thing.plural or step.title
    others = tuple(p for t, p in parts.items() if t != subject)
    return Plan(
        step=step,
        screen=screen,
        kind=kind,
        address=address,
        title=step.title,
        label=label,
        subject=None if subject is None else parts.get(subject, Part(subject, ())),
        nested=tuple(_nested_parts(screen, blueprint)),
        others=others,
    )


def _parts(screen: Screen, blueprint: Blueprint) -> Mapping[str, Part]:
    """The plain fields that a screen shows, by thing."""
    fields: dict[str, list[str]] = {}
    for ref in screen.shows:
        if nested_in(blueprint, ref) is None and ref.thing in blueprint.things:
            fields.setdefault(ref.thing, []).append(ref.field)
    return {thing: Part(thing, tuple(ids)) for thing, ids in fields.items()}


def _nested_parts(screen: Screen, blueprint: Blueprint) -> Iterator[Part]:
    for ref in screen.shows:
        nested = nested_in(blueprint, ref)
        if nested is not None:
            yield Part(str(nested.id), columns_of(nested))


def _subject_of(
    screen: Screen, address: str, parts: Mapping[str, Part], blueprint: Blueprint
) -> str | None:
    for thing, _field in references(address):
        return thing
    if screen.figures:
        return None
    many = [t for t in parts if not is_single(blueprint.things[t])]
    many = [t for t in many if blueprint.things[t].in_ is None]
    return many[0] if len(many) == 1 else None


def columns_of(thing: Thing) -> tuple[str, ...]:
    """The columns of a thing's list: `list:`, else its first five named fields."""
    if thing.list_:
        return tuple(str(field) for field in thing.list_)
    return tuple(id_ for id_, field in thing.fields.items() if field.name is not None)[:5]


def _list_that_follows(plan: Plan, blueprint: Blueprint) -> Plan | None:
    """The list at the address before the braces, which every detail page gets."""
    if plan.kind != "details" or plan.subject is None:
        return None
    before = plan.address.partition("/{")[0]
    thing = blueprint.things[plan.subject.thing]
    if not before or is_single(thing) or thing.in_ is not None:
        return None
    name = thing.plural or thing.name or thing.id
    columns = tuple(str(f) for f in thing.list_) or plan.subject.fields[:5]
    screen = replace(
        plan.screen,
        address=Text(before),
        headline=None,
        timeline=None,
        figures=(),
        shows=tuple(FieldRef(Text(f"{thing.id}.{c}"), str(thing.id), c) for c in columns),
    )
    return Plan(
        step=plan.step,
        screen=screen,
        kind="list",
        address=before,
        title=name,
        label=name,
        subject=Part(str(thing.id), columns),
    )
