"""A relation that looks at what is not known there."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, joined, place
from balie.blueprint.conditions import Condition
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Blueprint, Thing
from balie.blueprint.relations import Equality, Login, Me, Other
from balie.blueprint.source import Text
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP319",
    severity=Severity.ERROR,
    title="A relation looks at what is not known there",
    why="What the sign-in says is used once, to recognise somebody: only  me:  looks at it. Things "
    "belong to a name of  me:  or to the thing that they stand in. With anything else nothing "
    "would ever be found.",
    example=Change("things.yaml", "owner: memberId = me.person", "owner: memberId = me.persn"),
    near_miss=Change("things.yaml", "owner: memberId = me.person", "owner: memberId = me.member"),
)

MAIL = "email"
"""The one thing that every sign-in says."""


def check(subject: Subject) -> Iterator[Finding]:
    blueprint = subject.blueprint
    for thing in blueprint.things.values():
        for equality in (*thing.owner, *thing.where, *thing.linked_by):
            yield from _of_thing(blueprint, thing, equality)
        for follower in thing.followers:
            yield from (_sign_in(one.text) for one in follower.linked_by if _is_login(one))
    for step in blueprint.steps:
        for equality in step.waits.where if step.waits else ():
            if _is_login(equality):
                yield _sign_in(equality.text)
    for condition in _conditions(blueprint):
        yield from (_sign_in(name) for name in condition.names if name.startswith("login."))
    for lines in blueprint.me.names.values():
        for line in lines:
            for equality in line.where:
                yield from _of_me(blueprint, equality)


def _of_thing(blueprint: Blueprint, thing: Thing, equality: Equality) -> Iterator[Finding]:
    match equality.value:
        case Login():
            yield _sign_in(equality.text)
        case Me(name) if name not in blueprint.me.names or name == "roles":
            yield _no_name(blueprint, equality.text, name)
        case Other(of) if of != thing.parent:
            yield ABOUT.finding(
                f'"{thing.id}" cannot be found by "{of}"',
                place(equality.text, "never known here"),
                place(thing.in_ or thing.id, "it stands in this" if thing.in_ else "in nothing"),
                help_=(f"add  in: {of}  or compare with  me.<name>",),
            )
        case _:
            return


def _of_me(blueprint: Blueprint, equality: Equality) -> Iterator[Finding]:
    match equality.value:
        case Login(name) if name != MAIL:
            yield ABOUT.finding(
                f'a sign-in does not say "{name}"',
                place(equality.text, "never known"),
                help_=(f"it says  login.{MAIL}",),
            )
        case Me(name) | Other(name) if name not in blueprint.me.names:
            yield _no_name(blueprint, equality.text, name)
        case _:
            return


def _is_login(equality: Equality) -> bool:
    return isinstance(equality.value, Login)


def _sign_in(text: Text) -> Finding:
    return ABOUT.finding(
        f'"{text}" looks at the sign-in itself',
        place(text, "not known here"),
        help_=("recognise people under  me:  and compare with  me.<name>",),
    )


def _no_name(blueprint: Blueprint, text: Text, name: str) -> Finding:
    known = [known for known in blueprint.me.names if known != "roles"]
    return ABOUT.finding(
        f'there is no name "{name}" under "me"',
        place(text, "never known"),
        help_=did_you_mean(name, known) or _choices(known),
    )


def _choices(known: list[str]) -> tuple[str, ...]:
    return (f"it is one of: {joined(known, 'or')}",) if known else ()


def _conditions(blueprint: Blueprint) -> Iterator[Condition]:
    for thing in blueprint.things.values():
        yield from thing.leave_out
        for field in thing.fields.values():
            yield from (stage.if_ for stage in field.words if stage.if_ is not None)
            yield from (field.asked_if,) if field.asked_if is not None else ()
    for step in blueprint.steps:
        yield from (work.if_ for work in (*step.frontstage, *step.backstage) if work.if_)
        yield from (line.if_ for line in step.approve if line.if_ is not None)
        if step.screen is not None:
            yield from (figure.if_ for figure in step.screen.figures if figure.if_)
            yield from (rule.if_ for rule in step.screen.only_while)
