"""Balie's own words as a page says them: in one language and one form of address.

Texts of the blueprint are never here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from babel import Locale
from markupsafe import Markup, escape

from balie.blueprint.model import Blueprint
from balie.mapping.formats import locale_of
from balie.words.languages import PLACE, flat, part, spoken

PAGES = ("pages", "forms", "signing_in", "staff")
"""The files of a language that pages are said from."""


@dataclass(frozen=True)
class Words:
    """The words of one language, in one form of address. Keys are dotted: `list.empty`."""

    language: str
    texts: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """The text with its places filled. Raises KeyError for a key or a place that is unknown."""
        return PLACE.sub(lambda place: str(values[place[1]]), self.texts[key])

    def markup(self, key: str, **values: object) -> Markup:
        """The text for inside a page: everything is escaped but values that are Markup."""
        if not values:
            return self._plain[key]
        return Markup(PLACE.sub(lambda place: escape(values[place[1]]), escape(self.texts[key])))  # noqa: S704  escaped

    def counted(self, key: str, number: int) -> str:
        """The key of the text for this number of things: `list.broken.one`."""
        form = f"{key}.{self.locale.plural_form(number)}"
        return form if form in self.texts else f"{key}.other"

    @cached_property
    def _plain(self) -> Mapping[str, Markup]:
        """The texts without places: most are, and every page says the same ones."""
        return {key: escape(text) for key, text in self.texts.items() if not PLACE.search(text)}

    @cached_property
    def locale(self) -> Locale:
        """How this language writes dates and numbers."""
        return Locale.parse(locale_of(self.language))

    @property
    def own_name(self) -> str:
        """What the language calls itself: "Nederlands"."""
        return spoken().get(self.language, self.language)


def read_words(language: str, form: str, parts: Iterable[str] = PAGES) -> Words:
    """The words of a language, from these of its files.

    form: "u" or "je". Raises LookupError for a language without words.
    """
    texts: dict[str, str] = {}
    for name in parts:
        texts |= flat(part(language, name), form)
    return Words(language, texts)


def preferred(asked: str, offered: Sequence[str]) -> str | None:
    """The best offered language for an Accept-Language header, or None when none is wanted."""
    wishes = sorted(_wishes(asked), key=lambda wish: -wish[1])
    for tag, weight in wishes:
        language = tag.partition("-")[0]
        if weight > 0 and language in offered:
            return language
    return None


def _wishes(asked: str) -> list[tuple[str, float]]:
    return [_wish(part) for part in asked.split(",")[:20] if part.strip()]


def _wish(part: str) -> tuple[str, float]:
    tag, _, parameters = part.partition(";")
    weight = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameters)
    return tag.strip().lower(), float(weight[1]) if weight else 1.0


def words_of(blueprint: Blueprint) -> Mapping[str, Words]:
    """The words of every language that a blueprint offers, in its form of address.

    Raises LookupError for a language without words.
    """
    form = str(blueprint.address_customers_as)
    languages = (str(blueprint.language), *(str(language) for language in blueprint.also))
    return {language: read_words(language, form) for language in languages}
