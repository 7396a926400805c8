"""What a field is made of where nobody types it, and what it serves beside the pages."""

from collections.abc import Iterator

from balie.blueprint.lineage import describe, value_refs
from balie.blueprint.model import Blueprint, FieldRef, Sends, Step, Thing
from balie.blueprint.relations import Equality, Other
from balie.blueprint.source import Text

Mine = tuple[str, str]
"""A thing's id and a field's."""


def means(blueprint: Blueprint, name: str, mine: Mine) -> bool:
    """Whether a name such as `order.lines.price` means this field, or a list with it."""
    found = describe(blueprint, FieldRef.of(Text(name)))
    return any((one.thing.id, one.field.id) == mine for one in found)


def filled(blueprint: Blueprint, mine: Mine) -> Iterator[str]:
    """What the field is set to, and in which step when that is not at the start."""
    for thing in blueprint.things.values():
        for line in thing.sets:
            if means(blueprint, f"{thing.id}.{line.target}", mine):
                yield f"set to {line.value}"
    for step in blueprint.steps:
        for line in _set_in(step):
            if means(blueprint, line.target, mine):
                yield f"set to {line.value} in {step.id}"


def _set_in(step: Step) -> Iterator[Sends]:
    for work in step.backstage:
        yield from work.sets
    for answer in step.decision:
        yield from answer.sets


def helps(blueprint: Blueprint, mine: Mine) -> Iterator[str]:
    """What else the field is used for: to find other rows, to fill in, to limit."""
    for thing in blueprint.things.values():
        for tie in _ties(blueprint, thing.linked_by, mine):
            yield f"finds the {thing.id}: {tie.text}"
        for line in thing.sets:
            if any(means(blueprint, ref.text, mine) for ref in value_refs(line.value)):
                yield f"fills in {thing.id}.{line.target}"
        yield from _limits(blueprint, thing, mine)
    for step in blueprint.steps:
        for tie in _ties(blueprint, step.waits.where if step.waits else (), mine):
            yield f"tells what {step.id} waits for: {tie.text}"


def _ties(blueprint: Blueprint, relation: tuple[Equality, ...], mine: Mine) -> Iterator[Equality]:
    for tie in relation:
        match tie.value:
            case Other(of, field, "") if means(blueprint, f"{of}.{field}", mine):
                yield tie


def _limits(blueprint: Blueprint, thing: Thing, mine: Mine) -> Iterator[str]:
    for field in thing.fields.values():
        named = [word for word in (field.must_be or "").split() if "." in word]
        if any(means(blueprint, word, mine) for word in named):
            yield f"limits {thing.id}.{field.id}: {field.must_be}"
