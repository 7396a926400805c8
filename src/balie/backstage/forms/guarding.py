"""Fields that say who somebody is: changed only by whoever shows to be that person, and to hold
the new address.

Two things are asked, after the answers were checked and before anything is accepted: a proof that
it is still the person who signed in (their password, or a code to the address of now), and the code
that was sent to the new address. Each code is for one person, one form and one new address.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from balie.backstage.forms.filling import Checked, Posted
from balie.backstage.forms.offering import FormOpening
from balie.backstage.forms.plan import Control, FormPlan, Question
from balie.blueprint.model import Blueprint
from balie.blueprint.relations import Login
from balie.mapping.rules import Wrong
from balie.systems.rows import text_of, value_at

PROOF, CODE, AGAIN = "proof", "code", "again"
"""Names of the fields that are asked, and of the button for a new code."""


_NOTHING_WRONG: Mapping[str, Wrong] = MappingProxyType({})


class ProofBy(StrEnum):
    """How somebody shows that it is them."""

    PASSWORD = "password"  # noqa: S105  a word, no secret
    CODE = "code"  # to the address that they sign in with


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What is about to change. address: the new one, a mail address; personal.

    token: of the form, so that the same form sent twice needs no second code.
    changes_sign_in: they sign in with it from then on.
    """

    person: str
    step: str
    address: str = field(repr=False)
    token: str
    language: str
    changes_sign_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFor:
    """What somebody must fill in now. problems: PROOF or CODE -> what is wrong with it."""

    by: ProofBy
    problems: Mapping[str, Wrong] = field(default_factory=lambda: _NOTHING_WRONG)


class Guard(Protocol):
    """Sends codes, and looks whether they come back."""

    async def begin(self, guarded: Guarded, *, again: bool = False) -> AskedFor:
        """Sends the codes, unless they were sent lately; again: also then, as far as is allowed."""
        ...

    async def look(self, guarded: Guarded, proof: str, code: str) -> AskedFor | None:
        """None when both are right; else what is wrong. A few times wrong, and a new code must be
        asked for. What was right once is right again for the same form, and for no other.
        """
        ...


def guarded_question(opening: FormOpening, checked: Checked) -> Question | None:
    """The guarded question that is answered with another value than the row has now."""
    for question in opening.plan.questions:
        said = checked.filled.answers.get(question.id)
        if question.field.guard is None or not said or question.control is not Control.MAIL:
            continue
        if not opening.plan.is_change or said.casefold() != _now(opening, checked, question):
            return question
    return None


def changes_sign_in(opening: FormOpening, question: Question) -> bool:
    """Whether `me` recognises people by the field that this question changes."""
    return _knows_people_by(opening.plan, question, opening.blueprint)


def form_for_sign_in(plans: Iterable[FormPlan], blueprint: Blueprint) -> str:
    """Where customers change the address that they sign in with; "" where no form asks for it."""
    found = (plan.address for plan in plans if _asks_for_sign_in(plan, blueprint))
    return next(found, "")


def _asks_for_sign_in(plan: FormPlan, blueprint: Blueprint) -> bool:
    return any(
        question.field.guard is not None
        and question.control is Control.MAIL
        and _knows_people_by(plan, question, blueprint)
        for question in plan.questions
    )


def _knows_people_by(plan: FormPlan, question: Question, blueprint: Blueprint) -> bool:
    source = plan.thing.sources[0]
    paths = {str(origin.path) for origin in question.field.from_}
    return any(
        line.system == source.at.system
        and line.table == source.at.table
        and str(equality.field) in paths
        and isinstance(equality.value, Login)
        for lines in blueprint.me.names.values()
        for line in lines
        for equality in line.where
    )


def typed(posted: Posted, name: str) -> str:
    """What was filled in for a proof: as it was typed, but for spaces around it."""
    return next(iter(posted.get(name, ())), "").strip()[:200]


def _now(opening: FormOpening, checked: Checked, question: Question) -> str:
    """The address as the master has it now."""
    subject, source = checked.filled.subject, opening.plan.thing.sources[0]
    if subject is None or not subject.rows.get(source.name):
        return ""
    path = source.at.within(str(question.field.from_[0].path))
    return (text_of(value_at(subject.rows[source.name][0], path)) or "").casefold()
