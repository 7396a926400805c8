"""Every test of this folder runs on the example as it was written, and with every name replaced."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.semantics import world as worlds
from tests.semantics.world import World
from tests.telling import Telling


@pytest.fixture(scope="session")
def world(telling: Telling) -> Callable[..., World]:
    """Makes a world that tells the example's story, in its own words or in others."""
    return partial(worlds.world, telling=telling)
