"""`balie carry`: what customers sent goes to the systems."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol

from balie.site import configuration, installation, logs
from balie.site.blueprints import Checked, checked
from balie.site.configuration import Configuration

EXAMPLES = """\
`balie run` does this by itself, in a process beside the one that serves pages. Run it by hand where
pages are served by processes that you start in another way. One works at a time for each database;
others wait until it stops, and go on.

examples:
  balie carry blueprints/shop         settings come from the environment, those of `balie run`

exit codes: 0 stopped; 1 it does not start, and says why; 2 wrong use
"""


class Carry(Protocol):
    """`balie.site.carrying.carry`."""

    def __call__(
        self,
        found: Checked,
        configuration: Configuration,
        say: Callable[[str], None],
        *,
        as_a_child: bool,
    ) -> None: ...


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "carry",
        help="carry what customers sent to the systems (`balie run` does this by itself)",
        description="Carries what customers sent to the systems, and tries again until it is "
        "there. What is not there yet is in the database: this may be killed at any moment.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", type=Path, metavar="PATH", nargs="?", help="the blueprint's folder")
    parser.add_argument(
        "--with-parent",
        action="store_true",
        help="say nothing, and stop when standard input ends: for whoever starts this as a child",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carries until stopped. Raises Refusal when it does not start."""
    environment = {**os.environ, **({"BALIE_BLUEPRINT": str(args.path)} if args.path else {})}
    blueprint = environment.get("BALIE_BLUEPRINT")
    found = checked(Path(blueprint) if blueprint else None)
    wanted = configuration.read(environment)
    configuration.demands(wanted)
    logs.begin(wanted.log, sys.stderr)
    chosen = installation.ready(environment)
    carry: Carry = resolve_name("balie.site.carrying:carry")  # can be imported only now
    carry(found, chosen, _silence if args.with_parent else _say, as_a_child=args.with_parent)
    return 0


def _say(text: str) -> None:
    print(text, flush=True)


def _silence(_text: str) -> None:
    """A child says nothing: its parent speaks."""
