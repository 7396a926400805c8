"""`balie passwords`: which passwords nobody may choose, because they are known from breaches."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from balie.identity.factors.breached import NotALine, Shape, make, shape_of
from balie.site import configuration
from balie.site.refusal import Refusal, WrongUse

EXAMPLES = """\
Have I Been Pwned publishes such lists, free, with a program that fetches them. Balie fetches
nothing: no password and no part of one ever leaves this machine.

  FILE    SHA-1 and how often it was seen, on each line:   5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824
  FOLDER  one file for each first five characters (00000.txt), with the other 35 on each line

examples:
  balie passwords import pwned-passwords-sha1.txt                  all of it
  balie passwords import pwned-passwords-sha1.txt --at-least 100   only what was seen often
  balie passwords show --json
  balie passwords remove

exit codes: 0 done; 1 refused, and says why; 2 wrong use
"""  # noqa: E501 - a line as it is published


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "passwords",
        help="which passwords nobody may choose",
        description="Well-known passwords are refused always. With a list of breached passwords "
        "those are refused too, when somebody chooses a new one.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    importing = actions.add_parser("import", help="make the list from what was published")
    importing.add_argument("source", type=Path, metavar="FILE", help="a file, or a folder")
    importing.add_argument(
        "--at-least", type=int, default=1, metavar="N", help="only those seen N times or more"
    )
    importing.add_argument("--json", action="store_true", help="for programs")
    importing.set_defaults(run=import_list)
    showing = actions.add_parser("show", help="what the list is")
    showing.add_argument("--json", action="store_true", help="for programs")
    showing.set_defaults(run=show)
    removing = actions.add_parser("remove", help="take the list away")
    removing.set_defaults(run=remove)


def import_list(args: argparse.Namespace) -> int:
    """Makes the list; the one of before holds until it is done."""
    if args.at_least < 1:
        raise WrongUse("PASSWORDS", "--at-least is a number from 1.", ["--at-least 100"])
    file = configuration.read(os.environ).breached_file
    try:
        shape = make(args.source, file, args.at_least, _progress(sys.stderr.isatty()))
    except NotALine as error:
        raise Refusal("PASSWORDS", f"{error} Nothing was changed.", [EXAMPLES]) from error
    except OSError as error:
        reason = f"{args.source} cannot be read: {error.strerror}"
        raise Refusal("PASSWORDS", reason, [EXAMPLES]) from error
    _tell(shape, file, as_json=args.json)
    return 0


def show(args: argparse.Namespace) -> int:
    """Says what the list is; 1 when there is none."""
    file = configuration.read(os.environ).breached_file
    shape = shape_of(file)
    if shape is None:
        print("null" if args.json else "There is no list: balie passwords import FILE")
        return 1
    _tell(shape, file, as_json=args.json)
    return 0


def remove(args: argparse.Namespace) -> int:
    """Takes the list away."""
    del args  # it has none
    file = configuration.read(os.environ).breached_file
    if not file.exists():
        print("There is no list.", file=sys.stderr)
        return 1
    file.unlink()
    print("The list is gone. Well-known passwords are refused as before.")
    return 0


def _tell(shape: Shape, file: Path, *, as_json: bool) -> None:
    size = file.stat().st_size
    if as_json:
        said = {"passwords": shape.count, "bytes": size, "false_positives": shape.rate}
        print(json.dumps(said | {"file": str(file)}))
        return
    print(f"{shape.count:,} passwords are refused; {size / 1e6:,.1f} MB in {file}.")
    print(f"One in {1 / shape.rate:,.0f} others is refused too." if shape.rate else "")


def _progress(is_seen: bool) -> Callable[[str, int, int], None]:
    """A line on standard error, at most once a second."""
    last = time.monotonic()

    def told(doing: str, done: int, whole: int) -> None:
        nonlocal last
        if time.monotonic() - last >= 1:
            last = time.monotonic()
            end = "\r" if is_seen else "\n"
            print(
                f"{doing}: {done * 100 // max(whole, 1)}%  ", end=end, file=sys.stderr, flush=True
            )

    return told
