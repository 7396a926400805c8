"""`balie prove`: whether anybody gets to see, or can send, what is not theirs."""

import argparse
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol

from balie.proving.noting import Notes
from balie.rehearsal.launch import RehearsedSystem, launched, settings
from balie.site import installation
from balie.site.blueprints import Checked, checked
from balie.site.configuration import Configuration

EXAMPLES = """\
examples:
  balie prove blueprints/shop             everybody asks for everything, in a few minutes at most
  balie prove blueprints/shop --quick     one row of everybody at each door
  balie prove blueprints/shop --json      counts and findings, for programs

It rehearses the systems, plants marks in their rows, and reads from the blueprint, apart from the
portal's own way, who may see which. Nothing of yours is asked or kept.
exit codes: 0 nothing leaks; 1 something does, or could not be proved; 2 wrong use
"""


class Prove(Protocol):
    """`balie.site.proving.prove`."""

    def __call__(
        self,
        found: Checked,
        configuration: Configuration,
        systems: Mapping[str, RehearsedSystem],
        say: Callable[[str], None],
        *,
        seed: int,
        quick: bool,
        guesses: int,
    ) -> Notes: ...


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "prove",
        help="prove that nobody gets to see, or can send, what is not theirs",
        description="Runs a blueprint on rehearsed systems, asks for every page, document and "
        "form as everybody whose it is not, and looks for what they should not have seen.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", type=Path, metavar="BLUEPRINT", help="the blueprint's folder")
    parser.add_argument("--quick", action="store_true", help="one row of everybody at each door")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="1", help="which rows are chosen, and which marks"
    )
    parser.add_argument(
        "--guesses",
        type=int,
        default=0,
        metavar="100000",
        help="instead: one customer guesses so many times at identifiers of others",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Proves. 0: nothing leaks; 1: something does. Raises Refusal when it cannot be tried."""
    began = time.monotonic()
    found = checked(args.path)
    today = date.today()  # noqa: DTZ011 - the day where we are
    with (
        tempfile.TemporaryDirectory(prefix="balie-prove-") as state,
        launched(found.folder, today=today) as systems,
    ):
        configuration = installation.ready(environment(found, systems, Path(state)))
        logging.disable(logging.CRITICAL)  # whatever is asked here, nobody need be told of it
        prove: Prove = resolve_name("balie.site.proving:prove")  # can be imported only now
        notes = prove(
            found,
            configuration,
            systems,
            _say,
            seed=args.seed,
            quick=args.quick,
            guesses=args.guesses,
        )
    took = time.monotonic() - began
    print(notes.as_json(took, args.seed) if args.json else notes.told(took))
    return 1 if notes.fails else 0


def environment(
    found: Checked, systems: Mapping[str, RehearsedSystem], state: Path
) -> dict[str, str]:
    """The settings of a demo that leaves nothing behind; none of those that are set here."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BALIE_")}
    return {
        **kept,
        **settings(found.folder, systems),
        "BALIE_STATE": str(state),
        "BALIE_DEMO": "1",
        "BALIE_PRIVATE_SYSTEMS": "127.0.0.1",
    }


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
