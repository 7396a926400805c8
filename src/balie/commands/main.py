"""The `balie` command. Each module of this folder that has `add(subparsers)` is a sub-command."""

import argparse
import sys
from collections.abc import Iterator, Sequence
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
    parser = _parser()
    args = parser.parse_args(arguments)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="balie",
        description="You write down what your customers can arrange. "
        "Balie draws it, checks it against your systems, and runs it as a portal.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"balie {version('balie')}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in _commands():
        module.add(subparsers)
    return parser


def _commands() -> Iterator[ModuleType]:
    """The modules beside this one that are a sub-command, in the order of the alphabet."""
    for file in sorted(files(PACKAGE).iterdir(), key=lambda file: file.name):
        stem, _, ending = file.name.partition(".")
        if ending == "py" and stem not in ("__init__", "main"):
            module = import_module(f"{PACKAGE}.{stem}")
            if hasattr(module, "add"):
                yield module


if __name__ == "__main__":
    sys.exit(main())
