"""Where the lines between screens, work and systems run in one column.

Every system has its own track, and lines of farther tracks run farther from the cards. That keeps
lines apart as long as each only leads to the screen. A card behind the scenes that writes to a far
system would cross the line of a nearer one; that line then runs on the left side, where the same
rule holds. If a line would cross on both sides it leaves that card alone: the card bears the
system's mark anyway. So lines never cross, and never touch a card that is not theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from balie.blueprint.drawing.sheet import Box, Card, Riser

APART = 11
"""Between two lines beside each other."""

LEFT_APART = 8
"""The same, in the narrow room between two columns."""

LEFT_MOST = 2
"""How many lines there is room for at the left."""


@dataclass(frozen=True, slots=True)
class Link:
    """A system that a column uses. place: of its track, from 0; bottom: the height of that."""

    system: int
    place: int
    bottom: float
    on_screen: bool
    reads: bool
    writes: bool
    lit: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the cards: `edge` is theirs, `step` goes away from them."""

    edge: float
    step: float
    screen_edge: float | None = None  # at the left a line ends at the screen's side


def route(
    links: Sequence[Link], tasks: Sequence[Card], screen: Box | None, work: Box
) -> tuple[Riser, ...]:
    """The risers of a column. work: the box of its cards behind the scenes, without their strip."""
    right = Side(work.right, APART)
    left = Side(work.x, -LEFT_APART, None if screen is None else screen.x)
    placed: list[Riser] = []
    at_left = 0
    for link in links:
        riser = _riser(link, tasks, screen, right, link.place)
        others = [other for other in placed if other.edge == right.edge]
        if riser is None:
            continue
        if any(crosses(riser, other) for other in others) and at_left < LEFT_MOST:
            moved = _riser(link, tasks, screen, left, at_left)
            neighbours = [other for other in placed if other.edge == left.edge]
            if moved is not None and not any(crosses(moved, other) for other in neighbours):
                placed.append(moved)
                at_left += 1
                continue
        placed += _without_crossing(riser, others)
    return tuple(placed)


def crosses(one: Riser, other: Riser) -> bool:
    """Whether a line of one runs through a line of the other."""
    return any(_meet(a, b) for a in one.segments for b in other.segments)


def _riser(
    link: Link, tasks: Sequence[Card], screen: Box | None, side: Side, place: int
) -> Riser | None:
    stubs = tuple(card.box.middle for card in tasks if link.system in card.systems)
    on_screen = link.on_screen and screen is not None
    if not on_screen and not stubs:
        return None
    hook = side.screen_edge if on_screen else None
    return Riser(
        system=link.system,
        x=side.edge + side.step * (place + 1),
        edge=side.edge,
        top=_top(screen, hook, place) if on_screen and screen is not None else min(stubs),
        bottom=link.bottom,
        stubs=stubs,
        from_screen=on_screen,
        hook=hook,
        reads=link.reads,
        writes=link.writes,
        lit=link.lit,
    )


def _top(screen: Box, hook: float | None, place: int) -> float:
    """Under the screen, or at its side, the farther the higher."""
    return screen.bottom if hook is None else screen.bottom - 12 - place * LEFT_APART


def _without_crossing(riser: Riser, others: Sequence[Riser]) -> tuple[Riser, ...]:
    """The riser with only the stubs that cross nothing; nothing when none is left."""
    free = tuple(
        stub
        for stub in riser.stubs
        if not any(crosses(replace(riser, stubs=(stub,)), other) for other in others)
    )
    if riser.from_screen:
        return (replace(riser, stubs=free),)
    return (replace(riser, stubs=free, top=min(free)),) if free else ()


def _meet(
    one: tuple[tuple[float, float], tuple[float, float]],
    other: tuple[tuple[float, float], tuple[float, float]],
) -> bool:
    """Whether two straight pieces, level or upright, share a point."""
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = other
    return (
        min(ax, bx) <= max(cx, dx)
        and min(cx, dx) <= max(ax, bx)
        and min(ay, by) <= max(cy, dy)
        and min(cy, dy) <= max(ay, by)
    )
