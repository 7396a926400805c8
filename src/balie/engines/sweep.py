"""Carries straight out of our own rows, in one process: looks what waits, and carries what is due.

It keeps nothing of its own: whoever starts it again begins with the same rows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

Carry = Callable[[str], Awaitable[float | None]]
"""Brings an action further. Seconds until there may be more to do; None when there is not."""

AT_ONCE = 8
EVERY = 1.0  # seconds between two looks at what waits
LOOKED_AGAIN = 30.0  # seconds; after a fault of ours, or when there was nothing to be done
ENOUGH = 10.0  # seconds that what is under way gets to end


@dataclass
class Sweep:
    """Carries at most `at_once` actions at a time.

    waiting: ids of what can be brought further, oldest first. failed: told of faults of our own.
    """

    carry: Carry
    waiting: Callable[[], Awaitable[Sequence[str]]]
    failed: Callable[[Exception], None]
    at_once: int = AT_ONCE
    every: float = EVERY
    _due: dict[str, float] = field(default_factory=dict)  # action -> when, as `monotonic` counts
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
        now = monotonic()
        self._due = {action: self._due.get(action, now) for action in waiting}
        for action, due in self._due.items():
            if len(self._under_way) >= self.at_once:
                return
            if due <= now and action not in self._under_way:
                self._under_way[action] = asyncio.create_task(self._carry(action))

    async def _carry(self, action: str) -> None:
        try:
            pause = await self.carry(action)
        except Exception as fault:  # noqa: BLE001 - one that fails holds up no other
            self.failed(fault)
            pause = None
        self._due[action] = monotonic() + (LOOKED_AGAIN if pause is None else pause)
        del self._under_way[action]

    async def _drop(self) -> None:
        tasks = tuple(self._under_way.values())
        if tasks:
            _, too_long = await asyncio.wait(tasks, timeout=ENOUGH)
            for task in too_long:
                task.cancel()
            await asyncio.gather(*too_long, return_exceptions=True)
