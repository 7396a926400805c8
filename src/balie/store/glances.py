"""Whether somebody ever sent anything: asked at every page, and of most people the answer is no.

So it is one indexed read of Balie's own file, on the event loop: to ask a thread takes thirty times
as long. Where it cannot be read at once, they may have.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

MayHaveSent = Callable[[str], bool]
"""A person -> False when they certainly never sent anything."""


def anybody_may_have(_person: str) -> bool:
    """Where there is no file to look at."""
    return True


class Glance:
    """A look at who sent something, by a connection that cannot write. Opened at the first look."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None

    def __call__(self, person: str) -> bool:
        """Whether this person may have sent something."""
        try:
            row = self._opened().execute("SELECT 1 FROM action WHERE person = ? LIMIT 1", (person,))
            return row.fetchone() is not None
        except sqlite3.Error:
            return True

    async def close(self) -> None:
        """Lets go of the file."""
        if self._connection is not None:
            self._connection.close()

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            address = f"{self._file.absolute().as_uri()}?mode=rw"
            self._connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=0)
            self._connection.execute("PRAGMA query_only = 1")
        return self._connection
