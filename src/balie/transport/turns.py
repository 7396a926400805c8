"""Whose turn it is: as many calls at once, and as many in a time, as a system allows."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from balie.systems.pace import Rate


class Bucket:
    """Tokens that come back with time: `calls` at most, all of them back after `seconds`.

    A call that finds none takes one from the future and waits for it, so turns stay in order.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._per_second = rate.calls / rate.seconds
        self._most = float(rate.calls)
        self._clock = clock
        self._left = self._most
        self._at = clock()

    def take(self) -> float:
        """Takes a token. Seconds until it is really there; 0.0 for now."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._per_second)
        self._at = now
        self._left -= 1
        return max(0.0, -self._left / self._per_second)

    def give_back(self) -> None:
        """For a call that was not made after all."""
        self._left = min(self._most, self._left + 1)


class TooBusy(Exception):
    """There was no turn in time."""


class Turns:
    """Lets calls of one system through, one by one."""

    def __init__(self, at_once: int, rates: Sequence[Rate], clock: Callable[[], float]) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._buckets = [Bucket(rate, clock) for rate in rates]

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
            raise TooBusy from error

    async def _wait(self, within: float) -> None:
        wait = max((bucket.take() for bucket in self._buckets), default=0.0)
        if wait > within:
            self._give_back()
            raise TooBusy
        try:
            if wait:
                await asyncio.sleep(wait)
        except asyncio.CancelledError:
            self._give_back()
            raise

    def _give_back(self) -> None:
        for bucket in self._buckets:
            bucket.give_back()
