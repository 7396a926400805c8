"""What actions are called: by an id that sorts by time, and by a reference that people read."""

from datetime import datetime
from typing import Final

OF_CUSTOMERS: Final = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"
"""Letters of a receipt, said over the telephone: none that looks like another."""

OF_OURS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
"""Letters of what Balie does by itself: small ones, as those of customers are capitals."""


def action_id(at: datetime, tail: str) -> str:
    """The id of an action of this moment. tail: 16 hexadecimal digits that no other has."""
    return f"{int(at.timestamp() * 1_000_000):016x}{tail}"


def reference(numbers: bytes, letters: str) -> str:
    """Eight bytes as people read them: `R7K2-94QD`."""
    said = "".join(letters[number % len(letters)] for number in numbers)
    return f"{said[:4]}-{said[4:]}"
