"""How often one sign-in may ask, of several processes together, and while Redis is away."""

import asyncio
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from balie.store.redis_often import OftenTogether
from tests.store.conftest import SERVER

pytestmark = pytest.mark.skipif(SERVER is None, reason="no redis-server or valkey-server here")


class Hands:
    """A clock that is set by hand."""

    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


async def test_processes_count_together_and_the_next_minute_is_anew(
    server: tuple[str, Path],
) -> None:
    clock = Hands(1_000_000.0)  # 20 seconds before the end of a minute
    one, other = (OftenTogether(server[0], 60, clock, clock) for _ in range(2))
    assert [one.wait("a") for _ in range(40)] == [0] * 40
    assert [other.wait("a") for _ in range(40)] == [0] * 40  # nothing was told yet
    assert other.wait("b") == 0
    await one.share_once()
    await other.share_once()
    assert (one.wait("a"), other.wait("a"), other.wait("b")) == (0, 20, 0)
    await one.share_once()  # one hears of it when it tells of itself
    assert one.wait("a") == 20

    clock.at += 20
    assert (one.wait("a"), other.wait("a")) == (0, 0)
    await one.share_once()
    assert one.wait("a") == 0
    with Redis.from_url(server[0]) as redis:
        keys = list(redis.scan_iter("balie:often:*"))
        assert len(keys) == 3
        assert all(0 < redis.ttl(key) <= 120 for key in keys)
    await one.close()
    await other.close()


async def test_while_redis_is_away_each_process_counts_by_itself() -> None:
    clock = Hands(60.0)
    alone = OftenTogether("redis://127.0.0.1:1/0", 60, clock, clock)
    assert [alone.wait("a") for _ in range(61)] == [0] * 60 + [1]
    with pytest.raises((RedisError, OSError)):
        await alone.share_once()
    clock.at += 60
    assert alone.wait("a") == 0
    sharing = asyncio.create_task(alone.share())
    await asyncio.sleep(1.2)
    assert not sharing.done()  # it goes on trying
    sharing.cancel()
    await alone.close()
