"""Balie's own words: every language says the same things, and every page finds its words."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

import balie.frontstage
from balie.frontstage.languages import Words, preferred, read_words
from balie.words.languages import flat, part, spoken

PACKAGE = Path(balie.frontstage.__file__).parent
SAID = re.compile(r"""\b(?:(?:say|count)\(\s*|words\[)["']([a-z_]+\.[a-z_.]+)["']""")
MADE_UP = {  # keys that a page puts together: what they begin with
    "chrome.theme_", "cookies.for_", "cookies.not_said", "cookies.said_", "demo.mode_",
    "demo.origins_", "details.", "lineage.how_", "lineage.role_", "list.how_",
    "problem.", "prove.", "form.", "receipt.", "wrong.",
}  # fmt: skip
LANGUAGES = tuple(spoken())


def keys_in_use(package: Path = PACKAGE) -> Iterator[tuple[str, str]]:
    for file in (*package.rglob("*.html"), *package.rglob("*.py")):
        for key in SAID.findall(file.read_text()):
            yield file.name, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_a_page_asks_for_is_there(language: str) -> None:
    texts = read_words(language, "u").texts
    missing = [
        (file, key)
        for file, key in keys_in_use()
        if key not in texts and f"{key}.other" not in texts and key not in MADE_UP
    ]
    assert missing == []


def test_no_text_is_there_for_nothing() -> None:
    others = (keys_in_use(PACKAGE.parent / one) for one in ("console", "identity", "backstage"))
    used = {key for _, key in chain(keys_in_use(), *others)}
    idle = [
        key
        for key in flat(part("nl", "pages"), "u")
        if key not in used
        and key.rpartition(".")[0] not in used
        and not key.startswith(tuple(MADE_UP))
    ]
    assert idle == []


def test_one_form_of_address_is_used_throughout() -> None:
    for form, other in (("u", r"\b(je|jij|jouw|jou)\b"), ("je", r"\b(u|uw)\b")):
        texts = read_words("nl", form).texts
        wrong = [k for k, t in texts.items() if re.search(other, t) and not k.startswith("demo.")]
        assert wrong == [], form


def test_numbers_choose_their_words() -> None:
    words = read_words("nl", "u")
    assert words.counted("list.broken", 1) == "list.broken.one"
    assert words.counted("list.broken", 2) == "list.broken.other"
    assert words.counted("list.broken", 0) == "list.broken.other"


def test_values_are_made_safe_and_the_text_too() -> None:
    words = read_words("en", "u")
    said = words.markup("chrome.acting_for", organisation="<b>A & B</b>")
    assert str(said) == "For &lt;b&gt;A &amp; B&lt;/b&gt;"


def test_a_place_that_is_not_filled_is_an_error() -> None:
    with pytest.raises(KeyError):
        read_words("nl", "u").say("trust.known")


def test_a_language_without_words_says_what_to_add() -> None:
    with pytest.raises(LookupError, match=r"Add the folder words/fr"):
        read_words("fr", "u")


def test_a_language_names_itself_and_one_that_is_not_ours_has_its_code() -> None:
    assert read_words("nl", "je").own_name == "Nederlands"
    assert Words("xx", {}).own_name == "xx"


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("en-GB", "en"),
        ("fr, en;q=0.2, nl;q=0.7", "nl"),
        ("fr", None),
        ("nl;q=0, en;q=0.1", "en"),
        ("", None),
        (";;q=,,\x00,nl;q=nine", "nl"),
        ("x" * 5000 + ",nl", "nl"),
    ],
)
def test_the_browser_is_asked_which_language(asked: str, language: str | None) -> None:
    assert preferred(asked, ("nl", "en")) == language
