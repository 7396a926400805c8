"""What was filled in and not sent: kept for whoever filled it in, offered again, thrown away.

A draft is of one person, one form and the row that it is about. What was sent when the sign-in had
just ended is nobody's draft yet: it is held for an hour, for that browser, and becomes the draft of
whoever signs in there only when the form was given out to that same person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from balie.backstage.forms.filling import Posted

KEPT = timedelta(days=30)
HELD = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPlace:
    """Whose draft it is, of which step, about which row ("" when it is about none).

    organisation: for which it is filled in, by its key; "" for none.
    """

    person: str
    step: str
    about: str = ""
    organisation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Answers as they were filled in; personal. at: when."""

    fields: Posted = field(repr=False)
    at: datetime


class Drafts(Protocol):
    """Keeps drafts, encrypted."""

    async def keep(self, place: DraftPlace, fields: Posted) -> None:
        """Keeps what was filled in, in place of what was there."""
        ...

    async def find(self, place: DraftPlace) -> Draft | None:
        """What was filled in there, while it is kept."""
        ...

    async def drop(self, place: DraftPlace) -> None:
        """Throws it away."""
        ...

    async def hold(self, address: str, fields: Posted) -> str | None:
        """Holds what somebody sent who is signed out. What the browser must bring along to have it
        back, or None when there is too much of it, or too much is held.
        """
        ...

    async def claim(self, mark: str, address: str) -> Posted | None:
        """What is held for this mark and this form; it is held no more."""
        ...


class NoDrafts:
    """Fulfils `Drafts`: nothing is kept."""

    async def keep(self, place: DraftPlace, fields: Posted) -> None:
        """Keeps nothing."""

    async def find(self, place: DraftPlace) -> Draft | None:  # noqa: ARG002
        """There is none."""
        return None

    async def drop(self, place: DraftPlace) -> None:
        """There is nothing."""

    async def hold(self, address: str, fields: Posted) -> str | None:  # noqa: ARG002
        """Holds nothing."""
        return None

    async def claim(self, mark: str, address: str) -> Posted | None:  # noqa: ARG002
        """There is none."""
        return None


def as_lists(fields: Posted) -> Mapping[str, list[str]]:
    """The fields as they can be written down."""
    return {name: list(values) for name, values in fields.items()}
