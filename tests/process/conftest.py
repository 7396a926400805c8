"""Every story runs twice: on instances in memory, and on those in the store."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.process.kept import KeptActions, KeptInstances, Shelf
from tests.process.world import PLACES, Office

IN_THE_STORE = pytest.param("in the store", marks=pytest.mark.django_db(transaction=True))


@pytest.fixture(params=["in memory", IN_THE_STORE])
def place(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the offices of this test keep what they keep."""
    if request.param == "in memory":
        yield request.param
        return
    if "renamed" in request.node.name:
        pytest.skip("what a store keeps has no names in it that matter")
    shelves: list[Shelf] = []

    def in_the_store(office: Office) -> tuple[KeptActions, KeptInstances]:
        shelf = Shelf(lambda: office.now)
        shelf.empty()
        shelves.append(shelf)
        actions = KeptActions(shelf=shelf)
        return actions, KeptInstances(actions, shelf)

    PLACES.append(in_the_store)
    yield request.param
    PLACES.remove(in_the_store)
    for shelf in shelves:
        asyncio.run(shelf.close())
