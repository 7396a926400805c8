"""Places where a demo can be killed, to prove that nothing is lost there and nothing done twice.

`BALIE_FAILPOINT` names one: the process that comes by there is killed, the first few times that one
does. It is refused outside a demo.
"""

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from balie.backstage.actions import Action, Begins, ErrandState, Progress, Receipt
from balie.store.actions import Enqueue, StoredActions
from balie.systems.writing import Change, Writer, Written

HITS = 2
"""How often a place kills; after that it lets everybody by."""

_STATES = (ErrandState.UNDER_WAY, ErrandState.WAITING, ErrandState.DONE)
POINTS: tuple[str, ...] = (
    "before an action is accepted",
    "before an acceptance is committed",
    "after an acceptance is committed",
    *(f'before "{state}" is committed' for state in _STATES),
    *(f'after "{state}" is committed' for state in _STATES),
    "before a look-up",
    "after a look-up",
    "before a write",
    "after a write",
    "after an action was carried",
    "before an action is put in the queue again",
)
"""Every place, in the order in which an action comes by."""

Reach = Callable[[str], None]
"""Told at each place; does not return from the one that kills."""


def nowhere(_point: str) -> None:
    """A `Reach` that lets everybody by."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Fulfils `Reach`: kills at one place. hits: a file with a letter for each time that it did."""

    point: str
    hits: Path

    def __call__(self, point: str) -> None:
        """Does not return from the place that kills."""
        if point != self.point or self._so_far() >= HITS:
            return
        with self.hits.open("a") as file:
            file.write("x")
        os.kill(os.getpid(), signal.SIGKILL)

    def _so_far(self) -> int:
        return len(self.hits.read_text()) if self.hits.is_file() else 0


def reach_of(point: str, state: Path) -> Reach:
    """What is told at each place. point: the one that kills, "" for none."""
    return Kill(point, state / f"failpoint-{POINTS.index(point)}") if point else nowhere


@dataclass(frozen=True)
class BreakableActions(StoredActions):
    """Kept as ever, with a place before and after each commit."""

    reach: Reach = nowhere

    async def accept(self, action: Action, begins: Begins | None = None) -> Receipt:
        """See there."""
        self.reach("before an action is accepted")
        receipt = await super().accept(action, begins)
        self.reach("after an acceptance is committed")
        return receipt

    async def note(self, progress: Progress) -> bool:
        """See there."""
        kept = await super().note(progress)
        self.reach(f'after "{progress.state}" is committed')
        return kept

    def _note(self, progress: Progress) -> bool:
        kept = super()._note(progress)
        self.reach(f'before "{progress.state}" is committed')
        return kept


def breakable_enqueue(enqueue: Enqueue, reach: Reach) -> Enqueue:
    """The last thing of the transaction that accepts."""

    def put(action: str, order_with: str) -> None:
        enqueue(action, order_with)
        reach("before an acceptance is committed")

    return put


@dataclass(frozen=True, slots=True)
class BreakableWriter:
    """Fulfils `Writer`, with a place before each call and after each reply."""

    writer: Writer
    reach: Reach

    async def write(self, change: Change) -> Written:
        """See there."""
        self.reach("before a write")
        written = await self.writer.write(change)
        self.reach("after a write")
        return written

    async def find(self, change: Change) -> Written | None:
        """See there."""
        self.reach("before a look-up")
        found = await self.writer.find(change)
        self.reach("after a look-up")
        return found

    async def rows_with(self, table: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """See there."""
        return await self.writer.rows_with(table, values)
