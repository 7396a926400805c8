"""Closes what is personal before it is written, and opens it after it is read."""

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from balie.backstage.ports import Remembered
from balie.store.stamps import Stamps


class Cipher:
    """Fernet with several keys: the first closes, any of them opens. At least one key.

    stamps: the same keys, for what is not closed but may not be changed either.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self.stamps = Stamps(keys)
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def close(self, remembered: Remembered) -> bytes:
        """An answer and its time, unreadable without a key."""
        stamp = remembered.as_of.astimezone(UTC).isoformat().encode()
        return self.seal(stamp + b"\n" + remembered.value)

    def open(self, closed: bytes) -> Remembered | None:
        """The answer again, or None when it was closed with a key that is gone, or was damaged."""
        plain = self.unseal(closed)
        if plain is None:
            return None
        stamp, _, value = plain.partition(b"\n")
        return Remembered(value, datetime.fromisoformat(stamp.decode()))

    def seal(self, plain: bytes) -> bytes:
        """Bytes, unreadable without a key."""
        return self._fernet.encrypt(plain)

    def unseal(self, sealed: bytes) -> bytes | None:
        """The bytes again, or None when their key is gone, or they were damaged."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            return None
