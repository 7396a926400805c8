"""`balie explain`: a check with its sample, or a word of the language."""

import argparse
import sys

from balie.blueprint.explained.documented import explained
from balie.blueprint.explained.words import explained_word, known
from balie.blueprint.spelling import did_you_mean
from balie.site.refusal import WrongUse

EXAMPLES = """\
examples:
  balie explain BP310            what a check guards against, what sets it off, what is right
  balie explain "at most old"    a word of the language: where it stands, what it holds
  balie explain screen           a part of a blueprint, and all of its words

Why a page is as it is:        balie try /orders/1042 --as sanne@example.nl PATH
Where a value comes from:      balie lineage order.status PATH
exit codes: 0 explained; 2 there is no such check or word
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "explain",
        help="explain a check, or a word of the language",
        description="Explains what `balie check` found, by its code, on a small example that is "
        "run for it; or a word of the language, by its name.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", nargs="+", help="such as BP310 or: at most old")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Explains. 0: explained. Raises WrongUse for what is neither a check nor a word."""
    name = " ".join(args.name).removesuffix(":")
    told = explained(name) or explained_word(name)
    if told is None:
        near = did_you_mean(name, known())
        raise WrongUse(
            "NAME",
            f'There is no check and no word of the language called "{name}".',
            [*near, "All of them: docs/reference/checks, docs/reference/words-of-the-language.md"],
        )
    sys.stdout.write(told)
    return 0
