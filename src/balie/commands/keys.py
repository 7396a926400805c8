"""`balie keys`: with what is closed, signed and chained, and a new one."""

import argparse
import os
from pathlib import Path

from cryptography.fernet import Fernet

from balie.site import configuration
from balie.site.configuration import Configuration
from balie.site.refusal import Refusal
from balie.store.stamps import Stamps

EXAMPLES = """\
The first key closes and signs, all of them open and check. So a new key comes first, and the old
ones stay: for as long as the longest `delete after:` of the blueprint for what is remembered, a
month for drafts, and for as long as the audit must be verified.

examples:
  balie keys list      their ids; no key is ever printed
  balie keys new       prints a new key
  balie keys rotate    puts a new key before those in BALIE_STATE/keys; then restart

exit codes: 0 done; 1 refused, and says why; 2 wrong use
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "keys",
        help="with what is closed and signed, and a new one",
        description="The keys of this installation: BALIE_KEYS, or the file in its state folder.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    actions.add_parser("list", help="their ids").set_defaults(run=show)
    actions.add_parser("new", help="print a new key").set_defaults(run=new)
    actions.add_parser("rotate", help="put a new key first").set_defaults(run=rotate)


def show(args: argparse.Namespace) -> int:
    """Lists the ids of the keys."""
    del args
    chosen = configuration.read(os.environ)
    if not chosen.keys:
        print("There is no key yet: the first  balie run  makes one.")
        return 0
    place = "BALIE_KEYS" if os.environ.get("BALIE_KEYS") else str(_file(chosen))
    for number, id_ in enumerate(Stamps(chosen.keys).known):
        print(f"{id_}  {'closes and opens' if number == 0 else 'opens'}  {place}")
    return 0


def new(args: argparse.Namespace) -> int:
    """Prints a new key."""
    del args
    print(Fernet.generate_key().decode())
    return 0


def rotate(args: argparse.Namespace) -> int:
    """Puts a new key first. Raises Refusal when the keys are not in a file of ours."""
    del args
    if os.environ.get("BALIE_KEYS", "").strip():
        raise Refusal(
            "KEYS",
            "The keys stand in BALIE_KEYS, which I cannot change.",
            ["Put a new one before them, with a comma between:  balie keys new"],
        )
    chosen = configuration.read(os.environ)
    file = _file(chosen)
    if not chosen.keys:
        raise Refusal("KEYS", "There is no key yet.", ["The first  balie run  makes one."])
    made = file.with_suffix(".new")
    made.touch(mode=0o600)
    made.write_text("\n".join([Fernet.generate_key().decode(), *chosen.keys]) + "\n")
    made.replace(file)
    ids = Stamps(configuration.read(os.environ).keys).known
    print(f"{ids[0]} closes and signs from the next start on; {len(ids) - 1} before it still open.")
    print(f"Restart  balie run  and  balie carry. Keep a copy of {file} elsewhere.")
    return 0


def _file(chosen: Configuration) -> Path:
    return chosen.state / "keys"
