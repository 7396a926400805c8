"""The rules on answers: `must be:` of a field, as a closed list of phrases.

A rule gives the answer as it is kept, or says what is wrong with it. What is wrong is a word and
its values; the sentence is made where the language is known.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TypeAlias

_NOTHING: Mapping[str, str] = MappingProxyType({})
LONGEST = 4_000
"""Characters of an answer, when neither its rule nor its contract says less."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with an answer. word: of the sentence that says it; given: its values."""

    word: str
    given: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


Rule: TypeAlias = Callable[[str], str | Wrong]
"""A cleaned answer that is not empty -> the answer as it is kept, or what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """`from 1 to 5`: the ends are numbers, or fields of the row that the answer is about.

    is_whole: `whole, from 1 to 5`; no parts of one.
    """

    lowest: str
    highest: str
    is_whole: bool = False

    def ends(self, value_of: Callable[[str], Decimal | None]) -> tuple[str, str]:
        """The lowest and the highest as they are read; "" for one that is not known."""
        return _said(_end(self.lowest, value_of)), _said(_end(self.highest, value_of))

    def rule(self, value_of: Callable[[str], Decimal | None]) -> Rule:
        """The rule, once the ends are known. An end that is not known does not bound."""
        low, high = _end(self.lowest, value_of), _end(self.highest, value_of)

        def between(answer: str) -> str | Wrong:
            number = number_of(answer)
            if number is None:
                return Wrong("number")
            if self.is_whole and number % 1:
                return Wrong("whole")
            if (low is not None and number < low) or (high is not None and number > high):
                return Wrong("between", {"lowest": _said(low), "highest": _said(high)})
            return format(number.normalize(), "f")

        return between


@dataclass(frozen=True, slots=True)
class Picture:
    """`image under 8 MB`. at_most: bytes."""

    at_most: int


Must: TypeAlias = Rule | Bounds | Picture

_LENGTH = re.compile(r"at most (\d{1,5}) characters")
_RANGE = re.compile(r"(whole, )?from (\S+) to (\S+)")
_IMAGE = re.compile(r"image under (\d{1,3}) MB")
_MAIL = re.compile(
    r"[^\s@\"(),:;<>\[\]\\]{1,64}@(?:[^\s@.\W_](?:[\w-]{0,61}\w)?\.)+\w[\w-]{0,61}\w"
)
_PHONE = re.compile(r"\+?[\d ().\-/]+")
_DUTCH = re.compile(r"([1-9]\d{3})\s*([A-Za-z]{2})")
_NEVER_GIVEN_OUT = frozenset({"SA", "SD", "SS"})
MEGABYTE = 1024 * 1024


def must_be(text: str) -> Must:
    """The rule that a blueprint writes. Raises ValueError when it is none of the list."""
    if text in _NAMED:
        return _NAMED[text]
    if length := _LENGTH.fullmatch(text):
        return at_most(int(length[1]))
    if bounds := _RANGE.fullmatch(text):
        return Bounds(lowest=bounds[2], highest=bounds[3], is_whole=bounds[1] is not None)
    if image := _IMAGE.fullmatch(text):
        return Picture(int(image[1]) * MEGABYTE)
    raise ValueError(f'"must be: {text}" is none of: {", ".join(PHRASES)}')


def longest(text: str | None) -> int | None:
    """The characters that `at most 60 characters` allows; None for another rule, or none."""
    length = _LENGTH.fullmatch(text or "")
    return int(length[1]) if length else None


PHRASES = (
    "e-mail",
    "phone",
    "postcode",
    "at most 60 characters",
    "from 1 to 5",
    "whole, from 1 to 5",
    "image under 8 MB",
)


def cleaned(answer: str) -> str:
    """An answer without what nobody types: composed, trimmed, lines ended alike, no controls."""
    text = unicodedata.normalize("NFC", answer).replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs", "Co"})
    return "".join(kept).strip()


def at_most(characters: int) -> Rule:
    """An answer of so many characters, or fewer."""

    def short_enough(answer: str) -> str | Wrong:
        if len(answer) <= characters:
            return answer
        return Wrong("length", {"most": str(characters), "has": str(len(answer))})

    return short_enough


def number_of(answer: str) -> Decimal | None:
    """A number as people type it: `2`, `2,5` or `2.5`. None for what is no such number."""
    text = answer.replace(",", ".")
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text, re.ASCII):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def day_of(answer: str) -> date | None:
    """A day as a browser sends it (2026-11-22), or as people type it (22-11-2026)."""
    parts = answer.replace("/", "-").split("-")
    try:
        if len(parts) == 3 and len(parts[0]) <= 2:
            return date(int(parts[2]), int(parts[1]), int(parts[0]))
        return date.fromisoformat(answer)
    except ValueError:
        return None


def _mail(answer: str) -> str | Wrong:
    if len(answer) > 254 or not _MAIL.fullmatch(answer) or ".." in answer:
        return Wrong("mail")
    name, _, host = answer.rpartition("@")
    if name.startswith(".") or name.endswith("."):
        return Wrong("mail")
    return f"{name}@{host.lower()}"


def _phone(answer: str) -> str | Wrong:
    digits = re.sub(r"\D", "", answer, flags=re.ASCII)
    if not _PHONE.fullmatch(answer) or not 8 <= len(digits) <= 15:
        return Wrong("phone")
    return re.sub(r"\s+", " ", answer)


def _postcode(answer: str) -> str | Wrong:
    found = _DUTCH.fullmatch(answer)
    if found is None or found[2].upper() in _NEVER_GIVEN_OUT:
        return Wrong("postcode")
    return f"{found[1]} {found[2].upper()}"


_NAMED: Mapping[str, Rule] = {"e-mail": _mail, "phone": _phone, "postcode": _postcode}


def _end(written: str, value_of: Callable[[str], Decimal | None]) -> Decimal | None:
    number = number_of(written)
    return value_of(written) if number is None else number


def _said(end: Decimal | None) -> str:
    return "" if end is None else format(end.normalize(), "f")
