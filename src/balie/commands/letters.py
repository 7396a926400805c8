"""`balie letters`: codes on paper, by which customers become known."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import TextIO

from balie.backstage.addressing import Made
from balie.site import installation
from balie.site.blueprints import checked
from balie.site.refusal import Refusal, WrongUse

EXAMPLES = """\
For customers whose mail address no system knows. The blueprint says which fields a letter needs, at
a line of  me:

  by letter: {number: customerNumber, postcode: postcode, prints: [name, street, city]}

The file for the printer is CSV, readable by you alone, and the only place where the codes stand:
delete it once it is printed. A code works once, for six weeks; a new letter for the same customer
ends the one before. Customers fill it in at /accounts/activate/.

examples:
  balie letters make --for 10085,10086 --out letters.csv
  balie letters make --for numbers.txt --out letters.csv     a number a line
  balie letters revoke 10085                                 the letter is lost: it ends now

exit codes: 0 done; 1 some numbers got no letter, or refused, and says why; 2 wrong use
"""
_ADDRESS = "/accounts/activate/"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "letters",
        help="make letters with a code, by which customers become known",
        description="Makes codes for customers, and a file for the printer.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    making = actions.add_parser("make", help="make codes, and a file for the printer")
    making.add_argument("--for", dest="numbers", required=True, metavar="NUMBERS",
                        help="customer numbers with commas, or a file with one a line")  # fmt: skip
    making.add_argument("--out", type=Path, required=True, metavar="FILE", help="CSV; must be new")
    making.add_argument("--me", default="", metavar="NAME", help="the name of me that is linked, "
                        "where several have letters")  # fmt: skip
    making.add_argument("--blueprint", type=Path, metavar="PATH", help="else BALIE_BLUEPRINT")
    making.set_defaults(run=make)
    revoking = actions.add_parser("revoke", help="end the letters of a customer")
    revoking.add_argument("number", metavar="NUMBER")
    revoking.set_defaults(run=revoke)


def make(args: argparse.Namespace) -> int:
    """Makes letters. 0: for all; 1: some numbers got none."""
    configuration = installation.ready(os.environ)
    found = checked(args.blueprint or configuration.blueprint)
    numbers = _numbers(args.numbers)
    make_all: Callable[..., Made] = resolve_name("balie.site.letters:make")
    with _new(args.out) as file:  # before any code is made: none may be lost
        try:
            made = make_all(found, configuration, args.me, numbers)
        except Refusal:
            args.out.unlink()
            raise
        file.write(made.csv(f"{configuration.public_url}{_ADDRESS}"))
    print(f"{len(made.letters)} letters are in {args.out}. Delete it once it is printed.")
    for number, why in made.missed:
        print(f"{number}: {why}", file=sys.stderr)
    return 1 if made.missed else 0


def revoke(args: argparse.Namespace) -> int:
    """Ends the letters of a customer."""
    configuration = installation.ready(os.environ)
    end: Callable[..., int] = resolve_name("balie.site.letters:revoke")
    count = end(configuration, args.number)
    print(f"{count} letters of {args.number} work no more.")
    return 0 if count else 1


def _numbers(said: str) -> Sequence[str]:
    """Numbers with commas, or those of a file. Raises WrongUse when there are none."""
    file = Path(said)
    try:
        text = file.read_text(encoding="utf-8-sig") if file.is_file() else said
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("LETTERS", f"{said} cannot be read: {type(error).__name__}", []) from error
    numbers = (number.strip() for number in text.replace(",", "\n").splitlines())
    found = tuple(dict.fromkeys(number for number in numbers if number))
    if not found:
        raise WrongUse("LETTERS", "There is no number.", ["--for 10085,10086"])
    return found


def _new(file: Path) -> TextIO:
    """The file for the printer. It must be new, so that no codes are lost. Raises Refusal."""
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        said = f"{file} cannot be made: {error.strerror}."
        raise Refusal("LETTERS", said, ["Name a file that is not there yet."]) from error
    return os.fdopen(opened, "w", encoding="utf-8", newline="")
