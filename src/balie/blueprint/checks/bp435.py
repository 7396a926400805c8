"""A mail whose link would open more than one row, or what needs a better proof."""

from collections.abc import Iterator
from datetime import timedelta

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Step, Tells

MOST = timedelta(days=30)

_SHOWS = "          shows: [wish.number, wish.status]\n"
_MAIL = "{mail: goodbye, when: wish.status becomes granted, opens without signing in: %s}"


def _tells(life: str) -> str:
    return f"{_SHOWS}        tells:\n          - {_MAIL % life}\n"


ABOUT = About(
    code="BP435",
    severity=Severity.ERROR,
    title="A link in a mail opens one row, for a while",
    why="Whoever has the mail reads what its link opens, without signing in. So it stands at a "
    "page of one row, not for customers of whom an extra check is asked, and ends within 30 days.",
    example=Change("story.yaml", _SHOWS, _tells("90 days")),
    near_miss=Change("story.yaml", _SHOWS, _tells("30 days")),
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        for tells in step.tells:
            if tells.opens is not None:
                yield from _look(subject, step, tells)


def _look(subject: Subject, step: Step, tells: Tells) -> Iterator[Finding]:
    address = None if step.screen is None else step.screen.address
    if address is None or "{" not in address or (step.screen and step.screen.is_form):
        yield ABOUT.finding(
            f'the mail "{tells.mail}" would open a page that is not about one row',
            place(tells.mail, "its link opens this step"),
            help_=("put it at the step with an address such as  /orders/{order.number}",),
        )
    if tells.opens is not None and tells.opens.length > MOST:
        yield ABOUT.finding(
            f'the link in the mail "{tells.mail}" works for longer than 30 days',
            place(tells.mail, "whoever has the mail can read it so long"),
            help_=("write  opens without signing in: 7 days",),
        )
    customers = subject.blueprint.people.customers
    checked = [kind for kind in step.for_ if kind in customers and customers[kind].extra_check]
    if checked or step.extra_check is not None:
        yield ABOUT.finding(
            f'the mail "{tells.mail}" would open what an extra check is asked for',
            place(tells.mail, "whoever has the mail would not be asked"),
            help_=("leave out  opens without signing in",),
        )
