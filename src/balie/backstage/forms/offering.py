"""The viewer's own rows that a form is about: what can be picked, ticked, chosen or changed.

Every row is read through the scope, when the form is opened and again when it is sent. There is no
second rule of who may pick what.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from balie.backstage.asking import Extra
from balie.backstage.forms.plan import FormPlan, Question
from balie.backstage.forms.rules import forbids
from balie.backstage.found import Found
from balie.backstage.presenting import Presenting
from balie.backstage.reading import Reading, tie_paths
from balie.blueprint import relations
from balie.blueprint.lineage import PLACEHOLDER, columns
from balie.blueprint.model import Blueprint
from balie.mapping.thing import MappedThing, Record

NOTHING_FOUND = Found()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOpening:
    """One request for one form. address: its path. can_guard: a code can be asked for a guarded
    field; else it is not asked. can_take_files: the same for questions that are answered with one.
    mark: of the browser of somebody who did not sign in; "" for who did. looks_at: names that are
    read beside those that the form itself needs.
    """

    blueprint: Blueprint
    things: Mapping[str, MappedThing]
    plan: FormPlan
    reading: Reading
    presenting: Presenting
    address: str
    can_guard: bool = False
    can_take_files: bool = False
    mark: str = field(default="", repr=False)
    looks_at: tuple[str, ...] = ()

    @property
    def whose(self) -> str:
        """Whose form this is: of somebody who did not sign in, of their browser alone."""
        person = self.presenting.viewer.person
        return f"{person}:{self.mark}" if self.mark else person


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a form offers. subject: the row that it is about, or that it changes.

    rows: what can be ticked. choices: question -> the rows that it can be answered with.
    """

    subject: Found = NOTHING_FOUND
    rows: Found = NOTHING_FOUND
    choices: Mapping[str, Found] = field(default_factory=dict)

    @property
    def record(self) -> Record | None:
        """The row that the form is about."""
        return next(iter(self.subject.records), None)

    @property
    def parts(self) -> tuple[Found, ...]:
        """Everything that was read."""
        return (self.subject, self.rows, *self.choices.values())


async def subjects(opening: FormOpening, question: Question) -> Found:
    """The rows that the form could be about, newest first."""
    thing = _chosen_thing(opening, question)
    return await opening.reading.all(thing, _needed(opening, thing))


async def offered(opening: FormOpening, about: str | None) -> Offered:
    """What the form offers, about this row when it is about one."""
    plan = opening.plan
    if plan.is_change:
        return Offered(subject=await _changed(opening), choices=await _choices(opening))
    if plan.subject is None or about is None:
        return Offered(choices=await _choices(opening))
    thing = _chosen_thing(opening, plan.subject)
    ties = _ties(opening, thing)
    found = await opening.reading.one(thing, about, _needed(opening, thing), ties)
    rows = await _rows(opening, thing, found, about)
    return Offered(subject=found, rows=rows, choices=await _choices(opening))


def why_not(opening: FormOpening, record: Record) -> str:
    """Why the form cannot be about this row, in the blueprint's words; "" when it can."""
    today = opening.reading.today
    plan = opening.plan
    picked = plan.subject.choose_from if plan.subject is not None else None
    thing = plan.thing.id if picked is None else picked.thing
    rule = forbids(plan.screen.only_while, thing, record, today)
    if rule is None:
        return ""
    said = opening.presenting.sentence(rule.otherwise_says, {thing: record})
    return said or opening.presenting.say(PLACEHOLDER.sub("", rule.otherwise_says))


async def _changed(opening: FormOpening) -> Found:
    thing = opening.plan.thing
    asked = [question.id for question in opening.plan.questions]
    refs = (name.partition(".") for name in _approval_looks_at(opening))
    looked_at = [field for first, _, field in refs if first == thing.id and field in thing.fields]
    return await opening.reading.single(thing, tuple(dict.fromkeys((*asked, *looked_at))))


def _approval_looks_at(opening: FormOpening) -> list[str]:
    """The names in the conditions under which colleagues must approve, and those they read."""
    said = [str(name) for line in opening.plan.step.approve if line.if_ for name in line.if_.names]
    return [*said, *opening.looks_at]


async def _choices(opening: FormOpening) -> Mapping[str, Found]:
    """For each question that is answered with a row, those rows; the subject's own left out."""
    found = {}
    for question in opening.plan.questions:
        if question.choose_from is not None and question is not opening.plan.subject:
            found[question.id] = await subjects(opening, question)
    return found


async def _rows(opening: FormOpening, parent: MappedThing, within: Found, key: str) -> Found:
    rows = opening.plan.rows
    if rows is None or not within.records:
        return Found()
    thing = opening.things[rows.offered]
    return await opening.reading.nested(thing, parent, within, key, _fields_of_rows(opening, thing))


def _fields_of_rows(opening: FormOpening, thing: MappedThing) -> tuple[str, ...]:
    """What is shown of a row to tick, what identifies it, and what goes along with it."""
    shown = [str(column.id) for column in columns(thing.thing)]
    of = f"{thing.thing.parent}.{thing.thing.list_name}."
    plan = opening.plan
    sent = [str(line.value) for line in plan.thing.thing.sets]
    rows = plan.rows
    bounds = [str(q.field.must_be or "") for q in (rows.questions if rows else ())]
    words = (word for text in (*sent, *bounds) for word in text.split())
    named = [word.removeprefix(of) for word in words if word.startswith(of)]
    key = [rows.key.choose_from.text.rpartition(".")[2]] if rows and rows.key.choose_from else []
    wanted = dict.fromkeys((*shown, *named, *key))
    return tuple(id_ for id_ in wanted if id_ in thing.fields)


def _chosen_thing(opening: FormOpening, question: Question) -> MappedThing:
    if question.choose_from is None:
        raise TypeError(f"{question.id} is not answered with a row")
    return opening.things[question.choose_from.thing]


def _needed(opening: FormOpening, thing: MappedThing) -> tuple[str, ...]:
    """What a row to pick shows of a thing, and what the form's conditions look at."""
    shown = opening.presenting.plain(thing, tuple(str(c.id) for c in columns(thing.thing)))
    named: list[str] = []
    for rule in opening.plan.screen.only_while:
        named += [str(name) for name in rule.if_.names]
        named += PLACEHOLDER.findall(rule.otherwise_says)
    named += _approval_looks_at(opening)
    refs = (name.partition(".") for name in named)
    looked_at = [field for first, _, field in refs if first == thing.id]
    wanted = dict.fromkeys((*shown, thing.key, *looked_at))
    return tuple(id_ for id_ in wanted if id_ in thing.fields)


def _ties(opening: FormOpening, parent: MappedThing) -> Extra:
    """The raw fields of the subject that the rows to tick are tied by."""
    rows = opening.plan.rows
    paths: dict[str, set[str]] = {}
    if rows is not None:
        nested = opening.things[rows.offered]
        for source in nested.sources:
            for equality in nested.thing.linked_by:
                if isinstance(equality.value, relations.Other):
                    for name, path in tie_paths(equality.value, source, parent):
                        paths.setdefault(name, set()).add(path)
    return {name: frozenset(found) for name, found in paths.items()}
