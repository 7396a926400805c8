"""A language of Balie is its files of words, and nothing else."""

from django.conf import settings

from balie.site import languages


def test_the_languages_are_those_with_all_their_words() -> None:
    assert languages.spoken() == {"en": "English", "nl": "Nederlands"}
    assert dict(settings.LANGUAGES) == languages.spoken()


def test_a_language_that_is_not_whole_names_the_files_that_it_lacks() -> None:
    lacking = languages.silent_in("fy")

    assert [file.name for file in lacking] == ["fy.toml"] * len(languages.FOLDERS)
    assert {file.parent.parent.name for file in lacking} == {"frontstage", "identity", "console"}
