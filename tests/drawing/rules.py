"""What must hold for every drawing, checked on its layout."""

from itertools import combinations, pairwise

from balie.blueprint.drawing.risers import crosses
from balie.blueprint.drawing.sheet import Arrow, Box, Card, Column, Look, Riser, Segment, Sheet


def every_text(sheet: Sheet) -> list[tuple[str, Box]]:
    """Each text with the room that it takes."""
    cards = [*sheet.cards, *(border.tag for border in sheet.borders)]
    cards += [card for column in sheet.columns for card in column.cards]
    cards += [arrow.tag for arrow in sheet.arrows if arrow.tag is not None]
    return [(text.text, text.box) for card in cards for text in card.every_text()]


def overlapping_texts(sheet: Sheet) -> list[tuple[str, str]]:
    """Texts that stand over each other."""
    texts = sorted(every_text(sheet), key=lambda text: text[1].x)
    return [
        (one, other)
        for place, (one, box) in enumerate(texts)
        for other, its_box in texts[place + 1 :]
        if its_box.x < box.right and box.overlaps(its_box)
    ]


def texts_outside(sheet: Sheet) -> list[str]:
    """Texts that stick out of the sheet."""
    paper = Box(0, 0, sheet.width, sheet.height)
    return [text for text, box in every_text(sheet) if not paper.holds(box)]


def texts_outside_their_card(sheet: Sheet) -> list[str]:
    """Texts that stick out of the card that they are on."""
    found: list[str] = []
    for column in sheet.columns:
        for card in column.cards:
            found += _outside(card)
    return found


def _outside(card: Card) -> list[str]:
    own = [text.text for text in card.written if not card.box.holds(text.box)]
    return own + [text for inner in card.inner for text in _outside(inner)]


def overlapping_cards(sheet: Sheet) -> list[tuple[str, Look, Look]]:
    """Cards of one step, or names on its arrows, that lie over each other."""
    tags = [arrow.tag for arrow in sheet.arrows if arrow.tag is not None]
    return [
        (column.step, one.look, other.look)
        for column in sheet.columns
        for one, other in combinations((*column.cards, *tags), 2)
        if one.box.overlaps(other.box)
    ]


def risers_through_cards(sheet: Sheet) -> list[tuple[str, int, Look]]:
    """Lines to systems that run through a card instead of beside it."""
    return [
        (column.step, riser.system, card.look)
        for column in sheet.columns
        for riser in column.risers
        for card in _solid(sheet)
        if _runs_through(riser, card.box)
    ]


def _solid(sheet: Sheet) -> list[Card]:
    return [card for column in sheet.columns for card in column.cards]


def _runs_through(riser: Riser, box: Box) -> bool:
    return any(
        box.x < max(a[0], b[0])
        and min(a[0], b[0]) < box.right
        and box.y < max(a[1], b[1])
        and min(a[1], b[1]) < box.bottom
        for a, b in riser.segments
    )


def crossing_risers(sheet: Sheet) -> list[tuple[str, str]]:
    """Lines to systems that cross, within a step or between two."""
    risers = [(column.step, riser) for column in sheet.columns for riser in column.risers]
    return [(one, other) for (one, a), (other, b) in combinations(risers, 2) if crosses(a, b)]


def unconnected(column: Column) -> set[int]:
    """Systems in a step whose pill no line reaches."""
    pills = {card.system for card in column.cards if card.look is Look.PILL}
    return pills - {riser.system for riser in column.risers}


def arrows_over_each_other(sheet: Sheet) -> list[tuple[Segment, Segment]]:
    """Stretches of arrows between steps that run along each other instead of beside each other."""
    pieces = [
        (number, piece)
        for number, arrow in enumerate(sheet.arrows)
        for piece in pairwise(arrow.points)
    ]
    return [
        (one, other)
        for (number, one), (its_number, other) in combinations(pieces, 2)
        if number != its_number and _run_along(one, other)
    ]


def _run_along(one: Segment, other: Segment) -> bool:
    """Whether two level or upright pieces share more than a point."""
    for along, across in ((0, 1), (1, 0)):
        if len({point[across] for point in (*one, *other)}) == 1:
            starts = max(min(piece[0][along], piece[1][along]) for piece in (one, other))
            ends = min(max(piece[0][along], piece[1][along]) for piece in (one, other))
            return starts < ends
    return False


def every_arrow(sheet: Sheet) -> list[Arrow]:
    """Arrows between steps, and those within a column."""
    return [*sheet.arrows, *(arrow for column in sheet.columns for arrow in column.arrows)]


def crossing_arrows(sheet: Sheet) -> list[tuple[Segment, Segment]]:
    """Arrows that cross each other, or a line to a system."""
    lines = [arrow.segments for arrow in every_arrow(sheet)]
    lines += [riser.segments for column in sheet.columns for riser in column.risers]
    return [
        (a, b) for one, other in combinations(lines, 2) for a in one for b in other if _cross(a, b)
    ]


def _cross(one: Segment, other: Segment) -> bool:
    """Whether a level and an upright piece run through each other."""
    for level, upright in ((one, other), (other, one)):
        (ax, ay), (bx, by) = level
        (cx, cy), (dx, dy) = upright
        if ay == by and cx == dx and min(ax, bx) < cx < max(ax, bx):
            return min(cy, dy) < ay < max(cy, dy)
    return False


def arrows_through_cards(sheet: Sheet) -> list[tuple[Segment, Look]]:
    """Arrows that run through a card instead of from one to another."""
    return [
        (segment, card.look)
        for arrow in every_arrow(sheet)
        for segment in arrow.segments
        for card in _solid(sheet)
        if _enters(segment, card.box)
    ]


def _enters(segment: Segment, box: Box) -> bool:
    (ax, ay), (bx, by) = segment
    inner = Box(box.x + 2, box.y + 2, box.width - 4, box.height - 4)
    return (
        inner.x < max(ax, bx)
        and min(ax, bx) < inner.right
        and inner.y < max(ay, by)
        and min(ay, by) < inner.bottom
    )
