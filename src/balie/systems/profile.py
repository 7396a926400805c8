"""What a system's own description does not say: `profiles/<system>.yaml`, as plain text values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TypeAlias

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"
"""A profile's values as the blueprint's reader gives them: every scalar is text."""

_EMPTY: Mapping[str, Plain] = MappingProxyType({})


@dataclass(frozen=True)
class Profile:
    """A profile by its words. Each connector kind knows the words that it needs.

    Shared words, in use here: `auth`, `path`, `filters`, `many keys`, `paging`, `page size`,
    `no value`, `amounts`.
    """

    words: Mapping[str, Plain] = field(default_factory=lambda: _EMPTY)

    def text(self, word: str, default: str = "") -> str:
        """A word's text, or the default when it is absent or not a text."""
        value = self.words.get(word)
        return value if isinstance(value, str) else default

    def number(self, word: str, default: int) -> int:
        """A word's whole number, 1 or more. Raises ValueError when it says something else."""
        text = self.text(word, str(default))
        if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
            raise ValueError(f'"{word}: {text}" is not a whole number')
        return int(text)

    def texts(self, word: str) -> tuple[str, ...]:
        """A word's texts: a list, or one text as a list of one."""
        value = self.words.get(word)
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list):
            return tuple(item for item in value if isinstance(item, str))
        return ()

    def section(self, word: str) -> Mapping[str, Plain]:
        """A word's own words, or nothing."""
        value = self.words.get(word)
        return value if isinstance(value, dict) else _EMPTY

    @cached_property
    def no_value(self) -> frozenset[str]:
        """Raw texts by which this system says "nothing", such as `0001-01-01`."""
        return frozenset(self.texts("no value"))

    @cached_property
    def amounts(self) -> frozenset[str]:
        """Names of number fields that are money."""
        amounts = self.section("amounts").get("fields")
        return (
            frozenset(a for a in amounts if isinstance(a, str))
            if isinstance(amounts, list)
            else frozenset()
        )

    @cached_property
    def currency(self) -> str:
        """The currency of `amounts`, ISO 4217, where a row does not say another."""
        currency = self.section("amounts").get("currency")
        return currency if isinstance(currency, str) else "EUR"

    @cached_property
    def currency_from(self) -> str:
        """The raw field of the same row that says the currency of its amounts; "" for none."""
        path = self.section("amounts").get("currency from")
        return path if isinstance(path, str) else ""
