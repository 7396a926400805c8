"""Every word of the audit that is told on a page has a sentence in each language."""

import pytest

from balie.console.told import DEEDS, deed_key
from balie.frontstage.languages import words_of
from balie.site.looked import WHATS
from tests.semantics.world import world


@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_word_has_its_sentence(language: str) -> None:
    words = words_of(world().blueprint)[language]
    for key in (*map(deed_key, DEEDS), *WHATS.values()):
        assert words.say(key)
