"""`balie try`: one page as one person, raw beside clear, and why something is hidden."""

import argparse
import asyncio
import json
import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from balie.access.viewer import Visitor
from balie.backstage.explaining import explain
from balie.backstage.ports import Clock, Incident, Remembered
from balie.backstage.service import Service
from balie.blueprint.finding import Severity
from balie.blueprint.model import Blueprint
from balie.blueprint.reader import read
from balie.commands.explanation import Trial, as_text
from balie.rehearsal.launch import launched, settings
from balie.rehearsal.trouble import RehearsalError
from balie.site import configuration, systems
from balie.site.configuration import WrongSetting
from balie.site.refusal import Refusal
from balie.site.step_kinds import STEP_KINDS
from balie.transport.http import Network

EXAMPLES = """\
examples:
  balie try /orders --as sanne@example.nl blueprints/shop              with the real systems
  balie try /orders --as sanne@example.nl blueprints/shop --rehearse   with rehearsed ones
  balie try /orders/1042 --as bram@example.nl blueprints/shop --json | jq .explained.hidden

Everything is asked anew and nothing is kept. It prints raw rows of a person: keep it to yourself.
exit codes: 0 explained, also when the page is not found; 1 it cannot be tried; 2 wrong use
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "try",
        help="open one page as one person, and see why it is as it is",
        description="Opens an address as a person: who that is to the systems, what was asked of "
        "them and why, each value raw beside clear, and why something is not shown.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("address", metavar="ADDRESS", help="such as /orders/1042")
    parser.add_argument("path", type=Path, metavar="PATH", help="the blueprint's folder")
    parser.add_argument(
        "--as", dest="person", required=True, metavar="MAIL", help="with which address they sign in"
    )
    parser.add_argument("--language", metavar="nl|en", help="default: the blueprint's own")
    parser.add_argument(
        "--rehearse", action="store_true", help="start rehearsed systems for it, and stop them"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Tries. 0: explained; 1: it cannot be tried; 2: wrong use."""
    try:
        chosen = configuration.read(os.environ)
        if not args.address.startswith("/"):
            return _refused(
                f"{args.address} is no address; it begins with /, as in /orders", code=2
            )
        blueprint = _blueprint(args.path)
        with ExitStack() as stack:
            world = _rehearsed(args.path, stack) if args.rehearse else _real(chosen)
            trial = asyncio.run(_tried(blueprint, world, args))
    except (Refusal, RehearsalError, WrongSetting) as refusal:
        return _refused(str(refusal), code=1)
    print(_as_json(trial) if args.json else as_text(trial), end="")
    return 0


def _refused(why: str, *, code: int) -> int:
    print(why, file=sys.stderr)
    return code


def _as_json(trial: Trial) -> str:
    plain = msgspec.to_builtins(trial, enc_hook=str, order="sorted")
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


def _blueprint(folder: Path) -> Blueprint:
    reading = read(folder)
    wrong = [one for one in reading.findings if one.severity is Severity.ERROR]
    if reading.blueprint is None or wrong:
        first = f"{wrong[0].where[0].at}: {wrong[0].message}" if wrong else "It cannot be read."
        raise Refusal("BLUEPRINT", first, [f"To read more:  balie check {folder}"])
    return reading.blueprint


# ---- the world that it is tried in


@dataclass(frozen=True, slots=True)
class _World:
    """Where the systems are. private: hosts that may have a private address."""

    values: Mapping[str, str]
    private: frozenset[str]


def _real(chosen: configuration.Configuration) -> _World:
    return _World(chosen.values, chosen.private_systems)


def _rehearsed(folder: Path, stack: ExitStack) -> _World:
    """Rehearsed systems, that stop when the stack is closed."""
    running = stack.enter_context(launched(folder, today=date.today()))  # noqa: DTZ011
    return _World(settings(folder, running), frozenset({"127.0.0.1"}))


class _Forgetful:
    """A memory that remembers nothing: whoever tries wants to see what is there now."""

    async def get(self, key: str) -> Remembered | None:  # noqa: ARG002
        """Nothing."""
        return None

    async def put(self, key: str, remembered: Remembered, *, keep_until: datetime) -> None:
        """Drops it."""

    async def forget(self, key: str) -> None:
        """There is nothing to forget."""


@dataclass(slots=True)
class _Heard:
    """What staff would have been told."""

    incidents: list[Incident] = field(default_factory=list)

    def report(self, incident: Incident) -> None:
        """Keeps it, to be shown."""
        self.incidents.append(incident)


async def _tried(blueprint: Blueprint, world: _World, args: argparse.Namespace) -> Trial:
    heard = _Heard()
    async with AsyncExitStack() as stack:
        network = Network(allowed_private=world.private)
        stack.push_async_callback(network.close)
        service = _service(blueprint, world, network, heard)
        stack.push_async_callback(service.close)
        visitor = Visitor(person="", email=args.person.strip().lower())
        language = args.language or str(blueprint.language)
        explained = await explain(service, args.address, visitor, language)
    return Trial(args.address, args.person, explained, tuple(heard.incidents))


def _service(blueprint: Blueprint, world: _World, network: Network, heard: _Heard) -> Service:
    contracts = systems.contracts(blueprint)
    return Service(
        blueprint,
        contracts,
        systems.connectors(blueprint, contracts, network, world.values),
        STEP_KINDS,
        _Forgetful(),
        _clock(blueprint),
        heard,
        secrets.token_bytes(32),
    )


def _clock(blueprint: Blueprint) -> Clock:
    zone = ZoneInfo(blueprint.zone)
    return Clock(lambda: datetime.now(UTC), lambda: datetime.now(zone).date())
