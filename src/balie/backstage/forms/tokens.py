"""The token of a form: so that the same form sent twice is one action, and nobody else's is sent.

It is bound to the person, whom they act for, the step and the version of the blueprint, and lives
seven days.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

LIFE = timedelta(days=7)
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a token is bound to. organisation: the key of whom the person acts for; "": nobody."""

    person: str
    step: str
    version: str
    organisation: str = ""


def mint(bound: Bound, now: datetime, secret: bytes) -> str:
    """A new token: `<seconds>.<chance>.<organisation>.<signature>`. Nothing can be read of it."""
    said = f"{int(now.timestamp()):x}.{secrets.token_hex(12)}.{_organisation(bound, secret)}"
    return f"{said}.{_signature(said, bound, secret)}"


def is_good(token: str, bound: Bound, now: datetime, secret: bytes) -> bool:
    """Whether this token was given out for just this, and not too long ago."""
    if not _is_ours(token, bound, secret) or is_for_another(token, bound, secret):
        return False
    minted = int(token.partition(".")[0], 16)
    return 0 <= now.timestamp() - minted <= LIFE.total_seconds()


def is_for_another(token: str, bound: Bound, secret: bytes) -> bool:
    """Whether the same person got this token for the same form, acting for somebody else."""
    if not _is_ours(token, bound, secret):
        return False
    _, _, organisation = token.rpartition(".")[0].rpartition(".")
    return not hmac.compare_digest(organisation, _organisation(bound, secret))


def _is_ours(token: str, bound: Bound, secret: bytes) -> bool:
    """Whether we gave it out to this person for this form, whomever they acted for."""
    said, _, signature = token.rpartition(".")
    if len(token) > _LONGEST or not token.isascii():
        return False
    return hmac.compare_digest(signature, _signature(said, bound, secret))


def _organisation(bound: Bound, secret: bytes) -> str:
    what = f"for\0{bound.person}\0{bound.organisation}"
    return hmac.new(secret, what.encode(), sha256).hexdigest()[:16]


def keyed(bound: Bound, key: str, secret: bytes) -> str:
    """The token of a program that brings a key of its own: the same key is the same form."""
    what = f"key\0{key}\0{bound.person}\0{bound.step}"
    if bound.organisation:
        what += f"\0{bound.organisation}"
    return "key." + hmac.new(secret, what.encode(), sha256).hexdigest()


def _signature(said: str, bound: Bound, secret: bytes) -> str:
    what = f"form\0{said}\0{bound.person}\0{bound.step}\0{bound.version}"
    return hmac.new(secret, what.encode(), sha256).hexdigest()[:40]
