"""Forms for everybody: filled in without signing in, with a receipt for whoever has its address.

Nobody is known, so nothing is looked up: the answer is the same whatever systems have. The address
of a receipt cannot be guessed, and tells what was sent and when; not what became of it.
"""

import hmac
import re
import secrets
from dataclasses import dataclass, replace
from hashlib import sha256

from balie.backstage.actions import ActionState
from balie.backstage.receipts import ReceiptPage
from balie.blueprint.model import Step

_MARK = re.compile(r"[0-9a-f]{32}")
_LAST = re.compile(r"([2-9A-Z]{4}-[2-9A-Z]{4})\.([0-9a-f]{40})")


def new_mark() -> str:
    """What tells one browser from another while nobody signs in."""
    return secrets.token_hex(16)


def is_mark(text: str) -> bool:
    """Whether a browser can have been given this."""
    return _MARK.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class ReceiptAddresses:
    """Where receipts are of forms for everybody: below the form, by what nobody can guess."""

    secret: bytes

    def of(self, form: str, reference: str) -> str:
        """The address of a receipt of the form at this address."""
        return f"{form}/{reference}.{self._signature(form, reference)}"

    def reference(self, path: str) -> tuple[str, str] | None:
        """The form's address and the reference that a path is the receipt of; None for any other.

        Nothing is looked up for an address that we did not give out.
        """
        form, _, last = path.rpartition("/")
        found = _LAST.fullmatch(last)
        if found is None or not form:
            return None
        is_ours = hmac.compare_digest(found[2], self._signature(form, found[1]))
        return (form, found[1]) if is_ours else None

    def _signature(self, form: str, reference: str) -> str:
        said = f"receipt\0{form}\0{reference}"
        return hmac.new(self.secret, said.encode(), sha256).hexdigest()[:40]


def address_of(step: Step) -> str:
    """Where the form of a step is; "" for none."""
    return "" if step.screen is None else str(step.screen.address or "")


def for_whoever_has_it(page: ReceiptPage, address: str) -> ReceiptPage:
    """A receipt as everybody may read it: what was sent, and when; never what a system made of
    it, for that tells what the system has.
    """
    return replace(
        page,
        address=address,
        state=ActionState.RECEIVED,
        parts=(),
        clashes=(),
        number=None,
        next=None,
        again=None,
    )
