"""The example blueprint and its broken twin, read with the contracts of their systems."""

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from balie.blueprint.model import Blueprint
from balie.blueprint.reader import read
from balie.systems.contract import Contract
from balie.systems.kinds import installed

GOOD = Path(__file__).parents[2] / "blueprints" / "lindeman"
BROKEN = GOOD / "broken"


def contracts_of(blueprint: Blueprint) -> Mapping[str, Contract]:
    """What each system says of itself, as its connector reads it."""
    kinds = installed()
    return {
        system.id: kinds[system.speaks].read_contract(
            [blueprint.files[name] for name in system.contract], system.what_it_does_not_say
        )
        for system in blueprint.systems.values()
        if system.speaks in kinds
    }


@cache
def good() -> Blueprint:
    """The example, whole."""
    blueprint = read(GOOD).blueprint
    assert blueprint is not None
    return blueprint


@cache
def good_contracts() -> Mapping[str, Contract]:
    """What the example's systems say of themselves."""
    return contracts_of(good())


def broken_in(folder: Path) -> Path:
    """The example with the three broken files in place of its own."""
    shutil.copytree(GOOD, folder / "broken")
    for name in ("story.yaml", "things.yaml", "systems.yaml"):
        shutil.copy(BROKEN / name, folder / "broken" / name)
    return folder / "broken"


def copy_in(folder: Path) -> Path:
    """The example, to change something in."""
    return Path(shutil.copytree(GOOD, folder / "copy"))
