"""What a rehearsed system tells by itself: signed as its profile says, to whoever listens.

Where the profile's event is about a table's own key, every change of a row is told at once. All
other events happen when somebody says so: `POST /_rehearsal/tell`.
"""

import asyncio
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import aiohttp

from balie.rehearsal.backoffice import BackOffice
from balie.rehearsal.trouble import RehearsalError
from balie.systems.news import News, ToldOf
from balie.systems.rehearsed import JSON, Effect

ONCE: Final = (0.0,)
_UNTILHEARD: Final = (0.0, 1.0, 5.0, 25.0)
_PATIENCE: Final = aiohttp.ClientTimeout(total=10)
HEARD: Final = range(200, 300)


@dataclass(slots=True)
class Telling:
    """What one system tells. listener: the address of the portal; "" while nobody listens."""

    office: BackOffice
    news: News | None
    listener: str = ""
    _under_way: set["asyncio.Task[int]"] = field(default_factory=set)

    @property
    def events(self) -> tuple[str, ...]:
        """The events that it knows."""
        return () if self.news is None else tuple(self.news.events)

    def about(self, event: str) -> ToldOf:
        """Which row an event is about. Raises RehearsalError when it is not known."""
        told_of = None if self.news is None else self.news.events.get(event)
        if told_of is None:
            known = ", ".join(self.events) or "none"
            raise RehearsalError(
                f"{self.office.name} tells no {event!r}. The events of its profile are: {known}."
            )
        return told_of

    def told_by_hand(self) -> list[str]:
        """The events that no change of a row tells by itself."""
        tables = self.office.contract.tables
        by_itself = {name for table in tables for name in self._about(table)}
        return [name for name in self.events if name not in by_itself]

    def of(self, effects: Iterable[Effect]) -> None:
        """Tells what was done to rows, in the background."""
        for effect in effects if self.listener and self.news is not None else ():
            for name in self._about(effect.table):
                task = asyncio.create_task(self.tell(name, effect.key, _UNTILHEARD))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def tell(self, name: str, key: str, pauses: Sequence[float] = ONCE) -> int:
        """Tells one event until it is heard; the status of the last answer, 0 for none.

        pauses: seconds before each try.
        """
        if self.news is None or name not in self.news.events or not self.listener:
            return 0
        now = datetime.now(UTC)
        moment = now.isoformat(timespec="seconds")
        said = {
            "eventId": str(uuid.uuid4()),
            self.news.events[name].field: key,
            "changedAt": moment,
            "at": moment,
        }
        status = 0
        for pause in pauses:
            await asyncio.sleep(pause)
            status = await self._sent(name, json.dumps(said).encode())
            if status in HEARD or 400 <= status < 500:
                break
        return status

    async def close(self) -> None:
        """Tells no more."""
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _about(self, table: str) -> list[str]:
        """The events that are told of every change of a row of this table."""
        ours, described = self.office.our_name(table), self.office.contract.tables.get(table)
        keys = () if described is None else described.key
        events = {} if self.news is None else self.news.events
        return [n for n, of in events.items() if of.table == ours and of.field in keys]

    async def _sent(self, name: str, body: bytes) -> int:
        if self.news is None:
            return 0
        headers = {"Content-Type": JSON, **self.news.signed(body, datetime.now(UTC))}
        url = f"{self.listener}/in/{self.office.name}/{name}"
        try:
            async with (
                aiohttp.ClientSession(timeout=_PATIENCE) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0
