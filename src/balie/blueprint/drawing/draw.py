"""A blueprint as an accessible drawing, and the same as a table."""

from balie.blueprint.drawing.layout import lay_out
from balie.blueprint.drawing.paint import paint
from balie.blueprint.drawing.table import table
from balie.blueprint.drawing.tell import tell
from balie.blueprint.model import Blueprint


def draw(blueprint: Blueprint, language: str) -> str:
    """The blueprint as one SVG document. The same blueprint always gives the same bytes."""
    return paint(lay_out(tell(blueprint, language)))


def draw_table(blueprint: Blueprint, language: str) -> str:
    """The same as an HTML `<table>`: steps are columns, lanes are rows."""
    return table(tell(blueprint, language))
