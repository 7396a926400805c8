"""Sign-ins that are to change. Fulfils `backstage.forms.sign_in_changes.ChangesKept`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from balie.backstage.auditing import Line
from balie.backstage.forms import sign_in_changes as ours
from balie.store.audit import Trail
from balie.store.ciphers import Cipher
from balie.store.models import SignInChange
from balie.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class StoredSignInChanges:
    """Rows that `StoredActions` makes when it accepts an action."""

    work: UnitOfWork
    cipher: Cipher
    now: Callable[[], datetime]

    async def waiting(self) -> Sequence[ours.SignInChange]:
        """Those that are not over, oldest first; none of which the key is gone."""
        rows = await self.work.read(lambda: list(SignInChange.objects.order_by("at")))
        return [change for change in map(self._change, rows) if change is not None]

    async def told(self, action: str) -> None:
        """The old address was written to."""
        mine = SignInChange.objects.filter(action=action)
        await self.work.write(lambda: mine.update(told_at=self.now()))

    async def over(self, change: ours.SignInChange, outcome: str) -> None:
        """It is over: kept no more, and noted."""

        def over() -> None:
            if SignInChange.objects.filter(action=change.action).delete()[0]:
                line = Line(who=change.person, what=outcome, about=change.action)
                Trail(self.cipher.stamps, self.now).add(line, self.now())

        await self.work.write(over)

    def _change(self, row: SignInChange) -> ours.SignInChange | None:
        address = self.cipher.unseal(bytes(row.closed))
        if address is None:
            return None
        return ours.SignInChange(
            action=row.action,
            person=row.person,
            language=row.language,
            address=address.decode(),
            at=row.at,
            is_told=row.told_at is not None,
            sent_from=row.sent_from,
        )
