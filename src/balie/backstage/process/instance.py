"""One run of the story for one form that was accepted: how far it is, and what it waits for.

An instance changes by moves. A move is kept whole or not at all, with all that it causes: actions
for the systems, mails, work for people. So a crash leaves an instance either before a move or
after it, and whoever looks next goes on from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from balie.backstage.actions import Action, Whose
from balie.blueprint.conditions import Lookup

_NONE: Mapping[str, str] = MappingProxyType({})


# ---- work for people


class Kind(StrEnum):
    """What a work item asks of people."""

    DO = "do"  # do it; the story does not wait for that
    DECIDE = "decide"  # take the step's decision
    JUDGE = "judge"  # say whether a condition holds of which something is not known
    BY_HAND = "by hand"  # it cannot be sent: do it in the system, or have it tried again
    LATE = "late"  # what was waited for did not happen
    STUCK = "stuck"  # an action cannot go on; it is seen to where actions are


DONE, AGAIN, YES, NO, GO_ON, STOP = "done", "again", "yes", "no", "go on", "stop"
"""Answers that are Balie's own; those of a decision are the blueprint's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One answer. label: the blueprint's text, "" for an answer of Balie's own.

    asks: fields to fill in with it, as `thing.field`.
    """

    answer: str
    label: str = ""
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """Work for teams. id: `<instance>:<number>`. title: the blueprint's text. why: for staff.

    by, answer: who closed it and how, both "" when it closed by itself.
    action: of a STUCK item, the action that cannot go on.
    """

    id: str
    kind: Kind
    teams: tuple[str, ...]
    title: str
    step: str
    visit: int
    opened: datetime
    due: datetime | None = None
    buttons: tuple[Button, ...] = ()
    why: str = ""
    action: str = ""
    closed: datetime | None = None
    by: str = ""
    answer: str = ""


# ---- how far it is


class For(StrEnum):
    """What holds an instance up."""

    ACTION = "action"  # an action on its way to the systems
    PERSON = "person"  # the answer to a work item
    HAPPENING = "happening"  # what the step waits for
    SYSTEM = "system"  # a system that is away: looked at again later


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Why an instance does not go on now.

    action, item, event: the id of what it waits for. until: the deadline, or when a system is
    asked again. since, tries: of a system that is away. reminded: the customer was.
    late: the deadline is over and people know.
    """

    why: For
    action: str = ""
    item: str = ""
    event: str = ""
    until: datetime | None = None
    since: datetime | None = None
    tries: int = 0
    reminded: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """How far the story is. id: of the action that made it. Parts of it are personal.

    thing: what was made; row: the key of its row in the system's table, once it is there.
    point: which line of the step is next. chosen, said: the answer of the step's decision, and
    what was filled in with it. judged: what a person said of the condition of this line.
    told: the mails that went. used: events that counted. wake_at: when to look at it again by
    itself; expects: what would make it go on before that. outcome: how it ended; "" while it
    goes on.
    """

    id: str
    version: str
    thing: str
    whose: Whose
    began: datetime
    step: str
    entered: datetime
    revision: int = 0
    visit: int = 1
    point: int = 0
    row: str | None = None
    chosen: str = ""
    said: Mapping[str, str] = field(default_factory=lambda: _NONE, repr=False)
    judged: str = ""
    held: Held | None = None
    items: tuple[WorkItem, ...] = ()
    told: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    wake_at: datetime | None = None
    outcome: str = ""

    @property
    def is_over(self) -> bool:
        """Whether the story has ended. Work that was left for people may still be open."""
        return bool(self.outcome)

    @property
    def expects(self) -> str:
        """The action or the event that it waits for; "" for neither."""
        return "" if self.held is None else self.held.action or self.held.event

    def item(self, id_: str) -> WorkItem | None:
        """A work item by its id."""
        return next((item for item in self.items if item.id == id_), None)

    def open_items(self, *kinds: Kind) -> tuple[WorkItem, ...]:
        """The work items of these kinds that are open."""
        return tuple(item for item in self.items if item.closed is None and item.kind in kinds)

    def with_item(self, changed: WorkItem) -> "Instance":
        """The same with this work item in place of its older self."""
        items = (changed if item.id == changed.id else item for item in self.items)
        return replace(self, items=tuple(items))


ENDED, REFUSED, STOPPED = "ended", "refused", "stopped"
"""Outcomes: the story was told to its end; the system refused the row; a person stopped it."""


# ---- what a move causes


class What(StrEnum):
    """One line of an instance's log."""

    ENTERED = "entered"
    SKIPPED = "skipped"
    WORK = "work"  # a work item opened
    CLOSED = "closed"  # it closed
    MORE_TEAMS = "more teams"  # nobody answered in time: more people see it
    SENT = "sent"  # an action was given to the systems
    SETTLED = "settled"  # it is done
    WAITS = "waits"
    HAPPENED = "happened"
    REMINDED = "reminded"
    DECIDED = "decided"
    MAIL = "mail"
    AWAY = "away"  # a system is away: later again
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One line of the log. Nothing personal but `by`, the person who did it; "" for Balie."""

    at: datetime
    step: str
    what: What
    about: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail that is due. id: the same however often it is tried. mail: its name in `mails/`.

    It is about the row `row` of `thing`, and told by `step`; address and values are looked up by
    whoever sends it. acting_for: the key of the organisation, PRIVATE for none.
    """

    id: str
    mail: str
    step: str
    version: str
    person: str
    acting_for: str | None
    language: str
    thing: str
    row: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One transition. instance: as it is afterwards; its revision is one more than before."""

    instance: Instance
    notes: tuple[Note, ...] = ()
    actions: tuple[Action, ...] = ()
    mails: tuple[Mail, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a system told: `carrier tells parcelReceived` of the row with this key."""

    system: str
    name: str
    key: str
    at: datetime

    @property
    def id(self) -> str:
        """The same for the same news."""
        return event_id(self.system, self.name, self.key)


def event_id(system: str, name: str, key: str) -> str:
    """By what an event and whoever waits for it find each other."""
    return f"{system}.{name}:{key}"


# ---- ports


class Instances(Protocol):
    """Keeps instances, encrypted. Every method is one transaction."""

    async def get(self, id_: str) -> Instance | None:
        """An instance as it was kept last."""
        ...

    async def keep(self, move: Move) -> bool:
        """Keeps a move and all that it causes: its actions are accepted and enqueued, its mails and
        notes kept. False, and nothing is kept, when somebody else made a move meanwhile: when the
        kept revision (0: there is none) is not one less than the move's.
        """
        ...

    async def due(self, now: datetime) -> Sequence[str]:
        """Ids of those whose `wake_at` has come and that are not over, oldest first."""
        ...

    async def expecting(self, what: str) -> Sequence[str]:
        """Ids of those that expect this action or event."""
        ...

    async def hear(self, event: Event) -> None:
        """Keeps an event for 30 days. The same again changes nothing but that time."""
        ...

    async def heard(self, event_id: str) -> Event | None:
        """An event that was kept."""
        ...


class Known(Protocol):
    """What systems say of the row that an instance is about."""

    async def look(self, instance: Instance, names: frozenset[str]) -> Lookup:
        """Looks these names up, as conditions and formulas write them: `return.value`,
        `return.lines.price` (rows are at `return.lines`), `refund.status`. A code where there is
        one; None for what is not known. Raises SystemFault when a system that is needed is away,
        and Unreadable for a value that cannot be read.
        """
        ...
