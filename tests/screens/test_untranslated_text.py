"""In a language that nobody speaks, every word outside brackets is one that nobody translated."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.async_api import async_playwright

from tests.running import LINDEMAN
from tests.screens import pseudo
from tests.screens.looking import FITS, HEIGHTS, Report, Variant, open_browser, window_on
from tests.screens.screen import Recording, Screen
from tests.screens.situations import record_quickly

pytestmark = [pytest.mark.proof, pytest.mark.browser]


@pytest.fixture(scope="module")
def spoken(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("pseudo")
    code = pseudo.code_that_speaks_it(folder / "code")
    blueprint = pseudo.blueprint_that_speaks_it(LINDEMAN, folder / "original")
    settings = {"PYTHONPATH": str(code)}
    return record_quickly(folder / "state", pseudo.LANGUAGE, blueprint, settings, in_trouble=True)


@pytest.fixture(scope="module")
def names() -> list[str]:
    """Of people and of whom they work for: data, also where a page is not of the story."""
    return list(_names(LINDEMAN))


def _names(blueprint: Path) -> Iterator[str]:
    people = yaml.safe_load((blueprint / "examples" / "people.yaml").read_text())
    for mail, said in {**people["customers"], **people["staff"]}.items():
        yield from (mail, mail.split("@")[0].title(), said.get("works for", mail))


async def test_no_word_stands_outside_brackets(spoken: Recording, names: list[str]) -> None:
    found = await _look(spoken, list(_each_kind(spoken)), names)
    assert not found, "\n".join(found)


async def test_a_word_that_nobody_translated_is_noticed(
    spoken: Recording, names: list[str]
) -> None:
    page = next(screen for screen in spoken.screens if "</h1>" in screen.html)
    planted = [
        page.with_html(page.html.replace("</h1>", " vergeten</h1>")),
        page.with_html(page.html.replace('aria-label="[', 'aria-label="')),
    ]
    for plot in planted:
        assert any("untranslated" in says for says in await _look(spoken, [plot], names))


async def _look(spoken: Recording, screens: list[Screen], names: list[str]) -> list[str]:
    report = Report()
    async with async_playwright() as playwright:
        browser = await open_browser(playwright)
        async with window_on(browser, spoken, report) as eye:
            for screen in screens:
                eye.turn_to(screen)
                await eye.open(scripts=False)
                await eye.note("untranslated", "untranslated", *names)
                for width, height in HEIGHTS.items():
                    await eye.put(Variant(width, height))
                    await eye.several(FITS)
        await browser.close()
    return sorted(map(str, report.findings))


def _each_kind(spoken: Recording) -> Iterator[Screen]:
    """One page of each address and situation."""
    seen = set()
    for screen in spoken.screens:
        key = (screen.route, screen.situation)
        if key not in seen:
            seen.add(key)
            yield screen
