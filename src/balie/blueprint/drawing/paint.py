"""Sheet -> SVG. Decides nothing: every place, text and line was laid out before.

Only presentation attributes are used, no style attributes and no style sheet, so the drawing may
stand in a page whose content security policy allows no inline styles.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from balie.blueprint.drawing.marks import GLYPHS
from balie.blueprint.drawing.palette import LIGHT, Palette, quiet
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
MARKED = 9.0  # the width of a stroke of the marker
ROUND = 6.0  # the radius of a corner in a line


@dataclass(frozen=True, slots=True)
class Paints:
    """What things are painted with: those in the light of one field, and all others."""

    lit: Palette
    others: Palette

    def of(self, *, lit: bool) -> Palette:
        """The palette of something."""
        return self.lit if lit else self.others


def paint(sheet: Sheet, palette: Palette = LIGHT) -> str:
    """The drawing as one SVG document."""
    paints = Paints(palette, quiet(palette) if sheet.has_light else palette)
    size = f"0 0 {number(sheet.width)} {number(sheet.height)}"
    beside = f"-{sheet.number}" if sheet.number > 1 else ""
    named, described = f"blueprint-title{beside}", f"blueprint-about{beside}"
    document = element(
        "svg",
        element("title", escaped(sheet.title), id=named),
        element("desc", escaped(sheet.about), id=described),
        element("g", *_ground(sheet, paints), aria_hidden="true"),
        element("g", *(_column(column, paints) for column in sheet.columns), role="list"),
        element("g", *(_arrow(arrow, paints) for arrow in sheet.arrows), aria_hidden="true"),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=size,
        width=sheet.width,
        height=sheet.height,
        font_family=FONT,
        role="graphics-document",
        aria_labelledby=named,
        aria_describedby=described,
        lang=sheet.language,
    )
    return document + "\n"


def _ground(sheet: Sheet, paints: Paints) -> list[str]:
    """All that is not of one step."""
    grounds = paints.others.grounds
    paper = _rectangle(Box(0, 0, sheet.width, sheet.height), 0, grounds[0])
    bands = [
        _rectangle(Box(0, band.top, sheet.width, band.bottom - band.top), 0, grounds[band.tone])
        for band in sheet.bands
    ]
    borders = [_border(border, sheet.width, paints) for border in sheet.borders]
    cards = [_card(card, paints) for card in sheet.cards]
    return [paper, *bands, *borders, *_curve(sheet.curve, paints.others), *cards]


def _column(column: Column, paints: Paints) -> str:
    """One step: a sentence for who listens, a picture for who looks."""
    picture = element(
        "g",
        *(_arrow(arrow, paints) for arrow in column.arrows),
        *(_riser(riser, paints) for riser in column.risers),
        *(_card(card, paints) for card in column.cards),
        *(_riser_heads(riser, paints) for riser in column.risers),
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


def _card(card: Card, paints: Paints) -> str:
    frame = FRAMES.get(card.look)
    return "".join(
        (
            frame(card, paints.of(lit=card.lit)) if frame is not None else "",
            *(_card(inner, paints) for inner in card.inner),
            *(GLYPHS[sign.glyph](sign, paints.of(lit=card.lit or sign.lit)) for sign in card.signs),
            *(
                _text(written, card.system, paints.of(lit=card.lit or written.lit))
                for written in card.written
            ),
        )
    )


def _text(written: Written, system: int, palette: Palette) -> str:
    anchor = {} if written.anchor is Anchor.START else {"text_anchor": written.anchor.value}
    weight = {} if written.style.weight == 400 else {"font_weight": written.style.weight}
    return element(
        "text",
        escaped(written.text),
        x=written.x,
        y=written.y,
        font_size=written.style.size,
        **weight,
        fill=_ink(written.ink, system, palette),
        **anchor,
    )


def _ink(ink: Ink, system: int, palette: Palette) -> str:
    return {
        Ink.PLAIN: palette.ink,
        Ink.MUTED: palette.muted,
        Ink.ALARM: palette.alarm,
        Ink.ON_DARK: palette.on_dark,
        Ink.ADDRESS: palette.address,
        Ink.SYSTEM: palette.system(system),
    }[ink]


Frame = Callable[[Card, Palette], str]


def _framed(
    radius: float,
    fill: Callable[[Palette], str],
    stroke: Callable[[Palette], str] | None = None,
    width: float = 1,
) -> Frame:
    return lambda card, palette: _rectangle(
        card.box, radius, fill(palette), "" if stroke is None else stroke(palette), width
    )


def _slip(card: Card, palette: Palette) -> str:
    """A sheet of paper with a folded corner."""
    box, fold = card.box, 7.0
    right = number(box.width - fold)
    down = number(box.height - fold)
    wide = number(box.width)
    outline = f"M{_at((box.x, box.y))}h{right}l7 7v{down}h-{wide}z"
    corner = f"M{_at((box.right - fold, box.y))}v7h7"
    fill = palette.marker if card.lit else palette.slip
    paper = element("path", d=outline, fill=fill, stroke=palette.slip_edge)
    return paper + element("path", d=corner, fill="none", stroke=palette.slip_edge)


def _screen(card: Card, palette: Palette) -> str:
    """A small browser: a bar with three buttons over a white page."""
    box = card.box
    bar = (
        f"M{_at((box.x, box.y + 24))}v-16a8 8 0 0 1 8 -8h{number(box.width - 16)}a8 8 0 0 1 8 8v16z"
    )
    dots = "".join(
        element("circle", cx=box.x + 13 + place * 9, cy=box.y + 12, r=2.6, fill=palette.screen_edge)
        for place in range(3)
    )
    page = _rectangle(box, 8, palette.card, palette.screen_edge, 1.2)
    return page + element("path", d=bar, fill=palette.screen_bar) + dots


def _task(fill: Callable[[Palette], str], stroke: Callable[[Palette], str], width: float) -> Frame:
    """Work: on the colour of the marker when it has to do with the field in the light."""
    return lambda card, palette: _rectangle(
        card.box,
        8,
        palette.marker if card.lit else fill(palette),
        palette.line if card.lit else stroke(palette),
        width,
    )


def _waiting(card: Card, palette: Palette) -> str:
    box = card.box
    return element(
        "rect",
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx=8,
        fill=palette.marker if card.lit else palette.card,
        stroke=palette.grey,
        stroke_width=1.2,
        stroke_dasharray="4 3",
    )


def _pill(card: Card, palette: Palette) -> str:
    edge = palette.system(card.system)
    return _rectangle(card.box, 14, palette.card, edge, 2.2 if card.lit else 1.4)


FRAMES: Mapping[Look, Frame] = {
    Look.PHASE: _framed(4, lambda palette: palette.bar),
    Look.SLIP: _slip,
    Look.CUSTOMER: _framed(8, lambda palette: palette.card, lambda palette: palette.line, 1.6),
    Look.SCREEN: _screen,
    Look.QUESTION: _framed(4, lambda palette: palette.card, lambda palette: palette.edge),
    Look.BUTTON: _framed(6, lambda palette: palette.bar),
    Look.PERSON: _task(lambda palette: palette.card, lambda palette: palette.grey, 1.2),
    Look.ITSELF: _task(lambda palette: palette.machine, lambda palette: palette.machine_edge, 1.2),
    Look.WAIT: _waiting,
    Look.DECISION: _task(lambda palette: palette.card, lambda palette: palette.line, 1.4),
    Look.PILL: _pill,
    Look.TAG: _framed(9, lambda palette: palette.card, lambda palette: palette.line, 1.1),
    Look.MARKER: _framed(3, lambda palette: palette.marker),
    Look.HERE: _framed(1.5, lambda palette: palette.bar),
    Look.ELSEWHERE: _framed(1.5, lambda palette: palette.absent),
}


# ---- lines


STROKES: Mapping[Stroke, Attributes] = {
    Stroke.DASHED: {"stroke_width": 1.3, "stroke_dasharray": "7 5"},
    Stroke.SOLID: {"stroke_width": 2.4},
    Stroke.DOTTED: {"stroke_width": 1.4, "stroke_dasharray": "2 4"},
}


def _border(border: Border, width: float, paints: Paints) -> str:
    d = f"M0 {number(border.y)}H{number(width)}"
    line = element("path", d=d, stroke=paints.others.line, **STROKES[border.stroke])
    return line + _card(border.tag, paints)


def _curve(points: Sequence[Point], palette: Palette) -> list[str]:
    """The feeling: level at every face, smooth between them."""
    if len(points) < 2:
        return []
    bends = (
        f"C{_at(((a[0] + b[0]) / 2, a[1]))} {_at(((a[0] + b[0]) / 2, b[1]))} {_at(b)}"
        for a, b in pairwise(points)
    )
    d = f"M{_at(points[0])}{''.join(bends)}"
    return [element("path", d=d, fill="none", stroke=palette.curve, stroke_width=1.6)]


def _line(d: str, ink: str, width: float) -> str:
    return element("path", d=d, fill="none", stroke=ink, stroke_width=width)


def _marked(d: str, palette: Palette, *, lit: bool) -> str:
    """A stroke of the marker under a line that is lit."""
    return _line(d, palette.marker, MARKED) if lit else ""


def _riser(riser: Riser, paints: Paints) -> str:
    palette = paints.of(lit=riser.lit)
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
    d = f"{begin}{corner}H{end}"
    ink = palette.system(riser.system)
    width = 2.4 if riser.lit else 1.7
    return _marked(d, palette, lit=riser.lit) + _line(f"{d}{joins}", ink, width)


def _riser_heads(riser: Riser, paints: Paints) -> str:
    """Where it is read to, where it is written to, and where work joins in."""
    ink = paints.of(lit=riser.lit).system(riser.system)
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


def _arrow(arrow: Arrow, paints: Paints) -> str:
    palette = paints.of(lit=arrow.lit)
    ink = palette.grey if arrow.ink is Ink.MUTED else palette.line
    points = arrow.points
    d = f"M{_at(points[0])}" + "".join(
        _bend(*points[place : place + 3]) for place in range(len(points) - 2)
    )
    d = f"{d}L{_at(points[-1])}"
    heads = _head(points[-1], _direction(points[-2], points[-1]), ink)
    if arrow.both:
        heads += _head(points[0], _direction(points[1], points[0]), ink)
    tag = "" if arrow.tag is None else _card(arrow.tag, paints)
    return _marked(d, palette, lit=arrow.lit) + _line(d, ink, 1.5) + heads + tag


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
