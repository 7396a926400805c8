"""How often forms for everybody may be sent, so that nobody can flood a system or a mailbox.

Each count fills up again by itself: nobody is kept out for longer than it takes to fill by one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil

_MOST = 20_000  # addresses that are remembered; those that were quiet longest are forgotten


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many at once, and one more after each pause."""

    at_once: int
    pause: timedelta


BY_ONE = Allowance(10, timedelta(minutes=2))
"""From one network address: people may share one."""

TO_ONE = Allowance(5, timedelta(minutes=10))
"""To one mail address. It holds for network addresses that sent something lately: nobody can keep
somebody else out by sending in their name.
"""

IN_ALL = Allowance(120, timedelta(seconds=1))
"""Of everybody together."""


@dataclass(slots=True)
class Crowd:
    """Counts what is sent. Nothing of it is written down, and it ends with the process."""

    now: Callable[[], datetime]
    by_one: Allowance = BY_ONE
    to_one: Allowance = TO_ONE
    in_all: Allowance = IN_ALL
    _since: dict[str, datetime] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        """How many addresses are remembered."""
        return len(self._since)

    def let_in(self, client: str, *mails: str) -> str | None:
        """None: it may be sent, and counts. Else how many seconds to wait; then nothing counts."""
        now, one = self.now(), f"by {_network(client)}"
        counts = [("", self.in_all), (one, self.by_one)]
        to = [(f"to {mail}", self.to_one) for mail in mails]
        asked = [*counts, *(to if self._since.get(one, now) > now else ())]
        waits = max(self._wait(name, allowance, now) for name, allowance in asked)
        if waits > timedelta(0):
            return str(ceil(waits.total_seconds()))
        for name, allowance in (*counts, *to):
            self._count(name, allowance, now)
        return None

    def _wait(self, name: str, allowance: Allowance, now: datetime) -> timedelta:
        """Each that counts moves the moment at which all is free again by a pause."""
        until = self._since.get(name, now)
        return until - now - allowance.pause * (allowance.at_once - 1)

    def _count(self, name: str, allowance: Allowance, now: datetime) -> None:
        until = max(self._since.pop(name, now), now)
        if len(self._since) >= _MOST:
            self._forget(now)
        self._since[name] = until + allowance.pause

    def _forget(self, now: datetime) -> None:
        """Those that are free again, and else the one that was counted first."""
        free = [name for name, until in self._since.items() if until <= now]
        for name in free or list(self._since)[:1]:
            del self._since[name]


def _network(client: str) -> str:
    """Of IPv6 the network of one home: who has one has a great many addresses in it."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return ":".join(address.exploded.split(":")[:4])
    return str(address)
