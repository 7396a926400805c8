"""A call as an OData V4 address. Whatever a value holds, it stays a value.

Each value becomes a literal of its own type or is left out: a text that is no guid can equal no
guid. The whole filter is then percent-encoded, so nothing in it can end it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from urllib.parse import quote

from balie.connectors.odata.metadata import NAVIGATION
from balie.systems.checking import Wanted
from balie.systems.contract import Field, Table, Type
from balie.systems.errors import Misconfigured
from balie.systems.query import Order, Relation
from balie.systems.reading import Call
from balie.systems.rows import Raw, Row

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,19}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d{1,12})?)?", re.ASCII)
_DURATION = re.compile(r"-?P[0-9DTHMS.]{1,40}", re.ASCII)


def options(call: Call, *, fold_case: bool) -> str | None:
    """What stands after the "?", or None when no row can answer: a value fits no field.

    fold_case: whether the system knows `tolower`.
    """
    asked = [_filter(call.table, relation, fold_case) for relation in call.relations]
    if call.at_most:
        asked.append(_at_most(call.table, *call.at_most))
    if not all(asked):
        return None
    found = {
        "$filter": " and ".join(asked),
        "$select": ",".join(_selected(call.wanted)),
        "$expand": ",".join(_expanded(call.wanted)),
        "$orderby": _order(call.table, call.order) if call.order else "",
    }
    return "&".join(f"{name}={quote(text, safe=',()$=/')}" for name, text in found.items() if text)


# ---- which rows


def _filter(table: Table, relation: Relation, fold_case: bool) -> str:
    """One field that has one of these values, or "" when it can have none of them."""
    field = table.fields[relation.field]
    folded = relation.fold_case and fold_case
    name = f"tolower({field.name})" if folded else field.name
    values = dict.fromkeys(value.lower() if folded else value for value in relation.values)
    literals = [found for value in values if (found := literal(field, value)) is not None]
    either = " or ".join(f"{name} eq {found}" for found in literals)
    return f"({either})" if len(literals) > 1 else either


def _at_most(table: Table, name: str, value: str) -> str:
    found = literal(table.fields[name], value)
    if found is None:
        raise Misconfigured(f'A value to page from does not fit "{table.name}.{name}".')
    return f"{name} le {found}"


def literal(field: Field, value: str) -> str | None:
    """A value as OData writes it for this field, or None when the field cannot have it."""
    if field.type is Type.TEXT:
        return _text(field, value)
    if field.type is Type.BOOLEAN:
        return value if value in {"true", "false"} else None
    written = _WRITTEN.get(field.type)
    return value if written and written(value) else None


def _text(field: Field, value: str) -> str | None:
    if field.form == "Edm.Guid":
        return value if _GUID.fullmatch(value) else None
    if field.form == "Edm.TimeOfDay":
        return value if _TIME.fullmatch(value) else None
    if field.form == "Edm.Duration":
        return f"duration'{value}'" if _DURATION.fullmatch(value) else None
    return "'" + value.replace("'", "''") + "'"


def _is_day(value: str) -> bool:
    try:
        return _DAY.fullmatch(value) is not None and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_moment(value: str) -> bool:
    try:
        return value.isascii() and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


_WRITTEN = {
    Type.INTEGER: lambda value: _WHOLE.fullmatch(value) is not None,
    Type.NUMBER: lambda value: _DECIMAL.fullmatch(value) is not None,
    Type.DATE: _is_day,
    Type.DATETIME: _is_moment,
}


# ---- which fields


def _selected(asked: Iterable[Wanted]) -> Iterator[str]:
    return (one.field.name for one in asked if one.field.form != NAVIGATION)


def _expanded(asked: Iterable[Wanted]) -> Iterator[str]:
    for one in asked:
        if one.field.form == NAVIGATION and not is_document(one):
            yield one.field.name + _inner(one.inside)


def _inner(asked: tuple[Wanted, ...]) -> str:
    selected, expanded = ",".join(_selected(asked)), ",".join(_expanded(asked))
    inner = [f"$select={selected}"] if selected else []
    inner += [f"$expand={expanded}"] if expanded else []
    return f"({';'.join(inner)})" if inner else ""


def _order(table: Table, order: Order) -> str:
    """By the key too: rows that are equal keep their order from page to page."""
    way = " desc" if order.descending else ""
    names = dict.fromkeys((order.field, *table.key))
    return ",".join(f"{name}{way}" for name in names)


# ---- documents


def is_document(one: Wanted) -> bool:
    """Whether a document is asked, in the row itself or behind a navigation property.

    What is behind one is never expanded: a system would make the document of every row of a list.
    """
    if one.field.type is Type.DOCUMENT:
        return True
    behind = one.field.form == NAVIGATION and bool(one.inside)
    return behind and all(inner.field.type is Type.DOCUMENT for inner in one.inside)


def linked(documents: Iterable[Wanted], row: Raw, address: str, table: Table) -> Raw:
    """The row with, for each document, the address where it can be had."""
    if not isinstance(row, dict):
        return row
    return {**row, **dict(_links(documents, row, address, table))}


def _links(
    documents: Iterable[Wanted], row: Mapping[str, Raw], address: str, table: Table
) -> Iterator[tuple[str, Raw]]:
    for one in documents:
        name = one.field.name
        if one.inside:
            key = key_of(table, row)
            place = f"{address}({key})/{name}" if key else None
            yield name, {inner.field.name: place for inner in one.inside}
        else:
            yield name, row.get(name, row.get(f"{name}@odata.mediaReadLink"))


def key_of(table: Table, row: Row) -> str | None:
    """A row's key as it stands between brackets, or None when the row has no usable key."""
    parts = {name: _key_part(table.fields[name], row.get(name)) for name in table.key}
    if not parts or not all(parts.values()):
        return None
    if len(parts) == 1:
        return quote(str(*parts.values()), safe="'")
    return ",".join(f"{name}={quote(str(part), safe=chr(39))}" for name, part in parts.items())


def _key_part(field: Field, value: Raw) -> str | None:
    return None if value is None or isinstance(value, list | dict) else literal(field, str(value))
