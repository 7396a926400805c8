"""A service with its store, its systems over HTTP and its mails: all real but the clock.

What `balie run` and `balie carry` do in two processes is done here in one, at the hand of a test.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import uvicorn

from balie.access.viewer import Viewer, Visitor
from balie.backstage.actions import Receipt
from balie.backstage.carrying import Carrier
from balie.backstage.forms.desk import TOKEN, NotAccepted
from balie.backstage.ports import Clock, Incident
from balie.backstage.process.instance import Instance, Kind, WorkItem
from balie.backstage.process.knowing import NoMemory
from balie.backstage.process.processes import Answered
from balie.frontstage.inbound import inbound
from balie.identity.models import DemoMail
from balie.identity.people import enrol
from balie.rehearsal.launch import RehearsedSystem, settings
from balie.site import configuration, systems
from balie.site.blueprints import Checked, checked
from balie.site.configuration import Configuration
from balie.site.connecting import Connected, Kept, connect
from balie.site.hearing import hearing_of
from balie.site.stories import Stories, records_of, stories_of
from balie.store.actions import StoredActions
from balie.store.ciphers import Cipher
from balie.store.instance_models import Note
from balie.store.unit_of_work import UnitOfWork
from tests.ports import free_ports
from tests.telling import LINDEMAN
from tests.writing.world import NoUploads

ZONE = ZoneInfo("Europe/Amsterdam")
_A_DAY_IN_REST = 400  # turns after which nothing may be left to do


@dataclass(repr=False)
class Noticed:
    """Incidents, remembered."""

    incidents: list[Incident] = field(default_factory=list)

    def report(self, incident: Incident) -> None:
        self.incidents.append(incident)


@dataclass(repr=False)
class Town:
    """The service, its systems, its customers and its people. now: set by hand."""

    found: Checked
    configuration: Configuration
    connected: Connected
    actions: StoredActions
    stories: Stories
    carrier: Carrier
    systems: Mapping[str, RehearsedSystem]
    clock: "Hands"
    noticed: Noticed
    carrying: bool = True

    # ---- customers

    async def viewer(self, mail: str) -> Viewer:
        person, _ = await asyncio.to_thread(lambda: enrol(mail, verified=True))
        visitor = Visitor(person=person.pk.hex, email=mail, level=2)
        return await self.connected.service.viewer(visitor)

    async def sent(
        self, mail: str, address: str, about: str | None = None, **posted: Sequence[str]
    ) -> Receipt | NotAccepted | None:
        """Sends a form. Names of rows are written `lines__10000__quantity` here."""
        service, viewer = self.connected.service, await self.viewer(mail)
        opening = await service.form(address, viewer, "nl")
        assert opening is not None
        assert service.forms is not None
        around = service.around(viewer, "nl", address)
        said = {name.replace("__", "."): values for name, values in posted.items()}
        token = service.forms.token(opening)
        return await service.forms.send(opening, around, about, said | {TOKEN: [token]})

    def mails(self) -> list[DemoMail]:
        return list(DemoMail.objects.order_by("pk"))

    # ---- staff

    async def work(self, *teams: str) -> Sequence[WorkItem]:
        return await self.stories.instances.open_for(frozenset(teams))

    async def answer(self, item: WorkItem, answer: str, **said: str) -> Answered | None:
        filled = {name.replace("__", "."): text for name, text in said.items()}
        return await self.stories.processes.answer(item.id, answer, "mila", filled)

    # ---- systems

    def rows(self, system: str, table: str, **having: object) -> list[Mapping[str, object]]:
        """The rows of a system that have these values."""
        rows = self.systems[system].rows(table)
        return [r for r in rows if all(r.get(name) == value for name, value in having.items())]

    def effects(self) -> list[str]:
        """What was changed in every system, in the words of its own log."""
        return [
            f"{name} {effect.deed} {effect.table}"
            for name, system in self.systems.items()
            for effect in system.effects()
        ]

    # ---- time

    async def passes(self, **length: float) -> None:
        """Time passes, and what is due happens at its moment."""
        end = self.clock.at + timedelta(**length)
        for _ in range(_A_DAY_IN_REST):
            await self.settle()
            following = await self._next_moment()
            if following is None or following > end:
                self.clock.at = end
                await self.settle()
                return
            self.clock.at = max(self.clock.at, following)
        raise AssertionError("it goes round without an end")

    async def settle(self) -> None:
        """Makes rounds until nothing comes of it."""
        for _ in range(_A_DAY_IN_REST):
            before = await self._all()
            for one in await self.actions.waiting() if self.carrying else ():
                await self.carrier.carry(one.action)
            for one in self.stories.rounds():
                await one.make()
            if await self._all() == before:
                return
        raise AssertionError("it never comes to rest")

    async def _all(self) -> object:
        def look() -> object:
            return (
                list(Note.objects.values_list("pk")),
                sorted((i.id, i.revision, str(i.wake_at)) for i in self._instances()),
                DemoMail.objects.count(),
            )

        waiting = await self.actions.waiting()
        return await self.actions.work.read(look), await self.actions.further(), waiting

    def _instances(self) -> list[Instance]:
        from balie.store.instance_models import Instance as Row  # noqa: PLC0415

        read = self.stories.instances.records.read
        return [one for row in Row.objects.all() if (one := read(row)) is not None]

    async def instances(self) -> list[Instance]:
        return await self.actions.work.read(self._instances)

    async def _next_moment(self) -> datetime | None:
        waking = [i.wake_at for i in await self.instances() if not i.is_over]
        receipts = [await self.actions.carry(w.action) for w in await self.actions.waiting()]
        tries = [p.next_at for r in receipts if r is not None for p in r.progress]
        moments = (one for one in (*waking, *tries) if one is not None and one > self.clock.at)
        return min(moments, default=None)

    # ---- what came of it

    async def log(self) -> list[str]:
        """Every line of every story."""
        notes = await self.actions.work.read(lambda: list(Note.objects.order_by("pk")))
        return [f"{n.step}: {n.what} {n.about}".rstrip() for n in notes]

    async def open_kinds(self) -> list[Kind]:
        return [i.kind for one in await self.instances() for i in one.open_items(*Kind)]


@dataclass(repr=False)
class Hands:
    """A clock that is set by hand; it begins now, for the systems have clocks of their own."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.at

    def today(self) -> date:
        return self.at.astimezone(ZONE).date()

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.today)


@asynccontextmanager
async def town(running: Mapping[str, RehearsedSystem]) -> AsyncIterator[Town]:
    """A service on these systems, and on the database of the tests."""
    found, hands, noticed = checked(LINDEMAN), Hands(), Noticed()
    environment = {k: v for k, v in os.environ.items() if k.startswith("BALIE_")}
    chosen = configuration.read(
        {
            **environment,
            **settings(LINDEMAN, running),
            "BALIE_PRIVATE_SYSTEMS": "127.0.0.1",
            "BALIE_PUBLIC_URL": "http://portal.example",
        }
    )
    async with AsyncExitStack() as opening:
        unit = UnitOfWork(2)
        opening.push_async_callback(unit.close)
        actions = StoredActions(
            unit, Cipher(chosen.keys), nobody_hears, hands.now, records_of(chosen).begin
        )
        kept = Kept(NoMemory(), noticed, b"a secret of the tests, 32 bytes.", actions)
        connected = connect(found, chosen, kept, opening, hands.clock)
        stories = stories_of(found, chosen, connected, actions, noticed, hands.clock)
        await stories.versions.keep()
        repeats = systems.repeats(found.blueprint)
        carrier = Carrier(
            actions=actions,
            uploads=NoUploads(),
            writers=systems.writers(
                found.blueprint, found.contracts, connected.network, chosen.values
            ),
            repeats=lambda system, table: repeats.get((system, table)),
            now=hands.now,
            jitter=lambda: 1.0,
        )
        hearing = hearing_of(found, chosen, connected.service, opening)
        url = await opening.enter_async_context(_served(inbound(hearing)))
        for system in running.values():
            await asyncio.to_thread(system.tells, url)
        yield Town(found, chosen, connected, actions, stories, carrier, running, hands, noticed)
        for system in running.values():
            await asyncio.to_thread(system.tells, "")


def nobody_hears(_action: str, _order_with: str) -> None:
    """An engine that is never told: the test carries."""


class _Server(uvicorn.Server):
    """Leaves signals alone.

    What it puts back at its end would be what asyncio had put there for the set-up; every later
    test would then pay for telling that in words, however long.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _served(app: object) -> AsyncIterator[str]:
    """An app on a port of its own."""
    port = free_ports(1)
    config = uvicorn.Config(app, port=port, lifespan="off", log_config=None, access_log=False)
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=None))
    while not server.started:  # noqa: ASYNC110 - it has no event to wait for
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving
