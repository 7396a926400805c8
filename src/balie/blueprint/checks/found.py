"""Every check, found by looking in this folder: a new file is all that a new check needs."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files

from balie.blueprint.checks.check import About, CheckMeaning, CheckText

HERE = "balie.blueprint.checks"
CHECK = re.compile(r"bp\d{3}\.py")


@dataclass(frozen=True, slots=True)
class TextCheck:
    """A check of a file's text."""

    about: About
    check: CheckText


@dataclass(frozen=True, slots=True)
class MeaningCheck:
    """A check of the whole blueprint."""

    about: About
    check: CheckMeaning


@cache
def text_checks() -> tuple[TextCheck, ...]:
    """Those of the text, BP0xx, by number."""
    modules = [import_module(name) for name in _modules() if name.startswith(f"{HERE}.bp0")]
    return tuple(TextCheck(module.ABOUT, module.check) for module in modules)


@cache
def meaning_checks() -> tuple[MeaningCheck, ...]:
    """All others, by number."""
    modules = [import_module(name) for name in _modules() if not name.startswith(f"{HERE}.bp0")]
    return tuple(MeaningCheck(module.ABOUT, module.check) for module in modules)


@cache
def about() -> dict[str, About]:
    """What every check is about, by code."""
    every = [found.about for found in text_checks()]
    every += [found.about for found in meaning_checks()]
    return {one.code: one for one in every}


def _modules() -> list[str]:
    names = sorted(entry.name for entry in files(HERE).iterdir() if CHECK.fullmatch(entry.name))
    return [f"{HERE}.{name.removesuffix('.py')}" for name in names]
