"""What can go wrong between us and a system, and when it does."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """What can go wrong. Only in the last three has the system heard the request."""

    TOO_MANY = "429"  # a gateway says that we ask too much, and when to come back
    UNAVAILABLE = "503"  # a gateway says that the system is away
    RESET = "reset"  # the connection is reset before the request arrived
    TIME_OUT = "time-out"  # nothing is heard, ever
    LOST_REPLY = "lost reply"  # the system did it; the connection is reset before it says so
    CUT = "cut"  # the answer breaks off half-way
    RUBBISH = "rubbish"  # something else stands where the answer should be, with status 200


HEARD = frozenset({Fault.LOST_REPLY, Fault.CUT, Fault.RUBBISH})
"""The faults of which the system's side effects remain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which requests meet a fault: a share of them, the same ones for the same seed.

    share: 0 is none, 1 is all. writes: faults meet only requests that are not GET or HEAD.
    quota: so many requests are let through in each window of seconds; the others get a 429.
    retry_after: what a 429 or a 503 says, in seconds; None says nothing.
    """

    faults: tuple[Fault, ...] = ()
    share: float = 1.0
    seed: int = 1
    writes: bool = False
    quota: tuple[int, float] | None = None
    retry_after: float | None = None

    def fault_of(self, request: int, method: str) -> Fault | None:
        """The fault that the n-th request meets, or None."""
        if not self.faults or (self.writes and method in {"GET", "HEAD"}):
            return None
        chance = Random(f"{self.seed}/{request}")  # noqa: S311
        if chance.random() >= self.share:
            return None
        return self.faults[chance.randrange(len(self.faults))]


WELL = Plan()
"""Nothing goes wrong."""
