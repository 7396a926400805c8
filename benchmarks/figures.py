"""The statistics of a measurement, and how they are written."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values is not above (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclass
class Figure:
    """One figure of several rounds: its median is what is told, its range says how steady it is."""

    rounds: list[float] = field(default_factory=list)

    def add(self, value: float) -> None:
        """One more round."""
        self.rounds.append(value)

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.rounds)

    @property
    def range(self) -> str:
        """Least and most."""
        return f"{short(min(self.rounds))}-{short(max(self.rounds))}"


def short(value: float) -> str:
    """Three digits that mean something: 0.0142, 1.42, 14.2, 142, 1424."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(digits, 4)}f}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns under their heads: the first to the left, the others to the right."""
    widths = [max(len(row[n]) for row in [heads, *rows]) for n in range(len(heads))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if n == 0 else text.rjust(width)
            for n, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [heads, *rows]
    )
