"""Whether somebody ever sent anything: then there is a way to their receipts on every page.

Asked of the store once; who has sent something has done so for good.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

_SOON = timedelta(seconds=10)
_MOST = 10_000  # people; it is only a memory


class KnowsWhoSent(Protocol):
    """What knows it: `backstage.service.Service`."""

    @property
    def receipts_at(self) -> str:
        """The address of the list of receipts."""
        ...

    async def has_sent(self, person: str) -> bool:
        """Whether a person has any receipt."""
        ...


@dataclass
class Sent:
    """Remembers who sent something (None), and for a moment who did not (since when we know)."""

    service: KnowsWhoSent
    now: Callable[[], datetime]
    _people: dict[str, datetime | None] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the receipts are."""
        return self.service.receipts_at

    async def by(self, person: str) -> bool:
        """Whether this person sent anything."""
        now = self.now()
        if person in self._people:
            asked = self._people[person]
            if asked is None or now - asked < _SOON:
                return asked is None
        has = await self.service.has_sent(person)
        if len(self._people) >= _MOST:
            self._people.clear()
        self._people[person] = None if has else now
        return has

    def now_by(self, person: str) -> None:
        """This person sent something just now."""
        self._people[person] = None
