"""Small things that the list of ASVS asks, each tried at the running site."""

import re

import pytest
from django.contrib.auth.hashers import check_password, make_password

from balie.identity.models import Person
from tests.browser import Browser

ORIGIN = {"origin": "http://127.0.0.1:8000"}
LONG = "correct horse battery staple, and 64 signs more: " + "x" * 64


def enter(browser: Browser, mail: str = "sanne@example.nl") -> None:
    browser.loop.run(browser.client.post(f"/accounts/demo/{mail}", headers=ORIGIN))


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT"])
@pytest.mark.parametrize(
    "path", ["/", "/bestellingen", "/accounts/login/", "/staff", "/healthz", "/readyz"]
)
def test_no_address_knows_a_method_that_it_does_not_need(
    browser: Browser, method: str, path: str
) -> None:
    enter(browser)
    answer = browser.loop.run(browser.client.request(method, path, headers=ORIGIN))
    assert answer.status_code in (302, 303, 403, 404, 405, 501), answer.text[:200]
    assert "balie=" not in answer.text, "nothing of the request comes back"


@pytest.mark.parametrize(
    "path", ["/.git/HEAD", "/.env", "/static/../balie.db", "/static/%2e%2e/keys", "/static/"]
)
def test_no_file_of_ours_is_served(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_another_origin_is_given_nothing(browser: Browser) -> None:
    enter(browser)
    for path in ("/bestellingen", "/api/openapi.json", "/accounts/login/"):
        answer = browser.get(path, headers={"origin": "https://evil.example"})
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_a_password_is_masked_and_managers_of_passwords_are_helped(browser: Browser) -> None:
    page = browser.get("/accounts/login/").text
    fields = re.findall(r'<input[^>]*name="password"[^>]*>', page)
    assert fields
    for field in fields:
        assert 'type="password"' in field
        assert 'autocomplete="current-password"' in field
        assert "onpaste" not in field
        assert "maxlength" not in field


def test_a_long_password_is_taken_whole_and_compared_letter_by_letter(browser: Browser) -> None:
    sanne = Person.objects.get(email="sanne@example.nl")
    sanne.password = make_password(LONG)
    sanne.save()
    for wrong in (LONG[:-1], LONG + "x", LONG.upper(), LONG[:72], f" {LONG}"):
        assert not check_password(wrong, sanne.password)
    signed_in = browser.post("/accounts/login/", {"login": sanne.email, "password": LONG})
    assert signed_in.headers["location"] == "/"


def test_signing_out_is_on_every_page(browser: Browser) -> None:
    enter(browser)
    for path in ("/", "/bestellingen", "/gegevens", "/accounts/sessions/", "/accounts/looked/"):
        assert 'href="/accounts/logout/"' in browser.get(path).text, path


@pytest.mark.parametrize("address", ["x@example.nl\r\nBcc: y@example.nl", "x@example.nl\n\nhi"])
def test_an_address_with_a_line_in_it_gets_no_mail(browser: Browser, address: str) -> None:
    answer = browser.post("/accounts/login/code/", {"email": address})
    assert answer.status_code == 422
