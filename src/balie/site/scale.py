"""What an installation with PostgreSQL and Redis needs beyond ours: the extra `balie[scale]`."""

from redis import Redis
from redis.exceptions import RedisError

from balie.identity.postgres_reader import connect
from balie.identity.reader import Reader
from balie.store.ciphers import Cipher
from balie.store.redis_memory import RedisMemory


def memory(url: str, cipher: Cipher) -> RedisMemory:
    """Last-known answers in Redis."""
    return RedisMemory(url, cipher)


async def reader(url: str) -> Reader:
    """Completed sign-ins read from PostgreSQL."""
    return await connect(url)


def ping(url: str) -> None:
    """Returns when Redis answers. Raises OSError when it does not."""
    try:
        with Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as redis:
            redis.ping()
    except RedisError as error:
        raise OSError(type(error).__name__) from error
