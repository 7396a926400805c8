"""What a step waits for, and what mails are about: `order.status becomes sent or done`,
`carrier tells parcelReceived`, `this form is settled`, `this form is received`.
"""

import re
from dataclasses import dataclass

_BECOMES = re.compile(r"(\w+(?:\.\w+)+) becomes (\w+(?: or \w+)*)")
_TELLS = re.compile(r"(\w+) tells (\w+)")


@dataclass(frozen=True, slots=True)
class Becomes:
    """A field gets one of these codes. name: `thing.field`."""

    name: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tells:
    """A system tells something."""

    system: str
    event: str


@dataclass(frozen=True, slots=True)
class IsSettled:
    """Every system has what a form sent."""


@dataclass(frozen=True, slots=True)
class IsReceived:
    """We have what a form sent, whatever becomes of it."""


Happening = Becomes | Tells | IsSettled | IsReceived


def happening(text: str) -> Happening:
    """What a `when:` says. What is none of the others is `this form is settled`."""
    becomes, tells = _BECOMES.fullmatch(text), _TELLS.fullmatch(text)
    if becomes is not None:
        return Becomes(becomes[1], frozenset(becomes[2].split(" or ")))
    if text == "this form is received":
        return IsReceived()
    return IsSettled() if tells is None else Tells(tells[1], tells[2])
