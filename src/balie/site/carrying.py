"""The process that carries: what customers sent goes to the systems, and rounds are made beside it.

It shares nothing with the process that serves pages but the database and what is remembered.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from random import Random

from balie.backstage.carrying import Carrier
from balie.backstage.ports import Clock, Incidents
from balie.site import systems
from balie.site.accepting import accepting
from balie.site.blueprints import Checked
from balie.site.configuration import Configuration
from balie.site.connecting import Connected, Kept, clock_of, connect
from balie.site.engines import Runs, engine_of
from balie.site.failpoints import BreakableWriter, reach_of
from balie.site.inputs import StoredInputs, stored_inputs
from balie.site.keeping import memory_of, secret_of
from balie.site.logs import ToldIncidents, log_of
from balie.site.only_one import Held, only_one
from balie.site.rounds import Round, make_rounds
from balie.site.sealing import keep_seal
from balie.site.stories import Stories, stories_of
from balie.store.actions import StoredActions
from balie.store.incidents import IncidentBook
from balie.store.retention import Retention
from balie.transport.limits import Part

log = log_of(__name__)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrying:
    """What the carrier holds open, and what rounds work with."""

    found: Checked
    configuration: Configuration
    connected: Connected
    actions: StoredActions
    incidents: Incidents
    stories: Stories
    clock: Clock


def rounds(carrying: Carrying) -> Sequence[Round]:
    """What is done beside carrying: a line for each."""
    retention = Retention(carrying.actions)
    return (
        *carrying.stories.rounds(),
        Round(
            "erasing what is over its time", 3600, lambda: retention.erase_due(carrying.clock.now())
        ),
        Round("sealing the audit", 3600, lambda: _seal(carrying)),
        *inputs_of(carrying).rounds(),
    )


async def _seal(carrying: Carrying) -> int:
    return await carrying.actions.work.read(lambda: keep_seal(carrying.configuration))


def inputs_of(carrying: Carrying) -> StoredInputs:
    """What came in besides answers."""
    secret = secret_of(carrying.configuration)
    return stored_inputs(carrying.found.blueprint, carrying.actions, secret, carrying.clock.now)


async def came_further(carrying: Carrying) -> None:
    """What is done at once when an action came further: a line for each."""
    await carrying.stories.hear_of_actions()


def carry(found: Checked, configuration: Configuration, say: Say, *, as_a_child: bool) -> None:
    """Carries until it is told to stop. as_a_child: also when standard input ends.

    Raises Refusal when it cannot start.
    """
    with asyncio.Runner() as runner:
        runner.run(_until_told(found, configuration, say, as_a_child))


async def _until_told(
    found: Checked, configuration: Configuration, say: Say, as_a_child: bool
) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, told.set)
    if as_a_child:
        loop.add_reader(sys.stdin.fileno(), _read, told)
    carrying = asyncio.create_task(_carry(found, configuration, say))
    ending = asyncio.create_task(told.wait())
    await asyncio.wait((carrying, ending), return_when=asyncio.FIRST_COMPLETED)
    for task in (carrying, ending):
        task.cancel()
    with suppress(asyncio.CancelledError):
        await carrying


def _read(told: asyncio.Event) -> None:
    """Nothing is ever sent: the end of the input is the end of who started us."""
    if not os.read(sys.stdin.fileno(), 1024):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        told.set()


async def _carry(found: Checked, configuration: Configuration, say: Say) -> None:
    def waits() -> None:
        say("Another carrier works on this database. I go on when it stops.")

    async with only_one(configuration, waits) as held, AsyncExitStack() as opening:
        carrying = await opened(found, configuration, opening)
        say(f"{found.blueprint.service}: carrying what customers send   (stop with Ctrl+C)")
        log.info("carrying", service=str(found.blueprint.service), version=found.blueprint.version)
        await _work(carrying, held)


async def _work(carrying: Carrying, held: Held) -> None:
    """Carries and makes rounds, until it is cancelled or the place is somebody else's."""
    parts = [
        asyncio.create_task(work)
        for work in (
            engine(carrying).run(),
            make_rounds(rounds(carrying), _round_failed),
            _until_lost(held),
        )
    ]
    try:
        await asyncio.gather(*parts)
    finally:
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


async def _until_lost(held: Held) -> None:
    await held.lost()
    raise RuntimeError("another process may carry now")


async def opened(
    found: Checked,
    configuration: Configuration,
    opening: AsyncExitStack,
    clock: Clock | None = None,
) -> Carrying:
    """All that carrying needs. opening: gets what must be closed. Raises Refusal."""
    clock = clock or clock_of(found.blueprint)
    memory = memory_of(configuration)
    opening.push_async_callback(memory.close)
    incidents = IncidentBook(configuration.state / "trace.db")
    incidents.start()
    opening.push_async_callback(incidents.stop)
    told = ToldIncidents(incidents, log)
    actions = accepting(configuration, opening, clock.now)
    kept = Kept(memory, told, secret_of(configuration))
    connected = connect(found, configuration, kept, opening, clock, Part.CARRIER)
    stories = stories_of(found, configuration, connected, actions, told, clock)
    await stories.versions.keep()
    return Carrying(
        found=found,
        configuration=configuration,
        connected=connected,
        actions=actions,
        incidents=told,
        stories=stories,
        clock=clock,
    )


def engine(carrying: Carrying) -> Runs:
    """What carries, and keeps at it."""
    carrier = carrier_of(carrying)
    reach = reach_of(carrying.configuration.failpoint, carrying.configuration.state)

    async def carry(action: str) -> float | None:
        pause = await carrier.carry(action)
        await came_further(carrying)
        reach("after an action was carried")
        if pause is not None:
            reach("before an action is put in the queue again")
        return pause

    def failed(fault: Exception) -> None:
        _failed("carrying", fault)

    return engine_of(carrying.configuration, carry, carrying.actions.waiting, failed)


def carrier_of(carrying: Carrying) -> Carrier:
    """Brings one action as far as it goes now. Raises Refusal."""
    found, network = carrying.found, carrying.connected.network
    said = systems.repeats(found.blueprint)
    configuration = carrying.configuration
    writers = systems.writers(found.blueprint, found.contracts, network, configuration.values)
    if configuration.failpoint:
        reach = reach_of(configuration.failpoint, configuration.state)
        writers = {name: BreakableWriter(one, reach) for name, one in writers.items()}
    return Carrier(
        actions=carrying.actions,
        uploads=inputs_of(carrying).uploads,
        writers=writers,
        repeats=lambda system, table: said.get((system, table)),
        now=carrying.clock.now,
        jitter=_jitter,
    )


_random = Random()  # noqa: S311 - it spreads tries, it hides nothing


def _jitter() -> float:
    return _random.uniform(0.5, 1.5)


def _round_failed(name: str, fault: Exception) -> None:
    _failed(name, fault)


def _failed(what: str, fault: Exception) -> None:
    """A fault of our own: told with its place only, for its text may hold anything."""
    log.warning("failed", what=what, exc_info=fault)
