"""What a colleague reads: the list of what waits, one of them, and why a decision was not taken."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from balie.backstage.actions import ActionState, Told
from balie.backstage.approval import Decided, Fact, Outcome
from balie.backstage.page import Help, MenuItem


class Refusal(StrEnum):
    """Why a decision was not taken."""

    DECIDED = "decided already"
    CHANGED = "changed meanwhile"
    GONE = "cannot be sent any more"
    AWAY = "cannot be looked at now"
    NO_WORDS = "words are missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of the list. waits_for: of whom, when it was approved and waits for others as well."""

    reference: str
    title: str
    address: str
    sender: str
    at: datetime
    until: datetime
    decided: Decided | None = None
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingList:
    """What waits for one viewer; and what was decided about lately, or waits for others by now."""

    address: str
    lines: tuple[Line, ...]
    over: tuple[Line, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    help: Help | None = None
    acting_for: str | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A value that is not what it was when the form was sent."""

    name: str
    label: str
    then: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPage:
    """One of them. facts: as it was when it was sent. moved: what is different by now.

    given: who approved it already, in order. is_yours: whether this viewer decides now.
    waits_for: whose turn it is; then: whose comes after. refusal: why the decision that was just
    sent was not taken. words: what was filled in with it.
    """

    reference: str
    title: str
    address: str
    sender: str
    state: ActionState
    at: datetime
    until: datetime
    told: tuple[Told, ...]
    facts: tuple[Fact, ...]
    decided: Decided | None
    given: tuple[Decided, ...] = ()
    is_yours: bool = False
    waits_for: tuple[str, ...] = ()
    then: tuple[tuple[str, ...], ...] = ()
    moved: tuple[Moved, ...] = ()
    refusal: Refusal | None = None
    words: str = ""
    menu: tuple[MenuItem, ...] = ()
    help: Help | None = None
    acting_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a colleague says. outcome: APPROVED or REFUSED. name: theirs."""

    outcome: Outcome
    name: str
    words: str = ""
