"""What was filled in and not sent, kept encrypted. Fulfils `backstage.forms.drafts.Drafts`."""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec

from balie.backstage.forms.drafts import HELD, KEPT, Draft, DraftPlace, as_lists
from balie.backstage.forms.filling import Posted
from balie.store.ciphers import Cipher
from balie.store.models import Draft as Row
from balie.store.models import HeldForm
from balie.store.unit_of_work import UnitOfWork

MOST_HELD = 1_000
"""Forms of people who are signed out, of everybody together."""

MOST_HELD_BYTES = 64 * 1024
"""Of one such form."""


@dataclass(frozen=True)
class StoredDrafts:
    """Drafts in tables. secret: what digests are made with."""

    work: UnitOfWork
    cipher: Cipher
    secret: bytes
    now: Callable[[], datetime]

    async def keep(self, place: DraftPlace, fields: Posted) -> None:
        """Keeps what was filled in, in place of what was there."""
        now, closed = self.now(), self._closed(as_lists(fields))
        row = {"person": place.person, "step": place.step, "closed": closed}
        await self.work.write(
            lambda: Row.objects.update_or_create(
                place=self._digest(place), defaults={**row, "at": now, "erase_at": now + KEPT}
            )
        )

    async def find(self, place: DraftPlace) -> Draft | None:
        """What was filled in there, while it is kept."""
        kept = Row.objects.filter(place=self._digest(place), erase_at__gt=self.now())
        row = await self.work.read(kept.first)
        fields = None if row is None else self._opened(row.closed)
        return None if row is None or fields is None else Draft(fields=fields, at=row.at)

    async def drop(self, place: DraftPlace) -> None:
        """Throws it away."""
        await self.work.write(Row.objects.filter(place=self._digest(place)).delete)

    async def hold(self, address: str, fields: Posted) -> str | None:
        """Holds what somebody sent who is signed out, for an hour."""
        mark, now = secrets.token_urlsafe(24), self.now()
        closed = self._closed({"address": [address], **_named(fields)})
        if len(closed) > MOST_HELD_BYTES * 4 // 3:
            return None

        def hold() -> bool:
            HeldForm.objects.filter(erase_at__lte=now).delete()
            if HeldForm.objects.count() >= MOST_HELD:
                return False
            HeldForm.objects.create(mark=_of(mark), erase_at=now + HELD, closed=closed)
            return True

        return mark if await self.work.write(hold) else None

    async def claim(self, mark: str, address: str) -> Posted | None:
        """What is held for this mark and this form; it is held no more."""
        row = await self.work.write(lambda: self._taken(mark))
        held = None if row is None else self._opened(row.closed)
        if held is None or held.get("address") != (address,):
            return None
        return {name[1:]: values for name, values in held.items() if name.startswith("=")}

    async def erase_due(self, now: datetime) -> int:
        """Deletes what is kept no longer; says how many."""

        def erase() -> int:
            drafts, _ = Row.objects.filter(erase_at__lte=now).delete()
            held, _ = HeldForm.objects.filter(erase_at__lte=now).delete()
            return drafts + held

        return await self.work.write(erase)

    async def forget(self, person: str) -> int:
        """Deletes the drafts of a person; says how many."""
        count, _ = await self.work.write(Row.objects.filter(person=person).delete)
        return count

    # ---- parts

    def _taken(self, mark: str) -> HeldForm | None:
        held = HeldForm.objects.filter(mark=_of(mark), erase_at__gt=self.now())
        row = held.select_for_update().first()
        return row if row is not None and held.delete()[0] else None

    def _digest(self, place: DraftPlace) -> str:
        where = (place.organisation,) if place.organisation else ()
        what = msgspec.json.encode(["draft", place.person, place.step, place.about, *where])
        return hmac.new(self.secret, what, sha256).hexdigest()

    def _closed(self, fields: Mapping[str, list[str]]) -> bytes:
        return self.cipher.seal(msgspec.json.encode(fields))

    def _opened(self, closed: "bytes | memoryview") -> Posted | None:
        plain = self.cipher.unseal(bytes(closed))
        return (
            None if plain is None else msgspec.json.decode(plain, type=dict[str, tuple[str, ...]])
        )


def _named(fields: Posted) -> Mapping[str, list[str]]:
    """The fields by names that cannot be mistaken for ours."""
    return {f"={name}": values for name, values in as_lists(fields).items()}


def _of(mark: str) -> str:
    return sha256(mark.encode()).hexdigest()
