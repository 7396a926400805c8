"""Mails that are due: the adapter of `backstage.process.posting.DueMails`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.db.models import F

from balie.backstage.process import instance as told
from balie.backstage.process.posting import DueMail
from balie.store.ciphers import Cipher
from balie.store.instance_models import Mail
from balie.store.instances import Records
from balie.store.unit_of_work import UnitOfWork

ARE_KEPT = timedelta(days=30)
"""So that the same mail does not go twice."""


@dataclass(frozen=True)
class StoredMails:
    """Fulfils `DueMails`."""

    unit: UnitOfWork
    records: Records

    async def due(self, now: datetime, most: int = 100) -> Sequence[DueMail]:
        """Those that can be tried now, oldest first."""
        rows = Mail.objects.filter(next_at__lte=now).order_by("next_at", "at")[:most]
        found = await self.unit.read(lambda: list(rows))
        return [one for row in found if (one := _due(row, self.records.cipher)) is not None]

    async def went(self, key: str, at: datetime) -> None:
        """It was sent."""
        await self._update(key, sent_at=at, next_at=None, why="", tries=F("tries") + 1)

    async def later(self, key: str, at: datetime | None, why: str) -> None:
        """It could not be sent; at: when to try again, None for never."""
        await self._update(key, next_at=at, why=why[:200], tries=F("tries") + 1)

    async def add(self, mails: Sequence[told.Mail]) -> None:
        """Keeps mails that are due; one that is kept already is not kept again."""
        await self.unit.write(lambda: self.records.mail(mails))

    async def forget(self, now: datetime) -> int:
        """Forgets those that went or were given up more than 30 days ago; says how many."""
        old = Mail.objects.filter(next_at=None, at__lt=now - ARE_KEPT)
        return (await self.unit.write(old.delete))[0]

    async def _update(self, key: str, **values: object) -> None:
        await self.unit.write(lambda: Mail.objects.filter(id=key).update(**values))


def _due(row: Mail, cipher: Cipher) -> DueMail | None:
    plain = cipher.unseal(bytes(row.closed))
    if plain is None:
        return None
    return DueMail(row.id, msgspec.json.decode(plain, type=told.Mail), row.tries)
