"""What a colleague is asked to approve, and what came of it.

Somebody who acts for an organisation sends a form; nothing of it goes to a system before somebody
else of that organisation approves it. All of it is personal but for kinds, times and outcomes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from balie.blueprint.model import Duration

_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Outcome(StrEnum):
    """What came of it."""

    APPROVED = "approved"
    REFUSED = "refused"  # by a colleague
    NOBODY = "nobody"  # nobody approved in time: it is not sent
    TEAM = "team"  # nobody approved in time: a team of staff decides
    DROPPED = "dropped"  # by staff, while it waited


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation, by the name of `me` that tells it and its key there."""

    of: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that the approval is about, as a system had it when the form was sent.

    raw: for comparing. text: as people read it.
    """

    name: str
    label: str
    text: str = field(repr=False)
    raw: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of those who are asked after each other. by: kinds of customer; whoever is of one of them
    may approve. within: until they are reminded, and as long again until it is over.

    team: decides when it is over; "": it is refused then.
    """

    by: tuple[str, ...]
    within: Duration | None
    team: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose turn it is. number: of the line, from 0. remind_at: when they are reminded."""

    number: int
    by: tuple[str, ...]
    remind_at: datetime
    until: datetime
    team: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of colleagues, one line after another. first: whose turn it is at first.

    about, posted: the form as it was sent, for looking at it again.
    """

    lines: tuple[Line, ...]
    first: Turn
    organisation: Organisation
    about: str | None = field(default=None, repr=False)
    posted: Mapping[str, Sequence[str]] = field(default_factory=lambda: _NOTHING, repr=False)
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What came of it. who: a person; "" for time that ran out. name, words: as colleagues read."""

    outcome: Outcome
    at: datetime
    who: str = ""
    name: str = field(default="", repr=False)
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What was asked, and what came of it. by, until: of whose turn it is, `number` from 0.

    given: approvals that others had to follow, in order. later: whose turn comes after this one.
    asked: None once it was erased.
    """

    by: tuple[str, ...]
    until: datetime
    number: int = 0
    asked: Asked | None = None
    given: tuple[Decided, ...] = ()
    decided: Decided | None = None

    @property
    def later(self) -> tuple[Line, ...]:
        """Who is asked after this one."""
        return () if self.asked is None else self.asked.lines[self.number + 1 :]

    @property
    def asked_so_far(self) -> frozenset[str]:
        """The kinds of customer whose turn it was or is."""
        lines = () if self.asked is None else self.asked.lines[: self.number]
        return frozenset(self.by).union(*(line.by for line in lines))
