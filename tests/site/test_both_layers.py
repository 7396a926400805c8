"""One site, two layers: they look alike, they carry the same headers, they believe the same."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from balie.site.headers import HEADERS
from tests.browser import Browser
from tests.site.conftest import Running

ORIGIN = {"origin": "http://127.0.0.1:8000"}
SIGNED_OUT = [
    "/",
    "/demo",
    "/nothing-here",
    "/accounts/login/",
    "/accounts/nothing-here/",
    "/staff",
    "/static/nothing.css",
    "/api/openapi.json",
    "/healthz",
    "/readyz",
]


def enter(browser: Browser, mail: str) -> None:
    """Signs in as somebody of the demo, with the button on its first page."""
    answer = browser.loop.run(browser.client.post(f"/accounts/demo/{mail}", headers=ORIGIN))
    assert (answer.status_code, answer.headers["location"]) == (302, "/")


@pytest.mark.parametrize("path", SIGNED_OUT)
def test_every_answer_of_both_layers_has_the_same_security_headers(
    browser: Browser, path: str
) -> None:
    headers = browser.get(path).headers

    personal = {name: value for name, value in HEADERS.items() if name != "cache-control"}
    assert {name: headers[name] for name in personal} == personal
    assert "no-store" in headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/", "/bestellingen", "/accounts/logout/", "/accounts/password/change/"]
)
def test_no_page_of_either_layer_has_anything_inline(browser: Browser, path: str) -> None:
    enter(browser, "sanne@example.nl")
    html = browser.get(path).text

    assert "<h1" in html
    assert not re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", html)


def test_a_page_of_django_and_a_thin_page_have_the_same_head_and_foot(browser: Browser) -> None:
    enter(browser, "sanne@example.nl")
    thin = browser.get("/nothing-here").text
    django = browser.get("/accounts/nothing-here/").text

    for html in (thin, django):
        assert "<footer" in html
    assert _around(thin) == _around(django.replace("/accounts/nothing-here/", "/nothing-here"))


def test_a_customer_of_the_demo_sees_their_own_orders_and_nobody_else(site: Running) -> None:
    sanne, bram = site.browser(), site.browser()
    enter(sanne, "sanne@example.nl")
    enter(bram, "bram@example.nl")
    hers, his = (set(_orders(browser.get("/bestellingen").text)) for browser in (sanne, bram))

    assert hers
    assert his
    assert not hers & his
    assert sanne.get(f"/bestellingen/{min(his)}").status_code == 404
    assert sanne.get(f"/bestellingen/{min(hers)}").status_code == 200


def test_whoever_is_signed_out_is_led_to_sign_in_and_back(browser: Browser) -> None:
    answer = browser.get("/bestellingen")
    assert answer.headers["location"] == "/accounts/login/?next=%2Fbestellingen"

    signed_in = browser.post(
        answer.headers["location"], {"login": "sanne@example.nl", "password": "balie-demo-2026"}
    )
    assert signed_in.headers["location"] == "/bestellingen"
    assert browser.get("/bestellingen").status_code == 200


def test_nobody_is_led_to_another_site_after_signing_in(browser: Browser) -> None:
    signed_in = browser.post(
        "/accounts/login/?next=https://evil.example/",
        {"login": "sanne@example.nl", "password": "balie-demo-2026"},
    )
    assert signed_in.headers["location"] == "/"


def test_staff_have_their_own_first_page_and_no_customer_pages(browser: Browser) -> None:
    enter(browser, "mila@example.nl")

    assert browser.get("/").headers["location"] == "/staff"
    assert browser.get("/bestellingen").status_code == 404
    assert browser.get("/staff").status_code == 200


def test_staff_see_which_system_is_away_now_though_no_customer_came_by(
    run: Callable[..., Running],
) -> None:
    site = run()
    browser = site.browser()
    enter(browser, "mila@example.nl")
    assert "<h1>Alles werkt</h1>" in browser.get("/staff").text

    site.systems["carrier"].mode(down=True)

    page = browser.get("/staff").text
    assert "<h1>1 systeem doet het niet</h1>" in page
    assert "werkt niet, sinds" in page


def test_the_crm_away_at_sign_in_keeps_nobody_out(run: Callable[..., Running]) -> None:
    site = run()
    site.systems["crm"].mode(down=True)
    browser = site.browser()
    enter(browser, "sanne@example.nl")

    page = browser.get("/bestellingen")
    assert page.status_code == 200
    assert "We kunnen nu niet zien wie u bent bij ons" in page.text


def test_the_demo_is_entered_only_from_its_own_page(browser: Browser) -> None:
    loop, client = browser.loop, browser.client
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {}):
        answer = loop.run(client.post("/accounts/demo/sanne@example.nl", headers=headers))
        assert answer.status_code == 403
    assert browser.get("/bestellingen").status_code == 303


def test_outside_a_demo_there_is_no_door_for_it(run: Callable[..., Running]) -> None:
    browser = run(in_demo=False).browser()
    loop, client = browser.loop, browser.client
    answer = loop.run(client.post("/accounts/demo/sanne@example.nl", headers=ORIGIN))

    assert answer.status_code == 404
    assert browser.get("/accounts/outbox/").status_code == 404
    assert browser.get("/demo").status_code == 404


def test_the_process_is_alive_and_ready_without_any_system(run: Callable[..., Running]) -> None:
    site = run()
    browser = site.browser()
    assert browser.get("/healthz").text == "alive\n"
    assert browser.get("/readyz").text == "database up\nerp up\ncrm up\ncarrier up\n"

    site.systems["crm"].mode(down=True)
    for _ in range(4):
        enter(site.browser(), "sanne@example.nl")

    ready = browser.get("/readyz", headers={"accept": "application/json"})
    assert (ready.status_code, ready.json()["crm"]) == (200, "down")


def test_without_its_own_database_it_is_alive_but_not_ready(
    run: Callable[..., Running], tmp_path: Path
) -> None:
    site = run(database=tmp_path / "without.db")
    browser = site.browser()

    ready = browser.get("/readyz")
    assert (ready.status_code, ready.text.splitlines()[0]) == (503, "database down")
    assert browser.get("/healthz").status_code == 200


def test_a_browser_gets_five_cookies_and_no_others(browser: Browser) -> None:
    browser.get("/accounts/login/?lang=en")
    browser.get("/accounts/login/?theme=dark")
    browser.post("/accounts/login/", {"login": "x@example.nl", "password": "wrong"})
    enter(browser, "sanne@example.nl")
    browser.get("/bestellingen")

    assert set(browser.cookies) == {"balie", "csrf", "known", "lang", "theme"}


def test_a_choice_of_language_holds_on_both_layers(browser: Browser) -> None:
    enter(browser, "sanne@example.nl")
    answer = browser.get("/accounts/logout/?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/accounts/logout/")

    assert '<html lang="en"' in browser.get("/accounts/logout/").text
    assert '<html lang="en"' in browser.get("/bestellingen").text


def _around(html: str) -> tuple[str, ...]:
    """What stands around the page: its head without the title, its header and its footer."""
    head, header, footer = (
        re.search(rf"<{part}[ >].*?</{part}>", html, re.DOTALL)
        for part in ("head", "header", "footer")
    )
    assert head
    assert header
    assert footer
    without_title = re.sub(r"<title>.*?</title>", "", head[0])
    return without_title, header[0], footer[0]


def _orders(html: str) -> list[str]:
    return re.findall(r'href="/bestellingen/([^"?]+)"', html)
