"""A small world to run a blueprint in: systems that hold rows in memory, a clock, a memory.

`HeldRows` is a real connector over rows in memory, with the ways in which systems misbehave.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import yaml

from balie.access.viewer import Viewer, Visitor
from balie.backstage.actions import Actions
from balie.backstage.arrangement import arrangement_of
from balie.backstage.forms.approving import AsksColleagues, nothing_is_asked
from balie.backstage.forms.inputs import NO_INPUTS, Inputs
from balie.backstage.handing import Handed, NoDocument
from balie.backstage.page import Page
from balie.backstage.ports import Clock, Incident, Remembered
from balie.backstage.service import Service
from balie.blueprint.model import Blueprint
from balie.blueprint.reader import read
from balie.steps.details.step import DetailsStep
from balie.steps.list.step import ListStep
from balie.steps.overview.step import OverviewStep
from balie.systems.contract import Contract
from balie.systems.documents import Document, DocumentQuery
from balie.systems.errors import Refused, Unavailable
from balie.systems.kinds import installed
from balie.systems.query import Query, Relation
from balie.systems.rows import BrokenRow, Raw, Row, Rows, text_of, value_at
from tests.telling import AS_WRITTEN, LINDEMAN, Telling

ROOT = Path(__file__).parents[2]
KINDS = {"overview": OverviewStep(), "list": ListStep(), "details": DetailsStep()}
SECRET = b"a secret of at least thirty-two bytes"


@dataclass
class Hands:
    """A clock that is set by hand."""

    at: datetime = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def today(self) -> date:
        return self.at.astimezone(ZoneInfo("Europe/Amsterdam")).date()

    def on(self, **passes: float) -> None:
        self.at += timedelta(**passes)

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.today)


class Notebook:
    """A memory in a dict. It never forgets: what is too old is for the clock to say."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self.kept: dict[str, tuple[Remembered, datetime]] = {}

    async def get(self, key: str) -> Remembered | None:
        remembered, keep_until = self.kept.get(key, (None, self._hands.now()))
        return remembered if self._hands.now() <= keep_until else None

    async def put(self, key: str, remembered: Remembered, *, keep_until: datetime) -> None:
        self.kept[key] = (remembered, keep_until)

    async def forget(self, key: str) -> None:
        self.kept.pop(key, None)


class Noticeboard:
    """Incidents in a list, in the words of the original."""

    def __init__(self, telling: Telling = AS_WRITTEN) -> None:
        self._telling = telling
        self.incidents: list[Incident] = []

    def report(self, incident: Incident) -> None:
        self.incidents.append(self._telling.back(incident))


@dataclass
class HeldRows:
    """A system that holds rows in memory and answers like one: relations, order, paging.

    ignores_filters: everybody's rows come back. down: no answer. seconds: how slow it is.
    papers: makes the document of a field of a row; None: there is none. breaks_off: half-way.
    """

    rows: Mapping[str, Sequence[Row]]
    page_size: int = 200
    down: bool = False
    refuses: bool = False
    ignores_filters: bool = False
    broken: tuple[BrokenRow, ...] = ()
    seconds: float = 0
    asked: list[Query] = field(default_factory=list)
    papers: Callable[[Row, str], bytes | None] = field(default=lambda row, _: paper_of(row))
    breaks_off: bool = False
    fetched: list[DocumentQuery] = field(default_factory=list)
    closed: int = 0

    async def check(self) -> None:
        if self.down:
            raise Unavailable("does not answer")

    async def read(self, query: Query) -> Rows:
        self.asked.append(query)
        await asyncio.sleep(self.seconds)
        await self.check()
        if self.refuses:
            raise Refused("says no")
        found = [row for row in self.rows.get(query.table, ()) if self._fits(query, row)]
        if query.order is not None:
            path = query.order.field
            found.sort(
                key=lambda r: text_of(value_at(r, path)) or "", reverse=query.order.descending
            )
        start = int(query.cursor or 0)
        end = start + min(query.limit, self.page_size)
        more = str(end) if end < len(found) else None
        return Rows(tuple(found[start:end]), more, self._broken(query))

    async def document(self, query: DocumentQuery) -> Document | None:
        self.fetched.append(query)
        await self.check()
        rows = self.rows.get(query.table, ())
        row = next(r for r in rows if all(str(r.get(k)) == v for k, v in query.key.items()))
        content = self.papers(row, query.field)
        if content is None:
            return None
        return Document(chunks=self._chunks(content), close=self._close, size=len(content))

    async def _chunks(self, content: bytes) -> AsyncIterator[bytes]:
        half = len(content) // 2
        yield content[:half]
        if self.breaks_off:
            raise Unavailable("broke off")
        yield content[half:]

    async def _close(self) -> None:
        self.closed += 1

    def _broken(self, query: Query) -> tuple[BrokenRow, ...]:
        return tuple(one for one in self.broken if self._fits(query, one.row))

    def _fits(self, query: Query, row: Row) -> bool:
        if self.ignores_filters:
            return True
        low = query.at_most is None or _is_at_most(row, *query.at_most)
        return low and all(_holds(relation, row) for relation in query.relations)


def paper_of(row: Row) -> bytes:
    """Something that begins like a PDF and names its row."""
    return f"%PDF-1.4\n% {row.get('number') or row.get('id')}\n%%EOF\n".encode()


def _is_at_most(row: Row, path: str, highest: str) -> bool:
    text = text_of(value_at(row, path))
    return text is not None and text <= highest


def _holds(relation: Relation, row: Row) -> bool:
    text = text_of(value_at(row, relation.field)) or ""
    return (text.casefold() if relation.fold_case else text) in relation.values


@dataclass(frozen=True)
class Retold:
    """A system that holds the original's rows, and is asked and answers in another telling."""

    name: str
    held: HeldRows
    telling: Telling

    async def check(self) -> None:
        await self.held.check()

    async def read(self, query: Query) -> Rows:
        asked = self.telling.back(query)
        found = await self.held.read(asked)
        broken = tuple(replace(b, row=self._row(asked, b.row)) for b in found.broken)
        return Rows(tuple(self._row(asked, row) for row in found.rows), found.next, broken)

    async def document(self, query: DocumentQuery) -> Document | None:
        return await self.held.document(self.telling.back(query))

    def _row(self, asked: Query, row: Row) -> Row:
        return self.telling.row(self.name, asked.table, row)


@dataclass
class World:
    """A running service over held rows. `systems` bear the names of the original, rows too."""

    blueprint: Blueprint
    service: Service
    systems: dict[str, HeldRows]
    hands: Hands
    memory: Notebook
    noticeboard: Noticeboard
    language: str = "nl"
    telling: Telling = AS_WRITTEN

    async def open(self, who: str, address: str, after: str = "") -> Page | None:
        """The page at an address for whoever signs in with this mail address."""
        return await self.show(address, await self.service.viewer(visitor(who)), after)

    async def show(
        self, address: str, viewer: Viewer, after: str = "", *, newest: bool = False
    ) -> Page | None:
        """The page at an address of the original, in its words, with its query if it has one.

        Raises CannotArrange.
        """
        path, _, query = self.telling.address(address).partition("?")
        asked = parse_qs(query)
        page = await self.service.open(
            path,
            viewer,
            self.language,
            after or asked.get("after", [""])[0],
            newest=newest,
            arrangement=arrangement_of(asked.get("sort", ()), asked.get("q", ())),
        )
        return self.telling.back(page)

    async def viewer(self, who: str) -> Viewer:
        """Who somebody is who signs in with this mail address."""
        return await self.service.viewer(visitor(who))

    async def document(self, who: str, address: str) -> Handed | NoDocument:
        """The document at an address for whoever signs in with this mail address."""
        viewer = await self.service.viewer(visitor(who))
        there = self.telling.address(address)
        found = await self.service.document(there, viewer, self.language)
        if isinstance(found, Handed):
            return replace(found, name=self.telling.back(found.name))
        return found

    def calls(self) -> int:
        """How many questions the systems got since the last time this was asked."""
        asked = sum(len(system.asked) for system in self.systems.values())
        for system in self.systems.values():
            system.asked.clear()
        return asked


def visitor(mail: str) -> Visitor:
    """Somebody who signed in, in two steps: `test_two_steps` is about who did not."""
    return Visitor(person=f"person of {mail}", email=mail, level=2)


def blueprint_of(folder: Path) -> Blueprint:
    reading = read(folder)
    assert reading.blueprint is not None, reading.findings
    return reading.blueprint


def contracts_of(blueprint: Blueprint) -> dict[str, Contract]:
    kinds = installed()
    return {
        id_: kinds[system.speaks].read_contract(
            [blueprint.files[file] for file in system.contract], system.what_it_does_not_say
        )
        for id_, system in blueprint.systems.items()
    }


def rows_of(folder: Path) -> dict[str, dict[str, list[Row]]]:
    """The example rows of a blueprint, by system and table."""
    text = (folder / "examples" / "rows.yaml").read_text()
    tables: Mapping[str, list[dict[str, Raw]]] = yaml.load(text, Loader=_Plain)  # noqa: S506
    found: dict[str, dict[str, list[Row]]] = {}
    for name, rows in tables.items():
        system, _, table = name.partition(".")
        found.setdefault(system, {})[table] = list(rows)
    return found


class _Plain(yaml.SafeLoader):
    """Safe, and dates stay the text that a system would send."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def world(
    folder: Path = LINDEMAN,
    rows: Mapping[str, Mapping[str, Iterable[Row]]] | None = None,
    *,
    page_rows: int = 20,
    list_rows: int = 200,
    change: Blueprint | None = None,
    telling: Telling = AS_WRITTEN,
    actions: Actions | None = None,
    inputs: Inputs = NO_INPUTS,
    asks: Callable[[Clock], AsksColleagues] = lambda _clock: nothing_is_asked,
    now: Callable[[], float] = time.time,
) -> World:
    """A world for a blueprint, with its example rows or other ones.

    actions: where what customers send is kept; without it there are no forms.
    telling: the words in which the example runs; whoever asks speaks those of the original.
    """
    as_it_stands, contracts = _standing(folder if telling is AS_WRITTEN else telling.folder)
    blueprint = change or as_it_stands
    held = rows_of(folder) if rows is None else rows
    systems = {
        name: HeldRows({table: list(r) for table, r in held.get(name, {}).items()})
        for name in map(telling.text, map(str, blueprint.systems))
    }
    hands = Hands()
    memory, noticeboard = Notebook(hands), Noticeboard(telling)
    service = Service(
        blueprint,
        contracts if change is None else contracts_of(change),
        retold(systems, telling),
        KINDS,
        memory,
        hands.clock,
        noticeboard,
        SECRET,
        page_rows=page_rows,
        list_rows=list_rows,
        actions=actions,
        inputs=inputs,
        asks=asks(hands.clock),
        now=now,
    )
    return World(blueprint, service, systems, hands, memory, noticeboard, telling=telling)


@cache
def _standing(folder: Path) -> tuple[Blueprint, Mapping[str, Contract]]:
    """A blueprint of a folder, and its contracts: read once, for they are never changed."""
    blueprint = blueprint_of(folder)
    return blueprint, contracts_of(blueprint)


def retold(
    systems: Mapping[str, HeldRows], telling: Telling
) -> Mapping[str, HeldRows] | Mapping[str, Retold]:
    """Systems as a telling knows them."""
    if telling is AS_WRITTEN:
        return systems
    return {telling.system(name): Retold(name, held, telling) for name, held in systems.items()}


def without_keeping(beside: World) -> World:
    """A world on the same systems and clock that makes every page anew."""
    memory, noticeboard = Notebook(beside.hands), Noticeboard()
    service = Service(
        beside.blueprint,
        contracts_of(beside.blueprint),
        beside.systems,
        KINDS,
        memory,
        beside.hands.clock,
        noticeboard,
        SECRET,
        most_bytes=0,
    )
    return replace(beside, service=service, memory=memory, noticeboard=noticeboard)


def restarted(before: World) -> World:
    """The same world after a restart: only the memory is left."""
    service = Service(
        before.blueprint,
        contracts_of(before.blueprint),
        retold(before.systems, before.telling),
        KINDS,
        before.memory,
        before.hands.clock,
        before.noticeboard,
        SECRET,
    )
    return replace(before, service=service)
