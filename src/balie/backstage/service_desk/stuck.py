"""What does not go on by itself, and what staff can do about it.

An errand that waits for people is settled by one of them: the first decision counts, and whoever
comes second reads who took it. What was decided stands in the audit: who, what, when; no values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Protocol

from balie.backstage.actions import Action, Errand, ErrandState, Progress, Receipt
from balie.backstage.auditing import Line
from balie.systems.rows import Raw

_NONE: Mapping[str, Raw] = MappingProxyType({})


class Verdict(StrEnum):
    """What somebody of staff can decide about an errand."""

    AGAIN = "again"  # try it once more, now
    DONE = "done by hand"  # it stands in the system already
    DROPPED = "dropped"  # it is not sent; the customer is told
    CORRECTED = "corrected"  # it is sent with other values
    HANDED_OVER = "handed over"  # another team looks at it


_ANY_WAY_OUT = frozenset({Verdict.AGAIN, Verdict.DONE, Verdict.DROPPED, Verdict.HANDED_OVER})

POSSIBLE: Mapping[ErrandState, frozenset[Verdict]] = MappingProxyType(
    {
        ErrandState.REFUSED: _ANY_WAY_OUT | {Verdict.CORRECTED},
        ErrandState.CONFLICT: _ANY_WAY_OUT | {Verdict.CORRECTED},
        ErrandState.UNCERTAIN: _ANY_WAY_OUT,
        ErrandState.ASKS: _ANY_WAY_OUT | {Verdict.CORRECTED},
        ErrandState.STUCK: _ANY_WAY_OUT,
        ErrandState.WAITING: frozenset({Verdict.AGAIN}),
        ErrandState.HELD: frozenset({Verdict.DROPPED}),
    }
)
"""What can be decided in which state. Other values are sent only where certainly nothing was
written: else the first ones could stand in the system as well."""

FOR_PEOPLE = frozenset(state for state, ways in POSSIBLE.items() if Verdict.HANDED_OVER in ways)


def is_for_good(state: ErrandState, what: Verdict) -> bool:
    """Whether it cannot be taken back: then somebody is asked whether they are sure."""
    may_be_twice = state in (ErrandState.UNCERTAIN, ErrandState.CONFLICT)
    return what in (Verdict.DONE, Verdict.DROPPED, Verdict.CORRECTED) or (
        what is Verdict.AGAIN and may_be_twice
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldUp:
    """An errand that does not go on now. Nothing in it is personal.

    at: when its action was accepted. team: who looks at it; "" is everybody. why: for staff.
    """

    action: str
    reference: str
    step: str
    at: datetime
    errand: str
    number: int
    system: str
    table: str
    is_master: bool
    state: ErrandState
    why: str
    tries: int
    since: datetime | None
    next_at: datetime | None
    team: str


def is_for(team: str, mine: frozenset[str], known: frozenset[str]) -> bool:
    """Whether work of a team is for somebody of these. What is for nobody is for everybody."""
    return team in mine or team not in known


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What of a system does not go on. given_up: of those for people, because it was away.

    oldest: since when the oldest of it does not go on.
    """

    system: str
    for_people: int
    waiting: int
    given_up: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision that was taken. more: the team that it was handed to."""

    what: Verdict
    who: str
    at: datetime
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Tries with the same outcome, one after another."""

    state: ErrandState
    why: str
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An errand of an action, with all that is known of it.

    mark: changes whenever it does, so that nobody decides about what they did not see.
    before: its values before they were corrected, the oldest first. Personal.
    """

    errand: Errand
    progress: Progress
    team: str
    mark: str
    decided: Sequence[Decided] = ()
    attempts: Sequence[Attempt] = ()
    before: Sequence[Mapping[str, Raw]] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One action whole. Personal. erased: its answers are gone, as promised."""

    receipt: Receipt
    parts: Sequence[Part]
    erased: bool = False

    def part(self, errand: str) -> Part | None:
        """The part with this errand."""
        return next((part for part in self.parts if part.errand.id == errand), None)


def mark_of(progress: Progress, team: str) -> str:
    """What a page carries of an errand, to see later whether it is still as it was."""
    seen: tuple[object, ...] = (progress.state.value, team)
    if progress.state is not ErrandState.WAITING:  # that is tried again all the time
        seen = (*seen, progress.tries, progress.since)
    return sha256(repr(seen).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """What somebody decides about an errand, as they saw it.

    row, values: of DONE, the key of the row and what else is known of it. fields: of CORRECTED,
    all that is to be sent. team: of HANDED_OVER.
    """

    errand: str
    mark: str
    what: Verdict
    who: str
    row: str | None = None
    values: Mapping[str, Raw] = field(default_factory=lambda: _NONE, repr=False)
    fields: Mapping[str, Raw] = field(default_factory=lambda: _NONE, repr=False)
    team: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What came of it. is_first: this decision counts; else `by` is the one that does, or None when
    the errand went on by itself meanwhile.
    """

    is_first: bool
    by: Decided | None = None


class StaffActions(Protocol):
    """Actions, for staff. Every method is one transaction."""

    async def held_up(self, states: frozenset[ErrandState], most: int = 200) -> Sequence[HeldUp]:
        """Errands in these states, the oldest first. Nothing of it has to be decrypted."""
        ...

    async def loads(self) -> Sequence[Load]:
        """What does not go on, by system; the systems where everything goes on are not there."""
        ...

    async def whole(self, action: str) -> Dossier | None:
        """One action with everything that is known of it."""
        ...

    async def references(self, actions: Sequence[str]) -> Mapping[str, str]:
        """The references of these actions, by their ids."""
        ...

    async def with_reference(self, reference: str) -> str | None:
        """The id of the action with exactly this reference."""
        ...

    async def of_everybody(self, words: str) -> Sequence[Action]:
        """What was sent without signing in with exactly these words as an answer, newest first."""
        ...

    async def settle(self, settling: Settling) -> Settled | None:
        """Keeps a decision with its line in the audit, and has the engine go on. None when there is
        no such errand, or it cannot be decided so in its state.
        """
        ...

    async def again_all(self, system: str, who: str) -> int:
        """Has all that waits for a system, or was given up because it was away, tried now: how
        many. What is uncertain or was refused is not among it.
        """
        ...

    async def note(self, line: Line) -> None:
        """Writes a line in the audit."""
        ...
