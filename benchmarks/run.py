"""What every part of a run gets: how long it may take, and where to tell what it found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

CUSTOMERS = 64
"""So many customers take turns, so that no two requests at once are for the same page."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a run takes. rounds of so many seconds; compared: customers per answer."""

    rounds: int
    seconds: int
    compared: int

    @classmethod
    def quick(cls) -> "Pace":
        """To see where we are."""
        return cls(rounds=1, seconds=2, compared=2)

    @classmethod
    def thorough(cls) -> "Pace":
        """To be kept."""
        return cls(rounds=3, seconds=3, compared=8)


@dataclass
class Report:
    """What is told, as text, and what was found, by name."""

    say: Callable[[str], None]
    text: str = ""
    found: dict[str, float] = field(default_factory=dict)

    def heading(self, text: str) -> None:
        """A new part."""
        self.line(f"\n{text}\n{'=' * len(text)}")

    def line(self, text: str) -> None:
        """A line of the report."""
        self.text += text + "\n"
        self.say(text)

    def progress(self, text: str) -> None:
        """Said, and not kept."""
        self.say(f"  ... {text}")


@dataclass(frozen=True, slots=True)
class Run:
    """What a part gets: a folder of its own, how long it may take, and where to tell."""

    state: Path
    pace: Pace
    report: Report
