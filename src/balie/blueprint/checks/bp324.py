"""A mail about a form for everybody that cannot go."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import A_MAIL_ADDRESS, FieldRef, Step
from balie.blueprint.source import Text

ABOUT = About(
    code="BP324",
    severity=Severity.ERROR,
    title="A mail about a form for everybody has no address to go to, or tells too much",
    why="Who has not signed in has no address with us: the form must ask for it. And whoever was "
    "given as an address by somebody else must not learn what a system made of it.",
    example=Change(
        "things.yaml", "to: mail, must be: e-mail", "to: mail, must be: at most 80 characters"
    ),
    near_miss=Change(
        "story.yaml",
        "asks: [leaving.name, leaving.email]",
        "asks: [leaving.email, leaving.name]",
    ),
    follows_from=("BP322",),
)

WHEN = "this form is received"


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        if step.is_for_everybody and step.tells:
            asked = () if step.screen is None else step.screen.asks
            if not _asks_address(subject, asked):
                yield _nowhere(step)
            yield from (_too_much(step, one.when) for one in step.tells if one.when != WHEN)


def _asks_address(subject: Subject, asked: tuple[FieldRef, ...]) -> bool:
    things = subject.blueprint.things
    fields = (things[ref.thing].fields.get(ref.field) for ref in asked if ref.thing in things)
    return any(field is not None and field.must_be == A_MAIL_ADDRESS for field in fields)


def _nowhere(step: Step) -> Finding:
    return ABOUT.finding(
        f'the mail "{step.tells[0].mail}" has no address to go to',
        place(step.tells[0].mail, "sent after a form for everybody"),
        place(step.title, "nothing here asks for an e-mail address"),
        help_=("ask a field with  must be: e-mail",),
    )


def _too_much(step: Step, when: Text) -> Finding:
    return ABOUT.finding(
        f'"{step.title}" is for everybody, and tells what became of it',
        place(when, "whoever has this address may be somebody else"),
        place(step.title, "nobody has signed in here"),
        help_=(f"write  when: {WHEN}",),
    )
