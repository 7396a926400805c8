"""From a query to calls and back to rows: what every kind of connector does alike.

A query is held against the contract first: what a system cannot be asked is never left out
silently, it is Misconfigured. Many values become as many calls as the contract needs.
"""

import asyncio
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TypeAlias

import msgspec

from balie.systems.bounds import highest
from balie.systems.checking import Wanted, read_rows, wanted
from balie.systems.connector import Connection
from balie.systems.contract import Table, Type
from balie.systems.errors import Misconfigured
from balie.systems.query import Order, Query, Relation
from balie.systems.rows import Raw, Row, Rows, says_nothing, text_of, value_at

MOST_CALLS = 100
"""The most calls that one query may become."""

_QUESTIONS = 2048  # ways to ask for rows, of all services in this process


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a query. Its relations hold no more values than the table takes at once.

    wanted: key and asked fields, as a tree. limit: never above the table's page size.
    cursor: what this kind of connector gave as `Part.next` for the part before.
    """

    table: Table
    relations: tuple[Relation, ...]
    wanted: tuple[Wanted, ...]
    order: Order | None = None
    at_most: tuple[str, str] | None = None
    limit: int = 200
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one call brought: rows that nobody checked yet, and how to go on."""

    items: Sequence[Raw] = ()
    next: str | None = None


Ask: TypeAlias = "Callable[[Call], Coroutine[None, None, Part]]"


async def read(
    connection: Connection, query: Query, ask: Ask, *, alone: Callable[[str], bool] | None = None
) -> Rows:
    """The rows of a query, whatever number of calls that takes.

    alone: values that cannot be sent together with others. Of a query that takes several calls
    the order holds within this answer, and `limit` for each call.
    """
    table = table_of(connection, query.table)
    _refuse_what_cannot_be_asked(connection, table, query)
    groups = _groups(table, query.relations, connection.profile.no_value, alone or _never)
    if not groups:
        return Rows(())
    if len(groups) > MOST_CALLS:
        raise Misconfigured(
            f'{connection.title}, table "{table.name}": this would take {len(groups)} calls.'
        )
    plan = _plan(table, query, groups)
    parts = await together(ask(call) for _, call in plan.calls)
    return _joined(connection, query, plan, parts) if parts else Rows(())


def _never(_: str) -> bool:
    return False


def table_of(connection: Connection, name: str) -> Table:
    """The table that the blueprint calls so. Raises Misconfigured when there is none."""
    table = connection.contract.tables.get(connection.tables.get(name, name))
    if table is None:
        raise Misconfigured(f'{connection.title} has no table "{name}".')
    return table


async def together(calls: Iterable[Coroutine[None, None, Part]]) -> list[Part]:
    """All of them at once; the first fault ends the others."""
    asked = list(calls)
    if len(asked) == 1:  # as most are: that needs no task of its own
        return [await asked[0]]
    tasks = [asyncio.ensure_future(call) for call in asked]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


# ---- what can be asked


def _refuse_what_cannot_be_asked(connection: Connection, table: Table, query: Query) -> None:
    asked = tuple(relation.field for relation in query.relations)
    fault = _fault(table, query.fields, asked, query.order) or _fault_at_most(table, query)
    if fault:
        raise Misconfigured(f'{connection.title}, table "{table.name}": {fault}.')


@lru_cache(maxsize=_QUESTIONS)
def _fault(
    table: Table, fields: tuple[str, ...], asked: tuple[str, ...], order: Order | None
) -> str | None:
    """The first thing that this table cannot be asked. Services ask the same of it all day."""
    return next(_faults(table, fields, frozenset(asked), order), None)


def _faults(
    table: Table, fields: Sequence[str], asked: frozenset[str], order: Order | None
) -> Iterator[str]:
    for path in fields:
        field = table.field(path)
        if field is None or not field.readable:
            yield f'there is no field "{path}" to read'
    for name in sorted(asked - table.equals):
        yield f'it cannot be asked for rows by "{name}"'
    for name in sorted(table.demands - asked):
        yield f'it can only be asked with "{name}"'
    if order and order.field not in _sortable(table, order):
        yield f'it cannot sort by "{order.field}" in this direction'


def _fault_at_most(table: Table, query: Query) -> str | None:
    if query.at_most is None:
        return None
    path, value = query.at_most
    if path not in table.compares:
        return f'it cannot be asked for rows up to a "{path}"'
    if not (value and _can_be_sent(value)):
        return f'a value of "{path}" to go on from cannot be sent'
    return None


def _sortable(table: Table, order: Order) -> frozenset[str]:
    return table.sorts if order.descending else table.sorts_up


def _clean(table: Table, relation: Relation, no_value: frozenset[str]) -> Relation:
    """Each value once, without those that no row can have; "nothing" equals nothing."""
    field = table.field(relation.field)
    longest = field.max_length if field else None
    values = dict.fromkeys(
        value
        for value in relation.values
        if value and value not in no_value and _can_be_sent(value, longest)
    )
    return _with(relation, tuple(values))


def _can_be_sent(value: str, longest: int | None = None) -> bool:
    """Half of a surrogate pair cannot be, and NUL ends texts in many a system."""
    try:
        return b"\0" not in value.encode() and len(value) <= (longest or len(value))
    except UnicodeEncodeError:
        return False


# ---- into calls


@dataclass(frozen=True, slots=True)
class _Plan:
    """The calls that are still to be made, each with its place among all calls of the query."""

    calls: tuple[tuple[int, Call], ...]
    size: int


def _plan(table: Table, query: Query, groups: Sequence[tuple[Relation, ...]]) -> _Plan:
    at_most = _highest(table, query)
    below = (at_most[0],) if at_most else ()
    tree = _tree(table, (*table.key, *query.fields, *below))
    places = _places(query.cursor, len(groups))
    calls = (
        Call(
            table=table,
            relations=group,
            wanted=tree,
            order=query.order,
            at_most=at_most,
            limit=max(1, min(query.limit, table.page_size)),
            cursor=place,
        )
        for group, place in zip(groups, places, strict=True)
    )
    begins = query.cursor is None
    todo = ((index, call) for index, call in enumerate(calls) if begins or call.cursor)
    return _Plan(tuple(todo), len(groups))


@lru_cache(maxsize=_QUESTIONS)
def _tree(table: Table, paths: tuple[str, ...]) -> tuple[Wanted, ...]:
    return wanted(table.fields, paths)


def _highest(table: Table, query: Query) -> tuple[str, str] | None:
    """Raises Misconfigured when the field can have no such value."""
    if query.at_most is None:
        return None
    path, text = query.at_most
    field = table.field(path)
    try:
        return path, text if field is None else highest(field, text)
    except ValueError as error:
        raise Misconfigured(f'A value to page from does not fit "{table.name}.{path}".') from error


@lru_cache(maxsize=_QUESTIONS)
def _groups(
    table: Table,
    relations: tuple[Relation, ...],
    no_value: frozenset[str],
    alone: Callable[[str], bool],
) -> tuple[tuple[Relation, ...], ...]:
    """One group of relations for each call; none when a relation has no value that a row can have.

    Who looks at a page looks at it again, and asks the same.
    """
    clean = [_clean(table, relation, no_value) for relation in relations]
    if not all(relation.values for relation in clean):
        return ()
    return tuple(product(*(_split(table, relation, alone) for relation in clean)))


def _split(table: Table, relation: Relation, alone: Callable[[str], bool]) -> Iterator[Relation]:
    size = table.among.get(relation.field, 1)
    joint = [value for value in relation.values if not alone(value)]
    for start in range(0, len(joint), size):
        yield _with(relation, joint[start : start + size])
    for value in relation.values:
        if alone(value):
            yield _with(relation, [value])


def _with(relation: Relation, values: Sequence[str]) -> Relation:
    return Relation(relation.field, tuple(values), relation.fold_case)


def _places(cursor: str | None, size: int) -> list[str | None]:
    """Where each call goes on; None for a call that is at its end, or that has yet to begin."""
    if cursor is None:
        return [None] * size
    try:
        places = msgspec.json.decode(urlsafe_b64decode(cursor), type=list[str | None])
    except (ValueError, msgspec.DecodeError) as error:
        raise Misconfigured("A cursor cannot be read.") from error
    if len(places) != size:
        raise Misconfigured("A cursor belongs to another question.")
    return places


# ---- and back to rows


def _joined(connection: Connection, query: Query, plan: _Plan, parts: Sequence[Part]) -> Rows:
    table, tree = plan.calls[0][1].table, plan.calls[0][1].wanted
    items = [item for part in parts for item in part.items]
    related = [relation.field for relation in query.relations]
    rows, broken = read_rows(table, tree, items, connection.profile.no_value, related)
    if query.at_most is not None:
        has_value = _has_value(table, query.at_most[0], connection.profile.no_value)
        rows = list(filter(has_value, rows))
    if plan.size > 1:
        rows = _sorted(list(_once(table, rows)), query.order)
    places: list[str | None] = [None] * plan.size
    for (index, _), part in zip(plan.calls, parts, strict=True):
        places[index] = part.next
    return Rows(tuple(rows), _cursor(places), tuple(broken))


def _has_value(table: Table, path: str, no_value: frozenset[str]) -> Callable[[Row], bool]:
    """Some systems write "no date" as a date of long ago, which is below every other."""
    field = table.field(path)
    type_ = Type.UNKNOWN if field is None else field.type

    def has_value(row: Row) -> bool:
        text = text_of(value_at(row, path))
        return text is not None and not says_nothing(text, type_, no_value)

    return has_value


def _cursor(places: list[str | None]) -> str | None:
    return urlsafe_b64encode(msgspec.json.encode(places)).decode() if any(places) else None


def _once(table: Table, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows without those that came twice."""
    seen: set[tuple[Raw, ...]] = set()
    for row in rows:
        key = tuple(str(row[name]) for name in table.key)
        if key not in seen:
            seen.add(key)
            yield row


def _sorted(rows: list[Row], order: Order | None) -> list[Row]:
    if order is None:
        return rows
    return sorted(rows, key=lambda row: _rank(row.get(order.field)), reverse=order.descending)


def _rank(value: Raw) -> tuple[int, float, str]:
    """Nothing below numbers below texts."""
    if isinstance(value, int | float):
        return (1, float(value), "")
    return (2, 0.0, value) if isinstance(value, str) else (0, 0.0, "")
