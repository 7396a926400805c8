"""A form for everybody with a question that only somebody who signed in can answer."""

import re
from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, field_name, place, plain_name
from balie.blueprint.checks.privacy import ties_to_me
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.lineage import describe
from balie.blueprint.model import Sends, Step, Thing, ThingField
from balie.blueprint.source import Text
from balie.systems.contract import Type

ABOUT = About(
    code="BP323",
    severity=Severity.ERROR,
    title="A form for everybody needs somebody who signed in",
    why="Rows to choose from, whose a row is and codes to an address all need to know who this is. "
    "A form for everybody asks plain questions only.",
    example=Change(
        "things.yaml", "to: mail, must be: e-mail", "to: mail, must be: e-mail, guard: code"
    ),
    near_miss=Change(
        "things.yaml",
        "to: name, must be: at most 80 characters",
        "to: name, words: {ann: Ann, bo: Bo}",
    ),
    follows_from=("BP322",),
)

_ME = re.compile(r"\bme\.")
_FILE = re.compile(r"image under ")


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        screen = step.screen
        if step.is_for_everybody and screen is not None and screen.creates is not None:
            thing = subject.blueprint.things.get(screen.creates)
            if thing is not None:
                yield from _look(subject, step, thing)


def _look(subject: Subject, step: Step, thing: Thing) -> Iterator[Finding]:
    owner = ties_to_me(thing)
    if owner is not None:
        yield _needs(step, owner.text, f'"{plain_name(thing)}" is of whoever signs in')
    if thing.in_ is not None:
        yield _needs(step, thing.in_, f'"{plain_name(thing)}" stands in something else')
    if thing.seen_by:
        yield _needs(step, thing.seen_by[0], "only some kinds of customer may see it")
    yield from (
        _needs(step, line.value, "this is taken from who signed in, or from a row of theirs")
        for line in thing.sets
        if _is_of_somebody(subject, thing, line)
    )
    for ref in () if step.screen is None else step.screen.asks:
        for described in describe(subject.blueprint, ref):
            why = _why_not(subject, thing, described.thing, described.field)
            if why is not None:
                yield _needs(step, *why)


def _why_not(
    subject: Subject, made: Thing, thing: Thing, field: ThingField
) -> tuple[Text, str] | None:
    """The word that needs somebody who signed in, and why."""
    if thing.id != made.id:
        return thing.id, "its rows are of somebody"
    if field.choose_from is not None:
        return field.choose_from, "these rows are of somebody"
    if field.guard is not None:
        return field.guard, "a code goes to whoever signed in"
    if field.seen_by:
        return field.seen_by[0], "only some kinds of customer may see it"
    if field.also_to:
        return field.also_to[0], "nobody knows which row follows"
    if field.must_be is not None and _FILE.match(field.must_be):
        return field.must_be, "a file is taken of whoever signed in"
    if any(_is_document(subject, thing, to) for to in field.to):
        return field.name or field.id, f'"{field_name(field)}" is a file'
    return None


def _is_document(subject: Subject, thing: Thing, path: Text) -> bool:
    raw = subject.raw_field(thing.from_[0], path) if thing.from_ else None
    return raw is not None and raw.type is Type.DOCUMENT


def _is_of_somebody(subject: Subject, thing: Thing, line: Sends) -> bool:
    """Whether what nobody types needs a name of `me`, or another thing."""
    others = "|".join(re.escape(id_) for id_ in subject.blueprint.things if id_ != thing.id)
    named = re.compile(rf"\b({others})\.") if others else _ME
    return bool(_ME.search(line.value) or named.search(line.value))


def _needs(step: Step, at: Text, why: str) -> Finding:
    return ABOUT.finding(
        f'"{step.title}" is for everybody, but nobody has signed in there',
        place(at, why),
        place(step.title, "this form is for everybody"),
        help_=("ask it as a plain question, or say for which kinds of customer the form is",),
    )
