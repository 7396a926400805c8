"""What an installation with PostgreSQL and Redis needs beyond ours: the extra `balie[scale]`."""

import asyncio
from contextlib import AsyncExitStack

import psycopg
from psycopg.rows import TupleRow
from redis import Redis
from redis.exceptions import RedisError

from balie.access.often import Often
from balie.identity.postgres_reader import connect
from balie.identity.reader import Reader
from balie.site.configuration import Configuration
from balie.store.ciphers import Cipher
from balie.store.redis_memory import RedisMemory
from balie.store.redis_often import OftenTogether


def memory(url: str, cipher: Cipher) -> RedisMemory:
    """Last-known answers in Redis."""
    return RedisMemory(url, cipher)


async def reader(url: str) -> Reader:
    """Completed sign-ins read from PostgreSQL."""
    return await connect(url)


def often(url: str, a_minute: int, closing: AsyncExitStack) -> Often:
    """How often one sign-in may ask, counted in Redis for all processes."""
    together = OftenTogether(url, a_minute)
    closing.push_async_callback(together.close)
    sharing = asyncio.create_task(together.share())
    closing.callback(sharing.cancel)
    return together


def ping(url: str) -> None:
    """Returns when Redis answers. Raises OSError when it does not."""
    try:
        with Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as redis:
            redis.ping()
    except RedisError as error:
        raise OSError(type(error).__name__) from error


_CARRIES = 7_241_905_114  # any number; the same for every carrier of a database
_LOOKED = 5.0  # seconds between two looks whether the lock is still ours


class LockedRow:
    """PostgreSQL's lock for the one that carries; it ends with its connection."""

    def __init__(self, connection: psycopg.AsyncConnection[TupleRow]) -> None:
        self._connection = connection

    async def lost(self) -> None:
        """Returns when the connection, and with it the lock, is gone."""
        try:
            while True:
                await asyncio.sleep(_LOOKED)
                await self._connection.execute("SELECT 1")
        except psycopg.Error:
            return

    async def release(self) -> None:
        """Lets the next one carry."""
        await self._connection.close()


async def only_carrier(configuration: Configuration) -> LockedRow | None:
    """The lock, or None while another carrier has it."""
    connection = await psycopg.AsyncConnection.connect(
        configuration.database_url, autocommit=True, connect_timeout=5
    )
    asked = await connection.execute("SELECT pg_try_advisory_lock(%s)", [_CARRIES])
    row = await asked.fetchone()
    if row is not None and row[0] is True:
        return LockedRow(connection)
    await connection.close()
    return None
