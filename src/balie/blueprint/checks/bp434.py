"""An approval that nobody gives in time, and then goes to nobody, or to two ways at once."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.model import Approve

_FORM = "          button: Ask\n        backstage:"


def _then(words: str) -> str:
    approve = f"        approve: {{by: member, within: 2 working days, then: {words}}}\n"
    return _FORM.replace("        backstage:", f"{approve}        backstage:")


ABOUT = About(
    code="BP434",
    severity=Severity.ERROR,
    title="It is not said what happens when nobody approves",
    why="What nobody approves in time is refused, or a team of staff decides. One of both must be "
    "said: the customer reads which.",
    example=Change("story.yaml", _FORM, _then("give to a person")),
    near_miss=Change("story.yaml", _FORM, _then("give to a person, then goes to: desk")),
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        for approve in step.approve:
            yield from _look(approve)


def _look(approve: Approve) -> Iterator[Finding]:
    team = approve.then_goes_to
    if approve.then == "give to a person" and team is None:
        yield ABOUT.finding(
            "nobody approves it in time, and then it goes to nobody",
            Place(approve.then.at, 'without "then goes to:"'),
            help_=("add  then goes to:  with a team of staff", "or write  then: refuse"),
        )
    if approve.then == "refuse" and team is not None:
        yield ABOUT.finding(
            "what nobody approves is refused, and goes to a team as well",
            place(team, "this team would never hear of it"),
            help_=("leave out  then goes to:", "or write  then: give to a person"),
        )
