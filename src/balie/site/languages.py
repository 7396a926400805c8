"""The languages that Balie speaks here: those with a file in every folder of words."""

from pathlib import Path

from balie.frontstage.languages import OWN_WORDS, known_languages, read_words
from balie.site import folders

FOLDERS = (OWN_WORDS, *folders.WORDS)
"""Every folder of our own words that a page may need."""


def spoken() -> dict[str, str]:
    """Code -> what the language calls itself, of each that has all its words."""
    whole = [language for language in known_languages(FOLDERS) if not silent_in(language)]
    return {language: read_words(language, "u", FOLDERS).own_name for language in whole}


def silent_in(language: str) -> tuple[Path, ...]:
    """The files that this language lacks."""
    files = (folder / f"{language}.toml" for folder in FOLDERS)
    return tuple(file for file in files if not file.is_file())
