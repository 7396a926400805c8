"""The `balie` command. Each module of this folder that has `add(subparsers)` is a sub-command."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from importlib.metadata import version
from importlib.resources import files
from types import ModuleType

from balie.rehearsal.trouble import RehearsalError
from balie.site.refusal import Refusal, WrongUse

PACKAGE = "balie.commands"
EXAMPLES = """\
examples:
  balie run --demo blueprints/shop    a portal with rehearsed systems and people to sign in as
  balie check blueprints/shop         what is wrong with a blueprint, where, and how to mend it
  balie draw blueprints/shop -o shop.svg
  balie run blueprints/shop           the portal itself, with your own systems

exit codes: 0 done; 1 something was found or refused, and is told; 2 wrong use
Each command has help of its own:  balie run --help
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one sub-command and gives its exit code."""
    said = sys.argv[1:] if arguments is None else arguments
    parser = _parser(_commands(said[0] if said else ""))
    args = parser.parse_args(said)
    if not hasattr(args, "run"):
        parser.print_help()
        return 2
    try:
        code: int = args.run(args)
    except BrokenPipeError:  # `balie draw | head`: whoever read it has seen enough
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130
    except (Refusal, RehearsalError) as refusal:
        print(refusal, file=sys.stderr)
        return 2 if isinstance(refusal, WrongUse) else 1
    return code


def _parser(commands: Iterable[ModuleType]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="balie",
        description="You write down what your customers can arrange. "
        "Balie draws it, checks it against your systems, and runs it as a portal.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"balie {version('balie')}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in commands:
        module.add(subparsers)
    return parser


def _commands(asked: str = "") -> Iterator[ModuleType]:
    """The module of the command that is asked for; of anything else, all of them: to load them all
    takes longer than most commands do.
    """
    stems = sorted(_stems())
    only = [stem for stem in stems if stem.removesuffix("_") == asked and _has_command(stem)]
    for stem in only or filter(_has_command, stems):
        yield _module(stem)


def _stems() -> Iterator[str]:
    """The names of the modules beside this one."""
    for file in files(PACKAGE).iterdir():
        stem, _, ending = file.name.partition(".")
        if ending == "py" and stem not in ("__init__", "main"):
            yield stem


def _has_command(stem: str) -> bool:
    return hasattr(_module(stem), "add")


def _module(stem: str) -> ModuleType:
    return import_module(f"{PACKAGE}.{stem}")


if __name__ == "__main__":
    sys.exit(main())
