"""The address that somebody signs in with follows the master: the old one is told, it changes once
the master has the new one, and stays when the master says no.

Each round may be repeated: whatever killed the last one, the next goes on from what is kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from balie.backstage.actions import Actions, ErrandState, Receipt

TELLS_FOR = timedelta(days=1)
"""How long it is tried to write to the old address before the sign-in changes all the same."""

_NO = frozenset(
    {ErrandState.REFUSED, ErrandState.CONFLICT, ErrandState.DROPPED, ErrandState.NOT_APPROVED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInChange:
    """An address that somebody will sign in with. action: whose master must have it first.
    sent_from: the sign-in that asked for it.
    """

    action: str
    person: str
    language: str
    address: str = field(repr=False)
    at: datetime
    is_told: bool = False
    sent_from: str = ""


class ChangesKept(Protocol):
    """Keeps what is to change: made in the transaction that accepts the action."""

    async def waiting(self) -> Sequence[SignInChange]:
        """Those that are not over, oldest first."""
        ...

    async def told(self, action: str) -> None:
        """The old address was written to."""
        ...

    async def over(self, change: SignInChange, outcome: str) -> None:
        """It is over, and kept no more; the outcome goes into the audit."""
        ...


class SignIns(Protocol):
    """The sign-ins of people."""

    async def tell(self, person: str, language: str) -> bool:
        """Writes to the address of before: whoever reads there may not have asked for this.
        Whether the mail went out, or there is nobody to write to.
        """
        ...

    async def change(self, person: str, address: str, stays: str) -> bool:
        """The person signs in with this address from now on, and every sign-in of theirs but
        `stays` ends. False: somebody else has that address, and nothing changed.
        """
        ...


@dataclass(frozen=True, slots=True)
class SignInChanges:
    """Carries changes of sign-ins on."""

    kept: ChangesKept
    actions: Actions
    sign_ins: SignIns
    now: Callable[[], datetime]

    async def sweep(self) -> None:
        """Does what can be done now."""
        for change in await self.kept.waiting():
            await self._advance(change, await self.actions.carry(change.action))

    async def _advance(self, change: SignInChange, receipt: Receipt | None) -> None:
        if not change.is_told:
            if await self.sign_ins.tell(change.person, change.language):
                await self.kept.told(change.action)
            elif self.now() - change.at < TELLS_FOR:
                return
        state = _of_master(receipt)
        if state is ErrandState.DONE:
            changed = await self.sign_ins.change(change.person, change.address, change.sent_from)
            await self.kept.over(change, "sign-in changed" if changed else "sign-in not changed")
        elif state is None or state in _NO:
            await self.kept.over(change, "sign-in not changed")


def _of_master(receipt: Receipt | None) -> ErrandState | None:
    """How the master's errand fares; None when there is no such action any more."""
    if receipt is None:
        return None
    master = next((errand.id for errand in receipt.action.errands if errand.is_master), "")
    states = {one.errand: one.state for one in receipt.progress}
    return states.get(master, ErrandState.DUE)
