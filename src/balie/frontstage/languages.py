"""Balie's own words: one file per language, `words/<language>.toml`, found by looking.

A text may have variants: `{u = ..., je = ...}` for the form of address that the blueprint chose,
`{one = ..., other = ...}` for numbers. Texts of the blueprint are never here.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from babel import Locale
from markupsafe import Markup, escape

from balie.mapping.formats import locale_of

OWN_WORDS = Path(__file__).parent / "words"
_FORMS = frozenset({"u", "je"})
_PLACE = re.compile(r"\{(\w+)\}")

Tree = Mapping[str, "str | Tree"]
"""A file of words as it is written: sections, and texts or their variants."""


@dataclass(frozen=True)
class Words:
    """The words of one language, in one form of address. Keys are dotted: `list.empty`."""

    language: str
    texts: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """The text with its places filled. Raises KeyError for a key or a place that is unknown."""
        return _PLACE.sub(lambda place: str(values[place[1]]), self.texts[key])

    def markup(self, key: str, **values: object) -> Markup:
        """The text for inside a page: everything is escaped but values that are Markup."""
        return Markup(_PLACE.sub(lambda place: escape(values[place[1]]), escape(self.texts[key])))  # noqa: S704  escaped

    def counted(self, key: str, number: int) -> str:
        """The key of the text for this number of things: `list.broken.one`."""
        form = f"{key}.{self.locale.plural_form(number)}"
        return form if form in self.texts else f"{key}.other"

    @cached_property
    def locale(self) -> Locale:
        """How this language writes dates and numbers."""
        return Locale.parse(locale_of(self.language))

    @property
    def own_name(self) -> str:
        """What the language calls itself: "Nederlands"."""
        return self.texts["language.name"]


def read_words(language: str, form: str, folders: Iterable[Path] = (OWN_WORDS,)) -> Words:
    """The words of a language from each folder that has them; later folders win.

    form: "u" or "je". Raises LookupError when no folder has the language.
    """
    files = [file for folder in folders if (file := folder / f"{language}.toml").is_file()]
    if not files:
        raise LookupError(
            f'There are no words for the language "{language}". '
            f"Add the file words/{language}.toml beside the others."
        )
    texts: dict[str, str] = {}
    for file in files:
        texts |= _flat(tomllib.loads(file.read_text(encoding="utf-8")), form)
    return Words(language, texts)


def known_languages(folders: Iterable[Path] = (OWN_WORDS,)) -> tuple[str, ...]:
    """Every language that has a file of words."""
    return tuple(sorted({file.stem for folder in folders for file in folder.glob("*.toml")}))


def places(text: str) -> frozenset[str]:
    """The names between braces: what a text wants to know."""
    return frozenset(_PLACE.findall(text))


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


def _flat(tree: Tree, form: str, above: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, node in tree.items():
        chosen = node[form] if isinstance(node, Mapping) and set(node) == _FORMS else node
        if isinstance(chosen, str):
            flat[above + key] = chosen
        else:
            flat |= _flat(chosen, form, f"{above}{key}.")
    return flat
