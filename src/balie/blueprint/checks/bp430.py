"""A question that depends on an answer that was not given yet."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.checks.questions import Conditional, conditional
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.source import Text
from balie.blueprint.spelling import did_you_mean

_NOTE = "note: {name: Anything else?, to: note, optional: true"

ABOUT = About(
    code="BP430",
    severity=Severity.ERROR,
    title="A question depends on an answer that is not given before it",
    why="Whether it is asked is known from the answers before it, in the order of  asks:. What is "
    "asked later, or not at all, has no answer yet: the question would never be asked.",
    example=Change("things.yaml", _NOTE, f'{_NOTE}, asked if: wish.reasn == "holiday"'),
    near_miss=Change("things.yaml", _NOTE, f'{_NOTE}, asked if: wish.reason == "holiday"'),
)


def check(subject: Subject) -> Iterator[Finding]:
    for asked in conditional(subject):
        before = {str(ref.text) for ref in asked.before}
        for name in dict.fromkeys(asked.condition.names):
            if name not in before:
                yield _not_before(asked, name)


def _not_before(asked: Conditional, name: Text) -> Finding:
    question = str(asked.ref.text)
    later = next((ref.text for ref in asked.after if ref.text == name), None)
    here = place(asked.ref.text, "asked here")
    if name == question:
        return ABOUT.finding(
            f'"{question}" is asked if something holds of its own answer',
            place(name, "this is the question itself"),
            here,
            help_=("name an answer that is given before it",),
        )
    if later is not None:
        return ABOUT.finding(
            f'"{question}" depends on "{name}", which is asked after it',
            place(name, "not answered yet"),
            here,
            place(later, "asked here, later"),
            help_=(f"ask  {name}  before  {question}  under  asks:",),
        )
    known = [str(ref.text) for ref in asked.before]
    return ABOUT.finding(
        f'"{question}" depends on "{name}", which this form does not ask',
        place(name, "never answered"),
        here,
        help_=did_you_mean(name, known) or (f"add  {name}  to  asks:, before  {question}",),
    )
