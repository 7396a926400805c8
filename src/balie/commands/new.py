"""`balie new`: begins a connector, a check, a function, a page or a language, in one place."""

import argparse
from pathlib import Path

from balie.commands import beginnings
from balie.commands.beginnings import Beginning, refuse_what_is_there
from balie.site.refusal import Refusal

EXAMPLES = """\
examples:
  balie new connector stock                 a folder of Balie, with recorded answers and tests
  balie new connector stock --package       the same as a package of your own, here
  balie new check BP140                     a check of blueprints, with its example
  balie new function pay_before blueprints/shop    a calculated value of a blueprint
  balie new page my-order blueprints/shop          parts of a step's page, as you want them
  balie new language fy                     a language of Balie
  balie new language fy blueprints/shop     a language of a blueprint

What it writes works at once, and is one new file or folder: see  git status
exit codes: 0 written; 1 it is there already, and nothing was written; 2 wrong use
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "new",
        help="begin a connector, check, function, page or language, in one new place",
        description="Writes one new file or folder that works at once, and says what to do next. "
        "Nothing is ever written over, and nothing else need be changed.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = parser.add_subparsers(title="what", metavar="WHAT", dest="what", required=True)
    _add_connector(kinds)
    _add_check(kinds)
    _add_function(kinds)
    _add_page(kinds)
    _add_language(kinds)
    parser.set_defaults(run=run)


def _add_connector(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser("connector", help="speaks the language of a kind of system")
    parser.add_argument("name", metavar="NAME", help="what a blueprint's  speaks:  will say")
    parser.add_argument(
        "--package", action="store_true", help="a package of your own, in this folder"
    )


def _add_check(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser("check", help="finds one kind of mistake in blueprints")
    parser.add_argument("name", metavar="CODE", help="BP and three digits, not in use yet")


def _add_function(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser("function", help="calculates a value that customers read")
    parser.add_argument("name", metavar="NAME", help="what  calculated by:  will say")
    parser.add_argument("path", type=Path, metavar="PATH", help="the blueprint's folder")


def _add_page(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser("page", help="replaces parts of a step's page")
    parser.add_argument("name", metavar="STEP", help="the step, as the story calls it")
    parser.add_argument("path", type=Path, metavar="PATH", help="the blueprint's folder")


def _add_language(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser("language", help="of Balie itself, or of a blueprint")
    parser.add_argument("name", metavar="CODE", help="such as de, fy, fr")
    parser.add_argument(
        "path", type=Path, nargs="?", metavar="PATH", help="a blueprint's folder, for its texts"
    )


def run(args: argparse.Namespace) -> int:
    """Begins it. 0: written. Raises Refusal when it is there already, WrongUse for others."""
    beginning = _beginning(args, Path.cwd())
    refuse_what_is_there(beginning)
    _write(beginning)
    here = Path.cwd()
    shown = beginning.place
    print(f"new: {shown.relative_to(here) if shown.is_relative_to(here) else shown}")
    print("\n".join(f"  {line}" for line in beginning.next))
    return 0


def _beginning(args: argparse.Namespace, here: Path) -> Beginning:
    match args.what:
        case "connector":
            return beginnings.connector(args.name, here, package=args.package)
        case "check":
            return beginnings.check(args.name, here)
        case "function":
            return beginnings.function(args.name, args.path)
        case "page":
            return beginnings.page(args.name, args.path)
        case _ if args.path is None:
            return beginnings.language(args.name, here)
        case _:
            return beginnings.words(args.name, args.path)


def _write(beginning: Beginning) -> None:
    try:
        for path, text in beginning.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        raise Refusal(
            "PLACE", f"{beginning.place} cannot be written: {error.strerror}.", []
        ) from error
