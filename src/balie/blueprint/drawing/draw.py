"""A blueprint as an accessible drawing, and the same as a table, as cards, and as data."""

import msgspec

from balie.blueprint.drawing import sentences
from balie.blueprint.drawing.layout import lay_out
from balie.blueprint.drawing.page import page
from balie.blueprint.drawing.paint import paint
from balie.blueprint.drawing.palette import LIGHT, Palette, recoloured
from balie.blueprint.drawing.paper import A3, Paper, on_paper
from balie.blueprint.drawing.parts import parts
from balie.blueprint.drawing.phone import phone
from balie.blueprint.drawing.table import table
from balie.blueprint.drawing.tell import tell
from balie.blueprint.model import Blueprint


def draw(blueprint: Blueprint, language: str, *, field: str = "", palette: Palette = LIGHT) -> str:
    """The blueprint as one SVG document, as wide as the story is long.

    field: what is in the light, such as "order.status": all else is quiet. The same blueprint
    always gives the same bytes.
    """
    return paint(lay_out(tell(blueprint, language, field)), palette)


def draw_sheets(
    blueprint: Blueprint,
    language: str,
    *,
    field: str = "",
    palette: Palette = LIGHT,
    paper: Paper = A3,
) -> tuple[str, ...]:
    """The same on sheets of paper, cut between phases, each an SVG document of that shape."""
    told = tell(blueprint, language, field)
    return tuple(paint(on_paper(part, paper), palette) for part in parts(told))


def draw_table(blueprint: Blueprint, language: str, *, field: str = "") -> str:
    """The same as an HTML `<table>`: steps are columns, lanes are rows."""
    return table(tell(blueprint, language, field))


def draw_cards(blueprint: Blueprint, language: str, *, field: str = "") -> str:
    """The same as cards under each other, for narrow screens: a `<div>` of sections."""
    return phone(tell(blueprint, language, field))


def draw_page(blueprint: Blueprint, language: str, *, field: str = "") -> str:
    """Sheets, cards and table in one HTML document, light and dark, which prints on A3."""
    sheets = draw_sheets(blueprint, language, field=field)
    return page(tell(blueprint, language, field), sheets)


def dark_style() -> str:
    """Style rules for a page that turn a light drawing within `.drawing` dark as the page is."""
    asked = recoloured(":root[data-theme=dark] .drawing svg")
    of_system = recoloured(":root:not([data-theme=light]) .drawing svg")
    dark_screen = "@media screen and (prefers-color-scheme: dark)"
    return f"@media screen {{\n{asked}\n}}\n{dark_screen} {{\n{of_system}\n}}\n"


def read_aloud(blueprint: Blueprint, language: str, *, field: str = "") -> tuple[str, ...]:
    """What each sheet says, in sentences, for who cannot see it."""
    return tuple(sentences.sheet(part) for part in parts(tell(blueprint, language, field)))


def draw_data(blueprint: Blueprint, language: str, *, field: str = "") -> str:
    """The same as one JSON object, for programs."""
    told = msgspec.json.encode(tell(blueprint, language, field), enc_hook=str)
    return msgspec.json.format(told, indent=2).decode() + "\n"
