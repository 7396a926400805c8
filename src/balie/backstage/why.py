"""Why one person does, or does not, see what is at an address: for staff and developers.

The page is opened as that person, and where its row is not theirs the row is looked up by its key
alone: to tell "it is not there" from "it is somebody else's". Of somebody else's row nothing is
told, not even whose it is.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from balie.access.reasons import Verdict, why_row
from balie.access.scope import Scope, desk_scope
from balie.access.sentences import Sentences
from balie.access.viewer import Viewer, Visitor
from balie.backstage.plans import Plan
from balie.backstage.service import Service
from balie.backstage.who_may import Ground, MayOpen, form_of, page_of, relations_of
from balie.mapping.thing import MappedSource, MappedThing
from balie.systems.connector import Connector
from balie.systems.errors import SystemFault
from balie.systems.rows import Row, text_of, value_at

_WITHIN = 4.0  # seconds for one question
_MOST = 50  # rows with one key


class Finding(StrEnum):
    """What there is at an address, for one person."""

    SEEN = "seen"
    NO_ADDRESS = "no_address"  # the story has none like it
    NOT_FOR_THEM = "not_for_them"  # the page itself
    NO_ROW = "no_row"  # no system has it
    NOT_THEIRS = "not_theirs"
    LEFT_OUT = "left_out"  # theirs, and the blueprint leaves it out
    AWAY = "away"  # it cannot be told now


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The answer. place: the page or form at the address; row: whose its row is, when it has one.

    key: the value in the address. table: where its row was found. thing: the name of what it is.
    """

    viewer: Viewer
    address: str
    finding: Finding
    place: MayOpen | None = None
    key: str = ""
    row: Verdict | None = None
    table: str = ""
    thing: str = ""

    @property
    def yes(self) -> bool:
        """Whether they see the page."""
        return self.finding is Finding.SEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """Explains addresses of one service. connectors: the systems, to look for a row by its key."""

    service: Service
    ground: Ground
    connectors: Mapping[str, Connector]

    async def why(self, address: str, visitor: Visitor, language: str) -> Why:
        """Why this person does or does not see what is at a raw path."""
        viewer = await self.service.recognised(visitor, address)
        form = next((f for f in self.ground.forms if f.address == address), None)
        if form is not None:
            place = form_of(self.ground, form, viewer)
            seen = await self._may_fill(address, viewer, language)
            return _told(viewer, address, place, seen=place.may.verdict.yes and seen)
        match = self.service.match(address)
        if match is None:
            return Why(viewer=viewer, address=address, finding=Finding.NO_ADDRESS)
        place = page_of(self.ground, match.plan, viewer)
        page = await self.service.open(address, viewer, language) if viewer.kinds_known else None
        why = _told(viewer, address, place, seen=page is not None)
        if why.yes or not place.may.verdict.yes or not match.value:
            return why
        return await self._of_row(why, match.plan, match.value)

    async def _may_fill(self, address: str, viewer: Viewer, language: str) -> bool:
        """Whether the form opens. Where nothing can be sent, the blueprint alone says it."""
        if self.service.forms is None:
            return True
        return await self.service.form(address, viewer, language) is not None

    async def _of_row(self, why: Why, plan: Plan, key: str) -> Why:
        """The same, by the row that the address names."""
        thing = self.ground.things[plan.subject.thing if plan.subject else ""]
        try:
            found = await asyncio.wait_for(self._looked_up(thing, key, why.viewer), _WITHIN)
        except (SystemFault, TimeoutError):
            return _with(why, Finding.AWAY, thing, key)
        if found is None:
            return _with(why, Finding.NO_ROW, thing, key)
        source, verdict = found
        finding = Finding.LEFT_OUT if verdict.yes else Finding.NOT_THEIRS
        return _with(why, finding, thing, key, verdict, str(source.at.text))

    async def _looked_up(
        self, thing: MappedThing, key: str, viewer: Viewer
    ) -> tuple[MappedSource, Verdict] | None:
        """The source that has a row with this key, and whose it is; a row of theirs goes first."""
        told: list[tuple[MappedSource, Verdict]] = []
        for source in thing.sources:
            rows = await self._rows(thing, source, key)
            said = relations_of(thing.thing)
            told.extend((source, why_row(thing.id, said, viewer, row)) for row in rows)
        return next((one for one in told if one[1].yes), told[0] if told else None)

    async def _rows(self, thing: MappedThing, source: MappedSource, key: str) -> list[Row]:
        path = thing.key_path(source)
        scope = desk_scope(source.at.system, source.at.table, path, key)
        if not isinstance(scope, Scope) or source.at.inside is not None:
            return []
        fields = dict.fromkeys((path, *(e.field for e in relations_of(thing.thing))))
        query = scope.query(tuple(name for name in fields if source.knows(name)), limit=_MOST)
        rows = await self.connectors[source.at.system].read(query)
        return [row for row in rows.rows if text_of(value_at(row, path)) == key]


def said(why: Why, say: Sentences, text: Callable[[str], str] = str) -> str:
    """What was found, in one sentence. text: a text of the blueprint for whoever reads."""
    place = why.place
    return say.told(
        f"seen.{why.finding.value}",
        who=say.who,
        address=why.address,
        label="" if place is None else text(place.may.label),
        key=why.key,
        thing=text(why.thing),
    )


def _told(viewer: Viewer, address: str, place: MayOpen, *, seen: bool) -> Why:
    finding = Finding.SEEN if seen else Finding.NOT_FOR_THEM
    if not viewer.kinds_known:
        finding = Finding.AWAY
    return Why(viewer=viewer, address=address, finding=finding, place=place)


def _with(
    why: Why,
    finding: Finding,
    thing: MappedThing,
    key: str,
    row: Verdict | None = None,
    table: str = "",
) -> Why:
    name = thing.thing.name or thing.thing.id
    return replace(why, finding=finding, key=key, row=row, table=table, thing=name)
