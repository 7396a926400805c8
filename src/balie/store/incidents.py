"""What staff should know, counted and kept in `trace.db`. Reporting costs no page any time."""

import asyncio
import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from balie.backstage.ports import About, Health, Incident, IncidentKind, Noted

log = logging.getLogger(__name__)

_KEPT = 500  # different incidents in memory
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


class IncidentBook:
    """Fulfils `backstage.ports.Incidents`: counts in memory, writes down behind the page's back.

    file: None keeps nothing after a stop.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._noted: OrderedDict[About, Noted] = OrderedDict(
            (noted.about, noted) for noted in _read(file)
        )
        self._unwritten: set[About] = set()
        self._health: dict[str, Health] = {}
        self._flushing: asyncio.Task[None] | None = None

    def report(self, incident: Incident) -> None:
        """Counts an incident. Never blocks, never fails."""
        about = About(incident.kind, incident.system, incident.table, incident.about, incident.step)
        one = Noted(about, incident.count, incident.at, incident.at)
        before = self._noted.pop(about, None)
        self._noted[about] = _together(before, one) if before else one
        self._unwritten.add(about)
        self._note_health(incident)
        while len(self._noted) > _KEPT:
            self._unwritten.discard(self._noted.popitem(last=False)[0])

    def noted(self) -> tuple[Noted, ...]:
        """Everything that was noted, the latest first."""
        return tuple(sorted(self._noted.values(), key=lambda noted: noted.last, reverse=True))

    def health(self, system: str) -> Health:
        """How a system is, as far as pages have seen."""
        return self._health.get(system, Health(up=True))

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
        rows = [self._noted[about] for about in self._unwritten]
        self._unwritten.clear()
        if rows and self._file is not None:
            await asyncio.to_thread(_write, self._file, rows)

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_FLUSHED_EVERY)
            await self.flush()

    def _note_health(self, incident: Incident) -> None:
        up = _SAYS.get(incident.kind)
        known = self.health(incident.system)
        if up is None:
            return
        since = incident.at if known.up != up or known.since is None else known.since
        self._health[incident.system] = Health(up, since, "" if up else incident.about)


_SAYS: Mapping[IncidentKind, bool] = {
    IncidentKind.DOWN: False,
    IncidentKind.MISCONFIGURED: False,
    IncidentKind.UP: True,
}


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
    except sqlite3.DatabaseError:
        log.warning("The file with incidents cannot be read; a new one is made.")
        _remove(file)
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
                "INSERT OR REPLACE INTO incident VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [_row(noted) for noted in rows],
            )
            long_ago = datetime.now(UTC) - _REMEMBERED
            book.execute("DELETE FROM incident WHERE last < ?", (long_ago.isoformat(),))
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
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file, timeout=5)
    try:
        connection.executescript(_MAKE)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _remove(file: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
