"""Counts attempts to sign in for several processes together. Needs the extra `balie[scale]`."""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

T = TypeVar("T")
Version = int | None

log = logging.getLogger(__name__)


class CountsTogether(RedisCache):
    """Counts in Redis. While that is away each process counts by itself: never not at all."""

    def __init__(self, server: str, params: dict[str, object]) -> None:
        super().__init__(server, params)
        self._alone = LocMemCache("attempts", {})

    def add(self, key: str, value: T, timeout: float | None = 300, version: Version = None) -> bool:
        """Whether there was nothing under this key yet."""
        return _either(
            lambda: super(CountsTogether, self).add(key, value, timeout, version),
            lambda: self._alone.add(key, value, timeout, version),
        )

    def get(self, key: str, default: object = None, version: Version = None) -> object:
        """What was counted."""
        found: object = _either(
            lambda: super(CountsTogether, self).get(key, default, version),
            lambda: self._alone.get(key, default, version),
        )
        return found

    def set(self, key: str, value: T, timeout: float | None = 300, version: Version = None) -> None:
        """Counts."""
        _either(
            lambda: super(CountsTogether, self).set(key, value, timeout, version),
            lambda: self._alone.set(key, value, timeout, version),
        )

    def delete(self, key: str, version: Version = None) -> bool:
        """Whether there was something to forget."""
        return _either(
            lambda: super(CountsTogether, self).delete(key, version),
            lambda: self._alone.delete(key, version),
        )


def _either(together: Callable[[], T], alone: Callable[[], T]) -> T:
    try:
        return together()
    except RedisError as error:
        log.warning("Redis does not count attempts to sign in: %s", type(error).__name__)
        return alone()
