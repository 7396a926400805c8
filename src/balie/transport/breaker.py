"""A circuit breaker: a system that failed three times is left alone for a while, then tried once.

closed -> (3 failures in a row) -> open -> (a pause) -> one probe -> closed, or open for longer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

FAILURES = 3
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0


class Condition(StrEnum):
    """How a system is, as far as we know."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"  # it was not asked yet, or not often enough to say


@dataclass(frozen=True, slots=True)
class Status:
    """How a system is, and since when (None: since the start)."""

    condition: Condition
    since: datetime | None = None


class Breaker:
    """The breaker of one system. `clock` counts seconds and never goes back."""

    def __init__(self, clock: Callable[[], float], now: Callable[[], datetime]) -> None:
        self._clock = clock
        self._now = now
        self._failures = 0
        self._pause = FIRST_PAUSE
        self._quiet_until = 0.0
        self._is_probing = False
        self.status = Status(Condition.UNKNOWN)

    @property
    def is_open(self) -> bool:
        """Whether calls are refused, but for a probe."""
        return self._failures >= FAILURES

    def wait(self) -> float | None:
        """Seconds to wait before asking again, or None when a call may go now."""
        left = self._quiet_until - self._clock()
        if left > 0:
            return left
        return self._pause if self._is_probing else None

    def begin(self) -> None:
        """A call goes. While the breaker is open it is the probe: others wait for its outcome."""
        self._is_probing = self.is_open

    def succeeded(self) -> None:
        """The system answered."""
        self._failures, self._pause, self._is_probing = 0, FIRST_PAUSE, False
        self._becomes(Condition.UP)

    def failed(self) -> None:
        """The system did not answer, or said that it cannot."""
        if self._is_probing:
            self._pause = min(LONGEST_PAUSE, self._pause * 2)
        self._is_probing = False
        self._failures += 1
        if self.is_open:
            self._quiet_until = self._clock() + self._pause
            self._becomes(Condition.DOWN)

    def abandoned(self) -> None:
        """Nobody waited for the outcome: it says nothing, but another may probe."""
        self._is_probing = False

    def asked_to_wait(self, seconds: float) -> None:
        """The system itself said when to come back."""
        pause = min(LONGEST_PAUSE, max(0.0, seconds))
        self._quiet_until = max(self._quiet_until, self._clock() + pause)

    def _becomes(self, condition: Condition) -> None:
        if self.status.condition is not condition:
            self.status = Status(condition, self._now())
