"""A file that somebody sends with a form, while it comes in: looked at, counted, kept in pieces.

What it is, its first bytes say; its name says nothing. It is never whole in memory.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from balie.backstage.forms.filling import Uploaded
from balie.backstage.media import ENOUGH, KNOWN, Media, media_of
from balie.mapping.rules import MEGABYTE, Wrong

PIECE = 256 * 1024
"""Bytes of a file that are kept together."""

ANY_FILE = 25 * MEGABYTE
"""Bytes of a file when the blueprint does not say how large it may be."""

MOST_FILES_UNSENT = 20
"""Files of one person that were not sent with a form yet."""

PICTURES = tuple(media for media in KNOWN if media.is_picture)


class Receiving(Protocol):
    """Takes in one file."""

    async def take(self, piece: bytes) -> None:
        """The next bytes."""
        ...

    async def done(self) -> Uploaded:
        """That was all: the file as it is kept, or what is wrong with it."""
        ...

    async def drop(self) -> None:
        """It broke off: nothing of it stays."""
        ...


class Begin(Protocol):
    """Begins to take in a file of one question. filename: as the browser calls it; personal."""

    async def __call__(self, filename: str) -> Receiving: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a file belongs to: nobody else, and no other question, can have it."""

    person: str
    step: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file that is kept. name: as the browser called it; personal. size: in bytes."""

    id: str
    place: Place
    name: str = field(repr=False)
    media_type: str
    size: int
    at: datetime


class FilesKept(Protocol):
    """Keeps files, encrypted, each in pieces. What is not finished is never found."""

    async def add(self, file: str, number: int, piece: bytes, at: datetime) -> None:
        """Keeps a piece of a file that comes in, counted from 0."""
        ...

    async def finish(self, file: KeptFile) -> None:
        """All pieces are there: from now on it is found."""
        ...

    async def drop(self, file: str) -> None:
        """Forgets a file that was not sent, whether it is finished or not."""
        ...

    async def find(self, file: str, place: Place) -> KeptFile | None:
        """A finished file that was not sent yet, when it belongs there."""
        ...

    async def unsent(self, person: str) -> int:
        """How many finished files of a person were not sent yet."""
        ...


@dataclass(slots=True)
class Incoming:
    """Fulfils `Receiving`. most: bytes; kinds: that are taken."""

    files: FilesKept
    place: Place
    name: str
    most: int
    at: datetime
    kinds: tuple[Media, ...] = PICTURES
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    problem: Wrong | None = None
    media: Media | None = None
    size: int = 0
    pieces: int = 0
    waiting: bytearray = field(default_factory=bytearray)

    def is_right(self) -> bool:
        """Whether nothing was found to be wrong with it so far."""
        return self.problem is None

    async def take(self, piece: bytes) -> None:
        """Keeps on, until something is wrong; then the rest is let go by."""
        self.size += len(piece)
        if self.problem is not None:
            return
        if self.size > self.most:
            await self._is_wrong(Wrong("too large", {"most": str(self.most // MEGABYTE)}))
            return
        self.waiting += piece
        if self.media is None and len(self.waiting) >= ENOUGH:
            await self._look()
        while self.is_right() and len(self.waiting) >= PIECE:
            await self._keep(PIECE)

    async def done(self) -> Uploaded:
        """The file as it is kept; or, with its name, what is wrong with it."""
        if self.media is None and self.is_right():
            await self._look()
        if self.is_right() and await self.files.unsent(self.place.person) >= MOST_FILES_UNSENT:
            await self._is_wrong(Wrong("too many files", {"most": str(MOST_FILES_UNSENT)}))
        if self.problem is not None or self.media is None:
            return Uploaded("", self.name, self.problem)
        if self.waiting:
            await self._keep(len(self.waiting))
        await self.files.finish(
            KeptFile(
                id=self.id,
                place=self.place,
                name=self.name,
                media_type=self.media.type,
                size=self.size,
                at=self.at,
            )
        )
        return Uploaded(self.id, self.name)

    async def drop(self) -> None:
        """Forgets what was kept of it."""
        self.waiting.clear()
        if self.pieces:
            await self.files.drop(self.id)

    async def _look(self) -> None:
        found = media_of(bytes(self.waiting[:ENOUGH]))
        if found in self.kinds:
            self.media = found
        else:
            await self._is_wrong(Wrong("empty file" if not self.size else "no picture"))

    async def _keep(self, length: int) -> None:
        piece = bytes(self.waiting[:length])
        del self.waiting[:length]
        await self.files.add(self.id, self.pieces, piece, self.at)
        self.pieces += 1

    async def _is_wrong(self, problem: Wrong) -> None:
        self.problem = problem
        await self.drop()


def begin_at(files: FilesKept, place: Place, most: int, now: Callable[[], datetime]) -> Begin:
    """What takes in the file of one question of one person."""

    async def begin(filename: str) -> Receiving:
        return Incoming(files=files, place=place, name=filename, most=most, at=now())

    return begin
