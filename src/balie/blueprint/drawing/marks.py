"""Marks and glyphs as SVG. A system has a colour *and* a shape, so its mark survives print in
black and white and eyes that see no colours."""

from collections.abc import Callable, Mapping

from balie.blueprint.drawing.palette import Palette
from balie.blueprint.drawing.sheet import Glyph, Sign
from balie.blueprint.drawing.xml import element, number

SIDE = 4.0  # half the size of a mark


# ---- shapes of systems


def _circle(x: float, y: float, fill: str) -> str:
    return element("circle", cx=x, cy=y, r=SIDE, fill=fill)


def _square(x: float, y: float, fill: str) -> str:
    half = SIDE - 0.4
    return element("rect", x=x - half, y=y - half, width=2 * half, height=2 * half, rx=1, fill=fill)


def _triangle(x: float, y: float, fill: str) -> str:
    return _path(f"M{_at(x, y - 4.6)}l4.8 8.8h-9.6z", fill=fill)


def _diamond(x: float, y: float, fill: str) -> str:
    return _path(f"M{_at(x, y - 5)}l5 5l-5 5l-5 -5z", fill=fill)


def _cross(x: float, y: float, fill: str) -> str:
    corner = _at(x - 1.5, y - 4.5)
    return _path(f"M{corner}h3v3h3v3h-3v3h-3v-3h-3v-3h3z", fill=fill)


SHAPES: tuple[Callable[[float, float, str], str], ...] = (
    _circle,
    _square,
    _triangle,
    _diamond,
    _cross,
)


def mark(x: float, y: float, system: int, palette: Palette) -> str:
    """A system's mark. Thirty systems have marks of their own."""
    return SHAPES[system % len(SHAPES)](x, y, palette.system(system))


# ---- glyphs


def _at(x: float, y: float) -> str:
    return f"{number(x)} {number(y)}"


def _path(d: str, *, fill: str = "none", stroke: str = "", width: float = 1.4) -> str:
    if not stroke:
        return element("path", d=d, fill=fill)
    return element(
        "path",
        d=d,
        fill=fill,
        stroke=stroke,
        stroke_width=width,
        stroke_linecap="round",
        stroke_linejoin="round",
    )


def _no_mark(sign: Sign, palette: Palette) -> str:
    return element(
        "circle", cx=sign.x, cy=sign.y, r=3.6, fill="none", stroke=palette.alarm, stroke_width=1.8
    )


def _person(sign: Sign, palette: Palette) -> str:
    head = element("circle", cx=sign.x, cy=sign.y - 5, r=3.6, fill=palette.grey)
    return head + _path(f"M{_at(sign.x - 6.5, sign.y + 7.5)}a6.5 7 0 0 1 13 0z", fill=palette.grey)


def _big_person(sign: Sign, palette: Palette) -> str:
    head = element("circle", cx=sign.x, cy=sign.y - 5.5, r=4, fill=palette.ink)
    return head + _path(f"M{_at(sign.x - 7, sign.y + 8.5)}a7 7.5 0 0 1 14 0z", fill=palette.ink)


TEETH = (
    "M0 -7v2.4M0 7v-2.4M-7 0h2.4M7 0h-2.4M-5 -5l1.7 1.7M5 5l-1.7 -1.7M-5 5l1.7 -1.7M5 -5l-1.7 1.7"
)


def _gear(sign: Sign, palette: Palette) -> str:
    return element(
        "g",
        element("circle", r=4.6),
        element("path", d=TEETH),
        transform=f"translate({_at(sign.x, sign.y)})",
        fill="none",
        stroke=palette.grey,
        stroke_width=1.6,
    )


def _hourglass(sign: Sign, palette: Palette) -> str:
    start = _at(sign.x - 5, sign.y - 7.5)
    sand = f"M{_at(sign.x - 2.4, sign.y + 6.4)}h4.8l-2.4 -3.4z"
    glass = f"M{start}h10M{_at(sign.x - 5, sign.y + 7.5)}h10"
    left = f"M{_at(sign.x - 4, sign.y - 7.5)}c0 6 8 9 8 15"
    right = f"M{_at(sign.x + 4, sign.y - 7.5)}c0 6 -8 9 -8 15"
    return _path(glass + left + right, stroke=palette.ink, width=1.3) + _path(
        sand, fill=palette.ink
    )


def _decision(sign: Sign, palette: Palette) -> str:
    return _path(
        f"M{_at(sign.x, sign.y - 8)}l8 8l-8 8l-8 -8z", fill=palette.card, stroke=palette.ink
    )


def _letter(sign: Sign, palette: Palette) -> str:
    corner = _at(sign.x - 6, sign.y - 4)
    return _path(f"M{corner}h12v8h-12zM{corner}l6 4.6l6 -4.6", stroke=palette.muted, width=1.1)


def _slip(sign: Sign, palette: Palette) -> str:
    """The sheet of paper that a customer holds, small."""
    paper = f"M{_at(sign.x - 7, sign.y - 5)}h10l4 4v6h-14z"
    fold = f"M{_at(sign.x + 3, sign.y - 5)}v4h4"
    return _path(paper, fill=palette.slip, stroke=palette.slip_edge, width=1) + _path(
        fold, stroke=palette.slip_edge, width=1
    )


def _list(sign: Sign, palette: Palette) -> str:
    lines = "".join(f"M{_at(sign.x - 5, sign.y + y)}h10" for y in (-3.5, 0, 3.5))
    return _path(lines, stroke=palette.grey, width=1.3)


def _bars(sign: Sign, palette: Palette) -> str:
    heights = ((-5, 4), (-1, 7), (3, 10))
    bars = "".join(f"M{_at(sign.x + x, sign.y + 5)}v-{high}" for x, high in heights)
    return _path(bars, stroke=palette.grey, width=2)


def _stage(sign: Sign, palette: Palette) -> str:
    """A dot of a timeline; `number` is how far back the one before it is, 0 for the first."""
    dot = element(
        "circle",
        cx=sign.x,
        cy=sign.y,
        r=3.4,
        fill=palette.card,
        stroke=palette.grey,
        stroke_width=1.4,
    )
    if not sign.number:
        return element("circle", cx=sign.x, cy=sign.y, r=4, fill=palette.grey)
    line = f"M{_at(sign.x - sign.number + 4, sign.y)}H{number(sign.x - 4)}"
    return _path(line, stroke=palette.grey) + dot


def _face(sign: Sign, palette: Palette) -> str:
    tint = palette.good if sign.number > 0 else palette.bad if sign.number < 0 else palette.grey
    mouth = f"M{_at(sign.x - 4, sign.y + 3.4)}q4 {number(sign.number * 2.6)} 8 0"
    eyes = "".join(
        element("circle", cx=sign.x + dx, cy=sign.y - 2, r=1.2, fill=tint) for dx in (-3, 3)
    )
    skin = element(
        "circle", cx=sign.x, cy=sign.y, r=9.5, fill=palette.card, stroke=tint, stroke_width=1.8
    )
    return skin + eyes + _path(mouth, stroke=tint, width=1.6)


def _rule(sign: Sign, palette: Palette) -> str:
    return _path(f"M{_at(sign.x, sign.y)}h{sign.number}", stroke=palette.hair, width=1)


GLYPHS: Mapping[Glyph, Callable[[Sign, Palette], str]] = {
    Glyph.MARK: lambda sign, palette: mark(sign.x, sign.y, sign.number, palette),
    Glyph.NO_MARK: _no_mark,
    Glyph.PERSON: _person,
    Glyph.BIG_PERSON: _big_person,
    Glyph.GEAR: _gear,
    Glyph.HOURGLASS: _hourglass,
    Glyph.DIAMOND: _decision,
    Glyph.LETTER: _letter,
    Glyph.SLIP: _slip,
    Glyph.LIST: _list,
    Glyph.BARS: _bars,
    Glyph.STAGE: _stage,
    Glyph.FACE: _face,
    Glyph.RULE: _rule,
}
