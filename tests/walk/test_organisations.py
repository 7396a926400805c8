"""An organisation looks after its own people, in a real browser without JavaScript.

Fatima administers a company: she invites Lotte, who joins; she removes Bram, who is signed in with
a page open, and is out. With BALIE_PICTURES=1 the pictures of the how-to are made anew.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.running import ROOT, Portal, portal

pytestmark = pytest.mark.proof

IN_DOCS = bool(os.environ.get("BALIE_PICTURES"))
PICTURES = ROOT / ("docs/pictures/organisations" if IN_DOCS else "var/pictures/organisations")
ORGANISATION = "/accounts/organisation/"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(tmp_path_factory.mktemp("state")) as here:
        yield here


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no Chromium: make browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def somebody(browser: Browser, running: Portal, name: str = "", width: int = 1280) -> Page:
    context = browser.new_context(
        base_url=running.url,
        viewport={"width": width, "height": 800},
        locale="nl-NL",
        java_script_enabled=False,
    )
    page = context.new_page()
    if name:
        page.goto("/demo")
        page.get_by_role("button", name=re.compile(name)).click()
        page.wait_for_load_state("networkidle")
        code = page.locator("main [name=code]")
        if code.count():  # in the demo the page says what the app says
            code.fill(re.search(r"\b(\d{6})\b", page.inner_text("main"))[1])
            page.locator("main form button").first.click()
            page.wait_for_load_state("networkidle")
    return page


def picture(page: Page, name: str) -> Path:
    """A picture without the demo's own bar."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    file = PICTURES / f"{name}.png"
    page.screenshot(path=file, full_page=True, style=".demo { display: none !important }")
    return file


def told(page: Page, pattern: str) -> str:
    """What stands in the mail that went out last."""
    page.goto("/accounts/outbox/")
    found = re.search(pattern, page.content())
    assert found, page.inner_text("main")
    return found[1]


def test_somebody_joins_a_company_by_an_invitation(browser: Browser, running: Portal) -> None:
    fatima = somebody(browser, running, "Fatima")
    fatima.goto(f"{ORGANISATION}invite/")
    fatima.fill("[name=email]", "lotte@example.nl")
    fatima.select_option("[name=role]", label="Inkoper")
    picture(fatima, "invite")
    fatima.get_by_role("button", name="Uitnodiging versturen").click()
    fatima.wait_for_url(f"**{ORGANISATION}")
    assert "lotte@example.nl" in fatima.inner_text("main")
    way_in = told(fatima, r"(/accounts/invitations/[\w-]+/)")

    lotte = somebody(browser, running, width=320)
    lotte.goto(way_in)
    picture(lotte, "invited-320")
    lotte.goto("/accounts/login/code/?next=/accounts/invitations/")
    lotte.fill("[name=email]", "lotte@example.nl")
    lotte.get_by_role("button", name="Stuur mij een code").click()
    lotte.wait_for_url("**/confirm/**")
    lotte.fill("[name=code]", told(fatima, r"\b([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\b"))
    lotte.locator("main form button").first.click()
    lotte.wait_for_url(lambda url: "confirm" not in url)
    lotte.goto("/accounts/invitations/")
    lotte.get_by_role("button", name="Uitnodiging aannemen").click()
    lotte.wait_for_url(lambda url: "invitations" not in url)
    lotte.goto("/bestellingen")
    assert "VO-26107" in lotte.content()
    assert "Namens Installatiebedrijf Van Dalen" in lotte.inner_text(".acting")
    picture(lotte, "joined-320")


def test_who_is_removed_is_out_within_a_second_with_a_page_open(
    browser: Browser, running: Portal
) -> None:
    bram = somebody(browser, running, "Bram", width=320)
    answer = bram.goto("/retour/nieuw?order=VO-26071")
    assert answer is not None
    assert answer.status == 200
    fatima = somebody(browser, running, "Fatima")
    fatima.goto(ORGANISATION)
    picture(fatima, "people")
    fatima.get_by_role("link", name="Wijzigen: Bram").click()
    fatima.wait_for_url("**/people/**")
    picture(fatima, "colleague")

    fatima.get_by_role("button", name="Nu weghalen").click()
    fatima.wait_for_url(f"**{ORGANISATION}")
    began = time.monotonic()
    with bram.expect_response(lambda one: one.request.method == "POST") as sent:
        bram.locator("main form button").last.click()
    assert sent.value.status == 404
    assert time.monotonic() - began < 1
    picture(bram, "removed-320")
    orders = bram.goto("/bestellingen")
    assert orders is not None
    assert orders.status == 404
    fatima.goto(f"{ORGANISATION}done/")
    assert "haalde weg: Bram" in fatima.inner_text("main")
    picture(fatima, "done")
