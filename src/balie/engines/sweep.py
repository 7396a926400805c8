"""Carries straight out of our own rows, in one process: looks what waits, and carries what is due.

It keeps nothing of its own: whoever starts it again begins with the same rows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from balie.backstage.actions import Waiting

Carry = Callable[[str], Awaitable[float | None]]
"""Brings an action further. Seconds until there may be more to do; None when there is not."""

AT_ONCE = 8
EVERY = 1.0  # seconds between two looks at what waits
LOOKED_AGAIN = 30.0  # seconds; after a fault of ours, or when there is nothing to be done for long
ENOUGH = 10.0  # seconds that what is under way gets to end


@dataclass(slots=True)
class _Paused:
    """An action that was carried. until: as the clock counts. at: what its rows said then."""

    until: float
    at: datetime | None = None
    is_seen: bool = False

    def goes_on(self, at: datetime | None, now: float) -> bool:
        """Whether it is time, or its rows changed: staff have it tried once more."""
        changed = self.is_seen and self.at != at
        self.at, self.is_seen = at, True
        return changed or self.until <= now


@dataclass
class Sweep:
    """Carries at most `at_once` actions at a time.

    waiting: what can be brought further, oldest first. failed: told of faults of our own.
    clock: counts seconds and never goes back.
    """

    carry: Carry
    waiting: Callable[[], Awaitable[Sequence[Waiting]]]
    failed: Callable[[Exception], None]
    at_once: int = AT_ONCE
    every: float = EVERY
    clock: Callable[[], float] = monotonic
    _paused: dict[str, _Paused] = field(default_factory=dict)
    _idle: dict[str, int] = field(default_factory=dict)
    _due: list[Waiting] = field(default_factory=list)
    _orders: set[str] = field(default_factory=set)
    _under_way: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        """Carries until it is cancelled; then what is under way gets a moment to end."""
        try:
            while True:
                await self._look()
                await asyncio.sleep(self.every)
        finally:
            await self._drop()

    async def _look(self) -> None:
        try:
            waiting = await self.waiting()
        except Exception as fault:  # noqa: BLE001 - a database that is away comes back
            self.failed(fault)
            return
        now = self.clock()
        known = {one.action for one in waiting}
        self._paused = {action: one for action, one in self._paused.items() if action in known}
        self._idle = {action: times for action, times in self._idle.items() if action in known}
        self._due = [one for one in waiting if self._is_due(one, now)]
        self._fill()

    def _fill(self) -> None:
        """Begins with what is due, for as long as there is a place; of each order one at a time."""
        later = []
        for one in self._due:
            order = one.order_with or one.action
            if len(self._under_way) >= self.at_once or order in self._orders:
                later.append(one)
            else:
                self._orders.add(order)
                self._under_way[one.action] = asyncio.create_task(self._carry(one.action, order))
        self._due = later

    def _is_due(self, one: Waiting, now: float) -> bool:
        if one.action in self._under_way:
            return False
        paused = self._paused.get(one.action)
        if paused is None:
            return True
        if not paused.goes_on(one.at, now):
            return False
        del self._paused[one.action]
        return True

    async def _carry(self, action: str, order: str) -> None:
        try:
            pause = await self.carry(action)
        except Exception as fault:  # noqa: BLE001 - one that fails holds up no other
            self.failed(fault)
            pause = LOOKED_AGAIN
        self._paused[action] = _Paused(
            self.clock() + (self._idle_pause(action) if pause is None else pause)
        )
        del self._under_way[action]
        self._orders.discard(order)
        self._fill()

    def _idle_pause(self, action: str) -> float:
        """Soon at first: what waits though it was brought to its end was let go on meanwhile."""
        times = self._idle[action] = self._idle.get(action, 0) + 1
        return min(self.every * 2.0 ** (times - 1), LOOKED_AGAIN)

    async def _drop(self) -> None:
        self._due.clear()
        tasks = tuple(self._under_way.values())
        if tasks:
            _, too_long = await asyncio.wait(tasks, timeout=ENOUGH)
            for task in too_long:
                task.cancel()
            await asyncio.gather(*too_long, return_exceptions=True)
