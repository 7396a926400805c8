"""What the audit is told: who did what, when, about whom. Words and ids, never a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the audit. who: a person's id, "" is Balie itself. about: an id. more: a word.

    record: which record was looked at, as step and key. organisation: for which `who` acted.
    """

    who: str
    what: str
    about: str = ""
    more: str = ""
    record: str = ""
    organisation: str = ""


class Note(Protocol):
    """Adds a line to the audit, in the transaction that is open. Not for the event loop."""

    def __call__(
        self,
        what: str,
        *,
        who: str,
        about: str = "",
        more: str = "",
        record: str = "",
        organisation: str = "",
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A line as pages show it. action: the id of an action that it is about, "" without; with its
    reference and its step.
    """

    at: datetime
    who: str
    what: str
    about: str
    record: str
    more: str
    action: str = ""
    reference: str = ""
    step: str = ""


class Deeds(Protocol):
    """Reads the audit, for pages. Not for the event loop."""

    def about_person(self, person: str, mail: str, most: int = 100) -> Sequence[Deed]:
        """What others did about somebody and about what they sent, newest first. person: their id,
        "" without an account. mail: with which address they sign in.
        """
        ...

    def refused_at(self, party: str, most: int = 50) -> Sequence[Deed]:
        """Sign-ins with another party that were refused in the last week, newest first. party: the
        name of its connection.
        """
        ...

    def in_organisation(self, organisation: str, most: int = 100) -> Sequence[Deed]:
        """What was done for an organisation and in it, newest first. organisation: its key."""
        ...

    def marks(self, mail: str) -> Sequence[str]:
        """What stands in `about` for somebody without an account: of the newest key first."""
        ...
