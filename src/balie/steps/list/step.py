"""Opens a list: 20 records, newest first, with the way to the newer and the older ones."""

from balie.backstage.cursors import Position, Trail
from balie.backstage.opening import Opened, Opening
from balie.backstage.reading import Found
from balie.mapping.thing import MappedThing, Record
from balie.systems.rows import text_of, value_at


class ListStep:
    """Lists of one thing."""

    async def open(self, opening: Opening) -> Opened | None:
        """The list's page at the cursor."""
        subject = opening.plan.subject
        if subject is None:
            return None
        thing = opening.things[subject.thing]
        columns = opening.presenting.plain(thing, subject.fields)
        trail = opening.trail
        found = await opening.reading.page(thing, columns, trail.at, opening.page_rows)
        listing = opening.presenting.listing(
            thing,
            found,
            columns,
            opening.plan.step,
            title=opening.presenting.heading(opening.plan.title),
            newer=None if trail.at is None else opening.trails(trail.newer()),
            older=_older(opening, thing, found, trail),
        )
        return Opened(headline=None, blocks=(listing,))


def _older(opening: Opening, thing: MappedThing, found: Found, trail: Trail) -> str | None:
    if not found.more or not found.records:
        return None
    return opening.trails(trail.older(_position(thing, found.records[-1])))


def _position(thing: MappedThing, record: Record) -> Position:
    for source in thing.sources:
        for row in record.rows.get(source.name, ())[:1]:
            moment = source.moment and text_of(value_at(row, source.moment))
            if moment:
                return Position(moment, record.key)
    return Position("", record.key)
