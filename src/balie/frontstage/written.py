"""Pages as bytes, kept while the very same page would be written in the very same words.

The key is all that a page is written for: who reads it, in which language and looks, at which
address. The rest is the page itself, which stays one object while its data stay what they are
(`balie.backstage.made`), and the words about time, which are told again before bytes are sent.
The page is not held here: once nobody holds it, it will never be asked for again.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from weakref import ReferenceType, ref

from balie.backstage.bounded import Bounded
from balie.backstage.page import Page
from balie.frontstage.moments import Voice

MOST_BYTES = 40_000_000
"""More than a thousand pages of 30 kB."""

_BYTES_OF_A_PLACE = 1_000


@dataclass(frozen=True, slots=True)
class _Written:
    page: ReferenceType[Page]
    voice: Voice
    body: bytes


class WrittenPages:
    """The pages that were written lately, bounded by bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._written: Bounded[Hashable, _Written] = Bounded(most_bytes)

    def find(self, key: Hashable, page: Page, voice: Voice) -> bytes | None:
        """What was written of this page for this key, when this voice would tell it alike."""
        written = self._written.get(key)
        if written is None or written.page() is not page or not voice.still_says(written.voice):
            return None
        return written.body

    def keep(self, key: Hashable, page: Page, voice: Voice, body: bytes) -> None:
        """Keeps what was written, with the voice that told about time in it."""
        self._written.put(key, _Written(ref(page), voice, body), len(body) + _BYTES_OF_A_PLACE)
