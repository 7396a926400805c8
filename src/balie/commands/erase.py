"""`balie erase`: what Balie itself holds of somebody goes."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pkgutil import resolve_name

import msgspec

from balie.site import installation

EXAMPLES = """\
Erased are: sign-ins and sessions, who the person is to the systems, the answers of what they sent,
and all that is remembered of systems (of no answer can be told whose it is; it is asked anew).
What is under way stays until it is done, with the account; run this again then. References,
timings and the audit stay: they hold nothing personal once the account is gone. What your
systems hold is for those systems to erase.

examples:
  balie erase sanne@example.com          says what went, and what is left because it is under way
  balie erase sanne@example.com --json   the same, for programs

exit codes: 0 all of it went; 1 something is left, or nobody has this address; 2 wrong use
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "erase",
        help="erase what Balie itself holds of somebody",
        description="For whoever asks to be forgotten. It cannot be taken back.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("mail", metavar="MAIL", help="with which address they sign in")
    parser.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Erases somebody. 0: all of it went; 1: something is left, or there is nobody."""
    configuration = installation.ready(os.environ)
    erase: Callable[..., object] = resolve_name("balie.site.erasing:erase")
    erased = erase(configuration, args.mail)
    if erased is None:
        print(f"Nobody here has the address {args.mail}.", file=sys.stderr)
        return 1
    told: dict[str, list[dict[str, object]]] = msgspec.to_builtins(erased)
    print(json.dumps(told) if args.json else _as_text(args.mail, told))
    return 1 if told["left"] else 0


def _as_text(mail: str, told: dict[str, list[dict[str, object]]]) -> str:
    lines = [f"Erased of {mail}:"]
    lines += [f"  {one['number']:>4}  {one['what']}" for one in told["gone"]]
    lines += ["        all that was remembered of systems"]
    if told["left"]:
        lines += ["", "Left, because it is under way; run this again when it is done:"]
        lines += [f"  {one['number']:>4}  {one['what']}" for one in told["left"]]
    return "\n".join(lines)
