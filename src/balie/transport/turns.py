"""Whose turn it is: as many calls at once, and as many in a time, as a system allows."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from balie.systems.pace import Rate


@dataclass(slots=True)
class Turn:
    """One call. at: the moment that it got, then the one at which it began. wait: seconds to it.

    after: the call that must be out of the window before this one is in it.
    """

    at: float
    wait: float
    after: "Turn | None" = None
    has_begun: bool = False


class Window:
    """No more calls in any stretch of time of this length than are allowed.

    A call that comes too early gets the moment at which the oldest falls out of the window, and
    waits for it, so turns stay in order. What begins later than its turn counts from then.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._calls = rate.calls
        self._seconds = rate.seconds
        self._clock = clock
        self._taken: deque[Turn] = deque()  # of the last window, and those that still come

    def take(self) -> Turn:
        """Takes a turn."""
        now, after = self._clock(), None
        while self._taken and self._taken[0].at <= now - self._seconds:
            self._taken.popleft()
        if len(self._taken) >= self._calls:
            after = self._taken[-self._calls]
        wait = self._left(after, now)
        turn = Turn(now + wait, wait, after, has_begun=not wait)
        self._taken.append(turn)
        return turn

    def left(self, turn: Turn) -> float:
        """Seconds until a turn has come: more than it was told when those before it were late."""
        return self._left(turn.after, self._clock())

    def _left(self, after: Turn | None, now: float) -> float:
        if after is None:
            return 0.0
        began = after.at if after.has_begun else max(now, after.at)
        return max(0.0, began + self._seconds - now)

    def begins(self, turn: Turn) -> None:
        """The call of this turn is made now: on a busy machine that is later than its turn."""
        turn.at = max(turn.at, self._clock())
        turn.has_begun, turn.after = True, None

    def give_back(self, turn: Turn) -> None:
        """For a call that was not made after all."""
        at = next(place for place, one in enumerate(self._taken) if one is turn)
        del self._taken[at]
        for one in self._taken:
            if one.after is turn:
                one.after = turn.after


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
        turns = [(window, window.take()) for window in self._windows]
        wait = max((turn.wait for _, turn in turns), default=0.0)
        try:
            if wait <= within:
                await self._until_it_comes(turns, wait)
                return
        except asyncio.CancelledError:
            _give_back(turns)
            raise
        _give_back(turns)
        raise TooBusy(wait)

    async def _until_it_comes(self, turns: Sequence[tuple[Window, Turn]], wait: float) -> None:
        while wait:
            await asyncio.sleep(wait)
            wait = max(window.left(turn) for window, turn in turns)
        for window, turn in turns:
            window.begins(turn)


def _give_back(turns: Sequence[tuple[Window, Turn]]) -> None:
    for window, turn in turns:
        window.give_back(turn)
