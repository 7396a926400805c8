"""What was made of answers is shown again only while asking again would give those same answers.

So nothing that is made has an age, a tag or a key of its own that could be forgotten: its answers
have them. An answer belongs to one scope; one that is not fresh any more is asked again; whoever
hears of news tells the sources, and all that was made of those answers is made anew.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from balie.backstage.page import Trust
from balie.backstage.sources import Outcome, Patience, Question, Sources, Trace, Used

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Made(Generic[T]):
    """Something that was made on a day, of these answers and of nothing else that changes."""

    value: T
    day: date
    of: tuple[Used, ...]

    def holds(self, sources: Sources, patience: Patience, today: date) -> bool:
        """Whether making it again would give the same. Refreshes behind, as asking again would."""
        return self.day == today and sources.still_give(self.of, patience)


@dataclass(slots=True)
class Making:
    """Notes what something is made of while it is made. Fulfils `Trace`, and tells another one."""

    also: Trace
    of: list[Used] = field(default_factory=list)
    is_fresh: bool = True

    def __call__(self, question: Question, outcome: Outcome) -> None:
        """Hears of a question and what came of it."""
        self.also(question, outcome)
        if outcome.answer is None or outcome.trust is not Trust.FRESH:
            self.is_fresh = False
        else:
            self.of.append(Used(outcome.key, question, outcome.answer))

    def made(self, value: T, day: date) -> Made[T] | None:
        """What was made, or None when not all of it is fresh: an error is never kept."""
        return Made(value, day, tuple(self.of)) if self.is_fresh else None
