"""An `asked if` that nothing looks at."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.checks.questions import conditional, picks_the_row
from balie.blueprint.conditions import Condition
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.source import Text

_FEE = "fee: {name: Fee, from: {running: fee}, empty: None"
_NOTE = "note: {name: Anything else?, to: note, optional: true"

ABOUT = About(
    code="BP433",
    severity=Severity.ERROR,
    title="A question is asked whatever its condition says",
    why="Only a question that a form asks by itself can be left out. The first one, that says "
    "which row the form is about, cannot; nor can what is asked of a row that is ticked, or of "
    "whoever decides.",
    example=Change("things.yaml", _FEE, f"{_FEE}, asked if: has(loan.number)"),
    near_miss=Change("things.yaml", _NOTE, f"{_NOTE}, asked if: has(wish.reason)"),
)


def check(subject: Subject) -> Iterator[Finding]:
    asked_in_a_form = list(conditional(subject))
    for asked in asked_in_a_form:
        if picks_the_row(subject.blueprint, asked):
            yield _finding(asked.condition, asked.ref.text, "says which row the form is about")
    in_a_form = {(str(one.thing.id), str(one.field.id)) for one in asked_in_a_form}
    for thing, field in subject.fields:
        if field.asked_if is not None and (str(thing.id), str(field.id)) not in in_a_form:
            yield _finding(field.asked_if, field.id, "is no question of a form by itself")
    yield from _of_whoever_decides(subject)


def _of_whoever_decides(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        for ref in (ref for answer in step.decision for ref in answer.asks):
            thing = subject.blueprint.things.get(ref.thing)
            field = None if thing is None else thing.fields.get(ref.field)
            if field is not None and field.asked_if is not None:
                yield _finding(field.asked_if, ref.text, "is always asked of whoever decides")


def _finding(condition: Condition, question: Text, what: str) -> Finding:
    return ABOUT.finding(
        f'"{question}" has a condition, but it {what}',
        place(condition.text, "nothing looks at this"),
        place(question, "asked here" if "." in question else "described here"),
        help_=("leave  asked if:  out",),
    )
