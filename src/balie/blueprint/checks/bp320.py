"""Work for people who do not exist."""

from collections.abc import Iterable, Iterator

from balie.blueprint.checks.check import About, Change, Subject, joined, place
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.model import EVERYBODY
from balie.blueprint.source import Span, Text
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP320",
    severity=Severity.ERROR,
    title="Nobody is called that",
    why="Work would reach nobody, or a page would be for nobody.",
    example=Change("story.yaml", "- who: desk", "- who: desks"),
    near_miss=Change("story.yaml", "- who: desk", '- who: "desk"'),
)


def check(subject: Subject) -> Iterator[Finding]:
    people = subject.blueprint.people
    for name in _workers(subject):
        if name not in people.staff and name not in people.partners:
            yield _nobody(
                name, "this work would reach nobody", "staff", people.staff, people.staff_at
            )
    for name in _teams(subject):
        if name not in people.staff:
            yield _nobody(name, "this would reach nobody", "staff", people.staff, people.staff_at)
    for name in _kinds(subject):
        if name not in people.customers:
            at = people.customers_at
            yield _nobody(name, "no customer is one", "customers", people.customers, at)


def _workers(subject: Subject) -> Iterator[Text]:
    for step in subject.blueprint.steps:
        for work in (*step.frontstage, *step.backstage):
            if work.who is not None:
                yield work.who


def _teams(subject: Subject) -> Iterator[Text]:
    """Teams that get work when something goes wrong, and the one that customers call."""
    blueprint = subject.blueprint
    for step in blueprint.steps:
        yield from (fail.then_goes_to for fail in step.fails if fail.then_goes_to is not None)
        if step.waits is not None and step.waits.then_goes_to is not None:
            yield step.waits.then_goes_to
        yield from (line.then_goes_to for line in step.approve if line.then_goes_to is not None)
    for lines in blueprint.me.names.values():
        yield from (line.then_goes_to for line in lines if line.then_goes_to is not None)
    if blueprint.brand.help_desk is not None:
        yield blueprint.brand.help_desk
    if blueprint.inboxes is not None:
        yield from blueprint.inboxes.teams


def _kinds(subject: Subject) -> Iterator[Text]:
    """Kinds of customer, wherever they are named."""
    blueprint = subject.blueprint
    for step in blueprint.steps:
        yield from (kind for kind in step.for_ if kind != EVERYBODY)
        yield from (kind for line in step.approve for kind in line.by)
    for thing in blueprint.things.values():
        yield from (*thing.seen_by, *thing.may_change)
        for follower in thing.followers:
            yield from follower.for_
        for field in thing.fields.values():
            yield from field.seen_by
    for lines in blueprint.me.names.values():
        for line in lines:
            yield from line.for_


def _nobody(
    name: Text, label: str, group: str, known: Iterable[str], known_at: Span | None
) -> Finding:
    names = list(known)
    says = (
        f"{group} are: {joined(names)}" if len(names) == 1 else f"{group} are: {', '.join(names)}"
    )
    places = () if known_at is None or not names else (Place(known_at, says),)
    return ABOUT.finding(
        f'nobody is called "{name}"',
        place(name, label),
        *places,
        help_=did_you_mean(name, names),
    )
