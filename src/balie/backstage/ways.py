"""The other pages about the same row: those that its decision has led to, and no others.

Until processes run, the row's own code says which answer was given: the one whose code it has, or
has passed.
"""

from collections.abc import Sequence
from datetime import date
from itertools import chain
from urllib.parse import quote, urlencode

from balie.backstage.branches import Branch
from balie.backstage.forms.rules import forbids
from balie.backstage.page import MenuItem
from balie.backstage.plans import Plan
from balie.backstage.presenting import Presenting, one_way
from balie.blueprint.model import Answer, Blueprint, Sends
from balie.mapping.thing import MappedThing, Record


def decided_fields(blueprint: Blueprint, thing: str) -> tuple[str, ...]:
    """The fields of a thing that the story sets: they tell which way a row went."""
    answers = (answer.sets for step in blueprint.steps for answer in step.decision)
    by_itself = (work.sets for step in blueprint.steps for work in step.backstage)
    targets = (one.target for sets in chain(answers, by_itself) for one in sets)
    fields = (
        target.removeprefix(f"{thing}.") for target in targets if target.startswith(f"{thing}.")
    )
    return tuple(dict.fromkeys(fields))


def forks(blueprint: Blueprint, thing: str, field: str) -> tuple[tuple[str, ...], ...]:
    """The codes that the answers of one decision set: only one of them ever happens."""
    target = f"{thing}.{field}"
    found = (
        tuple(str(s.value) for a in step.decision for s in a.sets if s.target == target)
        for step in blueprint.steps
    )
    return tuple(codes for codes in found if len(codes) > 1)


def ways(
    plan: Plan, thing: MappedThing, record: Record, presenting: Presenting
) -> tuple[MenuItem, ...]:
    """The pages that go on from this one, with the record's own addresses."""
    key = quote(record.key, safe="")
    return tuple(
        MenuItem(
            step=str(p.step.id),
            label=presenting.heading(p.label),
            address=address,
            follows=_follows(p, thing, record),
        )
        for p in presenting.reach.about(thing.id)
        if p.address != plan.address and _is_reached(p.branch, thing, record)
        if (address := p.address_of(key)) is not None
    )


def ways_to_forms(
    thing: MappedThing, record: Record, presenting: Presenting, today: date
) -> tuple[MenuItem, ...]:
    """The forms that can be about this record, and are allowed for it now."""
    return tuple(
        MenuItem(
            step=str(form.step.id),
            label=presenting.heading(form.step.title),
            address=f"{form.address}?{urlencode({form.question: record.key})}",
        )
        for form in presenting.reach.forms_about(thing.id)
        if forbids(form.rules, thing.id, record, today) is None
    )


def asked_by_forms(thing: MappedThing, presenting: Presenting) -> tuple[str, ...]:
    """The fields of a thing that tell whether a form can be about it."""
    names = (
        str(name).partition(".")
        for form in presenting.reach.forms_about(thing.id)
        for rule in form.rules
        for name in rule.if_.names
    )
    fields = (field for first, _, field in names if first == thing.id and field in thing.fields)
    return tuple(dict.fromkeys(fields))


def _follows(plan: Plan, thing: MappedThing, record: Record) -> bool:
    """Whether what the record says now was set on the way to this step, or by the step itself."""
    branch, step = plan.branch, plan.step
    to_it = branch.answer.sets if branch and branch.answer.next == step.id else ()
    by_it = tuple(sets for line in step.backstage for sets in line.sets)
    return any(_says(thing, record, sets) for sets in (*to_it, *by_it))


def _says(thing: MappedThing, record: Record, sets: Sends) -> bool:
    thing_id, _, field_id = sets.target.partition(".")
    known = thing_id == thing.id and field_id in thing.fields
    return known and record.value(field_id).code == str(sets.value)


def _is_reached(branch: Branch | None, thing: MappedThing, record: Record) -> bool:
    """Whether the answer that leads to a step was given. A step on no such way is always there."""
    return branch is None or _was_given(branch.answer, branch.answers, thing, record)


def _was_given(
    answer: Answer, answers: Sequence[Answer], thing: MappedThing, record: Record
) -> bool:
    for sets in answer.sets:
        thing_id, _, field_id = sets.target.partition(".")
        field = thing.fields.get(field_id)
        if thing_id != thing.id or field is None:
            continue
        codes = [str(s.value) for a in answers for s in a.sets if s.target == sets.target]
        code = record.value(field_id).code
        stages = [stage for stage in field.field.words if stage.code is not None]
        along = [str(stage.code) for stage in one_way(stages, codes, str(sets.value))]
        return code in along and along.index(code) >= along.index(str(sets.value))
    return True
