"""A purpose that is not described."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, joined, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP302",
    severity=Severity.ERROR,
    title="There is no such purpose",
    why="A purpose says on which ground we may know something, and how long it is kept.",
    example=Change(
        "things.yaml",
        "    seen by: [member]\n    purpose: [lend]\n",
        "    seen by: [member]\n    purpose: [lendd]\n",
    ),
    near_miss=Change(
        "things.yaml",
        "    seen by: [member]\n    purpose: [lend]\n",
        "    seen by: [member]\n    purpose: lend\n",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    known = subject.blueprint.purposes
    for thing in subject.blueprint.things.values():
        for purpose in thing.purpose:
            if purpose not in known:
                says = f"purposes are: {joined(list(known))}" if known else "there are none yet"
                yield ABOUT.finding(
                    f'there is no purpose "{purpose}"',
                    place(purpose, says),
                    help_=did_you_mean(purpose, known),
                )
