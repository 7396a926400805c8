"""A language that nobody speaks: every text of the software and of a blueprint in brackets.

Whatever stands outside brackets on a page was never translated. Texts are longer by two fifths, as
other languages are.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import yaml

from tests.running import ROOT

LANGUAGE = "en"  # whose texts are replaced; dates and amounts stay as they are in it
_TOML = re.compile(r'((?:=|\[|\{|,)\s*)"((?:[^"\\]|\\.)*)"')
_SOUNDS = "éüóàñëô"


def said(text: str) -> str:
    """A text in the language that nobody speaks. What stands between braces stays."""
    more = round(len(re.sub(r"\{.*?\}", "", text)) * 0.4)
    words = (_SOUNDS * (more // len(_SOUNDS) + 1))[:more]
    tail = " ".join(words[n : n + 5] for n in range(0, len(words), 5))
    return f"[{text} {tail}]" if tail else f"[{text}]"


def code_that_speaks_it(folder: Path) -> Path:
    """A copy of the software in which English is replaced; the folder for PYTHONPATH."""
    shutil.copytree(ROOT / "src" / "balie", folder / "balie", ignore=_compiled)
    for file in (folder / "balie" / "words" / LANGUAGE).glob("*.toml"):
        file.write_text(_in_lines(file.read_text(), said))
    return folder


def blueprint_that_speaks_it(blueprint: Path, folder: Path) -> Path:
    """A copy of a blueprint of which the other language is replaced."""
    shutil.copytree(blueprint, folder)
    for file in (folder / "words").glob(f"{LANGUAGE}.yaml"):
        words = yaml.safe_load(file.read_text())
        spoken = {source: said(text) for source, text in words.items()}
        file.write_text(yaml.safe_dump(spoken, allow_unicode=True, width=1000))
    return folder


def _in_lines(text: str, speak: Callable[[str], str]) -> str:
    """A file of words with its texts replaced, and its keys and comments as they are."""
    lines = (
        line if line.startswith(("#", "locale")) else _TOML.sub(lambda f: f'{f[1]}"{speak(f[2])}"', line)
        for line in text.splitlines()
    )
    return "\n".join(lines) + "\n"


def _compiled(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "__pycache__"]
