"""Opens a list: 20 records, newest first or as asked for, with the ways to the pages beside it."""

from dataclasses import replace
from functools import partial

from balie.backstage.arrangement import Arrangement, CannotArrange, Wrong
from balie.backstage.found import Found
from balie.backstage.opening import Opened, Opening
from balie.backstage.page import Arranged, Column
from balie.backstage.plans import Part
from balie.mapping.thing import MappedThing


class ListStep:
    """Lists of one thing."""

    async def open(self, opening: Opening) -> Opened | None:
        """The list's page at the cursor. Raises CannotArrange."""
        subject = opening.plan.subject
        if subject is None:
            return None
        thing = opening.things[subject.thing]
        plain = opening.presenting.plain(thing, subject.fields)
        if opening.arrangement.field and opening.arrangement.field not in plain:
            raise CannotArrange(Wrong.SORT)
        trail, found = opening.trail, await _found(opening, thing, plain)
        listing = opening.presenting.listing(
            thing,
            found,
            opening.presenting.shown(thing, subject.fields),
            opening.plan.step,
            title=opening.presenting.heading(opening.plan.title),
            newer=None if trail.at is None else opening.trails(trail.newer()),
            older=None if found.next is None else opening.trails(trail.older(found.next)),
            arranged=_arranged(opening, found),
            columns=_columns(opening, thing, subject),
        )
        return Opened(headline=None, blocks=(listing,))

    async def row(self, opening: Opening, thing: str, key: str) -> Found:
        """The row of the list with this key."""
        mapped = opening.things[thing]
        subject = opening.plan.subject
        fields = () if subject is None else subject.fields
        return await opening.reading.one(mapped, key, opening.presenting.plain(mapped, fields))


async def _found(opening: Opening, thing: MappedThing, plain: tuple[str, ...]) -> Found:
    after, size = opening.trail.at, opening.page_rows
    if opening.arrangement.is_plain:
        return await opening.reading.page(thing, plain, after, size)
    shown = partial(opening.presenting.words, thing, fields=plain)
    return await opening.reading.arranged(thing, plain, opening.arrangement, shown, after, size)


def _arranged(opening: Opening, found: Found) -> Arranged:
    wanted, path = opening.arrangement, opening.path
    return Arranged(
        address=path,
        field=wanted.field,
        descending=wanted.descending,
        query=wanted.query,
        found=found.count if wanted.query else None,
        looked_at=found.looked_at if found.more else None,
        newest=wanted.sorted_by("", descending=True).at(path),
        whole=Arrangement(wanted.sort).at(path),
    )


def _columns(opening: Opening, thing: MappedThing, subject: Part) -> tuple[Column, ...]:
    """The columns, those with values with the ways to sort by them."""
    presenting, wanted = opening.presenting, opening.arrangement
    plain = presenting.plain(thing, subject.fields)
    return tuple(
        replace(
            column,
            up=wanted.sorted_by(column.field, descending=False).at(opening.path),
            down=wanted.sorted_by(column.field, descending=True).at(opening.path),
        )
        if column.field in plain
        else column
        for column in presenting.columns(thing, presenting.shown(thing, subject.fields))
    )
