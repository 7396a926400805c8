"""A step for everybody that is no form."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.model import EVERYBODY, Screen, Step

ABOUT = About(
    code="BP322",
    severity=Severity.ERROR,
    title="A step for everybody is more than a form that makes something",
    why="Whoever has not signed in is nobody to the systems: there is nothing that they may see or "
    "change. They can only tell us something.",
    example=Change(
        "story.yaml",
        "title: My loans\n        for: [member, school]",
        "title: My loans\n        for: everybody",
    ),
    near_miss=Change("story.yaml", "for: everybody", "for: [everybody]"),
)


def check(subject: Subject) -> Iterator[Finding]:
    for kind in subject.blueprint.people.customers.values():
        if kind.id == EVERYBODY:
            yield ABOUT.finding(
                'no kind of customer can be called "everybody"',
                place(kind.id, "it means whoever comes by, without signing in"),
                help_=("give this kind of customer another name",),
            )
    for step in subject.blueprint.steps:
        if step.is_for_everybody:
            yield from _look(step)


def _look(step: Step) -> Iterator[Finding]:
    here = Place(step.for_at or step.id.at, "this step is done without signing in")
    if len(step.for_) > 1:
        yield ABOUT.finding(
            "a step is for everybody, or for some kinds of customer",
            here,
            help_=("write  for: everybody", "or leave everybody out"),
        )
    screen = step.screen
    if screen is None or screen.creates is None or not screen.asks:
        yield ABOUT.finding(
            f'"{step.title}" is for everybody, and makes nothing',
            here,
            *(() if screen is None else (Place(screen.at, "nothing is made here"),)),
            help_=("write  creates:  and  asks:", "or say for which kinds of customer it is"),
        )
    elif _shows(screen):
        yield ABOUT.finding(
            f'"{step.title}" is for everybody, and does more than ask',
            here,
            Place(screen.at, "it may only have address, creates, asks and button"),
            help_=("leave out what it shows, or say for which kinds of customer it is",),
        )


def _shows(screen: Screen) -> bool:
    """Whether it needs a row of somebody's."""
    return bool(
        screen.shows
        or screen.figures
        or screen.changes
        or screen.timeline
        or screen.headline
        or screen.only_while
        or "{" in (screen.address or "")
    )
