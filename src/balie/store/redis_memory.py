"""Last-known answers in Redis or Valkey, for many processes. Needs the extra `balie[scale]`."""

import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from balie.backstage.ports import Remembered
from balie.store.ciphers import Cipher

T = TypeVar("T")

log = logging.getLogger(__name__)

_PREFIX = "balie:answer:"
_PATIENCE = 0.5  # seconds; an answer that comes later is of no use to a page


class RedisMemory:
    """Fulfils `backstage.ports.Memory`. While Redis is away there are simply no answers."""

    def __init__(self, url: str, cipher: Cipher, *, now: Callable[[], float] = time.time) -> None:
        self._redis = Redis.from_url(
            url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE
        )
        self._cipher = cipher
        self._now = now

    async def get(self, key: str) -> Remembered | None:
        """The answer kept under this key, or None when there is none or it cannot be read."""
        closed = await _or(self._redis.get(_PREFIX + key), default=None)
        return self._cipher.open(closed) if isinstance(closed, bytes) else None

    async def put(self, key: str, remembered: Remembered, *, keep_until: datetime) -> None:
        """Keeps an answer, in place of an older one."""
        left = int((keep_until.timestamp() - self._now()) * 1000)
        if left > 0:
            closed = self._cipher.close(remembered)
            await _or(self._redis.set(_PREFIX + key, closed, px=left), default=None)

    async def forget(self, key: str) -> None:
        """Drops an answer."""
        await _or(self._redis.delete(_PREFIX + key), default=None)

    async def forget_all(self) -> None:
        """Drops every answer: whose it is cannot be told of any."""
        await _or(self._forget_all(), default=None)

    async def _forget_all(self) -> None:
        async for key in self._redis.scan_iter(match=f"{_PREFIX}*", count=1000):
            await self._redis.delete(key)

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._redis.aclose()


async def _or(answer: Awaitable[T], default: T) -> T:
    try:
        return await answer
    except (RedisError, OSError) as error:
        log.warning("Redis does not answer: %s", type(error).__name__)
        return default
