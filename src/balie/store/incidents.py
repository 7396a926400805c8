"""What staff should know, counted and kept in `trace.db`. Reporting costs no page any time."""

import asyncio
import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, MutableMapping
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from balie.backstage.ports import About, Incident, IncidentKind, Noted

log = logging.getLogger(__name__)

_KEPT = 500  # different incidents
_REMEMBERED = timedelta(days=30)
_FLUSHED_EVERY = 5.0  # seconds
_MAKE = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    CREATE TABLE IF NOT EXISTS incident (
        kind TEXT, system TEXT, place TEXT, about TEXT, step TEXT,
        count INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
        PRIMARY KEY (kind, system, place, about, step)
    ) WITHOUT ROWID;
"""
_ADD = """
    INSERT INTO incident VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET count = count + excluded.count,
            first = min(first, excluded.first), last = max(last, excluded.last)
"""
_ONLY_THE_LATEST = """
    DELETE FROM incident WHERE last < (
        SELECT last FROM incident ORDER BY last DESC LIMIT 1 OFFSET ?
    )
"""


class IncidentBook:
    """Fulfils `backstage.ports.Incidents`: counts in memory, writes down behind the page's back.

    file: may be shared by the processes of one machine; None keeps nothing after a stop.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._unwritten: OrderedDict[About, Noted] = OrderedDict()
        self._flushing: asyncio.Task[None] | None = None

    def report(self, incident: Incident) -> None:
        """Counts an incident. Never blocks, never fails."""
        about = About(incident.kind, incident.system, incident.table, incident.about, incident.step)
        _add(self._unwritten, Noted(about, incident.count, incident.at, incident.at))
        while len(self._unwritten) > _KEPT:
            self._unwritten.popitem(last=False)

    def noted(self) -> tuple[Noted, ...]:
        """Everything that was noted, by any process, the latest first. Reads the file."""
        together = {noted.about: noted for noted in _read(self._file)}
        for noted in tuple(self._unwritten.values()):
            _add(together, noted)
        return tuple(sorted(together.values(), key=lambda noted: noted.last, reverse=True))

    def start(self) -> None:
        """Begins to write down, every few seconds. Needs a running loop."""
        self._flushing = asyncio.get_running_loop().create_task(self._flush_for_ever())

    async def stop(self) -> None:
        """Writes down what is left."""
        if self._flushing is not None:
            self._flushing.cancel()
            with suppress(asyncio.CancelledError):
                await self._flushing
        await self.flush()

    async def flush(self) -> None:
        """Writes down what is new."""
        if self._file is not None and self._unwritten:
            rows, self._unwritten = tuple(self._unwritten.values()), OrderedDict()
            await asyncio.to_thread(_write, self._file, rows)

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_FLUSHED_EVERY)
            await self.flush()


def _add(book: MutableMapping[About, Noted], noted: Noted) -> None:
    """Counts it with the same ones before it, as the latest of the book."""
    before = book.pop(noted.about, None)
    book[noted.about] = _together(before, noted) if before else noted


def _together(before: Noted, later: Noted) -> Noted:
    return Noted(
        before.about,
        before.count + later.count,
        min(before.first, later.first),
        max(before.last, later.last),
    )


def _read(file: Path | None) -> list[Noted]:
    if file is None:
        return []
    try:
        with closing(_open(file)) as book:
            rows = book.execute("SELECT * FROM incident ORDER BY last").fetchall()
    except sqlite3.Error as error:
        log.warning("Incidents cannot be read: %s", type(error).__name__)
        return []
    return [_noted(row) for row in rows]


def _noted(row: tuple[str, str, str, str, str, int, str, str]) -> Noted:
    kind, system, table, about, step, count, first, last = row
    return Noted(
        About(IncidentKind(kind), system, table, about, step),
        count,
        datetime.fromisoformat(first),
        datetime.fromisoformat(last),
    )


def _write(file: Path, rows: Iterable[Noted]) -> None:
    try:
        with closing(_open(file)) as book, book:
            book.executemany(
                _ADD,
                [_row(noted) for noted in rows],
            )
            long_ago = datetime.now(UTC) - _REMEMBERED
            book.execute("DELETE FROM incident WHERE last < ?", (long_ago.isoformat(),))
            book.execute(_ONLY_THE_LATEST, (_KEPT,))
    except sqlite3.Error as error:
        log.warning("Incidents cannot be written down: %s", type(error).__name__)


def _row(noted: Noted) -> tuple[str, str, str, str, str, int, str, str]:
    about = noted.about
    return (
        about.kind.value,
        about.system,
        about.table,
        about.about,
        about.step,
        noted.count,
        noted.first.astimezone(UTC).isoformat(),
        noted.last.astimezone(UTC).isoformat(),
    )


def _open(file: Path) -> sqlite3.Connection:
    """The book in this file; a new one in place of a damaged one."""
    try:
        return _connect(file)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise
    for ending in ("", "-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
    return _connect(file)


def _connect(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file, timeout=5)
    try:
        connection.executescript(_MAKE)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
