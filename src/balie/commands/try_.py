"""`balie try`: one page as one person, raw beside clear, and why something is hidden."""

import argparse
import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import msgspec

from balie.access.viewer import Visitor
from balie.backstage.explaining import Explained, explain
from balie.backstage.ports import Incident
from balie.commands.as_somebody import Heard, connected, rehearsed, visitor_with
from balie.commands.explanation import Trial, as_text
from balie.site import configuration, logs
from balie.site.blueprints import Checked, checked, language_of
from balie.site.configuration import Configuration
from balie.site.refusal import WrongUse

EXAMPLES = """\
examples:
  balie try /orders --as sanne@example.nl blueprints/shop              with the real systems
  balie try /orders --as sanne@example.nl blueprints/shop --rehearse   with rehearsed ones
  balie try /orders/1042 --as bram@example.nl blueprints/shop --json | jq .explained.hidden

Somebody who signed in here before is linked as then, unless with --rehearse.
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
    parser.add_argument("--language", metavar="nl", help="default: the blueprint's own")
    parser.add_argument(
        "--rehearse", action="store_true", help="start rehearsed systems for it, and stop them"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Tries. 0: explained. Raises Refusal when it cannot be tried, WrongUse when asked wrongly."""
    if not args.address.startswith("/"):
        raise WrongUse("ADDRESS", f"{args.address} is no address.", ["It begins with /:  /orders"])
    found = checked(args.path)
    language = language_of(found.blueprint, args.language)
    with ExitStack() as stack:
        chosen = rehearsed(found, stack) if args.rehearse else configuration.read(os.environ)
        logs.begin(chosen.log, sys.stderr)
        visitor = visitor_with(args.person.strip().lower(), chosen, is_rehearsed=args.rehearse)
        explained, incidents = asyncio.run(_tried(found, chosen, args.address, visitor, language))
    trial = Trial(args.address, args.person, explained, incidents)
    print(_as_json(trial) if args.json else as_text(trial), end="")
    return 0


def _as_json(trial: Trial) -> str:
    plain = msgspec.to_builtins(trial, enc_hook=str, order="sorted")
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


async def _tried(
    found: Checked, chosen: Configuration, address: str, visitor: Visitor, language: str
) -> tuple[Explained, tuple[Incident, ...]]:
    heard = Heard()
    async with AsyncExitStack() as closing:
        service = connected(found, chosen, heard, closing).service
        explained = await explain(service, address, visitor, language)
    return explained, tuple(heard.incidents)
