"""What is wrong with a blueprint is for the checks to say; it is drawn as far as it can be."""

from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from balie.blueprint.checks.found import about
from balie.blueprint.drawing.draw import draw, draw_table
from balie.blueprint.drawing.layout import lay_out
from balie.blueprint.drawing.tell import tell
from balie.blueprint.explained.samples import write
from balie.blueprint.reader import read
from tests.drawing.rules import overlapping_texts, texts_outside_their_card


@pytest.mark.parametrize("code", sorted(about()))
def test_a_blueprint_with_this_fault_is_drawn_all_the_same(code: str, tmp_path: Path):
    folder = tmp_path / "service"
    write(about()[code].example, folder)
    blueprint = read(folder).blueprint
    if blueprint is None:
        pytest.skip("nothing of it can be read")
    sheet = lay_out(tell(blueprint, "en"))
    assert overlapping_texts(sheet) == []
    assert texts_outside_their_card(sheet) == []
    fromstring(draw(blueprint, "nl"))
    fromstring(draw_table(blueprint, "nl"))
