"""Trying again for ever."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import FailPoint

ABOUT = About(
    code="BP405",
    severity=Severity.ERROR,
    title="It is tried again for ever, or nobody looks at it after that",
    why="What a customer sent must end somewhere: in the system, or with a person.",
    example=Change(
        "story.yaml",
        "          - when: crm is down\n            then: keep and try again\n"
        "            give up after: 24 hours\n",
        "          - when: crm is down\n            then: keep and try again\n",
    ),
    near_miss=Change(
        "story.yaml",
        "          - when: crm is down\n            then: keep and try again\n"
        "            give up after: 24 hours\n",
        "          - when: crm is down\n            then: keep and try again\n"
        "            give up after: 3 days\n",
    ),
    missing_at=0,
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        for fail in step.fails:
            if fail.then == "keep and try again" and _missing(subject, fail):
                yield ABOUT.finding(
                    "how long do we keep trying, and who looks at it after that?",
                    place(fail.then, "tries again for ever"),
                    help_=(f"add  {'  and  '.join(_missing(subject, fail))}",),
                )


def _missing(subject: Subject, fail: FailPoint) -> list[str]:
    teams = "|".join(subject.blueprint.people.staff)
    long = [] if fail.give_up_after else ["give up after: 24 hours"]
    return long + ([] if fail.then_goes_to else [f"then goes to: {teams}"])
