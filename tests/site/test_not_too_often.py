"""One sign-in asks for so many pages a minute, of both layers together."""

from collections.abc import Callable

from balie.site.demo import PASSWORD
from tests.site.conftest import Running

SANNE = "sanne@example.nl"


def test_who_asks_too_often_is_told_how_long_to_wait_and_nobody_else_is(
    run: Callable[..., Running],
) -> None:
    site = run(pages_a_minute=60)
    browser, other, nobody = site.browser(), site.browser(), site.browser()
    browser.sign_in(SANNE, PASSWORD)
    other.sign_in(SANNE, PASSWORD)  # the same person, in another browser
    answers = [browser.get("/gegevens") for _ in range(100)]
    refused = next(one for one in answers if one.status_code == 429)
    assert {one.status_code for one in answers} == {200, 429}
    assert int(refused.headers["retry-after"]) >= 1
    assert "Even rustig aan" in refused.text
    told = browser.get("/gegevens", headers={"accept": "application/json"})
    assert told.status_code == 429
    assert told.json()["status"] == 429

    account = browser.get("/accounts/sessions/")
    assert (account.status_code, account.headers["retry-after"] > "0") == (429, True)
    assert browser.get("/static/site.css").status_code != 429
    assert other.get("/gegevens").status_code == 200
    assert [nobody.get("/accounts/login/").status_code for _ in range(70)] == [200] * 70


def test_where_a_limit_stands_in_front_none_is_counted(run: Callable[..., Running]) -> None:
    browser = run(pages_a_minute=0).browser()
    browser.sign_in(SANNE, PASSWORD)
    assert {browser.get("/gegevens").status_code for _ in range(65)} == {200}
    described = browser.get("/api/openapi.json").json()["paths"]  # and programs read that there is
    silent = [
        f"{method} {path}"
        for path, operations in described.items()
        for method, operation in operations.items()
        if method in ("get", "post")
        and "401" in operation["responses"]
        and "429" not in operation["responses"]
    ]
    assert silent == []
