"""The heads of a table that stands in one order."""

from balie.backstage.page import Column
from balie.frontstage.values import heads
from balie.mapping.kinds import Kind


def test_heads_say_their_labels_escaped_and_amounts_stand_at_the_end() -> None:
    columns = (
        Column(field="name", label="Naam & <plaats>", kind=Kind.TEXT),
        Column(field="total", label="Totaal", kind=Kind.MONEY),
    )
    assert heads(columns) == (
        '<th scope="col">Naam &amp; &lt;plaats&gt;</th>\n<th scope="col" class="end">Totaal</th>'
    )
