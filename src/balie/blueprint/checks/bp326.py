"""An approval that nobody could ever give."""

from collections.abc import Iterable, Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.model import EVERYBODY, Approve, Blueprint, Step
from balie.blueprint.source import Text

_FORM = "          button: Ask\n        backstage:"


def _by(kind: str) -> str:
    approve = f"        approve: {{by: {kind}, within: 2 working days, then: refuse}}\n"
    return _FORM.replace("        backstage:", f"{approve}        backstage:")


ABOUT = About(
    code="BP326",
    severity=Severity.ERROR,
    title="Nobody could approve this",
    why="What a form sends is approved by a colleague: somebody else who acts for the same "
    "organisation. Without a form there is nothing to approve; without an organisation in common "
    "nobody is ever asked, and everything would be sent unseen. Who approves must see what it is.",
    example=Change("story.yaml", _FORM, _by("school")),
    near_miss=Change("story.yaml", _FORM, _by("member")),
    follows_from=("BP320",),
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        for approve in step.approve:
            yield from _look(subject.blueprint, step, approve)


def _look(blueprint: Blueprint, step: Step, approve: Approve) -> Iterator[Finding]:
    if step.screen is None or not step.screen.is_form or EVERYBODY in step.for_:
        yield ABOUT.finding(
            f'"{step.title}" sends nothing that a colleague could approve',
            Place(approve.at, "approved by a colleague of who sends it"),
            help_=("put it at a form of customers who sign in",),
        )
        return
    names = _organisations(blueprint, step.for_)
    for kind in approve.by:
        if kind in blueprint.people.customers and not names & _organisations(blueprint, (kind,)):
            yield ABOUT.finding(
                f'nobody of "{kind}" is a colleague of who fills this in',
                place(kind, "may approve it"),
                *_who_fills_it_in(step),
                help_=_help(blueprint, names),
            )
        yield from _blind(blueprint, step, kind)


def _blind(blueprint: Blueprint, step: Step, kind: Text) -> Iterator[Finding]:
    """Who may not see the thing would approve what they cannot read."""
    screen = step.screen
    named = None if screen is None else screen.creates or screen.changes
    thing = None if named is None else blueprint.things.get(named)
    if thing is not None and thing.seen_by and kind not in thing.seen_by:
        yield ABOUT.finding(
            f'"{kind}" would approve what they may not see',
            place(kind, "may approve it"),
            Place(thing.seen_by_at or thing.id.at, f'who may see "{thing.id}"'),
            help_=(f"add  {kind}  to  seen by:  of  {thing.id}",),
        )


def _organisations(blueprint: Blueprint, kinds: Iterable[str]) -> set[str]:
    """The names of `me` by which these kinds of customer belong to an organisation."""
    customers = blueprint.people.customers
    named = (customers[kind].belongs_to for kind in kinds if kind in customers)
    return {str(name) for name in named if name is not None}


def _who_fills_it_in(step: Step) -> tuple[Place, ...]:
    return () if step.for_at is None else (Place(step.for_at, "fill this in"),)


def _help(blueprint: Blueprint, names: set[str]) -> tuple[str, ...]:
    customers = blueprint.people.customers.values()
    others = [str(one.id) for one in customers if one.belongs_to in names]
    if not others:
        return ("say of both kinds of customer what they  belongs to:  under  people:",)
    return (f"colleagues are: {', '.join(others)}",)
