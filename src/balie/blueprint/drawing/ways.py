"""The way from step to step: straight to the neighbour, else through a channel above the cards.

Lines never cross. What cannot be drawn without crossing is told in words on the cards that it
leads from and to, and so is what leads to another sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from balie.blueprint.drawing import cards
from balie.blueprint.drawing.content import Way
from balie.blueprint.drawing.sheet import Arrow, Box, Card, Ink, Point

CHANNEL = 26
"""The height of one channel."""

MOST_CHANNELS = 5
MOST_ON_SIDE = 3  # lines that meet one side of a card

INSET = 22  # between two lines that leave or reach the same card
FIRST = 52  # of the nearest line, from the card's corner
CORNER = 10  # of a line that stays to be seen beside a tag
TAG_FROM_CORNER = 16


@dataclass(frozen=True, slots=True)
class Routed:
    """A way and the channel it runs in: 0 is just above the cards, None is straight."""

    way: Way
    channel: int | None


def planned(ways: Sequence[Way]) -> tuple[tuple[Routed, ...], tuple[Way, ...]]:
    """The ways that are drawn, and those that are told on the cards.

    A way gets the lowest channel that is free over its whole length, short ways first. One that
    would cross another, finds no channel, or comes back to its own step is told in words.
    """
    drawn: list[Routed] = []
    told: list[Way] = []
    short_first = sorted(ways, key=lambda way: (abs(way.end - way.start), way.start, way.end))
    for way in short_first:
        around = [each for each in drawn if each.channel is not None]
        if _is_straight(way):
            drawn.append(Routed(way, None))
        elif _has_room(way, around) and (channel := _channel(way, around)) < MOST_CHANNELS:
            drawn.append(Routed(way, channel))
        else:
            told.append(way)
    return tuple(drawn), tuple(told)


def _has_room(way: Way, around: Sequence[Routed]) -> bool:
    """Whether a way crosses none of the others, and there is a place on both of its cards."""
    if way.start == way.end or any(_interleave(way, other.way) for other in around):
        return False
    goes_right = way.end > way.start
    return all(
        sum(_is_on_side(other.way, step, to_the_right=side) for other in around) < MOST_ON_SIDE
        for step, side in ((way.start, goes_right), (way.end, not goes_right))
    )


def _interleave(one: Way, other: Way) -> bool:
    """Whether one begins within the other and ends outside it."""
    a, b = sorted((one.start, one.end))
    c, d = sorted((other.start, other.end))
    return a < c < b < d or c < a < d < b


def _is_straight(way: Way) -> bool:
    return way.end == way.start + 1 and not way.answer


def _channel(way: Way, around: Sequence[Routed]) -> int:
    """The lowest channel in which nothing else is above the same cards."""
    low, high = sorted((way.start, way.end))
    taken = {
        other.channel
        for other in around
        if low <= max(other.way.start, other.way.end)
        and min(other.way.start, other.way.end) <= high
    }
    return next(number for number in count() if number not in taken)


def height(routed: Sequence[Routed]) -> float:
    """The room that the channels need above the cards."""
    used = [each.channel for each in routed if each.channel is not None]
    return (max(used) + 1) * CHANNEL if used else 0.0


def arrows(routed: Sequence[Routed], boxes: Sequence[Box]) -> tuple[Arrow, ...]:
    """The arrows between the customer's cards. boxes: of those cards, one for each step."""
    return tuple(
        _straight(each.way, boxes)
        if each.channel is None
        else _around(each, each.channel, routed, boxes)
        for each in routed
    )


def _straight(way: Way, boxes: Sequence[Box]) -> Arrow:
    start, end = boxes[way.start], boxes[way.end]
    return Arrow(points=((start.right, start.middle), (end.x - 1.5, start.middle)))


def _around(each: Routed, channel: int, routed: Sequence[Routed], boxes: Sequence[Box]) -> Arrow:
    start, end = boxes[each.way.start], boxes[each.way.end]
    y = start.y - 13 - channel * CHANNEL
    leaves = _leaves(each, routed, start)
    reaches = _reaches(each, routed, end)
    points: tuple[Point, ...] = (
        (leaves, start.y),
        (leaves, y),
        (reaches, y),
        (reaches, end.y - 2),
    )
    return Arrow(points=points, tag=_tag(each.way, leaves, reaches, y))


def _leaves(each: Routed, routed: Sequence[Routed], box: Box) -> float:
    return _slot(each, each.way.start, routed, box, to_the_right=each.way.end > each.way.start)


def _reaches(each: Routed, routed: Sequence[Routed], box: Box) -> float:
    return _slot(each, each.way.end, routed, box, to_the_right=each.way.end <= each.way.start)


def _slot(
    each: Routed, step: int, routed: Sequence[Routed], box: Box, *, to_the_right: bool
) -> float:
    """Where a line meets a card: one place for each line on that side of it.

    Higher channels are farther from the side, so that lines that meet one card do not cross.
    """
    channels = sorted(
        other.channel
        for other in routed
        if other.channel is not None and _is_on_side(other.way, step, to_the_right=to_the_right)
    )
    rank = channels.index(each.channel) if each.channel in channels else 0
    inset = FIRST + rank * INSET
    return box.right - inset if to_the_right else box.x + inset


def _is_on_side(way: Way, step: int, *, to_the_right: bool) -> bool:
    """Whether a line leaves a step, or reaches it, on this side."""
    goes_right = way.end > way.start
    leaves, reaches = way.start == step, way.end == step
    return (leaves and goes_right is to_the_right) or (reaches and goes_right is not to_the_right)


def _tag(way: Way, leaves: float, reaches: float, y: float) -> Card | None:
    if not way.answer:
        return None
    long = abs(reaches - leaves)
    card = cards.tag(way.answer, room=long - 2 * CORNER)
    near = min(TAG_FROM_CORNER, (long - card.box.width) / 2)
    x = leaves + near if reaches > leaves else leaves - near - card.box.width
    return card.moved(x, y - card.box.height / 2)


def customer_to_screen(x: float, start: float, end: float, *, both: bool) -> Arrow:
    """Between a customer and what they see; both ways when they fill something in."""
    return Arrow(points=((x, end - 2), (x, start + 2)), ink=Ink.PLAIN, both=both)


def meeting(x: float, start: float, end: float) -> Arrow:
    """Between a customer and somebody they speak to."""
    return Arrow(points=((x, end - 2), (x, start + 2)), ink=Ink.PLAIN, both=True)


def handed_on(x: float, start: float, end: float, *, both: bool) -> Arrow:
    """From a screen to the work behind it; both ways when an answer comes back."""
    return Arrow(points=((x, start + 2), (x, end - 2)), ink=Ink.MUTED, both=both)
