"""`balie rehearse`: a blueprint's systems, simulated and served over real HTTP."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from balie.rehearsal.launch import RehearsedSystem, launched, settings
from balie.site.blueprints import checked

FIRST_PORT = 8001


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "rehearse",
        help="serve a blueprint's systems from their contracts and examples, without any of them",
        description="Serves the systems of a blueprint over HTTP, each on a port of its own, with "
        "rows for everybody. Prints the addresses and the settings with which they are found. "
        "Stops with Ctrl+C.",
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="the blueprint's folder")
    parser.add_argument(
        "--port",
        type=int,
        default=FIRST_PORT,
        help=f"the first system's port; the others follow (default {FIRST_PORT}; 0: free ones)",
    )
    parser.add_argument(
        "--today",
        type=_day,
        default=None,
        metavar="2026-11-22",
        help="the day on which the examples happen (default: today)",
    )
    parser.add_argument("--log", type=Path, metavar="FOLDER", help="write each system's log there")
    parser.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serves until stopped. 0: stopped; 1: a system stopped by itself. Raises Refusal."""
    folder = checked(args.path).folder
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    today = args.today or date.today()  # noqa: DTZ011  the day where we are
    with launched(folder, first_port=args.port or None, today=today, log_dir=args.log) as systems:
        found = settings(folder, systems)
        print(_as_json(systems, found, today) if args.json else _told(systems, found, today))
        sys.stdout.flush()
        return _wait(stop, systems)


def _wait(stop: threading.Event, systems: Mapping[str, RehearsedSystem]) -> int:
    """Waits until somebody stops it, or a system ends by itself."""
    while not stop.wait(1.0):
        ended = [system.title for system in systems.values() if not system.runs]
        if ended:
            print(f"{ended[0]} stopped by itself.", file=sys.stderr)
            return 1
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it as 2026-11-22") from None


def _told(systems: Mapping[str, RehearsedSystem], found: Mapping[str, str], today: date) -> str:
    lines = [f"Rehearsing on {today.isoformat()}. Stop with Ctrl+C.", ""]
    lines += [f"  {system.title:<24}{system.url}" for system in systems.values()]
    lines += ["", "Settings (they open nothing but this rehearsal):", ""]
    lines += [f"  export {name}='{value}'" for name, value in found.items()]
    lines += ["", "Make a system fail, and see what it was asked:", ""]
    lines += [
        f"  curl -X PUT {system.url}/_rehearsal/mode -d '{{\"down\": true}}'\n"
        f"  curl {system.url}/_rehearsal/log"
        for system in list(systems.values())[:1]
    ]
    return "\n".join(lines)


def _as_json(systems: Mapping[str, RehearsedSystem], found: Mapping[str, str], today: date) -> str:
    return json.dumps(
        {
            "today": today.isoformat(),
            "systems": [
                {"name": system.name, "title": system.title, "url": system.url}
                for system in systems.values()
            ],
            "settings": dict(found),
        },
        ensure_ascii=False,
    )
