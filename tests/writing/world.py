"""A store in memory, and systems that lose replies, for carrying in simulated time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from balie.backstage.actions import (
    Action,
    Begins,
    ErrandState,
    Progress,
    Receipt,
    SentBefore,
    Waiting,
    state_of,
)
from balie.systems.errors import Misconfigured, Refused, Unavailable
from balie.systems.rows import Raw
from balie.systems.writing import Change, Conflict, Document, How, Written

GOING = frozenset({ErrandState.DUE, ErrandState.UNDER_WAY, ErrandState.WAITING})
START = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class Killed(BaseException):
    """The process is gone: nothing catches it."""


@dataclass
class Time:
    """A clock that is set by hand."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class HeldActions:
    """Fulfils `Actions` in memory. `before_note` may kill: before it, nothing of it is kept."""

    kept: dict[str, Action] = field(default_factory=dict)
    progress: dict[str, dict[str, Progress]] = field(default_factory=dict)
    before_note: Callable[[Progress], None] = lambda _progress: None
    after_note: Callable[[Progress], None] = lambda _progress: None

    async def accept(self, action: Action, begins: Begins | None = None) -> Receipt:
        for one in self.kept.values():
            if one.token == action.token:
                receipt = self._receipt(one)
                if one.digest != action.digest:
                    raise SentBefore(receipt)
                return receipt
        self.kept[action.id] = action
        self.progress[action.id] = {}
        return self._receipt(action)

    async def carry(self, action: str) -> Receipt | None:
        return self._receipt(self.kept[action]) if action in self.kept else None

    async def note(self, progress: Progress) -> bool:
        self.before_note(progress)
        action = progress.errand.partition(":")[0]
        self.progress[action][progress.errand] = progress
        self.after_note(progress)
        return True

    async def sent(self, token: str, person: str) -> Receipt | None:
        found = (a for a in self.kept.values() if (a.token, a.person) == (token, person))
        return next((self._receipt(one) for one in found), None)

    async def receipt(self, reference: str, person: str) -> Receipt | None:
        found = (a for a in self.kept.values() if (a.reference, a.person) == (reference, person))
        return next((self._receipt(one) for one in found), None)

    async def receipts(
        self, person: str, most: int = 50, organisation: str | None = None
    ) -> Sequence[Receipt]:
        places = (None, organisation)
        mine = [
            a
            for a in self.kept.values()
            if a.person == person and (organisation is None or a.organisation in places)
        ]
        return [self._receipt(one) for one in sorted(mine, key=lambda a: a.id, reverse=True)][:most]

    async def under_way(self, person: str) -> Sequence[Receipt]:
        return [r for r in await self.receipts(person) if r.state.value != "settled"]

    async def lately(
        self, person: str, since: datetime, organisation: str | None = None
    ) -> Sequence[Receipt]:
        mine = await self.receipts(person, organisation=organisation)
        return [r for r in mine if _lately(r, since)]

    async def waiting(self) -> Sequence[Waiting]:
        return [Waiting(id_, one.order_with) for id_, one in sorted(self.kept.items())]

    async def hasten(self, system: str) -> None:
        for one in self.kept.values():
            for errand in one.errands:
                progress = self.progress[one.id].get(errand.id)
                if errand.system == system and progress and progress.state is ErrandState.WAITING:
                    self.progress[one.id][errand.id] = replace(progress, next_at=None)

    async def ahead(self, action: Action) -> Progress | None:
        systems = {errand.system for errand in action.errands}
        for one in sorted(self.kept.values(), key=lambda one: one.id):
            if one.order_with != action.order_with or one.id >= action.id or not one.order_with:
                continue
            for errand in one.errands:
                due = Progress(errand=errand.id, state=ErrandState.DUE)
                progress = self.progress[one.id].get(errand.id, due)
                if errand.system in systems and progress.state in GOING:
                    return progress
        return None

    def _receipt(self, action: Action) -> Receipt:
        progress = tuple(self.progress[action.id].values())
        return Receipt(action=action, state=state_of(action, progress), progress=progress)


def _lately(receipt: Receipt, since: datetime) -> bool:
    moments = [one.since for one in receipt.progress if one.since is not None]
    return receipt.state.value != "settled" or max(moments) > since


class NoUploads:
    """Fulfils `Uploads`: there are none."""

    async def read(self, upload: str) -> Document | None:
        return None


@dataclass
class HeldSystem:
    """Fulfils `Writer` over rows in memory, and counts what really was done.

    mishap: told before and after each effect ("before" or "after"), may raise a fault or kill.
    """

    rows: dict[str, dict[str, Raw]] = field(default_factory=dict)
    effects: list[str] = field(default_factory=list)  # the key of each change that was made
    mishap: Callable[[str], None] = lambda _when: None
    knows_keys: bool = True
    by_key: dict[str, Written] = field(default_factory=dict)

    async def write(self, change: Change) -> Written:
        self.mishap("before")
        written = self._written(change)
        self.mishap("after")
        return written

    async def find(self, change: Change) -> Written | None:
        self.mishap("looking")
        for key, row in self.rows.items():
            if row.get(change.repeat.name) == change.key:
                return Written(row=key, again=True)
        return None

    async def rows_with(self, table: str, values: Mapping[str, str]) -> tuple[str, ...]:
        self.mishap("looking")
        found = (
            k for k, row in self.rows.items() if all(row.get(f) == v for f, v in values.items())
        )
        return tuple(found)[:2]

    def _written(self, change: Change) -> Written:
        if change.repeat.how is How.HEADER and self.knows_keys and change.key in self.by_key:
            return self.by_key[change.key]
        row = change.row or f"R{len(self.rows) + 1}"
        held = self.rows.setdefault(row, {})
        differs = {
            path: held.get(path)
            for path, value in change.shown.items()
            if held.get(path) not in (value, change.fields.get(path))
        }
        if differs:
            raise Conflict("It was changed meanwhile.", differs)
        if any(held.get(path) != value for path, value in change.fields.items()) or not held:
            self.effects.append(change.key)
        held.update(change.fields)
        if change.repeat.how is How.FIND and change.row is None:
            held[change.repeat.name] = change.key
        self.by_key[change.key] = Written(row=row)
        return self.by_key[change.key]


def lost() -> Unavailable:
    """No answer came; nobody knows whether it was done."""
    return Unavailable("It did not answer in time.")


def unheard() -> Unavailable:
    """It was not reached."""
    return Unavailable("It cannot be reached.", may_be_done=False)


FAULTS: Mapping[str, Callable[[], Exception]] = {
    "lost": lost,
    "unheard": unheard,
    "refused": lambda: Refused("It says no."),
    "misconfigured": lambda: Misconfigured("The key is wrong."),
}
