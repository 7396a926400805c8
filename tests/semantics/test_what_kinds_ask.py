"""What a page asks for is worked out once for a set of kinds, and never for another one."""

from dataclasses import replace

import pytest

from balie.backstage.page import Facts
from balie.blueprint.source import Text
from tests.semantics.world import World, world

SANNE, HER_ORDER = "sanne@example.nl", "/bestellingen/VO-26088"  # a consumer
BRAM, HIS_ORDER = "bram@example.nl", "/bestellingen/VO-26071"  # a buyer


def where_totals_are_for_buyers() -> World:
    blueprint = world().blueprint
    order = blueprint.things["order"]
    total = replace(order.fields["total"], seen_by=(Text("buyer"),))
    changed = replace(order, fields={**order.fields, "total": total})
    return world(change=replace(blueprint, things={**blueprint.things, "order": changed}))


async def shown_and_asked(here: World, who: str, address: str) -> tuple[bool, bool]:
    """Whether the total of an order is shown, and whether a system was asked for it."""
    viewer = await here.viewer(who)
    here.calls()
    page = await here.show(address, viewer)
    assert page is not None
    fields = {cell.field for b in page.blocks if isinstance(b, Facts) for cell in b.cells}
    assert "number" in fields
    paths = {path for _, path in here.service.things["order"].fields["total"].paths}
    orders = ("salesOrders", "salesShipments", "salesInvoices")
    asked = (query for query in here.systems["erp"].asked if query.table in orders)
    return "total" in fields, any(paths.intersection(query.fields) for query in asked)


@pytest.mark.parametrize("buyer_first", [True, False])
async def test_a_field_for_buyers_is_not_asked_for_a_consumer_whoever_came_before(
    buyer_first: bool,
) -> None:
    here = where_totals_are_for_buyers()
    for who, address in sorted(((SANNE, HER_ORDER), (BRAM, HIS_ORDER)), reverse=not buyer_first):
        found = await shown_and_asked(here, who, address)
        assert found == ((True, True) if who == BRAM else (False, False))
