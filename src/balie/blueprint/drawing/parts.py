"""A long story in parts: which steps stand together on a sheet, and what leads out of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from balie.blueprint.drawing.content import Content, Phase, Step, System, Way

MOST = 6
"""How many steps stand on one sheet of paper: more, and the letters of an A3 get too small."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the story. first and end are steps, from 0; `end` is the first that is not in
    it. number: of the sheet, from 1."""

    content: Content
    first: int
    end: int
    number: int = 1
    sheets: tuple[int, ...] = ()  # where each sheet of the story ends

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps on this sheet."""
        return self.content.steps[self.first : self.end]

    @property
    def systems(self) -> tuple[tuple[int, System], ...]:
        """The systems that are used here, each with its number in the whole story.

        When the story uses none yet, all that it names.
        """
        every = self.content.steps
        used = frozenset().union(*(step.systems for step in self.steps))
        none_used = not any(step.systems for step in every)
        return tuple(
            (number, system)
            for number, system in enumerate(self.content.systems)
            if none_used or system.id in used
        )

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways that stay on this sheet, by the places of their steps on it."""
        return tuple(
            Way(way.start - self.first, way.end - self.first, way.answer)
            for way in self.content.ways
            if self.has(way.start) and self.has(way.end)
        )

    @property
    def phases(self) -> Iterator[tuple[Phase, bool]]:
        """The phases here, with their steps here, and whether they began on an earlier sheet."""
        end = 0
        for phase in self.content.phases:
            start, end = end, end + phase.steps
            here = min(end, self.end) - max(start, self.first)
            if here > 0:
                yield Phase(phase.name, here), start < self.first

    def has(self, step: int) -> bool:
        """Whether a step of the story is on this sheet."""
        return self.first <= step < self.end

    def sheet_of(self, step: int) -> int:
        """The number of the sheet that a step is on."""
        return next(number for number, end in enumerate(self.sheets, start=1) if step < end)


def whole(content: Content) -> Part:
    """The story on one sheet, as wide as it is."""
    count = len(content.steps)
    return Part(content, 0, count, sheets=(count,))


def parts(content: Content, most: int = MOST) -> tuple[Part, ...]:
    """The story in as few sheets as hold it, cut between phases, equally full.

    A phase with more steps than go on one sheet is cut too.
    """
    ends = _ends(_blocks(content, most), most)
    starts = (0, *ends)
    return tuple(
        Part(content, first, end, number, ends)
        for number, (first, end) in enumerate(zip(starts, ends, strict=False), start=1)
    )


def _blocks(content: Content, most: int) -> tuple[int, ...]:
    """How many steps have to stay together: a phase, or an equal share of a long one."""
    blocks: list[int] = []
    for phase in content.phases:
        shares = -(-phase.steps // most)
        blocks += [
            phase.steps * (share + 1) // shares - phase.steps * share // shares
            for share in range(shares)
        ]
    return tuple(blocks)


def _ends(blocks: tuple[int, ...], most: int) -> tuple[int, ...]:
    """Where the sheets end: as few sheets as can be, then as equal as can be.

    best[n]: the cost of the first n blocks, and where their sheets end.
    """
    sums = (0, *accumulate(blocks))
    best: list[tuple[int, int, tuple[int, ...]]] = [(0, 0, ())]
    for end in range(1, len(sums)):
        best.append(
            min(
                (best[start][0] + 1, best[start][1] + size**2, (*best[start][2], sums[end]))
                for start in range(end)
                if (size := sums[end] - sums[start]) <= most
            )
        )
    return best[-1][2] or (0,)
