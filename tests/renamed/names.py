"""New names for old ones: words that mean nothing, the same for the same seed."""

import re
from collections.abc import Callable
from random import Random

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_BLANK = "_x0020_"  # how OData writes a space inside a name
_ONE = rf"x(?:[{_CONSONANTS}][{_VOWELS}]){{3}}"
_INVENTED = re.compile(rf"(?<![a-z0-9]){_ONE}(?:{_BLANK}{_ONE})*(?![a-z0-9])", re.IGNORECASE)


class Names:
    """New names, each for one old name in one role: the field `status` and the raw `status` differ.

    No new name is a word, and each is given once: so an old name can be told from the new one.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._new: dict[tuple[str, str], str] = {}
        self._old: dict[str, str] = {}

    def new(self, role: str, old: str) -> str:
        """The new name of something; what the name looks like (capitals, blanks) stays."""
        if (role, old) not in self._new:
            word = self._invented(role, old)
            self._new[role, old] = word
            self._old[word] = old
        return self._new[role, old]

    def has(self, role: str, old: str) -> bool:
        """Whether something with this role was renamed."""
        return (role, old) in self._new

    def back(self, text: str) -> str:
        """A text with the old names in place of the new ones."""
        return _INVENTED.sub(lambda found: self._old.get(found[0], found[0]), text)

    def _invented(self, role: str, old: str) -> str:
        chance = Random(f"{self._seed}/{role}/{old}")  # noqa: S311
        looks = _looks_like(old)
        while True:
            word = _BLANK.join(looks(_word(chance)) for _ in old.strip("_").split(_BLANK))
            if word not in self._old:
                return word


def _word(chance: Random) -> str:
    syllables = (chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(3))
    return "x" + "".join(syllables)


def _looks_like(old: str) -> Callable[[str], str]:
    if old.isupper():
        return str.upper
    return str.capitalize if old[:1].isupper() else str.lower
