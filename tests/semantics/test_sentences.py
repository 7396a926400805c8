"""Sentences of the story with values in them."""

from dataclasses import replace

from balie.blueprint.source import Text
from tests.semantics.world import LINDEMAN, blueprint_of, rows_of, world


async def test_braces_inside_a_value_are_part_of_the_value() -> None:
    """What somebody wrote in a system is never read as a sentence of the blueprint."""
    blueprint = blueprint_of(LINDEMAN)
    story = tuple(
        replace(
            phase,
            steps=tuple(
                replace(
                    step,
                    screen=replace(
                        step.screen, headline=Text("{order.reference} is {order.number}")
                    ),
                )
                if step.id == "follow-order" and step.screen is not None
                else step
                for step in phase.steps
            ),
        )
        for phase in blueprint.story
    )
    rows = rows_of(LINDEMAN)
    orders = [
        {**row, "externalDocumentNumber": "{order.number} {time}"}
        for row in rows["erp"]["salesOrders"]
    ]
    changed = rows | {"erp": {**rows["erp"], "salesOrders": orders}}
    here = world(rows=changed, change=replace(blueprint, story=story))
    page = await here.open("bram@example.nl", "/bestellingen/VO-26107")
    assert page is not None
    assert page.headline == "{order.number} {time} is VO-26107"
