"""Where last-known answers are kept, and the secret that keys are made with."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pkgutil import resolve_name
from typing import Protocol

from balie.access.often import Often
from balie.backstage.ports import Memory
from balie.site.configuration import Configuration
from balie.site.refusal import Refusal
from balie.store.ciphers import Cipher
from balie.store.sqlite_memory import SqliteMemory


class Closable(Memory, Protocol):
    """A memory that holds on to something until it is closed."""

    async def forget_all(self) -> None: ...

    async def close(self) -> None: ...


def memory_of(configuration: Configuration) -> Closable:
    """Where last-known answers are kept. Raises Refusal."""
    cipher = Cipher(configuration.keys)
    if configuration.cache_url.startswith("sqlite:"):
        return SqliteMemory(configuration.cache_file, cipher)
    with needs_the_extra():
        memory: Callable[[str, Cipher], Closable] = resolve_name("balie.site.scale:memory")
    return memory(configuration.cache_url, cipher)


def often_of(configuration: Configuration, closing: AsyncExitStack) -> Often | None:
    """How often one sign-in may ask, of all processes together where there is Redis; None: without
    end. closing: gets what must be closed. Raises Refusal.
    """
    a_minute = configuration.pages_a_minute
    if not a_minute:
        return None
    if configuration.cache_url.startswith("sqlite:"):
        return Often(a_minute)
    with needs_the_extra():
        often: Callable[[str, int, AsyncExitStack], Often] = resolve_name("balie.site.scale:often")
    return often(configuration.cache_url, a_minute, closing)


@contextmanager
def needs_the_extra() -> Iterator[None]:
    """What is named inside can only be imported when `balie[scale]` was installed."""
    try:
        yield
    except ImportError as error:
        raise Refusal(
            "SCALE",
            f"PostgreSQL and Redis need more than is installed: {error}.",
            ["pip install 'balie[scale]'"],
        ) from error


def secret_of(configuration: Configuration) -> bytes:
    """A secret of the service's own, so that no key is used for two purposes.

    Of the oldest key: what is open in browsers, and drafts, hold when a new key is put before it.
    """
    return hashlib.sha256(b"balie: cursors\0" + configuration.keys[-1].encode()).digest()
