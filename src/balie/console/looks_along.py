"""The pass by which somebody of staff looks along with one customer: sealed, for a short time.

It stands in an address instead of a name or a number; so logs, histories and whoever looks over a
shoulder learn nothing from it, and it is of no use to anybody else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

LASTS = timedelta(minutes=30)
REASONS = ("calls", "wrote", "stuck", "finding")
"""Why somebody looks, as the audit keeps it: one of these words."""


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks at whom, why, and until when (seconds since 1970). mail: of the customer.

    acting_for: the key of the organisation for which they are looked at, PRIVATE for none; None:
    nothing was chosen.
    """

    staff: str
    mail: str
    why: str
    until: float
    acting_for: str | None = None


@dataclass(frozen=True, slots=True)
class Passes:
    """Gives out passes and looks at them."""

    seal: Callable[[bytes], bytes]
    unseal: Callable[[bytes], bytes | None]
    now: Callable[[], datetime]

    def give(self, staff: str, mail: str, why: str) -> str:
        """A pass, as it stands in an address."""
        until = (self.now() + LASTS).timestamp()
        return self._sealed(Pass(staff=staff, mail=mail, why=why, until=until))

    def acting_for(self, given: Pass, organisation: str) -> str:
        """The same pass for this organisation. It lasts no longer than it did."""
        return self._sealed(msgspec.structs.replace(given, acting_for=organisation))

    def _sealed(self, given: Pass) -> str:
        return self.seal(msgspec.json.encode(given)).decode()

    def read(self, text: str, staff: str) -> Pass | None:
        """The pass, when it is this person's and still holds."""
        plain = self.unseal(text.encode())
        try:
            given = msgspec.json.decode(plain or b"", type=Pass)
        except msgspec.DecodeError:
            return None
        holds = given.staff == staff and given.until > self.now().timestamp()
        return given if holds else None

    def hide(self, text: str) -> str:
        """A text for an address that nobody can read: a customer, an address of theirs."""
        return self.seal(text.encode()).decode()

    def shown(self, text: str) -> str | None:
        """The text again; None when it is none of ours."""
        plain = self.unseal(text.encode("ascii", "ignore"))
        return None if plain is None else plain.decode()
