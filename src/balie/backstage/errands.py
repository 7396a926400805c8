"""Where what we collect must go: the errands of a form that was filled in.

A row of a system is written whole and once: all that goes to it is one errand. The master, the
table that the thing comes from, is the first; the others wait until it is done.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from balie.access.viewer import Viewer
from balie.backstage.actions import Errand
from balie.backstage.filled import Filled, PickedRow
from balie.backstage.row_to_write import CannotBeSent, Numbering, RowToWrite, put
from balie.blueprint import relations
from balie.blueprint.conditions import Lookup, Outcome
from balie.blueprint.formulas import formula
from balie.blueprint.model import Blueprint, Step, TableRef, Thing, ThingField
from balie.mapping.raw import raw
from balie.mapping.rules import number_of
from balie.mapping.thing import MappedThing, Record, described_field, described_table
from balie.systems.contract import Contract, Field, Type, field_or_text
from balie.systems.rows import Raw, text_of, value_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What errands are made from. at: the moment of acceptance; action: the id of the action."""

    blueprint: Blueprint
    contracts: Mapping[str, Contract]
    things: Mapping[str, MappedThing]
    step: Step
    viewer: Viewer
    action: str
    at: datetime
    today: date


def errands(sending: Sending, filled: Filled) -> tuple[Errand, ...]:
    """The errands, in order. None when a form that changes something changed nothing.

    Raises CannotBeSent, and Unfit for an answer that the system's contract cannot hold.
    """
    screen = sending.step.screen
    if screen is None or not (screen.creates or screen.changes):
        raise CannotBeSent(f'"{sending.step.id}" neither creates nor changes anything')
    thing = sending.things[str(screen.creates or screen.changes)]
    rows = _created(sending, thing, filled) if screen.creates else _changed(sending, thing, filled)
    numbering = Numbering(action=sending.action, step=sending.step, at=sending.at)
    changed = _own_row(sending, thing, filled.subject) if screen.changes else None
    return numbering.errands((*rows, *_files(thing, filled, changed)))


# ---- a new row


def _created(sending: Sending, thing: MappedThing, filled: Filled) -> list[RowToWrite]:
    master = _row_of(thing.sources[0].at)
    master.returns = (thing.key_path(thing.sources[0]),)
    rows = {(master.system, master.table): master}
    _stamp(sending, thing, master)
    lookup = said_in(sending.viewer, thing, filled)
    for id_, said in filled.answers.items():
        _put_field(sending, thing, rows, id_, said or None)
    for name, picked in filled.rows.items():
        _put_rows(sending, thing, master, name, picked, lookup)
    for line in thing.thing.sets:
        target = str(line.target)
        if "." not in target:
            _put_field(
                sending, thing, rows, target, formula(line.value).value(lookup, sending.today)
            )
    return list(rows.values())


def _row_of(at: TableRef) -> RowToWrite:
    return RowToWrite(system=at.system, table=at.table)


def _stamp(sending: Sending, thing: MappedThing, master: RowToWrite) -> None:
    """Whose it is, and what kind of row: never from the form."""
    for equality in (*thing.thing.owner, *thing.thing.where):
        match equality.value:
            case relations.Me(name):
                value = _mine(sending.viewer, name)
                if value is None:
                    raise CannotBeSent(f'nobody knows one "me.{name}" to write as whose it is')
            case relations.Literal(text):
                value = text
            case _:
                continue
        described = _described(sending, thing.sources[0].at, equality.field)
        put(master.fields, equality.field, raw(value, described))


def _mine(viewer: Viewer, name: str) -> str | None:
    """The one value of a name of `me`; None when there is none, or more than one."""
    mine = viewer.me.get(name)
    return mine.values[0] if mine is not None and len(mine.values) == 1 else None


def _put_field(
    sending: Sending,
    thing: MappedThing,
    rows: dict[tuple[str, str], RowToWrite],
    id_: str,
    value: Outcome,
) -> None:
    """Puts a value wherever its field goes to."""
    if value is None or isinstance(value, list):
        return
    ours = thing.thing.fields[id_]
    for at, path in targets(thing.thing, ours):
        row = rows.setdefault((at.system, at.table), _row_of(at))
        described = _described(sending, at, path)
        if described.type is not Type.DOCUMENT:
            put(row.fields, path, raw(value, described))


def _put_rows(
    sending: Sending,
    thing: MappedThing,
    master: RowToWrite,
    name: str,
    picked: tuple[PickedRow, ...],
    lookup: Lookup,
) -> None:
    """Rows inside the row: one for each that was picked, with what was filled in and set for it."""
    nested = sending.blueprint.nested[f"{thing.id}.{name}"]
    at = nested.from_[0].table
    if at.inside is None:
        raise CannotBeSent(f'"{nested.id}" are no rows inside "{at.table}"')
    inside = _described(sending, at, at.inside).fields
    master.fields[at.inside] = [
        _inner(sending, thing, nested, inside, _in_row(thing, name, one, lookup), one)
        for one in picked
    ]


def _inner(
    sending: Sending,
    thing: MappedThing,
    nested: Thing,
    inside: Mapping[str, Field],
    lookup: Lookup,
    picked: PickedRow,
) -> dict[str, Raw]:
    values: dict[str, Outcome] = {id_: said for id_, said in picked.answers.items() if said}
    for line in thing.thing.sets:
        list_name, _, id_ = line.target.partition(".")
        if id_ and list_name == nested.list_name:
            values[id_] = formula(line.value).value(lookup, sending.today)
    fields: dict[str, Raw] = {}
    for id_, value in values.items():
        if value is not None and not isinstance(value, list):
            for target in nested.fields[id_].to:
                put(fields, target, raw(value, field_or_text(inside, target)))
    return fields


# ---- a row that changes


def _changed(sending: Sending, thing: MappedThing, filled: Filled) -> list[RowToWrite]:
    source = thing.sources[0]
    master = _own_row(sending, thing, filled.subject)
    now = filled.subject.rows[source.name][0] if filled.subject else {}
    rows = {(master.system, master.table): master}
    for id_, said in filled.answers.items():
        for at, path in targets(thing.thing, thing.thing.fields[id_]):
            is_master = (at.system, at.table) == (master.system, master.table)
            sent = raw(said or None, _described(sending, at, path))
            before = value_at(now, source.at.within(_own_path(thing.thing, id_)))
            if text_of(sent) == text_of(before):
                continue
            row = rows.setdefault((at.system, at.table), _row_of(at))
            put(row.fields, path, sent)
            if is_master:
                row.shown[path] = before
    return [row for row in _linked(sending, thing, rows) if row.fields]


def _own_row(sending: Sending, thing: MappedThing, subject: Record | None) -> RowToWrite:
    """The row that is changed: by the key of its table, or else looked up by the thing's key."""
    if subject is None:
        raise CannotBeSent(f'no "{thing.id}" was shown to change')
    source = thing.sources[0]
    now, row = subject.rows[source.name][0], _row_of(source.at)
    keys = described_table(source.at, sending.blueprint, sending.contracts).key
    row.row = text_of(value_at(now, keys[0])) if len(keys) == 1 else subject.key
    if row.row is None:
        row.link = {thing.key_path(source): subject.key}
    return row


def _own_path(thing: Thing, id_: str) -> str:
    """The raw path that a field is read from, in the table that the thing comes from."""
    return str(next(written.path for written in thing.fields[id_].from_))


def _linked(
    sending: Sending, thing: MappedThing, rows: Mapping[tuple[str, str], RowToWrite]
) -> Iterator[RowToWrite]:
    """The master, and of the followers those that follow for this viewer, with how to find them."""
    followers = {(f.table.system, f.table.table): f for f in thing.thing.followers}
    for place, row in rows.items():
        follower = followers.get(place)
        if row.row is None and follower is not None:
            if follower.for_ and not sending.viewer.kinds & set(map(str, follower.for_)):
                continue
            row.link = {e.field: _own_value(sending, e.value) for e in follower.linked_by}
        yield row


def _own_value(sending: Sending, value: relations.Value) -> str:
    """What a follower's row is found by; "", which finds none, when it is not known."""
    return _mine(sending.viewer, value.name) or "" if isinstance(value, relations.Me) else ""


# ---- files


def _files(thing: MappedThing, filled: Filled, changed: RowToWrite | None) -> Iterator[RowToWrite]:
    """The files, of the row that is changed, or else of the master's row once that is made."""
    for id_, upload in filled.files.items():
        for at, path in targets(thing.thing, thing.thing.fields[id_]):
            yield RowToWrite(
                system=at.system,
                table=at.table,
                row=None if changed is None else changed.row,
                link={} if changed is None else changed.link,
                follows=1 if changed is None else None,
                file=str(path),
                upload=upload,
            )


# ---- where a field goes


def targets(thing: Thing, ours: ThingField) -> Iterator[tuple[TableRef, str]]:
    """The tables and raw paths of a field's `to` and `also to`, the master's first."""
    source = thing.from_[0]
    for target in (*ours.to, *ours.also_to):
        system, _, rest = target.partition(".")
        table, _, path = rest.partition(".")
        if path:
            yield TableRef(target, system, table), path
        else:
            yield source.table, source.table.within(target)


def _described(sending: Sending, at: TableRef, path: str) -> Field:
    return described_field(at, path, sending.blueprint, sending.contracts)


# ---- what a formula can look at


def said_in(viewer: Viewer, thing: MappedThing, filled: Filled) -> Lookup:
    """Names of a formula: `me.customer`, the form's own answers and rows, and what was picked."""

    def look(name: str) -> Outcome:
        first, _, rest = name.partition(".")
        if first == "me":
            return _mine(viewer, rest)
        if first == thing.id:
            if rest in filled.rows:
                return [_in_row(thing, rest, one, look) for one in filled.rows[rest]]
            return filled.answers.get(rest)
        record = filled.picked.get(first)
        return None if record is None else record.look(rest)

    return look


def _in_row(thing: MappedThing, list_name: str, picked: PickedRow, around: Lookup) -> Lookup:
    """Names within one picked row: those of the form's list, and those of where it was picked."""
    own, of = f"{thing.id}.{list_name}.", f"{picked.of}."
    sets = {
        id_: formula(line.value)
        for line in thing.thing.sets
        for first, _, id_ in [line.target.partition(".")]
        if first == list_name and id_
    }

    def look(name: str) -> Outcome:
        if name.startswith(of):
            return picked.record.look(name.removeprefix(of))
        field = name.removeprefix(own)
        if "." in field:
            return around(name)
        if field in sets:
            return sets[field].value(look, date.min)
        return _number_or_text(picked.answers.get(field))

    return look


def _number_or_text(said: str | None) -> Outcome:
    """An answer in a formula: a number where it is one, so that it can be added up."""
    if said is None:
        return None
    number = number_of(said)
    return said if number is None else number
