"""The token of a form: so that the same form sent twice is one action, and nobody else's is sent.

It is bound to the person, the step and the version of the blueprint, and lives seven days.
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
    """What a token is bound to."""

    person: str
    step: str
    version: str


def mint(bound: Bound, now: datetime, secret: bytes) -> str:
    """A new token: `<seconds>.<chance>.<signature>`, without anything personal."""
    said = f"{int(now.timestamp()):x}.{secrets.token_hex(12)}"
    return f"{said}.{_signature(said, bound, secret)}"


def is_good(token: str, bound: Bound, now: datetime, secret: bytes) -> bool:
    """Whether this token was given out for just this, and not too long ago."""
    said, _, signature = token.rpartition(".")
    if len(token) > _LONGEST or not token.isascii():
        return False
    if not hmac.compare_digest(signature, _signature(said, bound, secret)):
        return False
    minted = int(said.partition(".")[0], 16)
    return 0 <= now.timestamp() - minted <= LIFE.total_seconds()


def keyed(bound: Bound, key: str, secret: bytes) -> str:
    """The token of a program that brings a key of its own: the same key is the same form."""
    what = f"key\0{key}\0{bound.person}\0{bound.step}"
    return "key." + hmac.new(secret, what.encode(), sha256).hexdigest()


def _signature(said: str, bound: Bound, secret: bytes) -> str:
    what = f"form\0{said}\0{bound.person}\0{bound.step}\0{bound.version}"
    return hmac.new(secret, what.encode(), sha256).hexdigest()[:40]
