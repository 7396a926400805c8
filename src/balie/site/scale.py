"""What an installation with PostgreSQL and Redis needs beyond ours: the extra `balie[scale]`."""

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
