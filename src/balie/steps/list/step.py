"""Opens a list: 20 records, newest first, with the way to the newer and the older ones."""

from balie.backstage.found import Found
from balie.backstage.opening import Opened, Opening


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
            opening.presenting.shown(thing, subject.fields),
            opening.plan.step,
            title=opening.presenting.heading(opening.plan.title),
            newer=None if trail.at is None else opening.trails(trail.newer()),
            older=None if found.next is None else opening.trails(trail.older(found.next)),
        )
        return Opened(headline=None, blocks=(listing,))

    async def row(self, opening: Opening, thing: str, key: str) -> Found:
        """The row of the list with this key."""
        mapped = opening.things[thing]
        subject = opening.plan.subject
        fields = () if subject is None else subject.fields
        return await opening.reading.one(mapped, key, opening.presenting.plain(mapped, fields))
