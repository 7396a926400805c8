"""What running a blueprint needs of the world. `balie.store` fulfils these ports."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Remembered:
    """A last-known answer: its bytes and of when it is."""

    value: bytes
    as_of: datetime


class Memory(Protocol):
    """Last-known answers. They survive a restart, are encrypted at rest, and may be lost.

    A key is a digest: it holds nothing personal. Values are personal.
    """

    async def get(self, key: str) -> Remembered | None:
        """The answer kept under this key, or None when there is none or it cannot be read."""
        ...

    async def put(self, key: str, remembered: Remembered, *, keep_until: datetime) -> None:
        """Keeps an answer, in place of an older one."""
        ...

    async def forget(self, key: str) -> None:
        """Drops an answer."""
        ...


class IncidentKind(StrEnum):
    """What staff should know about."""

    DROPPED = "dropped"  # rows of somebody else came back; they were dropped
    BROKEN = "broken"  # a row could not be read
    DOWN = "down"
    REFUSED = "refused"  # a system understood the question, and says no
    CUT = "cut"  # there are more rows than are read
    UNKNOWN_CODE = "unknown code"  # a code without words
    AMBIGUOUS = "ambiguous"  # two rows where there should be one
    MISCONFIGURED = "misconfigured"
    FAILED = "failed"  # a page of ours; no system had a part in it
    OWN_PAGE = "own page"  # a page of the blueprint's own; customers saw the generated one


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One thing that staff should know. Nothing personal: `about` names fields, not values."""

    kind: IncidentKind
    system: str
    table: str
    about: str
    at: datetime
    step: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class About:
    """What makes two incidents the same."""

    kind: IncidentKind
    system: str
    table: str
    about: str
    step: str


@dataclass(frozen=True, slots=True)
class Noted:
    """The same incident, however often: how many times, when first and when last."""

    about: About
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a system is up, since when (None: nothing was seen yet), and why it is not."""

    up: bool
    since: datetime | None = None
    why: str = ""


class Incidents(Protocol):
    """Where incidents go. Reporting never blocks and never fails."""

    def report(self, incident: Incident) -> None: ...


@dataclass(frozen=True, slots=True)
class Clock:
    """The time now (aware, UTC) and the day in the blueprint's zone."""

    now: Callable[[], datetime]
    today: Callable[[], date]
