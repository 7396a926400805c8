"""One sign-in asks for so many pages a minute, of both layers together."""

from collections.abc import Callable

import httpx

from balie.site.demo import PASSWORD
from tests.browser import Browser
from tests.site.conftest import Running

SANNE = "sanne@example.nl"


CHEAP = "/api/openapi.json"


def refused(browser: Browser, path: str, **more: object) -> httpx.Response:
    """The answer to whoever has nothing left; on a busy machine a second may pass, and one is."""
    for _ in range(20):
        for _ in range(1_000):
            if browser.get(CHEAP).status_code == 429:
                break
        answer = browser.get(path, **more)
        if answer.status_code == 429:
            return answer
    raise AssertionError(f"{path} was never refused")


def test_who_asks_too_often_is_told_how_long_to_wait_and_nobody_else_is(
    run: Callable[..., Running],
) -> None:
    site = run(pages_a_minute=60)
    browser, other, nobody = site.browser(), site.browser(), site.browser()
    browser.sign_in(SANNE, PASSWORD)
    other.sign_in(SANNE, PASSWORD)  # the same person, in another browser
    page = refused(browser, "/gegevens")
    assert int(page.headers["retry-after"]) >= 1
    assert "Even rustig aan" in page.text
    told = refused(browser, "/gegevens", headers={"accept": "application/json"})
    assert told.json()["status"] == 429
    account = refused(browser, "/accounts/sessions/")
    assert int(account.headers["retry-after"]) >= 1

    assert browser.get("/static/portal.css").status_code != 429
    assert other.get("/gegevens").status_code == 200
    assert {nobody.get(CHEAP).status_code for _ in range(100)} == {200}


def test_where_a_limit_stands_in_front_none_is_counted(run: Callable[..., Running]) -> None:
    browser = run(pages_a_minute=0).browser()
    browser.sign_in(SANNE, PASSWORD)
    assert {browser.get(CHEAP).status_code for _ in range(200)} == {200}
    described = browser.get(CHEAP).json()["paths"]  # and programs read that there is
    silent = [
        f"{method} {path}"
        for path, operations in described.items()
        for method, operation in operations.items()
        if method in ("get", "post")
        and "401" in operation["responses"]
        and "429" not in operation["responses"]
    ]
    assert silent == []
