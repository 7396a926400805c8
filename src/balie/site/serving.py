"""Serves the site with uvicorn until it is told to stop."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.loops.auto import auto_loop_factory

from balie.frontstage.rehearsed import DemoPerson, Rehearsed
from balie.rehearsal.launch import RehearsedSystem
from balie.site import demo
from balie.site.blueprints import Checked
from balie.site.bootstrap import Portal, start, stop
from balie.site.child import Child, carrier_command
from balie.site.collecting import settle
from balie.site.configuration import Configuration
from balie.site.edits import Edited, Say, Start
from balie.site.refusal import Refusal

Tell = Callable[[Portal], None]
_DRAIN = 10  # seconds for requests under way, once it is told to stop


def serve(
    found: Checked,
    configuration: Configuration,
    systems: Mapping[str, RehearsedSystem],
    say: Say,
) -> None:
    """Serves until stopped. systems: those that are rehearsed. say: tells whoever started it.

    Raises Refusal when it cannot start.
    """
    rehearsed = _rehearsed(found, systems) if configuration.demo else None
    if not configuration.demo:
        demo.refuse_demo_people()

    def tell(portal: Portal) -> None:
        people = rehearsed.people if rehearsed else ()
        say(_told(configuration, portal, people, systems))

    def opened(found: Checked) -> Awaitable[Portal]:
        return start(found, configuration, rehearsed)

    with _listening(configuration) as listening:
        for system in systems.values():
            system.tells(_nearby(configuration))
        factory = auto_loop_factory(use_subprocess=False)
        carrier = Child(carrier_command(found.folder))
        with asyncio.Runner(loop_factory=factory) as runner:
            if rehearsed:
                runner.run(_serve_edited(found, opened, listening, tell, say, carrier))
            else:
                runner.run(_serve(opened(found), listening, tell, carrier))


async def _serve(
    starting: Awaitable[Portal], listening: socket.socket, tell: Tell, carrier: Child
) -> None:
    portal = await starting
    settle()
    try:
        async with _beside(carrier.run()):
            tell(portal)
            await _until_stopped(portal.application, listening)
    finally:
        await stop(portal)


async def _serve_edited(
    found: Checked,
    opened: Start,
    listening: socket.socket,
    tell: Tell,
    say: Say,
    carrier: Child,
) -> None:
    """Serves the newest version of the files that may run, while somebody edits them."""
    edited = Edited(await opened(found), found.folder, opened, say, carrier.replace)
    try:
        async with _beside(carrier.run()), _beside(edited.follow()):
            tell(edited.portal)
            await _until_stopped(edited, listening)
    finally:
        await edited.stop()


@asynccontextmanager
async def _beside(work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Work that goes on for as long as what is inside."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until_stopped(application: ASGIApp, listening: socket.socket) -> None:
    # uvicorn raises the signal again when it has stopped; by then there is nothing left to do.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: None)
    config = uvicorn.Config(
        application,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # our own door believes only the proxies that it knows
        server_header=False,
        timeout_graceful_shutdown=_DRAIN,
    )
    await uvicorn.Server(config).serve(sockets=[listening])


def _nearby(configuration: Configuration) -> str:
    """Where systems on this machine find us."""
    everywhere = configuration.host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
    return f"http://{'127.0.0.1' if everywhere else configuration.host}:{configuration.port}"


def _rehearsed(found: Checked, systems: Mapping[str, RehearsedSystem]) -> Rehearsed:
    people = demo.people_of(found.folder, found.blueprint)
    demo.enrol_people(found.folder, people)
    return demo.rehearsed(people, systems)


def _listening(configuration: Configuration) -> socket.socket:
    try:
        return socket.create_server((configuration.host, configuration.port), backlog=2048)
    except OSError as error:
        raise Refusal(
            "PORT",
            f"I cannot listen at {configuration.host}:{configuration.port}: {_reason(error)}.",
            [
                f"Another port:  balie run --port {configuration.port + 10}",
                f"or, with make:  BALIE_PORT={configuration.port + 10} make demo",
            ],
        ) from error


def _reason(error: OSError) -> str:
    # Where there is a number, its own text: the longer one says the address again.
    return os.strerror(error.errno) if error.errno else str(error)


def _is(person: DemoPerson) -> str:
    """What somebody is, where, and whether they look after its people."""
    administers = "administers its people" if person.administers else ""
    return ", ".join(filter(None, (person.role, person.organisation, administers)))


def _told(
    configuration: Configuration,
    portal: Portal,
    people: Sequence[DemoPerson],
    systems: Mapping[str, RehearsedSystem],
) -> str:
    lines = [f"{portal.blueprint.service}: {configuration.public_url}/   (stop with Ctrl+C)"]
    if people:
        width = max(len(person.mail) for person in people)
        lines += ["", "Sign in as:"]
        lines += [f"  {person.mail:<{width}}  {_is(person)}" for person in people]
        tries = [f"  {one.mail:<{width}}  {one.tries}" for one in people if one.tries]
        lines += ["", "To try:", *tries] if tries else []
        lines += ["", f"Their password:  {demo.PASSWORD}"]
        lines += [f"Secret of the app with codes of {p.mail}:  {p.secret}"
                  for p in people if p.secret]  # fmt: skip
    if systems:
        lines += ["", "Rehearsed systems:"]
        lines += [f"  {system.title:<24}{system.url}" for system in systems.values()]
    return "\n".join(lines)
