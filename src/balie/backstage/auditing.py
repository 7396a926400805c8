"""What the audit is told: who did what, when, about whom. Words and ids, never a value."""

from dataclasses import dataclass
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
