"""`balie draw`: a blueprint as a picture, or as a table."""

import argparse
import sys
from pathlib import Path

from balie.blueprint.drawing.draw import draw, draw_table
from balie.blueprint.reader import read
from balie.site.blueprints import folder_of, language_of, readable

EXAMPLES = """\
examples:
  balie draw blueprints/shop -o shop.svg              the drawing, in the blueprint's own language
  balie draw blueprints/shop --language en > shop.svg the same in English
  balie draw blueprints/shop --table -o shop.html     the same content as an HTML table

exit codes: 0 drawn; 1 the blueprint cannot be read; 2 wrong use, or the file cannot be written
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "draw",
        help="draw a blueprint as SVG, or write it as a table",
        description="Draws a blueprint: phases, steps, lanes, the three lines, and from which "
        "system every field comes. A blueprint with errors is drawn as far as it can be read.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="the blueprint's folder")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write it there (default: print it)"
    )
    parser.add_argument(
        "--language", metavar="nl", help="one of the blueprint's languages (default: its own)"
    )
    parser.add_argument(
        "--table", action="store_true", help="an HTML table with the same content, not a drawing"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Draws. 0: done; 2: it cannot be written. Raises Refusal when there is nothing to draw."""
    folder = folder_of(args.path)
    blueprint = readable(read(folder), folder)
    language = language_of(blueprint, args.language)
    drawn = (draw_table if args.table else draw)(blueprint, language)
    return _written(drawn, args.output)


def _written(drawn: str, output: Path | None) -> int:
    if output is None:
        sys.stdout.write(drawn)
        return 0
    try:
        output.write_text(drawn, "utf-8")
    except OSError as error:
        print(f"{output} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    return 0
