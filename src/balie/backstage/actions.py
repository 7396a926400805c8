"""What a customer sent, on its way: accepted once, carried to each system, settled or seen to.

An action is one form that was sent. It has an errand for each row of each system that must change,
in order: the master first. The truth about both is in our own rows; the engine that carries them
knows only their ids. Answers and errands are personal: a store keeps them encrypted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from balie.backstage.approval import Approval, Asked
from balie.systems.rows import Raw

_NONE: Mapping[str, Raw] = MappingProxyType({})
_NO_NAMES: Mapping[str, str] = MappingProxyType({})


class ActionState(StrEnum):
    """How far an action is, as the customer may know it."""

    RECEIVED = "received"  # kept by us; no system has it yet
    PASSED_ON = "passed on"  # at least the master has it
    SETTLED = "settled"  # every system has it
    REFUSED = "refused"  # the master said no; nothing else was sent
    CONFLICT = "conflict"  # the row had changed; nothing was overwritten
    ATTENTION = "attention"  # a person looks at it; the customer never reads this as a failure
    DROPPED = "dropped"  # staff decided that it is not sent
    FOR_APPROVAL = "waits for approval"  # of a colleague; nothing is sent before
    NOT_APPROVED = "not approved"  # by a colleague, or in time; nothing was sent


class ErrandState(StrEnum):
    """How far an errand is."""

    DUE = "due"  # not tried yet, or to be tried again
    UNDER_WAY = "under way"
    WAITING = "waiting"  # its system is away, or an earlier errand is not done
    DONE = "done"
    REFUSED = "refused"
    CONFLICT = "conflict"
    UNCERTAIN = "uncertain"  # it may have been done; this system cannot tell: a person must look
    ASKS = "asks"  # the system wants to hear that somebody is sure; nothing was written
    STUCK = "stuck"  # given up after the time that the blueprint says
    DROPPED = "dropped"  # its master was refused, or staff decided so
    HELD = "held"  # until a colleague approves it
    NOT_APPROVED = "not approved"


ENDED = frozenset({ErrandState.DONE, ErrandState.DROPPED, ErrandState.NOT_APPROVED})
FOR_A_PERSON = frozenset(
    {ErrandState.REFUSED, ErrandState.UNCERTAIN, ErrandState.ASKS, ErrandState.STUCK}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One row of one system that must become so.

    id: `<action>:<number>`. part: what traces and the engine call it.
    link: for a follower whose row must be found first: table's field -> value; exactly one row.
    follows: number of the errand whose row, once it is done, is this one's row.
    file, upload: the raw field of a file, and the id of what was uploaded.
    give_up: when trying ends, and to which team it goes then. corrected: how often staff changed
    what is sent; then it is another write, with another key.
    """

    id: str
    action: str
    number: int
    system: str
    table: str
    is_master: bool
    row: str | None = None
    link: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    fields: Mapping[str, Raw] = field(default_factory=lambda: _NONE, repr=False)
    shown: Mapping[str, Raw] = field(default_factory=lambda: _NONE, repr=False)
    returns: tuple[str, ...] = ()
    follows: int | None = None
    file: str = ""
    upload: str = ""
    give_up: datetime | None = None
    goes_to: str = ""
    corrected: int = 0

    @property
    def key(self) -> str:
        """Of its write: the same at every try. ASCII, at most 40 characters."""
        correction = f".{self.corrected}" if self.corrected else ""
        return f"{self.action}-{self.number}{correction}"

    @property
    def part(self) -> str:
        """Its name without anything personal: `2 erp.customers`."""
        return f"{self.number} {self.system}.{self.table}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How an errand fares. why: in words for staff. row: the key of the row once it is done.

    now: of a conflict: path -> value by now. values: what the system gave, such as a number.
    """

    errand: str
    state: ErrandState
    tries: int = 0
    why: str = ""
    row: str | None = None
    values: Mapping[str, Raw] = field(default_factory=lambda: _NONE, repr=False)
    now: Mapping[str, Raw] = field(default_factory=lambda: _NONE, repr=False)
    next_at: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A form that was accepted.

    id: sorts by time (32 hexadecimal digits). reference: what the customer reads, `R7K2-94QD`.
    token: of the form; the same token twice is the same action. digest: of the answers.
    answers: question -> what was filled in, as the receipt tells it, label and text.
    version: of the blueprint. order_with: actions with the same are carried one after another.
    sign_in: the mail address that this person signs in with once the master has it; personal. It
    is not read back, nor is sent_from, the sign-in that stays then while their others end.
    tells_at_once: a mail is due as soon as it is accepted; not read back either.
    acting_for: the name of the organisation, as it was then. organisation: its key, PRIVATE for
    none; None: of no place in particular, such as what Balie does itself.
    asks: what a colleague must approve first; read back in the receipt.
    behind: whoever sent it as this person, an id, "" for none. behind_team: of staff, in whose
    name; sent_by: what a representative is called. Personal.
    """

    id: str
    reference: str
    step: str
    version: str
    person: str
    acting_for: str | None
    language: str
    token: str
    digest: str
    at: datetime
    answers: Sequence["Told"] = ()
    errands: Sequence[Errand] = ()
    order_with: str = ""
    sign_in: str = field(default="", repr=False)
    sent_from: str = field(default="", repr=False)
    tells_at_once: bool = False
    organisation: str | None = None
    asks: Asked | None = None
    behind: str = ""
    behind_team: str = ""
    sent_by: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """For whom a story runs. me: the names of `me` with one value, as at acceptance.

    acting_for: the key of the organisation, PRIVATE for none. Personal.
    """

    person: str
    acting_for: str | None = None
    language: str = ""
    kinds: frozenset[str] = frozenset()
    me: Mapping[str, str] = field(default_factory=lambda: _NO_NAMES, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begins:
    """The instance of the story that an action begins: about the `thing` that it makes."""

    thing: str
    of: Whose


@dataclass(frozen=True, slots=True)
class Told:
    """One answer as the receipt tells it back. Personal."""

    field: str
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """An action and how it fares: true at the moment that it was read."""

    action: Action
    state: ActionState
    progress: Sequence[Progress] = ()
    approval: Approval | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An action that can be brought further. at: not before; None: now, for all that its rows say.

    It becomes None again when staff have it tried once more.
    """

    action: str
    order_with: str
    at: datetime | None = None


class SentBefore(Exception):
    """The same form was sent before with other answers. receipt: of the first time."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__("this form was sent before, with other answers")
        self.receipt = receipt


class FileGone(Exception):
    """A file that should go along is not there any more, or went with another form."""


class Actions(Protocol):
    """Keeps actions, encrypted. Every method is one transaction."""

    async def accept(self, action: Action, begins: Begins | None = None) -> Receipt:
        """Keeps an action with its errands, its audit line, its place in the engine's queue and the
        instance that it begins: all or nothing. The same token and digest again gives the first
        receipt; the same token with another digest raises SentBefore. Raises FileGone, and keeps
        nothing then.
        """
        ...

    async def sent(self, token: str, person: str) -> Receipt | None:
        """What this person sent with this token, or None."""
        ...

    async def receipt(self, reference: str, person: str) -> Receipt | None:
        """The receipt with this reference of this person, or None."""
        ...

    async def receipts(
        self, person: str, most: int = 50, organisation: str | None = None
    ) -> Sequence[Receipt]:
        """The newest receipts of a person; only those for one organisation, when it is said."""
        ...

    async def under_way(self, person: str) -> Sequence[Receipt]:
        """The receipts of a person of which not every errand is done: what pages lay over."""
        ...

    async def lately(
        self, person: str, since: datetime, organisation: str | None = None
    ) -> Sequence[Receipt]:
        """The receipts of a person, for one organisation when it is said, of which not every
        errand is done, or was not before `since`: what pages lay over what systems say.
        """
        ...

    async def carry(self, action: str) -> Receipt | None:
        """An action for whoever carries it, whoever it is of; None when it was erased."""
        ...

    async def note(self, progress: Progress) -> bool:
        """Keeps how an errand fares; False when it has ended meanwhile: that is never changed."""
        ...

    async def waiting(self) -> Sequence["Waiting"]:
        """What carrying can bring further, now or later, oldest first: all that an engine must
        know. Not what only a person can help.
        """
        ...

    async def hasten(self, system: str) -> None:
        """What waits for this system is due now: it answers again."""
        ...

    async def ahead(self, action: Action) -> Progress | None:
        """What must be carried before this action: the first errand of an earlier action with the
        same `order_with`, to a system that this one goes to as well. None: nothing is in the way.
        """
        ...


class Engine(Protocol):
    """Carries actions to the systems, each at least once, in order of `order_with`."""

    def submit(self, action: str, order_with: str, *, delay: float = 0) -> None:
        """Puts an action in the queue, in the transaction that is open now. Twice is once."""
        ...

    async def replay(self, action: str) -> None:
        """Tries what has not ended once more, now."""
        ...

    async def cancel(self, action: str) -> None:
        """Stops trying."""
        ...


def state_of(action: Action, progress: Sequence[Progress]) -> ActionState:
    """What the customer may know, out of what every errand did."""
    states = {one.errand: one.state for one in progress}
    of_each = [states.get(errand.id, ErrandState.DUE) for errand in action.errands]
    masters = [
        states.get(errand.id, ErrandState.DUE) for errand in action.errands if errand.is_master
    ]
    if ErrandState.HELD in of_each:
        return ActionState.FOR_APPROVAL
    if ErrandState.NOT_APPROVED in of_each:
        return ActionState.NOT_APPROVED
    if ErrandState.DROPPED in masters:
        return ActionState.DROPPED
    if ErrandState.CONFLICT in masters:
        return ActionState.CONFLICT
    if ErrandState.REFUSED in masters:
        return ActionState.REFUSED
    if any(state in FOR_A_PERSON for state in of_each):
        return ActionState.ATTENTION
    if all(state in ENDED for state in of_each):
        return ActionState.SETTLED
    if masters and all(state is ErrandState.DONE for state in masters):
        return ActionState.PASSED_ON
    return ActionState.RECEIVED
