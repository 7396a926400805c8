"""An event that its system does not send."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.source import Text
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP409",
    severity=Severity.ERROR,
    title="A step waits for what a system never tells",
    why="It would wait until its time is over, every time.",
    example=Change("story.yaml", "when: wish.status becomes granted", "when: crm tells wishGrantd"),
    near_miss=Change(
        "story.yaml", "when: wish.status becomes granted", "when: crm tells wishGranted"
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        happenings = [tells.when for tells in step.tells] + (
            [step.waits.when] if step.waits else []
        )
        for when in happenings:
            system, tells, event = when.partition(" tells ")
            if tells:
                yield from _look(subject, when, system, event)


def _look(subject: Subject, when: Text, system: str, event: str) -> Iterator[Finding]:
    if subject.system(system) is None:
        yield ABOUT.finding(
            f'there is no system "{system}"',
            place(when.part(0, len(system)), "this one would tell it"),
            help_=did_you_mean(system, subject.blueprint.systems),
        )
        return
    contract = subject.contracts.get(system)
    if contract is not None and event not in contract.events:
        yield ABOUT.finding(
            f'{subject.system_name(system)} never tells "{event}"',
            place(when.part(len(when) - len(event), len(when)), "waited for here"),
            *subject.contract_place(system, "says what it tells"),
            help_=did_you_mean(event, contract.events),
        )
