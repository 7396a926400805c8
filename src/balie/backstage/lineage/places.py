"""Where in the story a field plays a part, and which kinds of customer get to see it there."""

from collections.abc import Iterator
from dataclasses import dataclass

from balie.backstage.plans import Plan, plans, references
from balie.blueprint.checks.privacy import upwards
from balie.blueprint.lineage import (
    ASKED,
    COUNTED,
    SHOWN,
    Described,
    choices,
    describe,
    questions,
    uses,
)
from balie.blueprint.model import Blueprint, FieldRef, Step
from balie.blueprint.source import Text

OFFERED, LISTED, NAMED = "offered to choose from", "listed here", "part of the address"
OF_STAFF = "asked of staff here"
"""What a field does at a place, beside what `blueprint.lineage` calls its uses."""

SEEN = frozenset({SHOWN, COUNTED, ASKED, OFFERED, LISTED, NAMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A step where a field plays a part.

    does: "shown here", "asked here", ... kinds: the kinds of customer who get to see it there.
    at_most_old: the promise on age as written, "" without one.
    """

    thing: str
    field: str
    step: str
    title: str
    address: str
    does: str
    kinds: tuple[str, ...]
    at_most_old: str = ""


def places(blueprint: Blueprint, language: str) -> tuple[Place, ...]:
    """Every place of every field, in the order of the story, each once."""
    return tuple(dict.fromkeys(_places(blueprint, language)))


def _places(blueprint: Blueprint, language: str) -> Iterator[Place]:
    lists = _lists(blueprint)
    for step in blueprint.steps:
        for does, ref in _named(blueprint, step):
            for found in _meant(blueprint, does, ref):
                yield _place(blueprint, language, step, found, does)
        for plan in lists:
            if plan.step is step:
                for ref in plan.screen.shows:
                    for found in describe(blueprint, ref):
                        yield _listed(blueprint, language, plan, found)


def _lists(blueprint: Blueprint) -> tuple[Plan, ...]:
    """The lists that no step writes: each detail page has one at the address before it."""
    return tuple(plan for plan in plans(blueprint) if plan.screen is not plan.step.screen)


def _named(blueprint: Blueprint, step: Step) -> Iterator[tuple[str, FieldRef]]:
    of_customers = step.screen.asks if step.screen is not None else ()
    for use in uses(step):
        is_of_staff = use.label == ASKED and use.ref not in of_customers
        yield OF_STAFF if is_of_staff else use.label, use.ref
    if step.screen is not None:
        for ref in choices(blueprint, step.screen.asks):
            yield OFFERED, ref
        for thing, name in references(str(step.screen.address or "")):
            yield NAMED, FieldRef(Text(f"{thing}.{name}"), thing, name)


def _meant(blueprint: Blueprint, does: str, ref: FieldRef) -> tuple[Described, ...]:
    return questions(blueprint, ref) if does in (ASKED, OF_STAFF) else describe(blueprint, ref)


def _place(blueprint: Blueprint, language: str, step: Step, found: Described, does: str) -> Place:
    screen = step.screen
    age = screen.at_most_old if screen is not None else None
    return Place(
        thing=str(found.thing.id),
        field=str(found.field.id),
        step=str(step.id),
        title=blueprint.say(step.title, language),
        address="" if screen is None else str(screen.address or ""),
        does=does,
        kinds=_kinds(blueprint, step, found) if does in SEEN else (),
        at_most_old="" if age is None else str(age.text),
    )


def _listed(blueprint: Blueprint, language: str, plan: Plan, found: Described) -> Place:
    age = plan.screen.at_most_old
    return Place(
        thing=str(found.thing.id),
        field=str(found.field.id),
        step=str(plan.step.id),
        title=blueprint.say(plan.title, language),
        address=plan.address,
        does=LISTED,
        kinds=_kinds(blueprint, plan.step, found),
        at_most_old="" if age is None else str(age.text),
    )


def _kinds(blueprint: Blueprint, step: Step, found: Described) -> tuple[str, ...]:
    """Those whom the step is for, and who may see the thing, what it is in, and the field.

    Whoever fills in a form for everybody gets to see nothing of it on a page.
    """
    if step.is_for_everybody:
        return ()
    allowed = [found.field.seen_by, *(one.seen_by for one in upwards(blueprint, found.thing))]
    return tuple(
        str(kind) for kind in step.for_ if all(not said or kind in said for said in allowed)
    )
