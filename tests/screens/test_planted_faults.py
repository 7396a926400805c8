"""The test of the tests: every fault that we plant in a good page is noticed."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from tests.screens.faults import FAULTS, Fault, pages_of, planted
from tests.screens.looking import Looks, Variant, look_in, open_browser
from tests.screens.screen import Recording
from tests.screens.texts import Rules
from tests.screens.tools import markup_errors

pytestmark = [pytest.mark.proof, pytest.mark.browser]

NARROW = (Variant(320, 640), Variant(1280, 900, "dark"))
WALK = (Variant(390, 844),)


@pytest.fixture(scope="module")
def noticed(quick: Recording, rules: Rules) -> dict[str, set[str]]:
    """Fault -> the checks that noticed it; "" is the good pages."""
    pages = pages_of(quick)
    plots = {fault.name: planted(fault, quick, pages[fault.page]) for fault in FAULTS}
    plots[""] = quick.only(*pages.values())
    found = asyncio.run(_look_at(plots, rules))
    for screen, _ in markup_errors(s for plot in plots.values() for s in plot.screens):
        found[screen.situation if screen.situation in found else ""].add("markup")
    return found


async def _look_at(plots: Mapping[str, Recording], rules: Rules) -> dict[str, set[str]]:
    """Each plot in a window of its own, several at once, in one browser."""
    found, waiting = {}, iter(plots.items())
    async with async_playwright() as playwright:
        browser = await open_browser(playwright)

        async def look() -> None:
            for name, plot in waiting:
                report = await look_in(browser, plot, rules, lambda _: Looks(NARROW, WALK))
                found[name] = {finding.check for finding in report.findings}

        await asyncio.gather(*(look() for _ in range(3)))
        await browser.close()
    return found


def test_good_pages_have_no_findings(noticed: dict[str, set[str]]) -> None:
    assert noticed[""] == set()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_noticed(noticed: dict[str, set[str]], fault: Fault) -> None:
    assert set(fault.noticed_by) <= noticed[fault.name]


def test_the_table_of_faults_is_kept(noticed: dict[str, set[str]]) -> None:
    """var/screens/faults.md: which check notices what. The page on testing has the same table."""
    rows = [f"| {fault.name} | {', '.join(sorted(noticed[fault.name]))} |" for fault in FAULTS]
    table = "\n".join(["| planted fault | noticed by |", "|---|---|", *rows, ""])
    kept = Path("var/screens/faults.md")
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(table)
    print(table)  # noqa: T201
    assert all(noticed[fault.name] for fault in FAULTS)
