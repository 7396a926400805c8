"""A system that does not exist."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.checks.raw import tables
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.source import Text
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP110",
    severity=Severity.ERROR,
    title="There is no such system",
    why="Every source, target and fail point names a system of systems.yaml.",
    example=Change("things.yaml", "from: shelf.loanBooks", "from: shelv.loanBooks"),
    near_miss=Change(
        "story.yaml",
        "          - when: crm is down\n            then: show",
        "          - when: login is down\n            then: offer a call back\n"
        "            then goes to: desk\n"
        "          - when: crm is down\n            then: show",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    for named in tables(subject.blueprint):
        if subject.system(named.system) is None:
            yield _unknown(subject, named.system, named.text, named.label)
    for step in subject.blueprint.steps:
        for fail in step.fails:
            if fail.system is not None and subject.system(fail.system) is None:
                yield _unknown(subject, fail.system, fail.when, "this never happens")


def _unknown(subject: Subject, system: str, text: Text, label: str) -> Finding:
    return ABOUT.finding(
        f'there is no system "{system}"',
        place(text.part(0, len(system)), label),
        help_=did_you_mean(system, subject.blueprint.systems),
    )
