"""Files that customers sent, encrypted piece by piece, in the database: kept until delivered.

Fulfils `backstage.forms.receiving.FilesKept` for whoever sends them, and
`backstage.carrying.Uploads` for whoever delivers them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from balie.backstage.actions import ENDED, FileGone
from balie.backstage.forms.receiving import KeptFile, Place
from balie.store.ciphers import Cipher
from balie.store.models import Errand, Upload, UploadPiece
from balie.store.unit_of_work import UnitOfWork
from balie.systems.writing import Document

UNSENT = timedelta(days=1)
"""How long a file is kept that was not sent with a form."""

DELIVERED = timedelta(days=7)
"""How long a file is kept after every system has what was sent with it."""

_ID = re.compile("[0-9a-f]{32}")
_ENDED = frozenset(state.value for state in ENDED)


@dataclass(frozen=True)
class StoredUploads:
    """Files in tables."""

    work: UnitOfWork
    cipher: Cipher
    now: Callable[[], datetime]

    # ---- coming in

    async def add(self, file: str, number: int, piece: bytes, at: datetime) -> None:
        """Keeps a piece of a file that comes in, counted from 0."""

        def add() -> None:
            closed = self.cipher.seal(_marked(file, number) + piece)
            if number == 0:
                Upload.objects.create(id=file, at=at, erase_at=at + UNSENT)
            UploadPiece.objects.create(upload_id=file, number=number, closed=closed)

        await self.work.write(add)

    async def finish(self, file: KeptFile) -> None:
        """All pieces are there: from now on it is found."""
        closed, place = self.cipher.seal(file.name.encode()), file.place

        def finish() -> None:
            Upload.objects.filter(id=file.id).update(
                person=place.person,
                step=place.step,
                field=place.field,
                media_type=file.media_type,
                size=file.size,
                closed=closed,
                is_whole=True,
            )

        await self.work.write(finish)

    async def drop(self, file: str) -> None:
        """Forgets a file that was not sent."""
        await self.work.write(lambda: Upload.objects.filter(id=file, action="").delete())

    async def find(self, file: str, place: Place) -> KeptFile | None:
        """A finished file that was not sent yet, when it belongs there."""
        if _ID.fullmatch(file) is None:  # anybody may send anything as one
            return None
        mine = Upload.objects.filter(
            id=file,
            person=place.person,
            step=place.step,
            field=place.field,
            is_whole=True,
            action="",
            erase_at__gt=self.now(),
        )
        row = await self.work.read(mine.first)
        name = None if row is None else self.cipher.unseal(bytes(row.closed))
        if row is None or name is None:
            return None
        return KeptFile(
            id=row.id,
            place=place,
            name=name.decode(),
            media_type=row.media_type,
            size=row.size,
            at=row.at,
        )

    async def unsent(self, person: str) -> int:
        """How many finished files of a person were not sent yet."""
        mine = Upload.objects.filter(person=person, is_whole=True, action="")
        return await self.work.read(mine.count)

    # ---- going out

    async def read(self, upload: str) -> Document | None:
        """A file for whoever delivers it; None when it is gone, or not all of it can be read."""
        row = await self.work.read(Upload.objects.filter(id=upload, is_whole=True).first)
        if row is None:
            return None
        content = await self.work.read(lambda: self._content(row))
        if content is None:
            return None
        return Document(path="", media_type=row.media_type, content=content)

    def _content(self, row: Upload) -> bytes | None:
        content = bytearray()
        for number, piece in enumerate(row.pieces.order_by("number").iterator(chunk_size=4)):
            plain = self.cipher.unseal(bytes(piece.closed))
            marked = _marked(row.id, number)
            if plain is None or not plain.startswith(marked):
                return None
            content += plain[len(marked) :]
        return bytes(content) if len(content) == row.size else None

    # ---- going away

    async def erase_due(self, now: datetime) -> int:
        """Deletes the files whose time has come; says how many."""

        def erase() -> int:
            for row in Upload.objects.filter(erase_at=None).exclude(action="").only("action", "at"):
                since = _delivered_since(row)
                if since is not None:
                    Upload.objects.filter(pk=row.pk).update(erase_at=since + DELIVERED)
            due = Upload.objects.filter(erase_at__lte=now)
            count = due.count()
            due.delete()
            return count

        return await self.work.write(erase)

    async def forget(self, person: str) -> int:
        """Deletes the files of a person that were not sent, or were delivered; says how many."""
        settled = Q(action="") | Q(erase_at__isnull=False)

        def erase() -> int:
            mine = Upload.objects.filter(settled, person=person)
            count = mine.count()
            mine.delete()
            return count

        return await self.work.write(erase)


def claim(file: str, person: str, action: str) -> None:
    """Binds a file to the action that it is sent with, in the transaction that is open.

    Raises FileGone when it is not there, not this person's, or was sent before.
    """
    mine = Upload.objects.filter(id=file, person=person, is_whole=True, action="")
    if mine.update(action=action, erase_at=None) != 1:
        raise FileGone


def _delivered_since(row: Upload) -> datetime | None:
    """When the last errand of its action ended well; None while one may still need the file."""
    errands = list(Errand.objects.filter(action=row.action).values("state", "since"))
    if any(one["state"] not in _ENDED for one in errands):
        return None
    return max((one["since"] for one in errands if one["since"]), default=row.at)


def _marked(file: str, number: int) -> bytes:
    """What stands before a piece, so that no piece can be put in another's place."""
    return f"{file}:{number}:".encode()
