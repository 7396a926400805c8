"""Writes what was last known behind the pages: no page waits for a disk or for Redis.

Those of a moment are written together, which costs a fraction of writing each by itself. Of an
answer that changes faster than it is written only the newest is. One that did not change is
written again when the kept one is a minute old: after a restart it is then told to be a little
older than it is, never newer.
"""

import asyncio
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import islice

from balie.backstage.bounded import Bounded
from balie.backstage.ports import Memory, Remembered

_AGAIN = timedelta(minutes=1)
_PART_OF_ITS_TIME = 10
_A_MOMENT = 0.05  # seconds
_AT_ONCE = 50
_MOST_BYTES = 4_000_000
_BYTES_OF_A_MARK = 300  # key, digest, time and their place


class LastKnown:
    """A memory that is written to in turn, and read at once."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._waiting: dict[str, tuple[Remembered, datetime]] = {}
        self._written: Bounded[str, tuple[bytes, datetime]] = Bounded(_MOST_BYTES)
        self._is_closing = False
        self._writing: asyncio.Task[None] | None = None

    async def get(self, key: str) -> Remembered | None:
        """The answer kept under this key, be it written yet or not."""
        waiting = self._waiting.get(key)
        return await self._memory.get(key) if waiting is None else waiting[0]

    def put(self, key: str, remembered: Remembered, keep: timedelta) -> None:
        """Keeps an answer for this long, unless the kept one says the same and is new enough."""
        mark = blake2b(remembered.value, digest_size=16).digest()
        before, at = self._written.get(key) or (b"", remembered.as_of)
        if mark == before and remembered.as_of - at < min(_AGAIN, keep / _PART_OF_ITS_TIME):
            return
        self._written.put(key, (mark, remembered.as_of), _BYTES_OF_A_MARK)
        self._waiting[key] = (remembered, remembered.as_of + keep)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Waits until all is written."""
        self._is_closing = True
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        try:
            while self._waiting:
                answers = dict(islice(self._waiting.items(), _AT_ONCE))
                await asyncio.gather(
                    *(
                        self._memory.put(key, remembered, keep_until=until)
                        for key, (remembered, until) in answers.items()
                    )
                )
                for key, answer in answers.items():
                    if self._waiting.get(key) is answer:
                        del self._waiting[key]
                if not self._is_closing:
                    await asyncio.sleep(_A_MOMENT)
        finally:
            self._writing = None
