"""The mail address that a provider gives, and whether it says that it was proved.

Both come from one document. A provider that says the address in one place and `email_verified` in
another has verified an address that nobody may know of (CVE-2026-14781 was that).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from balie.identity.connections.connection import Connection
from balie.identity.connections.tokens import Claims

_ADDRESS = re.compile(r"[^@\s\"(),:;<>\[\\\]]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Mail:
    """An address in small letters, "" for none, and whether it counts as proved."""

    address: str
    proved: bool


def mail_of(connection: Connection, documents: Sequence[Claims]) -> Mail:
    """The address of the first document that says whether it was proved, else of the first with
    an address at all.
    """
    having = [one for one in documents if _address(one)]
    saying = [one for one in having if "email_verified" in one]
    for document in (*saying, *having):
        address = _address(document)
        verified = _is_true(document.get("email_verified"))
        return Mail(address, connection.trusts(address, says_verified=verified))
    return Mail("", proved=False)


def _address(document: Claims) -> str:
    """`email`, or the first of `emails` where there is none (Azure AD B2C)."""
    said = document.get("email")
    several = document.get("emails")
    if said is None and isinstance(several, list) and several:
        said = several[0]
    if not isinstance(said, str):
        return ""
    folded = said.strip().lower()
    return folded if len(folded) <= 254 and _ADDRESS.fullmatch(folded) else ""


def _is_true(said: object) -> bool:
    """`true`, or the text that some providers write for it. Nothing else is."""
    return said is True or (isinstance(said, str) and said.strip().lower() == "true")
