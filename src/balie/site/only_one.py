"""One carrier at a time for each database: two would send the same thing twice.

A file next to SQLite's is locked; PostgreSQL has a lock of its own. Both let go when whoever holds
them dies, however it dies. The next one waits, and goes on where it stopped.
"""

import asyncio
import fcntl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol

from balie.site.configuration import Configuration

_EVERY = 0.25  # seconds between two tries


class Held(Protocol):
    """A lock that is ours. `lost` returns when it is ours no more; it may never return."""

    async def lost(self) -> None: ...

    async def release(self) -> None: ...


@asynccontextmanager
async def only_one(
    configuration: Configuration, wait_told: Callable[[], object]
) -> AsyncIterator[Held]:
    """Waits until nobody else carries, and holds the place. wait_told: called once if it waits."""
    take = _take_file if configuration.embedded else _take_row()
    held = await take(configuration)
    if held is None:
        wait_told()
    while held is None:
        await asyncio.sleep(_EVERY)
        held = await take(configuration)
    try:
        yield held
    finally:
        await held.release()


class _LockedFile:
    """A file that is locked for as long as it is open."""

    def __init__(self, file: Path) -> None:
        self._open = file.open("a")
        file.chmod(0o600)
        fcntl.flock(self._open, fcntl.LOCK_EX | fcntl.LOCK_NB)

    async def lost(self) -> None:
        await asyncio.Event().wait()

    async def release(self) -> None:
        self._open.close()


async def _take_file(configuration: Configuration) -> Held | None:
    file = configuration.database_file
    try:
        return _LockedFile(file.with_name(file.name + ".carrier"))
    except BlockingIOError:
        return None


def _take_row() -> Callable[[Configuration], Awaitable[Held | None]]:
    take: Callable[[Configuration], Awaitable[Held | None]] = resolve_name(
        "balie.site.scale:only_carrier"
    )
    return take
