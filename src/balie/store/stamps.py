"""Keyed digests: whoever does not have the keys can make none that holds, and mend none."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

_ID = 8
"""Signs of a key's id: enough to tell the keys of one installation apart."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What stands beside a content. key: id of the key that it was made with. digest: hex."""

    key: str
    digest: str


class Stamps:
    """The first key stamps, each of them tells whether a stamp holds. At least one key."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = {_id(key): _derived(b"balie: stamps\0", key) for key in keys}
        self._first = next(iter(self._keys))

    @property
    def newest(self) -> str:
        """The id of the key that stamps."""
        return self._first

    @property
    def known(self) -> Sequence[str]:
        """The ids of all keys, the newest first."""
        return tuple(self._keys)

    def stamp(self, content: bytes) -> Stamp:
        """A stamp with the first key."""
        return Stamp(self._first, _digest(self._keys[self._first], content))

    def holds(self, content: bytes, stamp: Stamp) -> bool | None:
        """Whether a stamp is of just this content; None when its key is not here."""
        key = self._keys.get(stamp.key)
        return None if key is None else hmac.compare_digest(_digest(key, content), stamp.digest)

    def marks(self, text: str) -> Sequence[str]:
        """What a text is looked up by without being written down: newest key first, each of the
        others after it, for what was marked before.
        """
        marked = b"mark\0" + text.encode()
        return [_digest(key, marked)[:32] for key in self._keys.values()] if text else [""]


def _id(key: str) -> str:
    return _derived(b"balie: id of a key\0", key).hex()[:_ID]


def _derived(what_for: bytes, key: str) -> bytes:
    """A key of its own for each purpose."""
    return sha256(what_for + key.encode()).digest()


def _digest(key: bytes, content: bytes) -> str:
    return hmac.new(key, content, sha256).hexdigest()
