"""Who read which record for an organisation: kept in the audit a moment after the page.

Those of a moment are written together, so that no page waits for it and many cost little. What one
person reads again within ten minutes is one line. Whoever is killed in between loses a moment.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from balie.access.viewer import PRIVATE, Viewer
from balie.backstage.auditing import Line
from balie.backstage.bounded import Bounded

READ = "read"
"""What the audit calls it."""

Lines = Sequence[tuple[Line, datetime]]
WriteLines = Callable[[Lines], Awaitable[None]]
"""Writes lines with their times, all of them or none."""

_ONE_READING = timedelta(minutes=10)
_A_MOMENT = 1.0  # seconds
_AT_ONCE = 500
_MOST = 20_000  # lines that wait while they cannot be written
_MOST_BYTES, _BYTES_OF_A_MARK = 2_000_000, 400
_LONGEST = 200

log = logging.getLogger(__name__)


class Readings:
    """Takes note of what is read, and has it written in turn. moment: seconds between writing."""

    def __init__(
        self, write: WriteLines, now: Callable[[], datetime], moment: float = _A_MOMENT
    ) -> None:
        self._write_lines = write
        self._now = now
        self._moment = moment
        self._lately: Bounded[tuple[str, str, str], datetime] = Bounded(_MOST_BYTES)
        self._waiting: list[tuple[Line, datetime]] = []
        self._lost = 0
        self._is_closing = False
        self._writing: asyncio.Task[None] | None = None

    def saw(self, viewer: Viewer, path: str) -> None:
        """A viewer was shown the record at this path. What is somebody's own is not kept, nor what
        is kept already: of whoever acts as a customer.
        """
        organisation = viewer.organisation
        if organisation is None or organisation == PRIVATE or viewer.behind is not None:
            return
        key, now = (viewer.person, organisation, path), self._now()
        before = self._lately.get(key)
        if before is not None and now - before < _ONE_READING:
            return
        self._lately.put(key, now, _BYTES_OF_A_MARK)
        line = Line(who=viewer.person, what=READ, record=path[:_LONGEST], organisation=organisation)
        self._keep(line, now)

    async def close(self) -> None:
        """Waits until all is written."""
        self._is_closing = True
        if self._writing is not None:
            await self._writing

    def _keep(self, line: Line, now: datetime) -> None:
        if len(self._waiting) >= _MOST:
            self._lost += 1
            return
        self._waiting.append((line, now))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """Writes until nothing waits; while that fails, again after a moment."""
        try:
            while self._waiting:
                if not self._is_closing:
                    await asyncio.sleep(self._moment)
                lines = self._waiting[:_AT_ONCE]
                if await self._wrote(lines):
                    del self._waiting[: len(lines)]
                elif self._is_closing:
                    return
        finally:
            self._writing = None

    async def _wrote(self, lines: Lines) -> bool:
        try:
            await self._write_lines(lines)
        except Exception as error:  # noqa: BLE001  a page that was shown cannot be taken back
            failure = type(error).__name__  # its text may hold what was read
        else:
            return True
        waiting, lost = len(self._waiting), self._lost
        log.error("The audit is not written (%s): %d wait, %d are lost", failure, waiting, lost)
        return False
