"""Two steps that nobody could prove."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Customer

ABOUT = About(
    code="BP312",
    severity=Severity.ERROR,
    title="Two steps are asked of who cannot prove them",
    why="They would be sent to prove who they are, and never come back to the page.",
    example=Change(
        "story.yaml",
        "school: {name: School, signs in with: members}",
        "school: {name: School, signs in with: schools, extra check: two steps}",
    ),
    near_miss=Change(
        "story.yaml",
        "school: {name: School, signs in with: members}",
        "school: {name: School, signs in with: members, extra check: two steps}",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    """Whether a party can ask two steps stands in its connection: `balie logins test` tells."""
    for customer in subject.blueprint.people.customers.values():
        yield from _way_in(subject, customer)
    for step in subject.blueprint.steps:
        if step.extra_check is not None and step.is_for_everybody:
            yield ABOUT.finding(
                f"{step.title} asks two steps of people who do not sign in",
                place(step.extra_check.text, "nobody signed in can prove more"),
                help_=("take  extra check:  away, or say in  for:  which customers do this",),
            )


def _way_in(subject: Subject, customer: Customer) -> Iterator[Finding]:
    way, logins = customer.signs_in_with, subject.blueprint.logins
    if customer.extra_check is None or way is None or way in logins:
        return
    yield ABOUT.finding(
        f'{customer.name} must prove two steps, and there is no login "{way}" to do so',
        place(way, "not a name of  logins:"),
        place(customer.extra_check.text, "two steps are asked here"),
        help_=(f"add to systems.yaml  logins: {{{way}: local}},  or the name of a connection",),
    )
