"""A wait without an end."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.model import Step

ABOUT = About(
    code="BP407",
    severity=Severity.ERROR,
    title="A customer may wait for ever",
    why="What is waited for may never come. Then a person must look at it, and the customer "
    "must know.",
    example=Change("story.yaml", "          at most: 2 working days\n", ""),
    near_miss=Change("story.yaml", "at most: 2 working days", "at most: 2 weeks"),
    missing_at=0,
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        if step.waits is not None and step.waits.at_most is None:
            yield ABOUT.finding(
                "the customer may wait for ever",
                Place(step.waits.at, 'without "at most:"'),
                help_=(f"add  at most: {_as_long_as(step)}",),
            )


def _as_long_as(step: Step) -> str:
    """What the step promises, or gives its people."""
    promised = [step.promise.settled_within, *(work.within for work in step.backstage)]
    return next((str(one.text) for one in promised if one is not None), "5 working days")
