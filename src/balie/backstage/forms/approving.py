"""What a form that was sent is, for whoever says whether a colleague must approve it first."""

from collections.abc import Callable
from dataclasses import dataclass, field

from balie.backstage.approval import Asked
from balie.backstage.filled import Filled
from balie.backstage.forms.filling import Posted
from balie.backstage.forms.offering import FormOpening, Offered


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent, with what systems say of it at this moment. Personal."""

    opening: FormOpening
    given: Offered
    filled: Filled
    about: str | None = field(repr=False)
    posted: Posted = field(repr=False)


@dataclass(frozen=True, slots=True)
class Again:
    """A form that was sent before, looked at once more. sent: None when that cannot be known now,
    or is_gone: it could not be sent like this any more.
    """

    sent: Sent | None
    is_gone: bool


AsksColleagues = Callable[[Sent], Asked | None]
"""What a colleague must approve of what was sent; None for nothing. Raises CannotBeSent."""


def nothing_is_asked(_sent: Sent) -> Asked | None:
    """Nobody approves anything."""
    return None
