"""Which questions are asked: of this viewer, and with the answers that were given so far."""

from collections.abc import Mapping, Sequence

from balie.access.visibility import may_see_field
from balie.backstage.forms.offering import FormOpening
from balie.backstage.forms.plan import Control, Question
from balie.blueprint.conditions import Known
from balie.mapping.rules import Bounds, Picture, Wrong, cleaned, day_of, number_of


def questions_for(opening: FormOpening) -> tuple[Question, ...]:
    """The questions that this viewer may be asked."""
    thing, viewer = opening.plan.thing.thing, opening.presenting.viewer
    asked = [
        one
        for one in opening.plan.questions
        if one.field.guard is None or (opening.can_guard and one.control is Control.MAIL)
    ]
    if not opening.can_take_files:
        asked = [q for q in asked if q.control is not Control.FILE]
    return tuple(one for one in asked if may_see_field(thing, one.field, viewer))


def asked_with(
    opening: FormOpening, answers: Mapping[str, Sequence[str]], about: str | None
) -> tuple[Question, ...]:
    """Those that are asked with these answers: a question whose condition does not certainly hold
    is not, and what is not asked has no answer for the questions that depend on it.
    """
    known: dict[str, Known | None] = {}
    asked = []
    for question in questions_for(opening):
        condition = question.field.asked_if
        if condition is None or condition.holds(known.get, opening.reading.today) is True:
            asked.append(question)
            said = about if question is opening.plan.subject else first_of(answers, question.id)
            name = f"{opening.plan.thing.id}.{question.id}"
            known[name] = as_compared(question, cleaned(said or ""))
    return tuple(asked)


def first_of(answers: Mapping[str, Sequence[str]], name: str) -> str:
    """The answer to a question that has one; "" for none."""
    return next(iter(answers.get(name, ())), "")


def as_compared(question: Question, answer: str) -> Known | None:
    """An answer as a condition compares it: a code, a number, a day, yes or no, or a text."""
    match question.control:
        case Control.NUMBER:
            return number_of(answer)
        case Control.DATE:
            return day_of(answer)
        case Control.YES_NO:
            return {"true": True, "false": False}.get(answer)
        case _:
            return _as_kept(question, answer)


def _as_kept(question: Question, answer: str) -> str:
    """A text as its rule keeps it, such as a postcode in capitals."""
    rule = question.must
    if not answer or rule is None or isinstance(rule, Bounds | Picture):
        return answer
    kept = rule(answer)
    return answer if isinstance(kept, Wrong) else kept
