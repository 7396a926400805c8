"""A language of Balie is one folder with the same texts as the others, and nothing else."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

import balie
from balie.mapping.formats import day, read_aloud
from balie.mapping.kinds import Kind
from balie.words import languages


def test_the_languages_are_those_with_all_their_words() -> None:
    assert {"en": "English", "nl": "Nederlands"}.items() <= languages.spoken().items()
    assert dict(settings.LANGUAGES) == dict(languages.spoken())


@pytest.mark.parametrize("language", languages.known())
def test_a_language_is_whole_or_not_offered(language: str) -> None:
    lacking = languages.faults(language)
    assert (language in languages.spoken()) is (lacking == ())
    if lacking:
        pytest.skip(f"{language} is not offered yet: {'; '.join(lacking[:10])}")


def test_a_language_without_a_folder_says_what_to_add() -> None:
    with pytest.raises(LookupError, match="Add the folder words/eo"):
        languages.faults("eo")
    with pytest.raises(LookupError, match="Add the folder"):
        languages.part("../balie/words/en", "pages")


def test_a_language_that_we_do_not_speak_says_yes_in_english_and_has_its_own_dates() -> None:
    assert (
        read_aloud(value=True, kind=Kind.TEXT, language="fr", zone="UTC", currency="EUR") == "Yes"
    )
    assert read_aloud(value=False, kind=Kind.TEXT, language="nl", zone="UTC", currency="") == "Nee"


# ---- what a copy of Balie says of one folder more

ASK = """
from datetime import date
from balie.words.languages import faults, known, spoken
print(known(), "eo" in spoken(), *faults("eo"), sep="|")
"""


def said_of(folder: Path, changes: Mapping[str, tuple[str, str]]) -> list[str]:
    """What Balie says with a folder for Esperanto that is English, but for these changes."""
    copy = shutil.copytree(
        Path(balie.__file__).parent, folder / "balie", ignore=shutil.ignore_patterns("*.pyc")
    )
    words = shutil.copytree(copy / "words" / "en", copy / "words" / "eo")
    for file, (old, new) in changes.items():
        text = (words / file).read_text("utf-8")
        assert text.count(old) == 1
        (words / file).write_text(text.replace(old, new), "utf-8")
    answer = subprocess.run(
        [sys.executable, "-c", ASK],
        env=os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    languages_, *rest = answer.stdout.strip().split("|")
    assert "'eo'" in languages_
    return rest


def test_a_folder_with_all_words_is_a_language(tmp_path: Path) -> None:
    assert said_of(tmp_path, {"language.toml": ('locale = "en_GB"', 'locale = "eo"')}) == ["True"]


def test_what_a_folder_lacks_is_told_text_by_text(tmp_path: Path) -> None:
    changes = {
        "language.toml": ('locale = "en_GB"', 'locale = "xx_YY"'),
        "pages.toml": ('menu = "Main menu"', ""),
        "signing_in.toml": ('to = "To {to}, {when}"', 'to = "To {to}"'),
        "staff.toml": ('tag = "staff"', 'tag = ""\nextra = "one"'),
        "drawing.toml": ("[lanes]", "[lanes"),
    }
    assert said_of(tmp_path, changes)[0] == "False"
    shutil.rmtree(tmp_path / "balie")
    lacking = said_of(tmp_path, changes)[1:]
    assert lacking[0].startswith("drawing.toml cannot be read: ")
    assert lacking[1:] == [
        "language.toml: locale is none that dates and amounts can be written in",
        "pages.toml: chrome.menu has no text",
        "signing_in.toml: outbox.to differs from English in {when}",
        "staff.toml: staff.tag has no text",
        "staff.toml: staff.extra is used nowhere",
    ]


def test_dates_are_written_as_where_the_language_is_read() -> None:
    assert day(date(2026, 11, 20), "en") == "20 November 2026"
