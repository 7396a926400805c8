"""One person with several numbers: all of one context together, never of two."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from balie.access.viewer import PRIVATE, Viewer, Visitor
from balie.backstage.page import Listing
from balie.systems.rows import Row
from tests.semantics.world import LINDEMAN, World, rows_of, visitor

Worlds = Callable[..., World]
SANNE, BRAM, FATIMA, JOOST, OTHER = (f"00000000-0000-4000-8000-0000000000c{n}" for n in "12349")
COMPANY, HOTEL = (f"00000000-0000-4000-8000-0000000000a{n}" for n in "12")


def linked(here: World, *keys: str, acting_for: str | None = None) -> Visitor:
    links = {here.telling.me("contact"): keys}
    return replace(visitor("nobody@example.nl"), links=links, acting_for=acting_for)


def customers(here: World, viewer: Viewer) -> Sequence[str]:
    return viewer.me[here.telling.me("customer")].values


@pytest.fixture
def here(world: Worlds) -> World:
    """Sanne has a second number at the shop, with an order of its own."""
    rows = rows_of(LINDEMAN)
    second: Row = {**rows["crm"]["contacts"][0], "id": OTHER, "erpNumber": "10086"}
    order: Row = {
        **next(o for o in rows["erp"]["salesOrders"] if o["customerNumber"] == "10085"),
        "id": "00000000-0000-4000-8000-0000000000f9",
        "number": "VO-77777",
        "customerNumber": "10086",
    }
    return world(
        rows={
            **rows,
            "crm": {**rows["crm"], "contacts": [*rows["crm"]["contacts"], second]},
            "erp": {**rows["erp"], "salesOrders": [*rows["erp"]["salesOrders"], order]},
        }
    )


async def orders(here: World, who: Visitor) -> set[str]:
    page = await here.show("/bestellingen", await here.service.viewer(who))
    assert page is not None
    listing = next(block for block in page.blocks if isinstance(block, Listing))
    return {record.cells[0].text for record in listing.records}


async def test_two_numbers_of_one_customer_are_seen_together(here: World) -> None:
    viewer = await here.service.viewer(linked(here, SANNE, OTHER))

    assert here.telling.back(viewer.kinds) == {"consumer"}
    assert set(customers(here, viewer)) == {"10085", "10086"}
    own, second = await orders(here, linked(here, SANNE)), await orders(here, linked(here, OTHER))
    assert second == {"VO-77777"}
    assert "VO-77777" not in own
    assert await orders(here, linked(here, SANNE, OTHER)) == own | second


async def test_private_and_an_organisation_are_never_seen_together(here: World) -> None:
    viewer = await here.service.viewer(linked(here, SANNE, BRAM))
    assert viewer.must_choose
    assert viewer.kinds == frozenset()
    assert customers(here, viewer) == ()

    viewer = await here.service.viewer(linked(here, SANNE, BRAM, acting_for=PRIVATE))
    assert here.telling.back(viewer.kinds) == {"consumer"}
    assert customers(here, viewer) == ("10085",)
    acting = await here.service.viewer(linked(here, SANNE, BRAM, acting_for=COMPANY))
    assert here.telling.back(acting.kinds) == {"buyer"}
    assert customers(here, acting) == customers(here, await here.service.viewer(linked(here, BRAM)))


async def test_of_two_organisations_one_is_acted_for_with_the_role_there(here: World) -> None:
    """Finance at the one and buyer at the other: never both at both."""
    first = await here.service.viewer(linked(here, FATIMA, JOOST, acting_for=COMPANY))
    assert here.telling.back(first.kinds) == {"finance"}
    assert first.me[here.telling.me("company")].values == (COMPANY,)

    other = await here.service.viewer(linked(here, FATIMA, JOOST, acting_for=HOTEL))
    assert here.telling.back(other.kinds) == {"buyer"}
    assert other.me[here.telling.me("company")].values == (HOTEL,)


async def test_two_roles_at_one_organisation_go_together(here: World) -> None:
    viewer = await here.service.viewer(linked(here, BRAM, FATIMA))
    assert here.telling.back(viewer.kinds) == {"buyer", "finance"}


async def test_what_cannot_be_known_now_is_not_added_to_what_can(here: World) -> None:
    here.systems["crm"].down = True
    viewer = await here.service.viewer(linked(here, SANNE, BRAM))
    assert not viewer.kinds_known
    assert viewer.kinds == frozenset()
