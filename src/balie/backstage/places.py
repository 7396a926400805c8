"""Where records stand in a list: newest first, by the first source of their life order with a date.

A place is comparable over sources: a day is `2026-11-22`, a moment in UTC is
`2026-11-22T09:30:00.000000Z`, which comes after its day begins. A record without a date has the
place "", which is last.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from balie.backstage.cursors import Position
from balie.mapping.thing import MappedSource, MappedThing
from balie.systems.contract import Type
from balie.systems.rows import Row, says_nothing, text_of, value_at

LAST = "\U0010ffff"
"""A key after all keys: a place with it stands before every record of its moment."""

RowsByKey = dict[str, dict[str, list[Row]]]
"""The rows of each record: key -> source -> rows, newest first."""


def moment_of(source: MappedSource, row: Row) -> str:
    """When a row is of; "" when it has no date, or none that can be read."""
    if source.moment is None:
        return ""
    text, kind = text_of(value_at(row, source.moment)), source.field(source.moment).type
    if text is None or says_nothing(text, kind, source.no_value):
        return ""
    return comparable(text, kind)


def comparable(text: str, kind: Type) -> str:
    """A raw date or moment as text whose order is the order in time; "" when it is neither."""
    if kind is not Type.DATETIME:
        return text[:10]
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    except (ValueError, OverflowError):
        return ""


def as_asked(moment: str, kind: Type) -> str:
    """A comparable moment as a source is asked for it: as its own kind of date."""
    if kind is not Type.DATETIME:
        return moment[:10]
    return moment if "T" in moment else f"{moment}T00:00:00.000000Z"


def grouped(thing: MappedThing, rows: Mapping[str, Sequence[Row]]) -> RowsByKey:
    """The rows of each key, by source, newest first. Rows without a key come apart."""
    groups: RowsByKey = {}
    for source in thing.sources:
        path = thing.key_path(source)
        ordered = sorted(rows.get(source.name, ()), key=partial(moment_of, source), reverse=True)
        for number, row in enumerate(ordered):
            key = text_of(value_at(row, path))
            if key is None and source is not thing.sources[0]:
                continue  # an invoice of no order, say: later in life order it is not one of these
            key = key or f"\0{number}"
            groups.setdefault(key, {}).setdefault(source.name, []).append(row)
    return groups


def place_of(thing: MappedThing, key: str, rows: Mapping[str, Sequence[Row]]) -> Position:
    """Where the record of these rows stands."""
    moments = (
        moment_of(source, rows[source.name][0]) for source in thing.sources if source.name in rows
    )
    return Position(next((moment for moment in moments if moment), ""), key)


def places(
    thing: MappedThing, groups: RowsByKey, after: Position | None, floor: str | None
) -> list[Position]:
    """The places of these records after a position and above a floor, newest first."""
    found = (place_of(thing, key, rows) for key, rows in groups.items())
    wanted = (
        place
        for place in found
        if (after is None or place < after) and (floor is None or place.moment > floor)
    )
    return sorted(wanted, reverse=True)
