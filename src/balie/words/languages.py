"""The languages that Balie speaks: a folder each, `words/<language>/`, found by looking.

A folder has the same files as English has, and each file the same texts. A language that lacks
one is not offered: half a page in another language helps nobody. A text may have variants,
`{u = ..., je = ...}`, for the form of address that a blueprint chose.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from babel import Locale, UnknownLocaleError

MODEL = "en"
"""The language that all others are held against, and that stands in where one is not spoken."""

FORMS = frozenset({"u", "je"})
PLACE = re.compile(r"\{(\w+)\}")

Tree = Mapping[str, "str | Tree"]
"""A file of words as it is written: sections, and texts or their variants."""


@cache
def known() -> tuple[str, ...]:
    """Every language that has a folder, whole or not, in the order of the alphabet."""
    return tuple(sorted(folder.name for folder in _home().iterdir() if _is_language(folder)))


@cache
def spoken() -> Mapping[str, str]:
    """Code -> what the language calls itself, of each that has all its words."""
    whole = [language for language in known() if not faults(language)]
    return MappingProxyType(
        {language: str(part(language, "language")["name"]) for language in whole}
    )


@cache
def part(language: str, name: str) -> Tree:
    """One file of a language, `<name>.toml`.

    Raises LookupError when there is none, ValueError when it is no TOML.
    """
    file = _folder(language) / f"{name}.toml"
    if not file.is_file():
        raise LookupError(f"There is no words/{language}/{name}.toml.")
    tree: Tree = tomllib.loads(file.read_text(encoding="utf-8"))
    return tree


def parts() -> tuple[str, ...]:
    """The names of the files that every language has."""
    folder = _home() / MODEL
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir()))


def faults(language: str) -> tuple[str, ...]:
    """What a language lacks or says otherwise than English, a line for each; () when it is whole.

    Raises LookupError for a language without a folder.
    """
    folder = _folder(language)
    return tuple(fault for name in parts() for fault in _faults(folder.name, name))


def flat(tree: Tree, form: str, above: str = "") -> dict[str, str]:
    """The texts by their dotted keys: `list.empty`.

    form: "u" or "je", the variant that is meant.
    """
    texts: dict[str, str] = {}
    for key, node in tree.items():
        chosen = node[form] if isinstance(node, Mapping) and set(node) == FORMS else node
        if isinstance(chosen, str):
            texts[above + key] = chosen
        else:
            texts |= flat(chosen, form, f"{above}{key}.")
    return texts


def places(text: str) -> frozenset[str]:
    """The names between braces: what a text wants to know."""
    return frozenset(PLACE.findall(text))


def _home() -> Traversable:
    return files("balie.words")


def _folder(language: str) -> Traversable:
    if language not in known():
        raise LookupError(
            f'There are no words for the language "{language}". '
            f"Add the folder words/{language} beside those of the others."
        )
    return _home() / language


def _is_language(folder: Traversable) -> bool:
    return folder.is_dir() and folder.joinpath("language.toml").is_file()


def _faults(language: str, name: str) -> Iterator[str]:
    file = f"{name}.toml"
    try:
        own = part(language, name)
    except LookupError:
        yield f"{file} is not there"
        return
    except ValueError as error:
        yield f"{file} cannot be read: {error}"
        return
    model = flat(part(MODEL, name), "u")
    found = [fault for form in sorted(FORMS) for fault in _differences(flat(own, form), model)]
    yield from (f"{file}: {fault}" for fault in dict.fromkeys(found))
    if name == "language" and not _is_locale(str(own.get("locale", ""))):
        yield f"{file}: locale is none that dates and amounts can be written in"


def _is_locale(name: str) -> bool:
    try:
        Locale.parse(name)
    except (ValueError, UnknownLocaleError):
        return False
    return True


def _differences(own: Mapping[str, str], model: Mapping[str, str]) -> Iterator[str]:
    for key, text in model.items():
        said = own.get(key)
        if not said:
            yield f"{key} has no text"
        elif places(said) != places(text):
            wrong = ", ".join(f"{{{place}}}" for place in sorted(places(said) ^ places(text)))
            yield f"{key} differs from English in {wrong}"
    for key in own.keys() - model.keys():
        if f"{key.rpartition('.')[0]}.other" not in model:  # more forms of a plural are fine
            yield f"{key} is used nowhere"
