"""What changed between showing a form and sending it: told to whoever sends it, not overwritten.

A form that changes something takes marks along of the values that it showed. They say nothing to
whoever reads them, and only whether a value is still the same to us.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

SHOWN = "form_shown"
"""Name of the field with the marks."""

_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A value that had changed meanwhile: what was filled in, and what is there now."""

    label: str
    yours: str
    now: str


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of the values that one form showed to one person. secret: what they are made with."""

    secret: bytes
    person: str

    def of(self, values: Mapping[str, str]) -> str:
        """The marks of what a form shows now: question -> the text in its field."""
        return " ".join(f"{name}={self._mark(name, text)}" for name, text in values.items())

    def changed(self, marks: str, values: Mapping[str, str]) -> frozenset[str]:
        """The questions that showed something else than what is there now. None without marks."""
        shown = _read(marks)
        return frozenset(
            name
            for name, text in values.items()
            if name in shown and not hmac.compare_digest(shown[name], self._mark(name, text))
        )

    def _mark(self, name: str, text: str) -> str:
        said = f"{self.person}\n{name}\n{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self.secret, said, sha256).hexdigest()[:_LENGTH]


def _read(marks: str) -> Mapping[str, str]:
    pairs = (one.partition("=") for one in marks.split())
    return {name: mark for name, _, mark in pairs if mark.isascii()}
