"""Which systems a screen's field comes from and goes to, and what a step uses of each system."""

from collections.abc import Iterable, Iterator

from balie.blueprint.drawing.content import Use
from balie.blueprint.drawing.phrases import Phrases
from balie.blueprint.model import Blueprint, FieldRef, Sends, Step, Thing, ThingField

Flow = tuple[str, str]
"""A system, and the name of what it gives or gets."""


def sources(phrases: Phrases, ref: FieldRef) -> tuple[str, ...]:
    """The systems that a shown field comes from, in the order of the blueprint."""
    nested = phrases.nested(ref)
    if nested is not None:
        return _in_order(phrases.blueprint, _of_thing(nested))
    return of_name(phrases, str(ref.text))


def of_name(phrases: Phrases, name: str) -> tuple[str, ...]:
    """The systems that a dotted name such as `order.status` comes from."""
    thing = phrases.blueprint.things.get(name.partition(".")[0])
    field = phrases.field(name)
    if thing is None:
        return ()
    systems = _of_thing(thing) if field is None else _of_field(phrases.blueprint, thing, field)
    return _in_order(phrases.blueprint, systems)


def destinations(phrases: Phrases, ref: FieldRef) -> tuple[str, ...]:
    """The systems that an answer goes to: the master and the followers."""
    nested = phrases.nested(ref)
    if nested is not None:
        return _in_order(phrases.blueprint, _of_thing(nested))
    return _destinations(phrases, str(ref.text))


def _destinations(phrases: Phrases, name: str) -> tuple[str, ...]:
    thing = phrases.blueprint.things.get(name.partition(".")[0])
    field = phrases.field(name)
    if thing is None or field is None:
        return ()
    found = (
        system
        for path in (*field.to, *field.also_to)
        for system in _of_path(phrases.blueprint, thing, str(path))
    )
    return _in_order(phrases.blueprint, found)


def written(phrases: Phrases, sets: Iterable[Sends], target: str | None) -> tuple[str, ...]:
    """The systems that a task writes to: of `makes:` or `updates:`, and of what it sets."""
    made = () if target is None else (target.partition(".")[0],)
    found = (system for each in sets for system in _destinations(phrases, str(each.target)))
    return _in_order(phrases.blueprint, (*made, *found))


def uses(phrases: Phrases, step: Step) -> tuple[Use, ...]:
    """What a step reads and writes, one entry for each system that it touches."""
    reads, writes = tuple(_reads(phrases, step)), tuple(_writes(phrases, step))
    return tuple(
        Use(system, _of(system, reads), _of(system, writes))
        for system in _in_order(phrases.blueprint, (name for name, _ in (*reads, *writes)))
    )


def _of(system: str, flows: tuple[Flow, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for of, name in flows if of == system))


def _reads(phrases: Phrases, step: Step) -> Iterator[Flow]:
    screen = step.screen
    if screen is None:
        return
    for ref in screen.shows:
        yield from ((system, phrases.shown(ref)) for system in sources(phrases, ref))
    for figure in screen.figures:
        name = phrases.text(figure.name)
        yield from ((system, name) for system in of_name(phrases, str(figure.of)))
    for ref in screen.asks:
        yield from _read_to_ask(phrases, ref, is_change=screen.changes is not None)


def _read_to_ask(phrases: Phrases, ref: FieldRef, *, is_change: bool) -> Iterator[Flow]:
    """What must be known before a question: the value of now, and what can be chosen."""
    if is_change:
        yield from ((system, phrases.shown(ref)) for system in sources(phrases, ref))
    field = phrases.field(str(ref.text))
    if field is not None and field.choose_from is not None:
        chosen = str(field.choose_from)
        yield from ((system, phrases.name(chosen)) for system in of_name(phrases, chosen))


def _writes(phrases: Phrases, step: Step) -> Iterator[Flow]:
    for ref in () if step.screen is None else step.screen.asks:
        yield from ((system, phrases.shown(ref)) for system in destinations(phrases, ref))
    for work in (*step.frontstage, *step.backstage):
        target = work.makes or work.updates
        if target is not None:
            yield target.partition(".")[0], phrases.text(work.does)
        yield from _set(phrases, work.sets)
    for answer in step.decision:
        yield from _set(phrases, answer.sets)


def _set(phrases: Phrases, sets: Iterable[Sends]) -> Iterator[Flow]:
    for each in sets:
        target = str(each.target)
        yield from ((system, phrases.name(target)) for system in _destinations(phrases, target))


def _of_thing(thing: Thing) -> Iterator[str]:
    return (source.table.system for source in thing.from_)


def _of_field(blueprint: Blueprint, thing: Thing, field: ThingField) -> Iterator[str]:
    for source in field.from_:
        if source.source:
            yield from (of.table.system for of in thing.from_ if of.name == source.source)
        else:
            yield from _of_path(blueprint, thing, str(source.path))


def _of_path(blueprint: Blueprint, thing: Thing, path: str) -> Iterator[str]:
    """A bare name is a field of the thing's own tables; a whole one begins with its system."""
    first, dot, _ = path.partition(".")
    if dot and first in blueprint.systems:
        yield first
    else:
        yield from _of_thing(thing)


def _in_order(blueprint: Blueprint, systems: Iterable[str]) -> tuple[str, ...]:
    """Each system once, in the order of the blueprint."""
    found = set(systems)
    return tuple(name for name in blueprint.systems if name in found)
