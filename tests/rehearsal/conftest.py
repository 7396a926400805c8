"""The example's systems, rehearsed once for all tests here, and put back before each."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from balie.rehearsal.launch import RehearsedSystem, launched, settings
from tests.rehearsal.asking import Asking

BLUEPRINT = Path(__file__).parents[2] / "blueprints" / "lindeman"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def running() -> Iterator[Mapping[str, RehearsedSystem]]:
    with launched(BLUEPRINT, today=TODAY) as systems:
        yield systems


@pytest.fixture(scope="session")
def found(running: Mapping[str, RehearsedSystem]) -> Mapping[str, str]:
    return settings(BLUEPRINT, running)


@pytest.fixture
def systems(running: Mapping[str, RehearsedSystem]) -> Mapping[str, RehearsedSystem]:
    for system in running.values():
        system.reset()
    return running


@pytest.fixture
def ask(systems: Mapping[str, RehearsedSystem], found: Mapping[str, str]) -> Iterator[Asking]:
    with Asking(found) as asking:
        yield asking
