"""A part of the story on a sheet of paper, in the columns with which it prints largest."""

from dataclasses import dataclass, replace

from balie.blueprint.drawing.layout import lay_out_part
from balie.blueprint.drawing.parts import Part
from balie.blueprint.drawing.sheet import Sheet

NARROWEST, WIDEST, FINER = 180, 380, 20
"""How wide the cards behind the scenes may be, and in which steps that is tried."""

MOST_WIDER = 160.0  # pixels that a column may get more

SMALLEST = 1400.0
"""A sheet is at least so wide, in pixels: a story of one step gets no letters for a poster."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A size of paper, in millimetres."""

    width: float
    height: float

    def scale(self, sheet: Sheet) -> float:
        """Millimetres of paper for a pixel of the sheet, when the sheet fills it."""
        return min(self.width / sheet.width, self.height / sheet.height)


A3 = Paper(420, 297)
A4 = Paper(297, 210)


def on_paper(part: Part, paper: Paper) -> Sheet:
    """The part in the shape of the paper."""
    tried = {core: lay_out_part(part, core) for core in range(NARROWEST, WIDEST + 1, FINER)}
    core, best = max(tried.items(), key=lambda one: paper.scale(one[1]))
    best = _spread(part, paper, core, best)
    width = max(best.width, best.height * paper.width / paper.height, SMALLEST)
    return replace(best, width=width, height=width * paper.height / paper.width)


def _spread(part: Part, paper: Paper, core: float, best: Sheet) -> Sheet:
    """With the room that is left at the right given to the columns, when it costs no size."""
    left = best.height * paper.width / paper.height - best.width
    if left <= 0:
        return best
    wider = lay_out_part(part, core + min(left / max(1, len(part.steps)), MOST_WIDER))
    return wider if paper.scale(wider) >= paper.scale(best) else best
