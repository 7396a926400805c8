"""Drawings on paper and as pictures: SVG -> PDF, SVG -> PNG, by Typst (`balie[draw]`)."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import as_file, files
from pathlib import Path
from typing import Protocol

from balie.blueprint.drawing import measure
from balie.blueprint.drawing.paper import Paper
from balie.site.refusal import WrongUse

POINTS = 0.75  # in a pixel of CSS
SIZE = re.compile(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)"')
SHARP = 2.0
"""Pixels of a picture for one of the drawing, so that it is sharp on a good screen."""

MOST = 16_000
"""Pixels that a picture is wide at most: more, and programs refuse to open it."""


class Compile(Protocol):
    """What we need of Typst."""

    def __call__(
        self,
        input: Mapping[str, bytes],  # noqa: A002 - its name there
        *,
        format: str,  # noqa: A002
        font_paths: Sequence[Path],
        ignore_system_fonts: bool,
        ppi: float | None = None,
        pdf_standards: Sequence[str] = (),
    ) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Printed:
    """A sheet to print: its SVG, and what it says, for who listens."""

    svg: str
    said: str


def as_pdf(sheets: Sequence[Printed], paper: Paper, title: str, language: str) -> bytes:
    """One page for each sheet; text that can be searched, and read out (PDF/UA-1)."""
    pages = [
        f"#page(image({as_text(_name(number))}, width: 100%, height: 100%, "
        f"alt: {as_text(one.said)}))"
        for number, one in enumerate(sheets)
    ]
    size = f"#set page(width: {paper.width:g}mm, height: {paper.height:g}mm, margin: 0mm)"
    main = "\n".join((*_said(title, language), size, *pages))
    return _compiled(main, sheets, kind="pdf")


def as_png(sheet: Printed) -> bytes:
    """The sheet as a picture, twice as sharp as its size in pixels, if that is not too wide."""
    found = SIZE.search(sheet.svg)
    width, height = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    sharp = min(SHARP, MOST / max(width, height, 1))
    size = f"width: {width * POINTS:g}pt, height: {height * POINTS:g}pt"
    main = f"#set page({size}, margin: 0pt)\n#image({as_text(_name(0))}, width: 100%)"
    return _compiled(main, (sheet,), kind="png", ppi=72 / POINTS * sharp)


def _said(title: str, language: str) -> tuple[str, ...]:
    return (
        f"#set document(title: {as_text(title)}, date: none)",
        f"#set text(lang: {as_text(language)})",
    )


def _name(number: int) -> str:
    return f"sheet-{number}.svg"


def document_as_pdf(source: str) -> bytes:
    """A document written in Typst, with our own fonts (PDF/UA-1)."""
    return _compiled(source, (), kind="pdf", text=source)


def as_text(text: str) -> str:
    """As a string of Typst, which is written as one of JSON, but for signs by their number."""
    return re.sub(r"\\u([0-9a-f]{4})", r"\\u{\1}", json.dumps(text, ensure_ascii=False))


def _compiled(
    main: str,
    sheets: Sequence[Printed],
    *,
    kind: str,
    ppi: float | None = None,
    text: str = "",
) -> bytes:
    """Made with our own fonts alone, so it is the same on every machine.

    Only for signs that those do not have, such as Chinese, the machine's own fonts help.
    """
    drawn = {_name(number): sheet.svg.encode() for number, sheet in enumerate(sheets)}
    enough = all(measure.known(one) for one in (text, *(sheet.svg for sheet in sheets)))
    with ExitStack() as stack:
        fonts = stack.enter_context(as_file(files(measure.__package__).joinpath("fonts")))
        return _typst()(
            {"main.typ": main.encode(), **drawn},
            format=kind,
            font_paths=[fonts],
            ignore_system_fonts=enough,
            ppi=ppi,
            pdf_standards=["ua-1"] if kind == "pdf" else [],
        )


def _typst() -> Compile:
    """Raises WrongUse when it is not installed: it is an extra."""
    try:
        compiled: Callable[..., bytes] = import_module("typst").compile
    except ModuleNotFoundError as missing:
        raise WrongUse(
            "DRAWING",
            "PNG and PDF are made by Typst, which is not installed.",
            ["pip install 'balie[draw]'", "SVG and HTML need nothing: a browser prints both."],
        ) from missing
    return compiled
