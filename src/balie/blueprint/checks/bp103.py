"""A field that is described for nothing."""

from collections.abc import Iterator

from balie.blueprint.checks.bp100 import meant
from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.lineage import choices, columns, describe, nested_list, questions, value_refs
from balie.blueprint.model import FieldRef, Thing, ThingField
from balie.blueprint.relations import Equality, Other
from balie.blueprint.source import Text

ABOUT = About(
    code="BP103",
    severity=Severity.WARNING,
    title="A field is described, and nothing uses it",
    why="What nobody uses need not be known. A field that is not described is not read either.",
    example=Change(
        "things.yaml",
        "      title: {name: Title, from: title}\n",
        "      title: {name: Title, from: title}\n      lent_on: {from: lentOn}\n",
    ),
    near_miss=Change(
        "things.yaml",
        "      title: {name: Title, from: title}\n",
        "      title: {name: Title, from: title}\n"
        "      lent_on: {name: Lent on, from: lentOn, empty: Not yet}\n",
    ),
)

EMPTY = Text("")

Known = tuple[str, str]
"""A thing's id and a field's."""


def check(subject: Subject) -> Iterator[Finding]:
    used = set(_used(subject))
    misspelt = meant(subject)
    for thing, field in subject.fields:
        is_used = (thing.id, field.id) in used or f"{thing.id}.{field.id}" in misspelt
        if not is_used and not _serves_a_rule(thing, field):
            yield ABOUT.finding(
                f'"{field.id}" is described, but no step shows, asks or uses it',
                place(field.id, "described here"),
                help_=("show it, or leave it out",),
            )


def _used(subject: Subject) -> Iterator[Known]:
    for ref in _refs(subject):
        found = (*describe(subject.blueprint, ref), *questions(subject.blueprint, ref))
        yield from ((described.thing.id, described.field.id) for described in found)
        nested = nested_list(subject.blueprint, ref.thing, ref.field)
        if nested is not None:  # also where a field bears the same name
            yield from ((nested.id, column.id) for column in columns(nested))
    for thing in subject.blueprint.things.values():
        if thing.list_name is None:  # the list at the address before {…}
            yield from (
                (thing.id, column.id)
                for column in thing.fields.values()
                if column.id in thing.list_
            )
        else:
            yield from ((thing.id, column.id) for column in columns(thing) if thing.list_)


def _refs(subject: Subject) -> Iterator[FieldRef]:
    blueprint = subject.blueprint
    yield from (use.ref for use in subject.uses)
    for step in blueprint.steps:
        if step.screen is not None:
            yield from choices(blueprint, step.screen.asks)
            yield from _in_address(step.screen.address or "")
        yield from _in_relation(step.waits.where if step.waits else ())
    for thing in blueprint.things.values():
        yield from _in_relation(thing.linked_by)
        for line in thing.sets:
            yield FieldRef(line.target, thing.id, str(line.target))
            yield from value_refs(line.value)
        for field in thing.fields.values():
            yield from (value_refs(field.must_be) if field.must_be else ())
            yield from _in_sentence(field.must_be)


def _in_relation(relation: tuple[Equality, ...]) -> Iterator[FieldRef]:
    for equality in relation:
        value = equality.value
        if isinstance(value, Other) and not value.source:
            yield FieldRef(equality.text, value.of, value.field)


def _in_address(address: str) -> Iterator[FieldRef]:
    for part in address.split("{")[1:]:
        thing, _, name = part.partition("}")[0].partition(".")
        yield FieldRef(EMPTY, thing, name)


def _in_sentence(sentence: str | None) -> Iterator[FieldRef]:
    for word in (sentence or "").split():
        thing, _, name = word.partition(".")
        yield FieldRef(EMPTY, thing, name)


def _serves_a_rule(thing: Thing, field: ThingField) -> bool:
    """Whether a rule of the thing looks at the same raw field."""
    raw = {str(name) for condition in thing.leave_out for name in condition.names}
    raw |= {equality.field for equality in (*thing.where, *thing.owner)} | {str(thing.key)}
    return bool(field.leave_out_codes) or any(str(line.path) in raw for line in field.from_)
