"""A field that nobody described."""

from collections.abc import Iterator
from itertools import islice

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.lineage import describe, nested_list, placeholders, value_refs
from balie.blueprint.model import Blueprint, FieldRef, Thing
from balie.blueprint.source import Text
from balie.blueprint.spelling import did_you_mean, nearest

ABOUT = About(
    code="BP100",
    severity=Severity.ERROR,
    title="A field is used that is not described",
    why="The story names only what is described once, under things. So it can be shown where "
    "each word comes from, and who may see it.",
    example=Change("story.yaml", "loan.due_on, loan.fee,", "loan.due_on, loan.fees,"),
    near_miss=Change("story.yaml", "Your book is {loan.status}", "At {time} it was {loan.status}"),
    follows_from=("BP319",),
)


def check(subject: Subject) -> Iterator[Finding]:
    blueprint = subject.blueprint
    for use in subject.uses:
        if not _is_known(blueprint, use.ref):
            yield _unknown(blueprint, use.ref, "the story uses", use.label)
    for step in blueprint.steps:
        if step.screen is not None:
            for thing in (step.screen.changes, step.screen.creates):
                if thing is not None and thing not in blueprint.things:
                    yield _unknown(blueprint, FieldRef.of(thing), "the story uses", "used here")
    for thing_ in blueprint.things.values():
        for ref, label in _used_by(thing_):
            if not _is_known(blueprint, ref):
                yield _unknown(blueprint, ref, f'"{thing_.id}" uses', label)


MOST = 60
"""Misspelt names that are looked up for other checks."""


def meant(subject: Subject) -> set[str]:
    """The names that were misspelt in the story: they are not unused."""
    blueprint = subject.blueprint
    unknown = (use.ref for use in subject.uses if not _is_known(blueprint, use.ref))
    found = (nearest(ref.text, _names(blueprint, ref)) for ref in islice(unknown, MOST))
    return {name for name in found if name is not None}


def _used_by(thing: Thing) -> Iterator[tuple[FieldRef, str]]:
    """What one thing says of fields: its columns, its choices, and what it sets."""
    for name in thing.list_:
        yield FieldRef(Text(f"{thing.id}.{name}", name.at), thing.id, str(name)), "listed here"
    for field in thing.fields.values():
        if field.choose_from is not None:
            yield FieldRef.of(field.choose_from), "offered here"
    for line in thing.sets:
        target = Text(f"{thing.id}.{line.target}", line.target.at)
        yield FieldRef(target, thing.id, str(line.target)), "set here"
        for ref in (*value_refs(line.value), *placeholders(line.value)):
            yield ref, "used here"


def _is_known(blueprint: Blueprint, ref: FieldRef) -> bool:
    if not ref.field:
        return ref.thing in blueprint.things
    is_list = nested_list(blueprint, ref.thing, ref.field) is not None
    return is_list or bool(describe(blueprint, ref))


def _unknown(blueprint: Blueprint, ref: FieldRef, who: str, label: str) -> Finding:
    return ABOUT.finding(
        f'{who} "{ref.text}", which is not described under "things"',
        place(ref.text, label),
        *_described(blueprint, ref),
        help_=did_you_mean(ref.text, _names(blueprint, ref)),
    )


def _described(blueprint: Blueprint, ref: FieldRef) -> tuple[Place, ...]:
    thing = blueprint.things.get(ref.thing)
    if thing is None:
        return ()
    list_name, _, name = ref.field.partition(".")
    nested = nested_list(blueprint, ref.thing, list_name)
    if nested is not None and name:
        return (place(nested.id, f'described here, without "{name}"'),)
    return (place(thing.id, f'described here, without "{ref.field}"'),)


def _names(blueprint: Blueprint, ref: FieldRef) -> list[str]:
    """Every name that could stand there, those of the same thing first."""
    if not ref.field:
        return list(blueprint.things)
    things = sorted(blueprint.things.values(), key=lambda thing: thing.id != ref.thing)
    own = [f"{thing.id}.{name}" for thing in things for name in thing.fields]
    nested = [
        f"{thing.parent}.{thing.list_name}.{name}"
        for thing in things
        if thing.list_name
        for name in thing.fields
    ]
    lists = [f"{thing.in_}" for thing in things if thing.list_name]
    return own + lists + nested
