"""Whose turn it is: as many calls at once, and as many in a time, as a system allows."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from balie.systems.pace import Rate


class Window:
    """No more calls in any stretch of time of this length than are allowed.

    A call that comes too early gets the moment at which the oldest falls out of the window, and
    waits for it, so turns stay in order.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._calls = rate.calls
        self._seconds = rate.seconds
        self._clock = clock
        self._taken: deque[float] = deque()  # of the last window, and those that still come

    def take(self) -> float:
        """Takes a turn. Seconds until it has come; 0.0 for now."""
        now = at = self._clock()
        while self._taken and self._taken[0] <= now - self._seconds:
            self._taken.popleft()
        if len(self._taken) >= self._calls:
            at = max(now, self._taken[-self._calls] + self._seconds)
        self._taken.append(at)
        return at - now

    def give_back(self) -> None:
        """For a call that was not made after all."""
        self._taken.pop()


class TooBusy(Exception):
    """There was no turn in time. wait: seconds after which there may be one."""

    def __init__(self, wait: float) -> None:
        super().__init__("no turn in time")
        self.wait = wait


class Turns:
    """Lets calls of one system through, one by one."""

    def __init__(self, at_once: int, rates: Sequence[Rate], clock: Callable[[], float]) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._windows = [Window(rate, clock) for rate in rates]

    @asynccontextmanager
    async def turn(self, within: float) -> AsyncIterator[None]:
        """Waits for a turn and holds it. Raises TooBusy when that takes more seconds than this."""
        await self._place(within)
        try:
            await self._wait(within)
            yield
        finally:
            self._places.release()

    async def _place(self, within: float) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(within):
                await self._places.acquire()
        except TimeoutError as error:
            raise TooBusy(within) from error

    async def _wait(self, within: float) -> None:
        wait = max((window.take() for window in self._windows), default=0.0)
        if wait > within:
            self._give_back()
            raise TooBusy(wait)
        try:
            if wait:
                await asyncio.sleep(wait)
        except asyncio.CancelledError:
            self._give_back()
            raise

    def _give_back(self) -> None:
        for window in self._windows:
            window.give_back()
