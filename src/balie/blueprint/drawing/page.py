"""The whole blueprint as one HTML page that needs nothing beside it.

On a wide screen the sheets stand beside each other, on a phone there are cards, and the table is
there for everybody. Printed, each sheet is a page of A3.
"""

from collections.abc import Sequence
from importlib.resources import files

from balie.blueprint.drawing.content import Content
from balie.blueprint.drawing.palette import recoloured
from balie.blueprint.drawing.phone import phone
from balie.blueprint.drawing.sentences import title
from balie.blueprint.drawing.speech import speech
from balie.blueprint.drawing.table import table
from balie.blueprint.drawing.xml import element, escaped


def page(content: Content, sheets: Sequence[str]) -> str:
    """An HTML document. sheets: SVG documents, in the order of the story."""
    said = speech(content.language)
    name = escaped(title(content, said))
    head = element(
        "head",
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        element("title", name),
        element("style", _style()),
    )
    drawing = _scrolls("sheets", said.say("says", "drawing"), *sheets)
    same = said.say("says", "as_table")
    as_table = element(
        "details", element("summary", escaped(same)), _scrolls("scrolls", same, table(content))
    )
    main = element(
        "main",
        element("h1", name),
        element("p", escaped(content.about)),
        drawing,
        phone(content),
        as_table,
    )
    body = element("body", main)
    return f"<!doctype html>\n{element('html', head, body, lang=content.language)}\n"


def _scrolls(kind: str, name: str, *inner: str) -> str:
    """Something wide, in a frame of its own that the keyboard can scroll."""
    return element("div", *inner, class_=kind, tabindex=0, role="region", aria_label=name)


def _style() -> str:
    own = files(__package__).joinpath("page.css").read_text("utf-8")
    dark = recoloured(".sheets svg")
    return f"{own}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
