"""How often one sign-in may ask, of several processes together. Needs the extra `balie[scale]`.

No page waits for Redis: what a process counted is told once a second, and what others counted is
heard then. So a sign-in gets a second's worth more at most, and while Redis is away each process
counts by itself.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from math import ceil

from redis.asyncio import Redis
from redis.exceptions import RedisError

from balie.access.often import Often

_EVERY = 1.0  # seconds
_PATIENCE = 0.5  # seconds
_KEPT = 120  # seconds; longer than the minute that is counted

log = logging.getLogger(__name__)


class OftenTogether(Often):
    """Counts for all processes that have this Redis: so many in each minute of the clock."""

    def __init__(
        self,
        url: str,
        a_minute: int,
        now: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(a_minute, now)
        self._a_minute = a_minute
        self._clock = clock
        self._redis = Redis.from_url(
            url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE
        )
        self._counted: dict[str, int] = {}
        self._full_until: Mapping[str, float] = {}

    def wait(self, sign_in: str) -> int:
        """Seconds to wait; 0: none, and it counts."""
        waits = super().wait(sign_in)
        if waits or not sign_in:
            return waits
        left = self._full_until.get(sign_in, 0.0) - self._now()
        if left > 0:
            return ceil(left)
        self._counted[sign_in] = self._counted.get(sign_in, 0) + 1
        return 0

    async def share(self) -> None:
        """Tells and hears once a second, until it is cancelled."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                await self.share_once()
            except (RedisError, OSError) as error:
                log.warning("Redis does not count pages: %s", type(error).__name__)

    async def share_once(self) -> None:
        """Tells what was counted since the last time. Raises RedisError or OSError."""
        counted, self._counted = self._counted, {}
        if not counted:
            return
        clock, now = self._clock(), self._now()
        async with self._redis.pipeline(transaction=False) as asked:
            for sign_in, count in counted.items():
                key = _key(sign_in, clock)
                asked.incrby(key, count)
                asked.expire(key, _KEPT)
            totals = (await asked.execute())[::2]
        left = 60 - clock % 60
        full = (one for one, total in zip(counted, totals, strict=True) if total >= self._a_minute)
        still = {one: until for one, until in self._full_until.items() if until > now}
        self._full_until = still | dict.fromkeys(full, now + left)

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._redis.aclose()


def _key(sign_in: str, clock: float) -> str:
    """Of a sign-in in a minute of the clock; nothing can be read back of it."""
    mark = hashlib.sha256(f"often {sign_in}".encode()).hexdigest()
    return f"balie:often:{int(clock // 60)}:{mark}"
