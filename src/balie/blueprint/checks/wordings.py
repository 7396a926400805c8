"""Every text of a blueprint that customers read."""

from collections.abc import Iterator

from balie.blueprint.lineage import PLACEHOLDER
from balie.blueprint.model import Blueprint, Screen, Step, Thing
from balie.blueprint.pages import said
from balie.blueprint.source import Text


def read_by_customers(blueprint: Blueprint) -> Iterator[Text]:
    """Each text that is shown to customers, in the order of the story and the things."""
    yield blueprint.service
    for team in blueprint.people.staff.values():
        yield team.name
        yield from _said(team.hours)
    for step in blueprint.steps:
        yield from _of_step(step)
    for thing in blueprint.things.values():
        yield from _of_thing(thing)
    yield from (purpose.name for purpose in blueprint.purposes.values())
    for cookie in blueprint.cookies.values():
        yield from (cookie.name, cookie.what_for, cookie.by, cookie.kept_for)
    yield from said(blueprint)


def is_only_a_value(text: str) -> bool:
    """`{order.status}` has nothing to translate."""
    return not PLACEHOLDER.sub("", text).strip(" .,:;!?()-—")


def _said(*texts: Text | None) -> Iterator[Text]:
    yield from (text for text in texts if text)


def _of_step(step: Step) -> Iterator[Text]:
    if step.screen is not None:
        if step.title != step.id:  # a step without a title bears its id: BP009
            yield step.title
        yield from _of_screen(step.screen)
    for fail in step.fails:
        yield from _said(fail.customer_reads)


def _of_screen(screen: Screen) -> Iterator[Text]:
    yield from _said(screen.headline, screen.button)
    yield from (figure.name for figure in screen.figures)
    yield from (rule.otherwise_says for rule in screen.only_while)


def _of_thing(thing: Thing) -> Iterator[Text]:
    yield from _said(thing.name, thing.plural)
    for field in thing.fields.values():
        yield from _said(field.name, field.empty, field.help)
        yield from (stage.says for stage in field.words)
