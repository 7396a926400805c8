"""The five drawings: the two examples, and three stories that nobody wrote. Measured twice."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from balie.blueprint.drawing.draw import draw, draw_sheets
from balie.blueprint.drawing.layout import lay_out
from balie.blueprint.drawing.paper import A3, on_paper
from balie.blueprint.drawing.parts import parts
from balie.blueprint.drawing.tell import tell
from balie.blueprint.model import Blueprint
from balie.blueprint.reader import read
from tests.drawing.stories import STORIES
from tests.drawing.test_layout import check

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
CHROMIUM = Path("/usr/bin/chromium")
FIVE = ["lindeman", "fietsen", *STORIES]

MEASURE = """() => [...document.querySelectorAll('svg text')].map(text => {
  const box = text.getBBox()
  return [text.textContent, box.x, box.y + box.height * 0.2, box.width, box.height * 0.6]
})"""


def blueprint_of(name: str, folder: Path) -> Blueprint:
    written = STORIES[name](folder / name) if name in STORIES else BLUEPRINTS / name
    blueprint = read(written).blueprint
    assert blueprint is not None
    return blueprint


@pytest.mark.parametrize("name", STORIES)
def test_a_generated_story_is_laid_out_cleanly(name: str, tmp_path: Path):
    content = tell(blueprint_of(name, tmp_path), "nl")
    check(lay_out(content))
    for part in parts(content):
        check(on_paper(part, A3))


@pytest.fixture(scope="module", name="page")
def _page() -> Iterator[Page]:
    if not CHROMIUM.is_file():
        pytest.skip("no Chromium here: make browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def overlaps(page: Page, svg: str) -> list[tuple[str, str]]:
    """Texts over each other, as Chromium measures them with the fonts of this machine."""
    page.set_content(svg)
    boxes: list[tuple[str, float, float, float, float]] = page.evaluate(MEASURE)
    assert len(boxes) > 10
    return [
        (one, other)
        for (one, x, y, w, h), (other, a, b, v, g) in combinations(boxes, 2)
        if x < a + v - 0.5 and a < x + w - 0.5 and y < b + g and b < y + h
    ]


@pytest.mark.browser
@pytest.mark.parametrize("name", FIVE)
def test_a_browser_too_measures_no_text_over_another(name: str, page: Page, tmp_path: Path):
    blueprint = blueprint_of(name, tmp_path)
    for svg in (draw(blueprint, "nl"), *draw_sheets(blueprint, "nl")):
        assert overlaps(page, svg) == []
