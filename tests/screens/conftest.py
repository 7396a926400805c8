"""The recordings that the tests look at, each made once."""

import pytest

from balie.blueprint.reader import read
from tests.running import LINDEMAN
from tests.screens.screen import Recording
from tests.screens.situations import record_all, record_quickly
from tests.screens.texts import Rules, rules_of
from tests.screens.tools import missing


@pytest.fixture(scope="session", autouse=True)
def tools() -> None:
    """Without its tools the suite says what to install."""
    if lacks := missing():
        pytest.skip(f"make browser installs what lacks: {', '.join(lacks)}")


@pytest.fixture(scope="session")
def rules() -> Rules:
    blueprint = read(LINDEMAN).blueprint
    assert blueprint is not None
    return rules_of(blueprint)


@pytest.fixture(scope="session")
def quick(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return record_quickly(tmp_path_factory.mktemp("quick"))


@pytest.fixture(scope="session")
def everything(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return record_all(tmp_path_factory.mktemp("everything"))
