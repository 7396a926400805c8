"""Last-known answers in Redis: the same promises as in a file, and Redis may go away."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from redis import Redis

from balie.backstage.ports import Remembered
from balie.store.ciphers import Cipher
from balie.store.redis_memory import RedisMemory
from tests.store.conftest import SERVER

KEY = Fernet.generate_key().decode()

pytestmark = pytest.mark.skipif(SERVER is None, reason="no redis-server or valkey-server here")


def now() -> datetime:
    return datetime.now(UTC)


def answer() -> Remembered:
    return Remembered(b'{"name": "Sanne de Wit"}', now())


async def test_an_answer_comes_back_with_its_time(server: tuple[str, Path]) -> None:
    memory, kept = RedisMemory(server[0], Cipher([KEY])), answer()
    await memory.put("a1", kept, keep_until=now() + timedelta(minutes=1))

    assert await memory.get("a1") == kept
    await memory.forget("a1")
    assert await memory.get("a1") is None
    await memory.close()


async def test_redis_forgets_by_itself_when_the_time_is_over(server: tuple[str, Path]) -> None:
    memory = RedisMemory(server[0], Cipher([KEY]))
    await memory.put("b1", answer(), keep_until=now() + timedelta(minutes=1))
    await memory.put("b2", answer(), keep_until=now() - timedelta(seconds=1))

    with Redis.from_url(server[0]) as redis:
        assert 0 < int(redis.ttl("balie:answer:b1")) <= 60  # type: ignore[arg-type]
        assert redis.exists("balie:answer:b2") == 0
    await memory.close()


async def test_nothing_of_an_answer_can_be_read_in_its_files(server: tuple[str, Path]) -> None:
    memory = RedisMemory(server[0], Cipher([KEY]))
    await memory.put("c1", answer(), keep_until=now() + timedelta(minutes=1))
    with Redis.from_url(server[0]) as redis:
        redis.save()
    written = everything_in(server[1])

    assert b"balie:answer:c1" in written
    assert b"Sanne" not in written
    await memory.close()


async def test_another_key_opens_nothing(server: tuple[str, Path]) -> None:
    memory = RedisMemory(server[0], Cipher([KEY]))
    stranger = RedisMemory(server[0], Cipher([Fernet.generate_key().decode()]))
    await memory.put("d1", answer(), keep_until=now() + timedelta(minutes=1))

    assert await stranger.get("d1") is None
    await memory.close()
    await stranger.close()


async def test_without_redis_there_are_no_answers_and_no_errors() -> None:
    memory = RedisMemory("redis://127.0.0.1:1/0", Cipher([KEY]))
    await memory.put("e1", answer(), keep_until=now() + timedelta(minutes=1))

    assert await memory.get("e1") is None
    await memory.forget("e1")
    await memory.close()


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
