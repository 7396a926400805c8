"""Which answer of a decision leads to a step: worked out once per blueprint."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from balie.blueprint.model import Answer, Blueprint, Step


@dataclass(frozen=True, slots=True)
class Branch:
    """The answer that leads to a step, and all answers of its decision."""

    answer: Answer
    answers: Sequence[Answer]


def branches(blueprint: Blueprint) -> Mapping[str, Branch]:
    """The branch that each step is on, by the step's name; of several, the first of the story."""
    order = _Order(blueprint.steps)
    found: dict[str, Branch] = {}
    for step in blueprint.steps:
        for answer in step.decision:
            for led in order.from_(answer):
                found.setdefault(led, Branch(answer, step.decision))
    return found


class _Order:
    """The steps as the story goes on."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = {str(step.id): step for step in steps}
        self._below = dict(zip(self._steps, [*self._steps][1:], strict=False))

    def from_(self, answer: Answer) -> Iterator[str]:
        """The steps from an answer on, to the end of its way."""
        led: set[str] = set()
        at = self._known(answer.next)
        while at is not None and at not in led:
            led.add(at)
            yield at
            at = self._after(at)

    def _after(self, at: str) -> str | None:
        step, below = self._steps[at], self._below.get(at)
        if self._known(step.next) is not None:
            return self._known(step.next)
        goes_on = step.next is None and not step.decision
        if not goes_on or below is None or self._steps[below].phase != step.phase:
            return None
        return below

    def _known(self, name: str | None) -> str | None:
        return str(name) if name in self._steps else None
