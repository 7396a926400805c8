"""The drawing's own words in a language: `drawing.toml` of `balie/words/<language>/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import msgspec

from balie.words.languages import MODEL, part, spoken

Sections = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Speech:
    """One language. `language` is the one that is really spoken."""

    language: str
    sections: Sections

    def say(self, section: str, key: str, **parts: str | int) -> str:
        """A sentence with its parts filled in. A key that has no words is said as it is."""
        return self.sections[section].get(key, key).format(**parts)

    def knows(self, section: str, key: str) -> bool:
        """Whether there are words for this."""
        return key in self.sections[section]


@cache
def speech(language: str) -> Speech:
    """The words of a language, or of English when the drawing does not speak it."""
    if language not in spoken():
        return speech(MODEL)
    return Speech(language, msgspec.convert(part(language, "drawing"), Sections))
