"""A call in Tryton's words: a domain, an order, the fields; and the cursor to go on from."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from balie.connectors.jsonrpc.values import Wire, packed
from balie.systems.checking import Wanted
from balie.systems.contract import Table, Type
from balie.systems.errors import Misconfigured
from balie.systems.query import Order, Relation
from balie.systems.reading import Call

KEY = "id"
NEWEST_FIRST = Order(KEY)
NAME = "rec_name"  # what Tryton itself calls a record; every model has it


@dataclass(frozen=True, slots=True)
class Question:
    """What `search_read` is asked. `limit` is one more than wanted: so we see if more follow."""

    domain: list[Wire]
    limit: int
    order: list[Wire]
    fields: list[Wire]


def question(call: Call) -> Question | None:
    """The call for Tryton, or None when no row can match, so that nothing need be asked.

    Raises Misconfigured for a place to go on from that can be none.
    """
    order = call.order or NEWEST_FIRST
    try:
        domain: list[Wire] = [_clause(relation, call.table) for relation in call.relations]
    except ValueError:
        return None
    if call.at_most is not None:
        domain.append(_not_above(*call.at_most, call.table))
    if call.cursor is not None:
        domain.append(_after(order, call.cursor))
    fields: list[Wire] = [*sorted({KEY, order.field, *_paths(call.wanted)})]
    return Question(domain, call.limit + 1, _order(order), fields)


def _clause(relation: Relation, table: Table) -> Wire:
    """One relation. Raises ValueError when none of its values can be in such a field."""
    if relation.fold_case:
        alike: list[Wire] = [
            [[relation.field, "ilike", _literally(value)]] for value in relation.values
        ]
        return ["OR", *alike]
    values = [*_possible(relation.values, _type(table, relation.field))]
    if not values:
        raise ValueError("no row can match")
    name = _asked(relation.field)
    return [name, "=", values[0]] if len(values) == 1 else [name, "in", values]


def _asked(path: str) -> str:
    """`party.id` is asked as `party`: Tryton then need not look at the parties."""
    return path.removesuffix(f".{KEY}")


def _type(table: Table, path: str) -> Type:
    field = table.field(path)
    return Type.TEXT if field is None else field.type


def _possible(values: Iterable[str], type_: Type) -> Iterator[Wire]:
    for value in values:
        try:
            yield packed(value, type_)
        except ValueError:
            continue  # "abc" is no number: no row has it


def _literally(text: str) -> str:
    """A text in which `ilike` finds no wildcards."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _not_above(field: str, text: str, table: Table) -> Wire:
    """Nothing is not below anything: Tryton then leaves it out. Raises Misconfigured."""
    try:
        return [field, "<=", packed(text, _type(table, field))]
    except ValueError as error:
        raise Misconfigured(f'A value to page from does not fit "{table.name}.{field}".') from error


def _order(order: Order) -> list[Wire]:
    direction = "DESC" if order.descending else "ASC"
    if order.field == KEY:
        return [[KEY, direction]]
    return [[order.field, f"{direction} NULLS LAST"], [KEY, direction]]


def _paths(wanted: Iterable[Wanted], before: str = "") -> Iterator[str]:
    """The leaves of the tree of what is wanted; of a whole related record its name will do."""
    for one in wanted:
        path = before + one.field.name
        if one.inside:
            yield from _paths(one.inside, f"{path}.")
        elif one.field.type is Type.OBJECT:
            yield f"{path}.{NAME}"
        else:
            yield f"{path}.{KEY}" if one.field.type is Type.LIST else path


# ---- going on after a row, by its sort value and its key: rows that come and go shift nothing


def cursor_after(row: Mapping[str, Wire], order: Order | None) -> str:
    """The cursor that goes on after this row, as it came over the wire."""
    field = (order or NEWEST_FIRST).field
    return urlsafe_b64encode(msgspec.json.encode([field, row.get(field), row[KEY]])).decode()


def _after(order: Order, cursor: str) -> Wire:
    field, value, key = _place(cursor)
    if field != order.field:
        raise Misconfigured("A cursor belongs to another order.")
    beyond = "<" if order.descending else ">"
    if field == KEY:
        return [KEY, beyond, key]
    if value is None:
        return [[field, "=", None], [KEY, beyond, key]]
    further: Wire = [[field, beyond, value]]
    tied: Wire = [[field, "=", value], [KEY, beyond, key]]
    return ["OR", further, tied, [[field, "=", None]]]


def _place(cursor: str) -> tuple[str, Wire, int]:
    try:
        place: Wire = msgspec.json.decode(urlsafe_b64decode(cursor))
    except (ValueError, msgspec.DecodeError) as error:
        raise Misconfigured("A cursor cannot be read.") from error
    match place:
        case [str(field), value, int(key)]:
            return field, value, key
        case _:
            raise Misconfigured("A cursor cannot be read.")
