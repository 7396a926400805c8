"""`balie draw`: a blueprint as a picture, on paper, as a page, a table, cards or data."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from balie.blueprint.drawing.draw import (
    draw,
    draw_cards,
    draw_data,
    draw_page,
    draw_sheets,
    draw_table,
    read_aloud,
)
from balie.blueprint.drawing.light import lightable
from balie.blueprint.drawing.palette import DARK, LIGHT, Palette
from balie.blueprint.drawing.paper import A3, A4, Paper
from balie.blueprint.model import Blueprint
from balie.blueprint.reader import read
from balie.blueprint.spelling import did_you_mean
from balie.commands.printing import Printed, as_pdf, as_png
from balie.site.blueprints import folder_of, language_of, readable
from balie.site.refusal import WrongUse

EXAMPLES = """\
examples:
  balie draw blueprints/shop -o shop.svg              the drawing, in the blueprint's own language
  balie draw blueprints/shop --language en > shop.svg the same in English
  balie draw blueprints/shop -o shop.pdf              on sheets of A3, to print and hang on a wall
  balie draw blueprints/shop --sheets -o shop.png     shop-1.png, shop-2.png: a picture per sheet
  balie draw blueprints/shop -o shop.html             a page with sheets, cards for phones, a table
  balie draw blueprints/shop --field order.status     one field lit, from the system to the screen
  balie draw blueprints/shop --table -o shop.html     only the table; --cards only the cards
  balie draw blueprints/shop --json | jq .steps[].id  the same as data

exit codes: 0 drawn; 1 the blueprint cannot be read; 2 wrong use, or the file cannot be written
"""

PAPERS = {"A3": A3, "A4": A4}
KINDS = (".svg", ".png", ".pdf", ".html", ".json")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "draw",
        help="draw a blueprint as SVG, PNG, PDF or a page, or write it as a table",
        description="Draws a blueprint: phases, steps, lanes, the three lines, and from which "
        "system every field comes. A blueprint with errors is drawn as far as it can be read.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="the blueprint's folder")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="write it there, as the name ends: .svg, .png, .pdf, .html, .json (default: print it)",
    )
    parser.add_argument(
        "--language", metavar="nl", help="one of the blueprint's languages (default: its own)"
    )
    parser.add_argument(
        "--field", metavar="order.status", default="", help="light one field through all lanes"
    )
    parser.add_argument("--dark", action="store_true", help="for a dark screen")
    parser.add_argument(
        "--sheets", action="store_true", help="on sheets of paper, as a PDF always is"
    )
    parser.add_argument(
        "--paper", choices=PAPERS, help="how big the sheets are (default: A3, landscape)"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--table", action="store_true", help="an HTML table with the same content")
    form.add_argument("--cards", action="store_true", help="the same as cards, for narrow screens")
    form.add_argument("--json", action="store_true", help="the same as one JSON object")
    parser.set_defaults(run=run)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be drawn, and how. kind: ".svg"."""

    blueprint: Blueprint
    language: str
    field: str
    palette: Palette
    paper: Paper
    kind: str
    output: Path | None


def run(args: argparse.Namespace) -> int:
    """Draws. 0: done; 2: it cannot be written. Raises Refusal when there is nothing to draw."""
    kind = _kind(args)
    folder = folder_of(args.path)
    blueprint = readable(read(folder), folder)
    wanted = Wanted(
        blueprint,
        language_of(blueprint, args.language),
        _field(blueprint, args.field),
        DARK if args.dark else LIGHT,
        PAPERS[args.paper or "A3"],
        kind,
        args.output,
    )
    drawn = _on_sheets(wanted) if args.sheets else ((args.output, _whole(wanted, args)),)
    return max(_written(content, file) for file, content in drawn)


def _kind(args: argparse.Namespace) -> str:
    """How the file ends. Raises WrongUse for an end that we do not know, or that does not fit."""
    asked = ".html" if args.table or args.cards else ".json" if args.json else ""
    kind = asked or ".svg" if args.output is None else args.output.suffix.lower()
    if kind not in KINDS:
        raise WrongUse(
            "DRAWING",
            f"I cannot tell from the name {args.output} what to write.",
            [f"Let it end in one of: {', '.join(KINDS)}"],
        )
    if asked and asked != kind:
        raise WrongUse(
            "DRAWING",
            f"--{'json' if args.json else 'table' if args.table else 'cards'} writes {asked}, "
            f"and {args.output} ends in {kind}.",
            [f"Let the name end in {asked}, or leave that option out."],
        )
    drawn = kind in (".svg", ".png", ".pdf") and not asked
    _refuse_without_meaning(args, kind, drawn=drawn)
    return str(kind)


def _refuse_without_meaning(args: argparse.Namespace, kind: str, *, drawn: bool) -> None:
    """An option that would do nothing is said to be one, not passed over."""
    if args.dark and not drawn:
        problem, help_line = "--dark is for drawings: a page follows the reader's screen.", ""
    elif args.sheets and (not drawn or args.output is None):
        problem = "--sheets writes a file for each sheet."
        help_line = "balie draw PATH --sheets -o drawing.svg"
    elif args.paper and not (args.sheets or kind == ".pdf"):
        problem, help_line = "--paper is for sheets.", "Say --sheets as well, or write a .pdf."
    else:
        return
    raise WrongUse("DRAWING", problem, [help_line] if help_line else [])


def _field(blueprint: Blueprint, asked: str) -> str:
    """Raises WrongUse for a field that no thing has."""
    known = lightable(blueprint)
    if not asked or asked in known:
        return asked
    raise WrongUse(
        "FIELD",
        f'There is no field "{asked}".',
        [
            *did_you_mean(asked, known),
            "A field is a thing and its field, as things.yaml has them: order.status",
        ],
    )


def _whole(wanted: Wanted, args: argparse.Namespace) -> str | bytes:
    """The whole blueprint in one file."""
    blueprint, language, field = wanted.blueprint, wanted.language, wanted.field
    match wanted.kind:
        case ".json":
            return draw_data(blueprint, language, field=field)
        case ".html" if args.table:
            return draw_table(blueprint, language, field=field)
        case ".html" if args.cards:
            return draw_cards(blueprint, language, field=field)
        case ".html":
            return draw_page(blueprint, language, field=field)
        case ".pdf":
            title = blueprint.say(blueprint.service, language)
            return as_pdf(tuple(_sheets(wanted)), wanted.paper, title, language)
        case ".png":
            return as_png(Printed(_drawn(wanted), ""))
        case _:
            return _drawn(wanted)


def _drawn(wanted: Wanted) -> str:
    return draw(wanted.blueprint, wanted.language, field=wanted.field, palette=wanted.palette)


def _sheets(wanted: Wanted) -> Iterator[Printed]:
    drawn = draw_sheets(
        wanted.blueprint,
        wanted.language,
        field=wanted.field,
        palette=wanted.palette,
        paper=wanted.paper,
    )
    said = read_aloud(wanted.blueprint, wanted.language, field=wanted.field)
    return (Printed(svg, text) for svg, text in zip(drawn, said, strict=True))


def _on_sheets(wanted: Wanted) -> Iterator[tuple[Path, str | bytes]]:
    """A file for each sheet: "shop-1.svg"."""
    output = wanted.output or Path("drawing.svg")
    if wanted.kind == ".pdf":
        title = wanted.blueprint.say(wanted.blueprint.service, wanted.language)
        yield output, as_pdf(tuple(_sheets(wanted)), wanted.paper, title, wanted.language)
        return
    for number, sheet in enumerate(_sheets(wanted), start=1):
        file = output.with_stem(f"{output.stem}-{number}")
        yield file, as_png(sheet) if wanted.kind == ".png" else sheet.svg


def _written(drawn: str | bytes, output: Path | None) -> int:
    content = drawn.encode() if isinstance(drawn, str) else drawn
    if output is None:
        sys.stdout.write(content.decode())
        return 0
    try:
        output.write_bytes(content)
    except OSError as error:
        print(f"{output} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    return 0
