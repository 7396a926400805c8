"""How the systems are: as pages have seen, and as they are when somebody looks."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from balie.backstage.ports import Health
from balie.systems.connector import Connector
from balie.systems.errors import SystemFault
from balie.transport.breaker import Condition
from balie.transport.http import Network

PATIENCE = 1.5  # seconds; who takes longer is told as not answering


@dataclass(frozen=True, slots=True)
class Lookout:
    """Watches the systems of one blueprint."""

    network: Network
    connectors: Mapping[str, Connector]
    now: Callable[[], datetime]

    def seen(self) -> Mapping[str, bool]:
        """Name -> up, as far as pages have seen. Asks nobody."""
        return {name: self._seen(name).up for name in self.connectors}

    async def look(self) -> Mapping[str, Health]:
        """Name -> how it is now: asks each system, all at once, and does not wait long."""
        healths = await asyncio.gather(*(self._look(name) for name in self.connectors))
        return dict(zip(self.connectors, healths, strict=True))

    def _seen(self, name: str) -> Health:
        status = self.network.status_of(name)
        return Health(up=status.condition is not Condition.DOWN, since=status.since)

    async def _look(self, name: str) -> Health:
        try:
            async with asyncio.timeout(PATIENCE):
                await self.connectors[name].check()
        except SystemFault as fault:
            return self._down(name, fault.staff)
        except TimeoutError:
            return self._down(name)
        return Health(up=True, since=self._seen(name).since)

    def _down(self, name: str, why: str = "") -> Health:
        """Down since pages saw it, or since now when they did not."""
        seen = self._seen(name)
        since = self.now() if seen.up or seen.since is None else seen.since
        return Health(up=False, since=since, why=why)
