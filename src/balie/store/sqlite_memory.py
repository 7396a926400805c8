"""Last-known answers in one file that may be deleted at any time. Encrypted; nothing else in it."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from balie.backstage.ports import Remembered
from balie.store.ciphers import Cipher

T = TypeVar("T")

log = logging.getLogger(__name__)

_MAKE = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    PRAGMA auto_vacuum = INCREMENTAL;
    CREATE TABLE IF NOT EXISTS answer (
        key TEXT PRIMARY KEY, closed BLOB NOT NULL, keep_until REAL NOT NULL, size INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS answer_by_age ON answer (keep_until);
"""
_MEGABYTE = 1024 * 1024
_LOOK_EVERY = 200  # answers put between two looks at what is too old or too much


class SqliteMemory:
    """Fulfils `backstage.ports.Memory`. Its file is touched by one thread of its own.

    at_most: bytes of closed answers; above it those that expire soonest go first.
    A file that is damaged or gone is made anew: all of it can be asked again.
    """

    def __init__(
        self,
        file: Path,
        cipher: Cipher,
        *,
        at_most: int = 512 * _MEGABYTE,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._file = file
        self._cipher = cipher
        self._at_most = at_most
        self._now = now
        self._puts = _LOOK_EVERY  # the first put of a process looks, too
        self._to_put: dict[str, tuple[Remembered, float]] = {}
        self._putting: asyncio.Task[None] | None = None
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="memory")

    async def get(self, key: str) -> Remembered | None:
        """The answer kept under this key, or None when there is none or it cannot be read."""
        closed = await self._in_thread(lambda: self._get(key), default=None)
        return self._cipher.open(closed) if closed is not None else None

    async def put(self, key: str, remembered: Remembered, *, keep_until: datetime) -> None:
        """Keeps an answer, in place of an older one. Those of one moment go together."""
        self._to_put[key] = (remembered, keep_until.timestamp())
        if self._putting is None:
            self._putting = asyncio.create_task(self._put_together())
        await asyncio.shield(self._putting)

    async def forget(self, key: str) -> None:
        """Drops an answer."""
        await self._in_thread(lambda: self._forget(key), default=None)

    async def forget_all(self) -> None:
        """Drops every answer: whose it is cannot be told of any."""
        await self._in_thread(self._forget_all, default=None)

    async def close(self) -> None:
        """Lets go of the file."""
        await self._in_thread(self._let_go, default=None)
        self._thread.shutdown()

    async def _put_together(self) -> None:
        to_put, self._to_put, self._putting = self._to_put, {}, None
        await self._in_thread(lambda: self._put(to_put), default=None)

    async def _in_thread(self, work: Callable[[], T], default: T) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._mended, work, default)

    def _mended(self, work: Callable[[], T], default: T) -> T:
        """Does the work; when the file is no good, once more with a new one."""
        for attempt in (self._work_on_the_file, self._work_on_a_new_file):
            try:
                return attempt(work)
            except (sqlite3.Error, OSError) as error:
                log.warning("The file with last-known answers fails: %s", type(error).__name__)
                if _is_only_busy(error):
                    break
        return default

    def _work_on_the_file(self, work: Callable[[], T]) -> T:
        if not self._file.exists():  # deleted under our hands
            self._let_go()
        return work()

    def _work_on_a_new_file(self, work: Callable[[], T]) -> T:
        self._let_go()
        for ending in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
        return work()

    def _get(self, key: str) -> bytes | None:
        row: tuple[bytes] | None = (
            self._open()
            .execute(
                "SELECT closed FROM answer WHERE key = ? AND keep_until > ?", (key, self._now())
            )
            .fetchone()
        )
        return row[0] if row else None

    def _put(self, answers: Mapping[str, tuple[Remembered, float]]) -> None:
        file = self._open()
        closed = [
            (key, sealed, keep_until, len(sealed))
            for key, (remembered, keep_until) in answers.items()
            for sealed in (self._cipher.close(remembered),)
        ]
        file.execute("BEGIN IMMEDIATE")
        try:
            file.executemany("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)", closed)
        except sqlite3.Error:
            file.execute("ROLLBACK")
            raise
        file.execute("COMMIT")
        self._puts += len(closed)
        if self._puts >= _LOOK_EVERY:
            self._puts = 0
            self._make_room()

    def _forget(self, key: str) -> None:
        self._open().execute("DELETE FROM answer WHERE key = ?", (key,))

    def _forget_all(self) -> None:
        file = self._open()
        file.execute("DELETE FROM answer")
        file.execute("PRAGMA incremental_vacuum")

    def _make_room(self) -> None:
        file = self._open()
        file.execute("DELETE FROM answer WHERE keep_until <= ?", (self._now(),))
        (size,) = file.execute("SELECT coalesce(sum(size), 0) FROM answer").fetchone()
        for key, one in file.execute("SELECT key, size FROM answer ORDER BY keep_until").fetchall():
            if size <= self._at_most:
                break
            self._forget(key)
            size -= one
        file.execute("PRAGMA incremental_vacuum")

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch(mode=0o600)
            self._connection = sqlite3.connect(self._file, isolation_level=None, timeout=5)
            self._connection.executescript(_MAKE)
        return self._connection

    def _let_go(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None


def _is_only_busy(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
