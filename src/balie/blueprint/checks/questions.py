"""Questions that are not always asked (`asked if`), each where a form asks it."""

from collections.abc import Iterator
from dataclasses import dataclass

from balie.blueprint.checks.check import Subject
from balie.blueprint.conditions import Condition
from balie.blueprint.model import Blueprint, FieldRef, Screen, Step, Thing, ThingField


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional:
    """One question of one form, and when it is asked. before, after: what else the form asks."""

    step: Step
    screen: Screen
    thing: Thing
    ref: FieldRef
    field: ThingField
    condition: Condition
    before: tuple[FieldRef, ...]
    after: tuple[FieldRef, ...]


def conditional(subject: Subject) -> Iterator[Conditional]:
    """Every question of a form that is only asked if something holds."""
    for step in subject.blueprint.steps:
        screen = step.screen
        for place, ref in enumerate(screen.asks if screen is not None else ()):
            thing = subject.blueprint.things.get(ref.thing)
            field = None if thing is None else thing.fields.get(ref.field)
            if screen is None or thing is None or field is None or field.asked_if is None:
                continue
            yield Conditional(
                step=step,
                screen=screen,
                thing=thing,
                ref=ref,
                field=field,
                condition=field.asked_if,
                before=screen.asks[:place],
                after=screen.asks[place + 1 :],
            )


def picks_the_row(blueprint: Blueprint, asked: Conditional) -> bool:
    """Whether this question is the first of all: it says which row the form is about."""
    field, screen = asked.field, asked.screen
    if field.choose_from is None or field.optional:
        return False
    chosen = FieldRef.of(field.choose_from).thing
    return bool(screen.only_while) or chosen in map(str, _rows_of(blueprint, screen))


def _rows_of(blueprint: Blueprint, screen: Screen) -> Iterator[str | None]:
    """The things whose rows are ticked in this form: "order" of `choose from: order.lines.id`."""
    for ref in screen.asks:
        nested = blueprint.nested.get(str(ref.text))
        for field in nested.fields.values() if nested is not None else ():
            of = field.choose_from.rpartition(".")[0] if field.choose_from is not None else ""
            offered = blueprint.nested.get(of)
            if offered is not None:
                yield offered.parent
