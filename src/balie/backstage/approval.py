"""What a colleague is asked to approve, and what came of it.

Somebody who acts for an organisation sends a form; nothing of it goes to a system before somebody
else of that organisation approves it. All of it is personal but for kinds, times and outcomes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Outcome(StrEnum):
    """What came of it."""

    APPROVED = "approved"
    REFUSED = "refused"  # by a colleague
    NOBODY = "nobody"  # nobody approved in time: it is not sent
    TEAM = "team"  # nobody approved in time: a team of staff decides


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
class Asked:
    """What is asked of colleagues. by: kinds of customer; whoever is of one of them may approve.

    remind_at: when they are reminded. until: when it is over; team decides then, or it is refused
    where that is "". about, posted: the form as it was sent, for looking at it again.
    """

    by: tuple[str, ...]
    organisation: Organisation
    remind_at: datetime
    until: datetime
    team: str = ""
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
    """What was asked, and what came of it. asked: None once it was erased."""

    by: tuple[str, ...]
    until: datetime
    asked: Asked | None = None
    decided: Decided | None = None
