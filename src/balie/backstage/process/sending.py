"""The errands of a step: what `makes`, `updates`, `sends`, `sets` and a decision write.

The same errands as those of a form: typed by the system's contract, carried in order, master first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from balie.backstage.actions import Errand
from balie.backstage.errands import targets
from balie.backstage.process.instance import Instance
from balie.backstage.process.story import Story
from balie.backstage.row_to_write import CannotBeSent, Numbering, RowToWrite, put
from balie.blueprint import relations
from balie.blueprint.conditions import Lookup, within
from balie.blueprint.formulas import Formula, formula
from balie.blueprint.model import Sends, Step, TableRef, Thing, Work
from balie.blueprint.modelling import table_ref
from balie.blueprint.source import Text
from balie.mapping.clear import Clear
from balie.mapping.raw import raw
from balie.mapping.thing import described_field, described_table
from balie.systems.contract import Field, Table, Type, field_or_text
from balie.systems.rows import Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What errands are made from. action: the id of the action that they are of."""

    story: Story
    instance: Instance
    step: Step
    action: str
    at: datetime
    today: date
    look: Lookup


def names_in(values: Iterable[Sends]) -> frozenset[str]:
    """The dotted names that these values are computed from."""
    return frozenset(str(name) for line in values for name in formula(line.value).names)


def errands_of(making: Making, work: Work) -> tuple[Errand, ...]:
    """The errands of one line. Raises CannotBeSent, and Unfit for what a contract cannot hold."""
    rows: list[RowToWrite] = []
    if work.makes is not None:
        rows.append(_made(making, table_ref(work.makes), work.sends))
    if work.updates is not None:
        rows.append(_updated(making, table_ref(work.updates), work.sends))
    if work.sets:
        rows += _set(making, work.sets, {})
    return _numbered(making, rows)


def errands_of_a_decision(
    making: Making, sets: Sequence[Sends], said: Mapping[str, str]
) -> tuple[Errand, ...]:
    """The errands of an answer; said: `thing.field` -> what was filled in. Raises likewise."""
    return _numbered(making, _set(making, sets, said))


def _numbered(making: Making, rows: Iterable[RowToWrite]) -> tuple[Errand, ...]:
    numbering = Numbering(
        action=making.action,
        step=making.step,
        at=making.at,
        otherwise=making.story.fallback(making.step),
    )
    return numbering.errands(rows)


# ---- a row of any table


def _made(making: Making, at: TableRef, sends: Sequence[Sends]) -> RowToWrite:
    row = RowToWrite(system=at.system, table=at.table)
    table = described_table(at, making.story.blueprint, making.story.contracts)
    inside: dict[str, list[Sends]] = {}
    for line in sends:
        head, _, rest = line.target.partition(".")
        described = table.field(head)
        if rest and described is not None and described.type is Type.LIST:
            inside.setdefault(head, []).append(line)
        else:
            _send(making, row.fields, table.fields, line.target, line.value, making.look)
    for name, lines in inside.items():
        row.fields[name] = _rows_inside(making, table, name, lines)
    return row


def _updated(making: Making, at: TableRef, sends: Sequence[Sends]) -> RowToWrite:
    """A row that changes: our own, or else the one with the keys that are sent."""
    row = _made(making, at, sends)
    if (at.system, at.table) == _own_table(making):
        row.row = making.instance.row
        return row
    table = described_table(at, making.story.blueprint, making.story.contracts)
    row.link = {key: str(row.fields.pop(key)) for key in table.key if key in row.fields}
    if not row.link:
        raise CannotBeSent(f'nothing says which row of "{at.text}" changes')
    return row


def _send(
    making: Making,
    into: dict[str, Raw],
    fields: Mapping[str, Field],
    path: str,
    written: Text,
    look: Lookup,
) -> None:
    """Puts a value at a path. Only what customers may leave open is left out when not known."""
    described = field_or_text(fields, path)
    computed = formula(written)
    value = computed.value(look, making.today)
    if value is not None and not isinstance(value, list):
        put(into, path, raw(value, described))
    elif described.required_to_create or not _may_be_open(making, computed):
        raise CannotBeSent(f'"{written}" is not known, and "{path}" needs it')


def _may_be_open(making: Making, computed: Formula) -> bool:
    """Whether all that a value is computed from is optional in the form that asks it."""
    return bool(computed.names) and all(_is_optional(making, name) for name in computed.names)


def _is_optional(making: Making, name: str) -> bool:
    of, _, field_id = name.rpartition(".")
    blueprint = making.story.blueprint
    thing = blueprint.nested.get(of) or blueprint.things.get(of)
    asked = None if thing is None else thing.fields.get(field_id)
    return asked is not None and asked.optional


# ---- rows inside it


def _rows_inside(making: Making, table: Table, name: str, sends: Sequence[Sends]) -> list[Raw]:
    """One row for each row of the list that the values speak of; else one."""
    described = table.field(name)
    fields = described.fields if described is not None else {}
    made: list[Raw] = []
    for look in _row_lookups(making, sends):
        inner: dict[str, Raw] = {}
        for line in sends:
            path = line.target.removeprefix(f"{name}.")
            _send(making, inner, fields, path, line.value, look)
        made.append(inner)
    return made


def _row_lookups(making: Making, sends: Sequence[Sends]) -> Iterator[Lookup]:
    nested = making.story.blueprint.nested
    lists = {of for name in names_in(sends) for of in [name.rpartition(".")[0]] if of in nested}
    if not lists:
        yield making.look
        return
    if len(lists) > 1:
        raise CannotBeSent(f"rows of {' and '.join(sorted(lists))} cannot be one list")
    (of,) = lists
    rows = making.look(of)
    if not isinstance(rows, list):
        raise CannotBeSent(f'the rows of "{of}" are not known')
    for row in rows:
        yield within(row, of, making.look)


# ---- our own row


def _own_table(making: Making) -> tuple[str, str]:
    at = making.story.things[making.instance.thing].sources[0].at
    return at.system, at.table


def _set(making: Making, sets: Sequence[Sends], said: Mapping[str, str]) -> list[RowToWrite]:
    """The rows that hold these fields: our own first, then those that follow it."""
    thing = making.story.things[making.instance.thing].thing
    system, table = _own_table(making)
    if making.instance.row is None:
        raise CannotBeSent(f'nobody knows which row of "{system}.{table}" this is about')
    rows = {(system, table): RowToWrite(system=system, table=table, row=making.instance.row)}
    for line in sets:
        value = formula(line.value).value(making.look, making.today)
        if value is None or isinstance(value, list):
            raise CannotBeSent(f'"{line.value}" is not known, and "{line.target}" needs it')
        _put_field(making, thing, rows, line.target, value)
    for target, text in said.items():
        _put_field(making, thing, rows, target, text or None)
    return [row for row in rows.values() if row.fields]


def _put_field(
    making: Making,
    thing: Thing,
    rows: dict[tuple[str, str], RowToWrite],
    target: str,
    value: Clear,
) -> None:
    of, _, id_ = target.partition(".")
    if of != thing.id or id_ not in thing.fields:
        raise CannotBeSent(f'"{target}" is no field of the "{thing.id}" that this is about')
    for at, path in targets(thing, thing.fields[id_]):
        place = (at.system, at.table)
        if place not in rows:
            link = _link(making, thing, place)
            rows[place] = RowToWrite(system=at.system, table=at.table, link=link)
        described = described_field(at, path, making.story.blueprint, making.story.contracts)
        put(rows[place].fields, path, raw(value, described))


def _link(making: Making, thing: Thing, place: tuple[str, str]) -> Mapping[str, str]:
    """How a follower's row is found. Raises CannotBeSent when nothing says how."""
    for follower in thing.followers:
        if (follower.table.system, follower.table.table) == place:
            return {
                equality.field: making.instance.whose.me.get(equality.value.name, "")
                for equality in follower.linked_by
                if isinstance(equality.value, relations.Me)
            }
    raise CannotBeSent(f'nothing says which row of "{".".join(place)}" follows')
