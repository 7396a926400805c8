"""What reading a thing gave: records, and how far to trust that these are all and are so."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from balie.backstage.cursors import Position
from balie.backstage.page import Trust
from balie.mapping.thing import Record

_TRUST_ORDER = (Trust.UNRECOGNISED, Trust.AWAY, Trust.WAITING, Trust.KNOWN, Trust.FRESH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Records, and how far to trust that these are all and that they are so.

    away: the systems that did not answer in time. broken: records that could not be read.
    next: where the rest of a list begins; more: there are rows that were not read.
    count: of all pages together, where that is known; looked_at: of how many records.
    """

    records: tuple[Record, ...] = ()
    trust: Trust = Trust.FRESH
    as_of: datetime | None = None
    broken: int = 0
    more: bool = False
    next: Position | None = None
    away: frozenset[str] = frozenset()
    count: int | None = None
    looked_at: int | None = None

    @property
    def is_shown(self) -> bool:
        """Whether there is something to show, be it an empty list."""
        return self.trust in (Trust.FRESH, Trust.KNOWN)

    def counted(self, count: int, looked_at: int) -> "Found":
        """The same, with how many there are in all and how many were looked at."""
        return replace(self, count=count, looked_at=looked_at) if self.is_shown else self


def least(trusts: Iterable[Trust]) -> Trust:
    """The least of several trusts; FRESH of none."""
    present = set(trusts)
    return next((trust for trust in _TRUST_ORDER if trust in present), Trust.FRESH)


def oldest(moments: Iterable[datetime | None]) -> datetime | None:
    """The earliest moment that is known."""
    return min((moment for moment in moments if moment is not None), default=None)
