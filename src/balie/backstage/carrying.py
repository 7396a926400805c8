"""Carries an action to its systems: the master first, then what follows; each at least once.

Nothing here remembers anything: what was done stands in the store before the next is begun. So a
process that is killed anywhere leaves an action that the next one carries on. A write that may
have happened is made again only where the system can be asked twice; else a person looks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from balie.backstage.actions import (
    ENDED,
    FOR_A_PERSON,
    Action,
    Actions,
    Errand,
    ErrandState,
    Progress,
    Receipt,
)
from balie.systems.errors import (
    AsksAPerson,
    Crowded,
    Misconfigured,
    Refused,
    SystemFault,
    Unavailable,
    nothing_is_done_yet,
)
from balie.systems.rows import Raw
from balie.systems.writing import Change, Conflict, Document, How, Repeat, Writer, Written

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 600.0
_AFTER_ANOTHER = 1.0  # seconds that an action comes after the one that must be carried first
_ANSWERS_AGAIN = timedelta(minutes=1)
_NOT_NOW = frozenset({ErrandState.CONFLICT, ErrandState.HELD})
_MENDED_BY_STAFF = 60.0  # seconds: a wrong address or key is not mended in less


class Uploads(Protocol):
    """Keeps files until they were delivered, encrypted."""

    async def read(self, upload: str) -> Document | None:
        """A file with the field that it is for; None when it is gone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """What carrying needs. writers: by the system's name.

    repeats: a system and a table -> how it can be written twice; None: nobody said.
    jitter: a number from 0.5 to 1.5 by which each pause is stretched, so that tries spread.
    """

    actions: Actions
    uploads: Uploads
    writers: Mapping[str, Writer]
    repeats: Callable[[str, str], Repeat | None]
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    _hastened: dict[str, datetime] = field(default_factory=dict)

    async def carry(self, action: str) -> float | None:
        """Does what can be done now. Seconds until there may be more to do; None when it has ended
        or waits for a person.
        """
        receipt = await self.actions.carry(action)
        if receipt is None:
            return None
        before = await self.actions.ahead(receipt.action)
        if before is not None:
            return self._until(before) + _AFTER_ANOTHER
        states = {one.errand: one for one in receipt.progress}
        pauses: list[float] = []
        for errand in receipt.action.errands:
            progress = states.get(errand.id) or Progress(errand=errand.id, state=ErrandState.DUE)
            progress = await self._advance(receipt.action, errand, progress, states)
            states[errand.id] = progress
            if progress.next_at is not None and progress.state is ErrandState.WAITING:
                pauses.append(self._until(progress))
                if errand.is_master:
                    break
        return min(pauses, default=None)

    def _until(self, progress: Progress) -> float:
        """Seconds until it is tried again."""
        at = progress.next_at
        return 0.0 if at is None else max(0.0, (at - self.now()).total_seconds())

    async def _advance(
        self,
        action: Action,
        errand: Errand,
        progress: Progress,
        states: Mapping[str, Progress],
    ) -> Progress:
        """One errand, as far as it can be brought now."""
        if progress.state in ENDED | FOR_A_PERSON | _NOT_NOW:
            return progress
        before = [states[e.id].state for e in action.errands if e.is_master and e.id in states]
        if not errand.is_master and any(state is not ErrandState.DONE for state in before):
            return await self._after_its_master(progress, before)
        if progress.next_at is not None and progress.next_at > self.now():
            return progress
        repeat = self.repeats(errand.system, errand.table) or Repeat(How.A_PERSON)
        if progress.state is ErrandState.UNDER_WAY and repeat.how is How.A_PERSON:
            return await self._noted(progress, ErrandState.UNCERTAIN, why=_WE_STOPPED)
        return await self._tried(errand, progress, repeat, states)

    async def _after_its_master(self, progress: Progress, masters: list[ErrandState]) -> Progress:
        """What follows a master that said no is not sent; what follows one that waits, waits."""
        said_no = {ErrandState.REFUSED, ErrandState.CONFLICT, ErrandState.DROPPED}
        if said_no.intersection(masters):
            return await self._noted(progress, ErrandState.DROPPED, why="The master did not do it.")
        return progress

    async def _tried(
        self,
        errand: Errand,
        progress: Progress,
        repeat: Repeat,
        states: Mapping[str, Progress],
    ) -> Progress:
        under_way = replace(
            progress,
            state=ErrandState.UNDER_WAY,
            tries=progress.tries + 1,
            why="",
            now={},
            next_at=None,
            since=self.now(),
        )
        if not await self.actions.note(under_way):  # it was dropped while we read it
            return replace(progress, state=ErrandState.DROPPED, next_at=None)
        try:
            written = await self._written(errand, repeat, states)
        except Conflict as conflict:
            return await self._noted(
                under_way, ErrandState.CONFLICT, why=conflict.staff, now_is=conflict.now
            )
        except Refused as refused:
            return await self._noted(under_way, ErrandState.REFUSED, why=refused.staff)
        except AsksAPerson as question:
            return await self._noted(under_way, ErrandState.ASKS, why=question.staff)
        except SystemFault as fault:
            return await self._later(errand, under_way, repeat, fault)
        done = replace(under_way, row=written.row, values=written.values)
        done = await self._noted(done, ErrandState.DONE)
        await self._hasten(errand.system)
        return done

    async def _hasten(self, system: str) -> None:
        """A system that answers gets what waits for it, once a minute: what it always fails at
        is tried no more often than that.
        """
        now = self.now()
        before = self._hastened.get(system)
        if before is None or now - before >= _ANSWERS_AGAIN:
            self._hastened[system] = now
            await self.actions.hasten(system)

    async def _written(
        self, errand: Errand, repeat: Repeat, states: Mapping[str, Progress]
    ) -> Written:
        writer = self.writers.get(errand.system)
        if writer is None:
            raise Misconfigured(f'"{errand.system}" cannot be written to.')
        with nothing_is_done_yet():
            change = await self._change(writer, errand, repeat, states)
            found = None
            if repeat.how is How.FIND and change.row is None:
                found = await writer.find(change)
        return found or await writer.write(change)

    async def _change(
        self, writer: Writer, errand: Errand, repeat: Repeat, states: Mapping[str, Progress]
    ) -> Change:
        return Change(
            table=errand.table,
            key=errand.key,
            repeat=repeat,
            row=await self._row(writer, errand, states),
            fields=errand.fields,
            shown=errand.shown,
            returns=errand.returns,
            document=await self._document(errand),
        )

    async def _row(
        self, writer: Writer, errand: Errand, states: Mapping[str, Progress]
    ) -> str | None:
        """The row that changes: known, of an errand before this one, or found. None: a new one."""
        if errand.follows is not None:
            return states[f"{errand.action}:{errand.follows}"].row
        if not errand.link:
            return errand.row
        if not all(errand.link.values()):
            raise Refused(f'Nobody knows which row of "{errand.table}" this goes to.')
        rows = await writer.rows_with(errand.table, errand.link)
        if len(rows) != 1:
            how_many = "no row" if not rows else "more than one row"
            raise Refused(f'There is {how_many} of "{errand.table}" that this goes to.')
        return rows[0]

    async def _document(self, errand: Errand) -> Document | None:
        if not errand.upload:
            return None
        document = await self.uploads.read(errand.upload)
        if document is None:
            raise Refused("The file is not there any more.")
        return replace(document, path=errand.file)

    async def _later(
        self, errand: Errand, progress: Progress, repeat: Repeat, fault: SystemFault
    ) -> Progress:
        """It did not answer, or cannot be asked: again later, unless that would be twice."""
        may_be_done = isinstance(fault, Unavailable) and fault.may_be_done
        if may_be_done and repeat.how is How.A_PERSON:
            return await self._noted(progress, ErrandState.UNCERTAIN, why=fault.staff)
        now = self.now()
        if errand.give_up is not None and now >= errand.give_up:
            return await self._noted(progress, ErrandState.STUCK, why=fault.staff)
        waiting = replace(progress, next_at=now + timedelta(seconds=self._pause(progress, fault)))
        return await self._noted(waiting, ErrandState.WAITING, why=fault.staff)

    def _pause(self, progress: Progress, fault: SystemFault) -> float:
        if isinstance(fault, Misconfigured):
            return _MENDED_BY_STAFF
        if isinstance(fault, Crowded):  # it is not away: only its limit makes us wait
            return max(FIRST_PAUSE, fault.soon) * self.jitter()
        asked = fault.retry_after if isinstance(fault, Unavailable) else None
        doubled = FIRST_PAUSE * 2.0 ** min(progress.tries - 1, 20)
        return max(asked or 0.0, min(LONGEST_PAUSE, doubled) * self.jitter())

    async def _noted(
        self,
        progress: Progress,
        state: ErrandState,
        why: str = "",
        now_is: Mapping[str, Raw] | None = None,
    ) -> Progress:
        noted = replace(progress, state=state, why=why, now=now_is or {}, since=self.now())
        await self.actions.note(noted)
        return noted


_WE_STOPPED = "We stopped while this was under way; nobody knows whether it was done."


def is_over(receipt: Receipt) -> bool:
    """Whether nothing is left that carrying can do."""
    states = {one.errand: one.state for one in receipt.progress}
    over = ENDED | FOR_A_PERSON | _NOT_NOW
    return all(states.get(errand.id) in over for errand in receipt.action.errands)
