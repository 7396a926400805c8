"""A language that nobody speaks: every text of the software and of a blueprint in brackets.

Whatever stands outside brackets on a page was never translated. Texts are longer by two fifths, as
other languages are.
"""

import json
import re
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.running import ROOT

LANGUAGE = "en"  # whose texts are replaced; dates and amounts stay as they are in it
_NO_TEXT = ("locale",)
_SOUNDS = "éüóàñëô"
Tree = Mapping[str, "str | Tree"]


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
        words = tomllib.loads(file.read_text())
        spoken = {**_spoken(words), **{key: words[key] for key in _NO_TEXT if key in words}}
        file.write_text("".join(f"{_toml(key)} = {_toml(v)}\n" for key, v in spoken.items()))
    return folder


def blueprint_that_speaks_it(blueprint: Path, folder: Path) -> Path:
    """A copy of a blueprint of which the other language is replaced."""
    shutil.copytree(blueprint, folder)
    for file in (folder / "words").glob(f"{LANGUAGE}.yaml"):
        words = yaml.safe_load(file.read_text())
        spoken = {source: said(text) for source, text in words.items()}
        file.write_text(yaml.safe_dump(spoken, allow_unicode=True, width=1000))
    return folder


def _spoken(node: Tree) -> Tree:
    """The same texts, said otherwise."""
    return {key: said(v) if isinstance(v, str) else _spoken(v) for key, v in node.items()}


def _toml(node: "str | Tree") -> str:
    """As TOML, tables in one line."""
    if isinstance(node, str):
        return json.dumps(node, ensure_ascii=False)
    return "{" + ", ".join(f"{_toml(key)} = {_toml(value)}" for key, value in node.items()) + "}"


def _compiled(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "__pycache__"]
