"""A page that shows a thing, and nothing says which one."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.checks.pages import belongs_with, in_address, is_single
from balie.blueprint.checks.privacy import upwards
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Blueprint, FieldRef, Screen

ABOUT = About(
    code="BP118",
    severity=Severity.ERROR,
    title="A page shows a thing, and nothing says which one",
    why="A page is about one thing, or is the list of one thing. What else it shows must be tied "
    "to that, or somebody reads a row that has nothing to do with it.",
    example=Change(
        "story.yaml", "loan.books, loan.reminders]", "loan.books, wish.status, loan.reminders]"
    ),
    near_miss=Change(
        "story.yaml", "loan.books, loan.reminders]", "loan.books.title, loan.reminders]"
    ),
    follows_from=("BP310",),
    missing_at=1,
)


def check(subject: Subject) -> Iterator[Finding]:
    blueprint = subject.blueprint
    for step in blueprint.steps:
        if step.screen is None or step.screen.is_form:
            continue
        about = in_address(step.screen)
        if about is None and not step.screen.figures:  # beside figures: BP417
            yield from _two_lists(blueprint, step.screen)
        elif about is not None and about in blueprint.things:
            yield from _strangers(blueprint, step.screen, about)


def _refs(blueprint: Blueprint, screen: Screen) -> list[FieldRef]:
    timeline = () if screen.timeline is None else (screen.timeline,)
    return [ref for ref in (*timeline, *screen.shows) if ref.thing in blueprint.things]


def _strangers(blueprint: Blueprint, screen: Screen, about: str) -> Iterator[Finding]:
    said: set[str] = set()
    for ref in _refs(blueprint, screen):
        thing = blueprint.things[ref.thing]
        if ref.thing not in said and not belongs_with(blueprint, thing, about):
            said.add(ref.thing)
            yield ABOUT.finding(
                f'this page is about one "{about}" and also shows "{ref.text}", '
                f'but nothing says which "{ref.thing}"',
                place(ref.text, "shown here"),
                place(thing.id, f'described here, without "in: {about}"'),
                help_=(f"add  in: {about}  and  linked by:  to {ref.thing}, or show it elsewhere",),
            )


def _two_lists(blueprint: Blueprint, screen: Screen) -> Iterator[Finding]:
    first: FieldRef | None = None
    for ref in _refs(blueprint, screen):
        thing = blueprint.things[ref.thing]
        *_, root = upwards(blueprint, thing)
        if is_single(thing) or is_single(root):
            continue
        if first is None:
            first = FieldRef(ref.text, root.id, ref.field)
        elif root.id != first.thing:
            yield ABOUT.finding(
                f'this page lists "{first.thing}" and "{root.id}": which of the two is it about?',
                place(ref.text, "shown here"),
                place(first.text, "this is another list"),
                help_=("give each a page of its own",),
            )
            return
