"""How somebody wants to see a list: in which order, and only what bears the words they look for.

It stands in the list's address: `?sort=-total&q=van+dalen`. Without both, a list is newest first.
What somebody looks for is about them: it is never logged, kept or told to staff.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

MOST_CHARACTERS = 100
"""How long the words may be that somebody looks for."""

_DOWN = "-"
_NOT_TAKEN_APART = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


class Wrong(StrEnum):
    """What of an arrangement cannot be done."""

    SORT = "sort"  # there is no such column, or it is not for this viewer: the same answer
    QUERY = "query"  # the words are too long
    TWICE = "twice"  # the address says it more than once


class CannotArrange(ValueError):
    """A list cannot be seen like this. Holds nothing that was asked for."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong.value)
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An order and words. sort: a field's name, "-" before it for downwards; "" newest first."""

    sort: str = ""
    query: str = ""

    @property
    def field(self) -> str:
        """The field to sort by; "" for newest first."""
        return self.sort.removeprefix(_DOWN)

    @property
    def descending(self) -> bool:
        """Whether the highest goes first. Newest first does."""
        return not self.sort or self.sort.startswith(_DOWN)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that a record must bear, all of them."""
        return tuple(folded(self.query).split())

    @property
    def is_plain(self) -> bool:
        """Whether it is the list as it stands."""
        return not self.sort and not self.query

    def sorted_by(self, field: str, *, descending: bool) -> "Arrangement":
        """The same words in another order; a field "" is newest first."""
        return Arrangement(f"{_DOWN}{field}" if field and descending else field, self.query)

    def at(self, path: str, after: str = "") -> str:
        """The address of a list that is arranged so, from a cursor on."""
        asked = {"sort": self.sort, "q": self.query, "after": after}
        said = urlencode({name: text for name, text in asked.items() if text})
        return f"{path}?{said}" if said else path


NEWEST_FIRST = Arrangement()


def arrangement_of(sorts: Sequence[str], queries: Sequence[str]) -> Arrangement | Wrong:
    """What an address asks for, of which each may be said once; or what is wrong with that."""
    if len(sorts) > 1 or len(queries) > 1:
        return Wrong.TWICE
    sort, query = "".join(sorts), _readable("".join(queries))
    if sort == _DOWN:
        return Wrong.SORT
    return Wrong.QUERY if len(query) > MOST_CHARACTERS else Arrangement(sort, query)


def folded(text: str) -> str:
    """A text as it is compared: without regard to capitals, accents and kinds of space."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return bare.casefold().translate(_NOT_TAKEN_APART)


def _readable(text: str) -> str:
    """Without what cannot be read, which would stand on the page as it came."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
