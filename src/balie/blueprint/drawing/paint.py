"""Sheet -> SVG. Decides nothing: every place, text and line was laid out before.

Only presentation attributes are used, no style attributes and no style sheet, so the drawing may
stand in a page whose content security policy allows no inline styles.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from balie.blueprint.drawing.marks import (
    ALARM,
    GLYPHS,
    GREY,
    INK,
    MUTED,
    PAPER,
    SCREEN_EDGE,
    colour,
)
from balie.blueprint.drawing.sheet import (
    Anchor,
    Arrow,
    Border,
    Box,
    Card,
    Column,
    Ink,
    Look,
    Point,
    Riser,
    Sheet,
    Stroke,
    Written,
)
from balie.blueprint.drawing.xml import Attributes, element, escaped, number

FONT = "Inter, system-ui, sans-serif"
GROUNDS = ("#ffffff", "#f2f7fd", "#eceff4", "#e2e6ee", "#dce1ea")
INKS = {
    Ink.PLAIN: INK,
    Ink.MUTED: MUTED,
    Ink.ALARM: ALARM,
    Ink.ON_DARK: "#ffffff",
    Ink.ADDRESS: "#3c5578",
}
ARROW_INKS = {Ink.PLAIN: INK, Ink.MUTED: GREY}
ROUND = 6.0  # the radius of a corner in a line
TITLE_ID = "blueprint-title"
ABOUT_ID = "blueprint-about"


def paint(sheet: Sheet) -> str:
    """The drawing as one SVG document."""
    size = f"0 0 {number(sheet.width)} {number(sheet.height)}"
    document = element(
        "svg",
        element("title", escaped(sheet.title), id=TITLE_ID),
        element("desc", escaped(sheet.about), id=ABOUT_ID),
        element("g", *_ground(sheet), aria_hidden="true"),
        element("g", *(_column(column) for column in sheet.columns), role="list"),
        element("g", *(_arrow(arrow) for arrow in sheet.arrows), aria_hidden="true"),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=size,
        width=sheet.width,
        height=sheet.height,
        font_family=FONT,
        role="graphics-document",
        aria_labelledby=TITLE_ID,
        aria_describedby=ABOUT_ID,
        lang=sheet.language,
    )
    return document + "\n"


def _ground(sheet: Sheet) -> list[str]:
    """All that is not of one step."""
    paper = _rectangle(Box(0, 0, sheet.width, sheet.height), 0, GROUNDS[0])
    bands = [
        _rectangle(Box(0, band.top, sheet.width, band.bottom - band.top), 0, GROUNDS[band.tone])
        for band in sheet.bands
    ]
    borders = [_border(border, sheet.width) for border in sheet.borders]
    cards = [_card(card) for card in sheet.cards]
    return [paper, *bands, *borders, *_curve(sheet.curve), *cards]


def _column(column: Column) -> str:
    """One step: a sentence for who listens, a picture for who looks."""
    picture = element(
        "g",
        *(_arrow(arrow) for arrow in column.arrows),
        *(_riser(riser) for riser in column.risers),
        *(_card(card) for card in column.cards),
        *(_riser_heads(riser) for riser in column.risers),
        aria_hidden="true",
    )
    about = f"about-{column.step}"
    return element(
        "g",
        element("desc", escaped(column.about), id=about),
        picture,
        role="listitem",
        tabindex=0,
        id=f"step-{column.step}",
        aria_label=column.label,
        aria_describedby=about,
    )


# ---- cards


def _rectangle(box: Box, radius: float, fill: str, stroke: str = "", width: float = 1) -> str:
    shape = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    edge: Attributes = {"stroke": stroke, "stroke_width": width} if stroke else {}
    corners = {"rx": radius} if radius else {}
    return element("rect", **shape, **corners, fill=fill, **edge)


def _card(card: Card) -> str:
    frame = FRAMES.get(card.look)
    return "".join(
        (
            frame(card) if frame is not None else "",
            *(_card(inner) for inner in card.inner),
            *(GLYPHS[sign.glyph](sign) for sign in card.signs),
            *(_text(written, card.system) for written in card.written),
        )
    )


def _text(written: Written, system: int) -> str:
    anchor = {} if written.anchor is Anchor.START else {"text_anchor": written.anchor.value}
    weight = {} if written.style.weight == 400 else {"font_weight": written.style.weight}
    fill = colour(system) if written.ink is Ink.SYSTEM else INKS[written.ink]
    return element(
        "text",
        escaped(written.text),
        x=written.x,
        y=written.y,
        font_size=written.style.size,
        **weight,
        fill=fill,
        **anchor,
    )


def _framed(radius: float, fill: str, stroke: str = "", width: float = 1) -> Callable[[Card], str]:
    return lambda card: _rectangle(card.box, radius, fill, stroke, width)


def _slip(card: Card) -> str:
    """A sheet of paper with a folded corner."""
    box, fold = card.box, 7.0
    right = number(box.width - fold)
    down = number(box.height - fold)
    wide = number(box.width)
    outline = f"M{_at((box.x, box.y))}h{right}l7 7v{down}h-{wide}z"
    corner = f"M{_at((box.right - fold, box.y))}v7h7"
    paper = element("path", d=outline, fill="#fffdf4", stroke=PAPER)
    return paper + element("path", d=corner, fill="none", stroke=PAPER)


def _screen(card: Card) -> str:
    """A small browser: a bar with three buttons over a white page."""
    box = card.box
    bar = (
        f"M{_at((box.x, box.y + 24))}v-16a8 8 0 0 1 8 -8h{number(box.width - 16)}a8 8 0 0 1 8 8v16z"
    )
    dots = "".join(
        element("circle", cx=box.x + 13 + place * 9, cy=box.y + 12, r=2.6, fill=SCREEN_EDGE)
        for place in range(3)
    )
    page = _rectangle(box, 8, "#ffffff", SCREEN_EDGE, 1.2)
    return page + element("path", d=bar, fill="#dce8f7") + dots


def _waiting(card: Card) -> str:
    box = card.box
    return element(
        "rect",
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx=8,
        fill="#ffffff",
        stroke=GREY,
        stroke_width=1.2,
        stroke_dasharray="4 3",
    )


def _pill(card: Card) -> str:
    return _rectangle(card.box, card.box.height / 2, "#ffffff", colour(card.system), 1.4)


FRAMES: Mapping[Look, Callable[[Card], str]] = {
    Look.PHASE: _framed(4, INK),
    Look.SLIP: _slip,
    Look.CUSTOMER: _framed(8, "#ffffff", INK, 1.6),
    Look.SCREEN: _screen,
    Look.QUESTION: _framed(4, "#ffffff", "#8e99ad"),
    Look.BUTTON: _framed(6, INK),
    Look.PERSON: _framed(8, "#ffffff", GREY, 1.2),
    Look.ITSELF: _framed(8, "#f7f8fb", "#a9b2c3", 1.2),
    Look.WAIT: _waiting,
    Look.DECISION: _framed(8, "#ffffff", INK, 1.4),
    Look.PILL: _pill,
    Look.TAG: _framed(9, "#ffffff", INK, 1.1),
}


# ---- lines


STROKES: Mapping[Stroke, Attributes] = {
    Stroke.DASHED: {"stroke_width": 1.3, "stroke_dasharray": "7 5"},
    Stroke.SOLID: {"stroke_width": 2.4},
    Stroke.DOTTED: {"stroke_width": 1.4, "stroke_dasharray": "2 4"},
}


def _border(border: Border, width: float) -> str:
    d = f"M0 {number(border.y)}H{number(width)}"
    line = element("path", d=d, stroke=INK, **STROKES[border.stroke])
    return line + _card(border.tag)


def _curve(points: Sequence[Point]) -> list[str]:
    """The feeling: level at every face, smooth between them."""
    if len(points) < 2:
        return []
    bends = (
        f"C{_at(((a[0] + b[0]) / 2, a[1]))} {_at(((a[0] + b[0]) / 2, b[1]))} {_at(b)}"
        for a, b in pairwise(points)
    )
    d = f"M{_at(points[0])}{''.join(bends)}"
    return [element("path", d=d, fill="none", stroke="#9aa3b5", stroke_width=1.6)]


def _riser(riser: Riser) -> str:
    ink = colour(riser.system)
    away = 1 if riser.x > riser.edge else -1
    begin = f"M{_at((riser.x, riser.top))}"
    if riser.hook is not None:
        begin = f"M{_at((riser.hook, riser.top))}" + _bend(
            (riser.hook, riser.top), (riser.x, riser.top), (riser.x, riser.bottom)
        )
    elif not riser.from_screen:
        begin = f"M{_at((riser.edge, riser.top))}" + _bend(
            (riser.edge, riser.top), (riser.x, riser.top), (riser.x, riser.bottom)
        )
    corner = _bend((riser.x, riser.top), (riser.x, riser.bottom), (riser.edge, riser.bottom))
    end = number(riser.edge + away * (3 if riser.writes else 0))
    joins = "".join(
        f"M{_at((riser.edge, y))}H{number(riser.x)}" for y in riser.stubs if y != riser.top
    )
    return element(
        "path",
        d=f"{begin}{corner}H{end}{joins}",
        fill="none",
        stroke=ink,
        stroke_width=1.7,
    )


def _riser_heads(riser: Riser) -> str:
    """Where it is read to, where it is written to, and where work joins in."""
    ink = colour(riser.system)
    left = riser.x > riser.edge
    heads = []
    if riser.from_screen and riser.reads:
        heads.append(
            _head((riser.x, riser.top + 1), "up", ink)
            if riser.hook is None
            else _head((riser.hook - 1, riser.top), "right", ink)
        )
    if riser.writes:
        heads.append(_head((riser.edge, riser.bottom), "left" if left else "right", ink))
    heads += [
        element("circle", cx=riser.x, cy=y, r=2.6, fill=ink) for y in riser.stubs if y != riser.top
    ]
    return "".join(heads)


def _arrow(arrow: Arrow) -> str:
    ink = ARROW_INKS[arrow.ink]
    points = arrow.points
    d = f"M{_at(points[0])}" + "".join(
        _bend(*points[place : place + 3]) for place in range(len(points) - 2)
    )
    line = element("path", d=f"{d}L{_at(points[-1])}", fill="none", stroke=ink, stroke_width=1.5)
    heads = _head(points[-1], _direction(points[-2], points[-1]), ink)
    if arrow.both:
        heads += _head(points[0], _direction(points[1], points[0]), ink)
    return line + heads + (_card(arrow.tag) if arrow.tag is not None else "")


def _bend(before: Point, corner: Point, after: Point) -> str:
    """On to a corner and round it."""
    near, far = _towards(corner, before), _towards(corner, after)
    return f"L{_at(near)}Q{_at(corner)} {_at(far)}"


def _towards(start: Point, end: Point) -> Point:
    """A radius away from the start, or half way when it is near."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    long = abs(dx) + abs(dy)
    step = min(ROUND, long / 2)
    return (start[0] + step * dx / long, start[1] + step * dy / long) if long else start


def _direction(start: Point, end: Point) -> str:
    if start[0] == end[0]:
        return "up" if end[1] < start[1] else "down"
    return "left" if end[0] < start[0] else "right"


HEADS = {
    "up": "l-4 6.5h8z",
    "down": "l-4 -6.5h8z",
    "left": "l6.5 -4v8z",
    "right": "l-6.5 -4v8z",
}


def _head(tip: Point, direction: str, ink: str) -> str:
    return element("path", d=f"M{_at(tip)}{HEADS[direction]}", fill=ink)


def _at(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"
