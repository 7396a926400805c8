"""What somebody who tries a demo can have happen in a rehearsed system, by a button.

`happens:` of rehearsal.yaml says which: an event is told of a row, signed as the system itself
would, or somebody in the back office changes a row. Each is offered for the newest rows that fit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

from balie.rehearsal.everybody import value_of
from balie.rehearsal.formula import Value, say
from balie.rehearsal.gives import names_of
from balie.rehearsal.recipe import Happens
from balie.rehearsal.shape import misfits, raw_of
from balie.rehearsal.system import System
from balie.rehearsal.telling import HEARD
from balie.rehearsal.trouble import RehearsalError
from balie.rehearsal.words import Made, functions
from balie.systems.rehearsed import Deed, Effect
from balie.systems.rows import Raw, Row

Names = Mapping[str, Value]

_MOST_ROWS: Final = 5


class NothingSuch(Exception):
    """There is no such happening, or not of this row (any more)."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A row of which it can happen: its key, and what people call it."""

    key: str
    called: str


def offers(system: System) -> list[Raw]:
    """What can happen now: `[{"name": "0", "says": {"en": ...}, "rows": [{"key", "called"}]}]`."""
    return [
        {
            "name": name,
            "says": dict(one.says),
            "rows": [
                {"key": row.key, "called": row.called}
                for _, row in list(_rows(system, one))[: -_MOST_ROWS - 1 : -1]
            ],
        }
        for name, one in _of(system).items()
    ]


async def happen(system: System, name: str, key: str) -> bool:
    """Has it happen to the row with this key; whether the portal heard, when it was told.

    Raises NothingSuch, and RehearsalError when what is set does not fit the contract.
    """
    one = _of(system).get(name)
    rows = () if one is None else _rows(system, one)
    names = next((names for names, offered in rows if offered.key == key), None)
    if one is None or names is None:
        raise NothingSuch
    if one.event:
        return await system.telling.tell(one.event, key) in HEARD
    _change(system, one, names, key)
    return True


def _change(system: System, one: Happens, names: Names, key: str) -> None:
    table, shape = _table(system, one), system.gives.shapes[one.table]
    fields = raw_of(shape.fit({name: value_of(spec, names) for name, spec in one.to.items()}))
    problem = next(misfits(fields, {name: shape.table.fields[name] for name in fields}), None)
    if problem is not None:
        raise RehearsalError(f"`happens:` of {one.table} cannot be done: {problem}.")
    system.holding.change(table, key, system.stamped(table, fields))
    system.telling.of((Effect(deed=Deed.CHANGED, table=table, key=key),))


def _of(system: System) -> Mapping[str, Happens]:
    """What is written down of this system, and its events that nothing is written of."""
    own = system.office.name
    written = [one for one in system.gives.recipe.happens if one.table.startswith(f"{own}.")]
    told = {one.event for one in written}
    rest = [name for name in system.telling.told_by_hand() if name not in told]
    all_ = [*written, *(_plain(system, name) for name in rest)]
    return {str(place): one for place, one in enumerate(all_)}


def _plain(system: System, event: str) -> Happens:
    return Happens(table=f"{system.office.name}.{event}", says={"": event}, event=event)


def _rows(system: System, one: Happens) -> Iterator[tuple[Names, Offered]]:
    """The rows of which it can happen, with what formulas know of each, oldest first."""
    table, field, made = _table(system, one), _key(system, one), _made(system)
    for nr, row in enumerate(system.holding.rows(table), start=1):
        key, names = row.get(field), _names(made, row, nr)
        if isinstance(key, str) and key and (one.if_ is None or value_of(one.if_, names) is True):
            called = key if one.called is None else say(value_of(one.called, names))
            yield names, Offered(key, called)


def _table(system: System, one: Happens) -> str:
    """The system's own name of the table."""
    ours = one.table.partition(".")[2]
    if one.event:
        ours = system.telling.about(one.event).table
    name = system.office.tables.get(ours, ours)
    if name not in system.office.contract.tables:
        raise RehearsalError(f"`happens:` names {one.table}, and there is no such table.")
    return name


def _key(system: System, one: Happens) -> str:
    if one.event:
        return system.telling.about(one.event).field
    return system.holding.table(_table(system, one)).key[0]


def _made(system: System) -> Made:
    """The system's rows as formulas see them."""
    rows = {name: [names_of(row) for row in rows] for name, rows in system.everything().items()}
    return Made(system.now().date(), rows)


def _names(made: Made, row: Row, nr: int) -> Names:
    """What formulas know: `row`, `nr`, and the functions of rehearsal.yaml."""
    known = functions(Random(0), made, nr)  # noqa: S311
    return known | {"row": names_of(row), "nr": Decimal(nr)}
