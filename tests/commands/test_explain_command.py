"""`balie explain`."""

import pytest

from balie.blueprint.explained.documented import pages
from balie.blueprint.explained.words import explained_word, known
from tests.commands.running import balie


def told(*name: str) -> str:
    done = balie("explain", *name)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_check_is_explained_as_on_its_page_in_small_letters_too():
    assert told("BP310") == told("bp310") == pages()["BP310.md"]


def test_a_word_is_explained_with_where_it_stands_and_what_it_holds():
    assert (
        told("at", "most", "old")
        == told("at most old:")
        == (
            "at most old  in a screen\n"
            "  The promise on age.\n"
            "  Holds a length of time.\n"
            "\n"
            "at most old  in me\n"
            "  How long an answer counts as known.\n"
            "  Holds a length of time.\n"
        )
    )


def test_a_part_is_explained_with_its_words():
    text = told("screen")
    assert text.startswith("a screen has\n  address")
    assert "The fields that customers see." in text


def test_a_name_that_nothing_has_gets_the_nearest_one():
    refused = balie("explain", "at most odl")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert 'did you mean "at most old"?' in refused.stderr


def test_another_number_is_no_guess_at_a_check():
    refused = balie("explain", "BP999")
    assert refused.returncode == 2
    assert "did you mean" not in refused.stderr


@pytest.mark.parametrize("name", known())
def test_every_word_of_the_language_can_be_explained(name: str):
    assert explained_word(name)
