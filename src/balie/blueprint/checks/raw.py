"""Every place where a blueprint names a table or a field in the system's own words."""

from collections.abc import Iterator
from dataclasses import dataclass

from balie.blueprint.conditions import Condition
from balie.blueprint.model import Blueprint, MeLine, Source, TableRef, Thing, ThingField, Work
from balie.blueprint.modelling import table_ref
from balie.blueprint.relations import Equality
from balie.blueprint.source import Text

READ, SENT, COMPARED = "read from here", "sent here", "compared here"
KEY, LOOKED_AT = "tells rows apart", "looked at here"


@dataclass(frozen=True, slots=True)
class Named:
    """A table that is named somewhere."""

    text: Text
    system: str
    table: str
    label: str


@dataclass(frozen=True, slots=True)
class RawField:
    """A field that is named somewhere. feeds: the field in the customer's words, if it is one."""

    text: Text
    system: str
    table: str
    path: str
    label: str
    thing: Thing | None = None
    feeds: ThingField | None = None


def tables(blueprint: Blueprint) -> Iterator[Named]:
    """Every table that is named."""
    for thing in blueprint.things.values():
        for source in thing.from_:
            yield _named(source.table, READ)
        for follower in thing.followers:
            yield _named(follower.table, SENT)
        for field in thing.fields.values():
            for target in (*field.to, *field.also_to):
                if target.count(".") >= 2:
                    yield _named(table_ref(target), SENT)
    for work in works(blueprint):
        for table in (work.makes, work.updates):
            if table is not None:
                yield _named(table_ref(table), SENT)
    for line in me_lines(blueprint):
        yield Named(line.from_, line.system, line.table, READ)


def _named(ref: TableRef, label: str) -> Named:
    return Named(ref.text, ref.system, ref.table, label)


def works(blueprint: Blueprint) -> Iterator[Work]:
    """Every line of work, in sight or behind, and what work for people is beside Balie."""
    for step in blueprint.steps:
        yield from (*step.frontstage, *step.backstage)
    if blueprint.inboxes is not None:
        yield from blueprint.inboxes.works


def me_lines(blueprint: Blueprint) -> Iterator[MeLine]:
    """Every line of `me`."""
    for lines in blueprint.me.names.values():
        yield from lines


def on_letters(line: MeLine) -> tuple[Text, ...]:
    """The fields that stand on letters with a code."""
    letter = line.by_letter
    return () if letter is None else (letter.number, letter.postcode, *letter.prints)


def fields(blueprint: Blueprint) -> Iterator[RawField]:
    """Every raw field that must exist, each in the table where it must."""
    for thing in blueprint.things.values():
        yield from _of_thing(thing)
        for field in thing.fields.values():
            yield from _of_field(thing, field)
    for work in works(blueprint):
        yield from sent(work)
    for line in me_lines(blueprint):
        if line.field:
            yield RawField(line.from_, line.system, line.table, line.field, READ)
        for text in on_letters(line):
            yield RawField(text, line.system, line.table, str(text), READ)
        yield from _of_relation(line.where, line.system, line.table)


def _of_thing(thing: Thing) -> Iterator[RawField]:
    for source in thing.from_:
        if thing.key is not None and len(thing.from_) == 1:
            yield _in(source, thing.key, thing.key, KEY, thing)
        for equality in (*thing.owner, *thing.linked_by, *thing.where):
            yield _in(source, equality.text, equality.field, COMPARED, thing)
    for condition in thing.leave_out:
        yield from _of_condition(thing, condition, None)
    for follower in thing.followers:
        yield from _of_relation(follower.linked_by, follower.table.system, follower.table.table)


def _of_field(thing: Thing, field: ThingField) -> Iterator[RawField]:
    for line in field.from_:
        for source in thing.from_:
            if line.source == source.name and (line.source or len(thing.from_) == 1):
                yield _in(source, line.path, line.path, READ, thing, field)
    for stage in field.words:
        if stage.if_ is not None:
            yield from _of_condition(thing, stage.if_, field)
    yield from _targets(thing, field)


def _targets(thing: Thing, field: ThingField) -> Iterator[RawField]:
    for target in (*field.to, *field.also_to):
        if target.count(".") >= 2:
            ref = table_ref(target)
            yield RawField(target, ref.system, ref.table, ref.inside or "", SENT, thing, field)
        elif thing.from_:
            yield _in(thing.from_[0], target, target, SENT, thing, field)


def _of_condition(
    thing: Thing, condition: Condition, field: ThingField | None
) -> Iterator[RawField]:
    for name in condition.names:
        first, _, rest = name.partition(".")
        for source in thing.from_:
            if not source.name and len(thing.from_) == 1:
                yield _in(source, name, name, LOOKED_AT, thing, field)
            elif source.name == first:
                yield _in(source, name.part(len(first) + 1, len(name)), rest, LOOKED_AT, thing)


def _of_relation(relation: tuple[Equality, ...], system: str, table: str) -> Iterator[RawField]:
    for equality in relation:
        text = equality.text.part(0, len(equality.field))
        yield RawField(text, system, table, equality.field, COMPARED)


def _in(
    source: Source,
    text: Text,
    path: str,
    label: str,
    thing: Thing,
    feeds: ThingField | None = None,
) -> RawField:
    table = source.table
    shown = text.part(0, len(path)) if text.startswith(path) else text
    return RawField(shown, table.system, table.table, table.within(path), label, thing, feeds)


def sent(work: Work) -> Iterator[RawField]:
    """The raw fields that a line of work sends."""
    table = work.makes or work.updates
    if table is None:
        return
    ref = table_ref(table)
    for line in work.sends:
        yield RawField(line.target, ref.system, ref.table, str(line.target), SENT)
