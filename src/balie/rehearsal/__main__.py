"""Serves one system of a blueprint: `python -m balie.rehearsal FOLDER SYSTEM ...`.

Started by `balie.rehearsal.launch`; says where it listens on one line of JSON, and stops when its
standard input ends, so that it never outlives who started it.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from aiohttp import web

from balie.rehearsal.backoffice import (
    BackOffice,
    back_offices,
    everybody_of,
    recipe_of,
    settings_of,
    shapes,
)
from balie.rehearsal.door import door
from balie.rehearsal.gives import Gives
from balie.rehearsal.holding import Holding
from balie.rehearsal.journal import Journal
from balie.rehearsal.server import server
from balie.rehearsal.system import System
from balie.rehearsal.telling import Telling
from balie.rehearsal.trouble import RehearsalError
from balie.systems.errors import Misconfigured
from balie.systems.news import News, news_of

HOST = "127.0.0.1"


def main(arguments: list[str] | None = None) -> int:
    """Serves until its input ends. 0: stopped; 2: it cannot start, and one line says why."""
    args = _parser().parse_args(arguments)
    try:
        system = _system(args.folder, args.system, args.today, args.log, args.only_examples)
        asyncio.run(_serve(system, args.port))
    except RehearsalError as error:
        _tell({"problem": str(error)})
        return 2
    except OSError as error:
        _tell({"problem": _no_port(args.port, error)})
        return 2
    return 0


def _no_port(port: int, error: OSError) -> str:
    # The text of uvloop and asyncio says the address twice.
    why = os.strerror(error.errno) if error.errno else str(error)
    return (
        f"Port {port} cannot be used: {why}.\n"
        "    Other ports:  --port 8510, or with make:  BALIE_PORT=8510 make demo"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m balie.rehearsal")
    parser.add_argument("folder", type=Path)
    parser.add_argument("system")
    parser.add_argument("--port", type=int, default=0, help="0: one that is free")
    parser.add_argument("--today", type=date.fromisoformat, required=True)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--only-examples", action="store_true")
    return parser


def _system(folder: Path, name: str, today: date, log: Path | None, only_examples: bool) -> System:
    offices = back_offices(folder)
    office = next((office for office in offices if office.name == name), None)
    if office is None:
        raise RehearsalError(f"{folder} has no system {name!r}.")
    settings = settings_of(offices, {})
    everybody = everybody_of(folder, offices, today, only_examples=only_examples)
    rows = {
        table: everybody[f"{name}.{office.our_name(table)}"] for table in office.contract.tables
    }
    return System(
        office=office,
        dialect=office.dialect(settings),
        door=door(name, office.profile, settings),
        holding=Holding(office.contract, rows),
        journal=Journal(log),
        gives=Gives(recipe_of(folder), shapes(offices)),
        now=_clock(today),
        telling=Telling(office, _news(office, settings)),
    )


def _news(office: BackOffice, settings: Mapping[str, str]) -> News | None:
    try:
        return news_of(office.profile, settings)
    except (ValueError, Misconfigured) as error:
        raise RehearsalError(f"The profile of {office.name} cannot be used: {error}") from error


def _clock(today: date) -> Callable[[], datetime]:
    """The time of day as it is, on the day that is rehearsed."""
    apart = today - datetime.now(UTC).date()
    return lambda: datetime.now(UTC) + apart


async def _serve(system: System, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_, stop.set)
    runner = web.AppRunner(
        server(system), access_log=None, handle_signals=False, shutdown_timeout=0.2
    )
    await runner.setup()
    site = web.TCPSite(runner, HOST, port)
    await site.start()
    watch = asyncio.create_task(_until_input_ends(stop))
    _tell({"port": runner.addresses[0][1]})
    await stop.wait()
    watch.cancel()
    await system.telling.close()
    await runner.cleanup()


async def _until_input_ends(stop: asyncio.Event) -> None:
    """Nothing is ever sent: the end of the input is the end of who started us."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError, ValueError):
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        await reader.read()
    stop.set()


def _tell(said: dict[str, str | int]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
