"""The signed words for "go on from here" in the address of a list.

A cursor is bound to the list and its viewer: one that was made for somebody else is no cursor.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

MOST_CHARACTERS = 1000
"""How long the remembered positions may be together, so that a cursor fits in an address."""

MOST_REMEMBERED = 50
"""How many pages back a cursor remembers; before that, "newer" leads to the first page."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a list that is sorted newest first: the row's moment, as raw text, and its key."""

    moment: str
    key: str


def _recent(walked: tuple[Position, ...]) -> tuple[Position, ...]:
    """The latest positions, as many as fit in an address."""
    room = MOST_CHARACTERS
    kept: list[Position] = []
    for position in reversed(walked[-MOST_REMEMBERED:]):
        room -= len(position.moment) + len(position.key.encode())
        if room < 0:
            break
        kept.append(position)
    return tuple(reversed(kept))


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    at: tuple[str, str]
    before: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Trail:
    """Where a page begins, and where the pages before it began, the oldest first."""

    at: Position | None = None
    before: tuple[Position, ...] = ()

    def older(self, last: Position) -> "Trail":
        """The page after the row at `last`."""
        walked = self.before if self.at is None else (*self.before, self.at)
        return Trail(last, _recent(walked))

    def newer(self) -> "Trail":
        """The page before this one."""
        if not self.before:
            return Trail()
        return Trail(self.before[-1], self.before[:-1])


def write(trail: Trail, bound_to: str, secret: bytes) -> str:
    """A trail as text for in an address; "" for the first page."""
    if trail.at is None:
        return ""
    pairs = [(position.moment, position.key) for position in trail.before]
    body = msgspec.json.encode(_Cursor((trail.at.moment, trail.at.key), pairs))
    return urlsafe_b64encode(_signature(body, bound_to, secret) + body).rstrip(b"=").decode()


def read(text: str, bound_to: str, secret: bytes) -> Trail | None:
    """The trail of a cursor, or None when it is not ours, not for this list or not whole."""
    if not text.isascii() or len(text) > 4000:
        return None
    try:
        signed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        signature, body = signed[:16], signed[16:]
        if not hmac.compare_digest(signature, _signature(body, bound_to, secret)):
            return None
        cursor = msgspec.json.decode(body, type=_Cursor)
    except (NotBase64, ValueError, msgspec.DecodeError):
        return None
    return Trail(Position(*cursor.at), tuple(Position(*pair) for pair in cursor.before))


def _signature(body: bytes, bound_to: str, secret: bytes) -> bytes:
    return blake2b(bound_to.encode() + b"\0" + body, key=secret[:64], digest_size=16).digest()
