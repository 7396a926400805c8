"""What a link from a mail opens: one row of one page, as its owner sees it, and nothing else."""

from collections.abc import Callable

import pytest

from balie.backstage.alone import PagesAlone
from balie.backstage.page import FigureBlock
from tests.semantics.world import World, visitor

Worlds = Callable[..., World]
SANNE, BRAM, FATIMA = (f"{name}@example.nl" for name in ("sanne", "bram", "fatima"))


async def alone(here: World, who: str, address: str) -> list[str] | None:
    path = here.telling.address(address)
    found = await PagesAlone(here.service).open(path, visitor(who), here.language)
    return None if found is None else [block.id for block in found.blocks]


async def test_the_owner_gets_the_row_and_nobody_else_does(world: Worlds) -> None:
    here = world()
    blocks = await alone(here, SANNE, "/bestellingen/VO-26088")
    assert blocks
    assert await alone(here, BRAM, "/bestellingen/VO-26088") is None
    assert await alone(here, SANNE, "/bestellingen/VO-26107") is None


@pytest.mark.parametrize("address", ["/", "/bestellingen", "/retour/nieuw", "/nothing"])
async def test_a_page_that_is_about_no_row_is_not_opened(world: Worlds, address: str) -> None:
    assert await alone(world(), SANNE, address) is None


async def test_only_what_is_about_the_row_stands_there(world: Worlds) -> None:
    here = world()
    path = here.telling.address("/bestellingen/VO-26088")
    viewer = await here.service.viewer(visitor(SANNE))
    whole = await here.service.open(path, viewer, here.language)
    found = await PagesAlone(here.service).open(path, visitor(SANNE), here.language)
    assert whole is not None
    assert found is not None
    assert set(found.blocks) <= set(whole.blocks)
    assert not any(isinstance(block, FigureBlock) for block in found.blocks)
    assert len(found.blocks) > 0


async def test_a_row_whose_owner_changed_is_not_opened(world: Worlds) -> None:
    here = world()
    assert await alone(here, SANNE, "/bestellingen/VO-26088")
    here.systems["erp"].rows = {
        table: [
            {**row, "customerNumber": "10010"} if row.get("customerNumber") == "10085" else row
            for row in rows
        ]
        for table, rows in here.systems["erp"].rows.items()
    }
    here.hands.on(minutes=10)
    assert await alone(here, SANNE, "/bestellingen/VO-26088") is None
