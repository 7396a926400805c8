"""Front ends of one's own sign people in: off by default, and with every promise of the pages."""

import json
from collections.abc import Callable

import httpx
import pytest
from django.urls import URLPattern, get_resolver

from balie.identity.headless.description import description
from balie.identity.models import Person, ViewerSession
from balie.identity.people import close_account
from balie.store.models import Audit
from tests.browser import PASSWORD, Browser
from tests.identity.conftest import Site, last_code
from tests.identity.test_second_steps import connect

HERE = {"origin": "http://127.0.0.1:8000"}
API = "/_allauth/browser/v1/"
WRONG = "niet dit wachtwoord"


@pytest.fixture
def site(build: Callable[..., Site]) -> Site:
    return build(demo=True, headless=True)


def call(
    browser: Browser, method: str, path: str, headers: dict[str, str] | None = None, **body: object
) -> httpx.Response:
    """Asks as a page of the same host does."""
    said = {"content": json.dumps(body).encode()} if body else {}
    kind = {"content-type": "application/json"} if body else {}
    return browser.loop.run(
        browser.client.request(
            method, API + path, headers=(HERE if headers is None else headers) | kind, **said
        )
    )


def ask(browser: Browser, email: str) -> httpx.Response:
    return call(browser, "POST", "auth/code/request", email=email)


def enter_code(browser: Browser, code: str) -> httpx.Response:
    return call(browser, "POST", "auth/code/confirm", code=code)


def with_password(browser: Browser, email: str, password: str = PASSWORD) -> httpx.Response:
    return call(browser, "POST", "auth/login", email=email, password=password)


def pending(answer: httpx.Response) -> list[str]:
    return [one["id"] for one in answer.json()["data"]["flows"] if one.get("is_pending")]


def codes(answer: httpx.Response) -> list[str]:
    return [one["code"] for one in answer.json()["errors"]]


def described() -> dict[str, set[str]]:
    """Address below the API -> methods."""
    paths = description()["paths"]
    assert isinstance(paths, dict)
    return {path.removeprefix(API): {m.upper() for m in item} for path, item in paths.items()}


def test_switched_off_nothing_answers(build: Callable[..., Site], sanne: Person) -> None:
    browser = build(demo=True).browser()
    for path, methods in described().items():
        for method in methods:
            assert call(browser, method, path).status_code == 404, path
    assert with_password(browser, sanne.email).status_code == 404
    assert browser.get("/_allauth/openapi.json").status_code == 404
    assert browser.seen_by_thin is None


def test_the_description_names_what_is_there_and_nothing_else(site: Site) -> None:
    there = [one for one in get_resolver().url_patterns if str(one.pattern) == "_allauth/"]
    addresses = {str(one.pattern) for one in there[0].url_patterns if isinstance(one, URLPattern)}
    assert addresses == {"openapi.json"} | {f"browser/v1/{path}" for path in described()}
    served = site.browser().get("/_allauth/openapi.json").json()
    assert served["openapi"] == "3.1.0"
    assert served == json.loads(json.dumps(description()))
    browser = site.browser()
    for path, methods in described().items():
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            status = call(browser, method, path).status_code
            assert (status == 405) == (method not in methods), (method, path, status)


def test_a_front_end_signs_in_by_code_sees_the_session_and_signs_out(
    site: Site, sanne: Person
) -> None:
    browser = site.browser()
    assert call(browser, "GET", "auth/session").status_code == 401
    asked = ask(browser, sanne.email)
    assert (asked.status_code, pending(asked)) == (401, ["login_by_code"])
    assert browser.seen_by_thin is None

    signed_in = enter_code(browser, last_code(sanne.email))
    assert signed_in.status_code == 200, signed_in.text
    assert signed_in.json()["data"]["user"]["email"] == sanne.email
    assert "session_token" not in signed_in.text
    assert browser.seen_by_thin is not None  # a page of the other layer: the sign-in is complete
    assert browser.seen_by_thin["email"] == sanne.email
    assert ViewerSession.objects.filter(person=sanne).count() == 1
    session = call(browser, "GET", "auth/session").json()
    assert session["data"]["user"]["id"] == str(sanne.pk)

    out = call(browser, "DELETE", "auth/session")
    assert (out.status_code, out.json()["meta"]["is_authenticated"]) == (401, False)
    assert browser.seen_by_thin is None
    noted = Audit.objects.filter(about=sanne.pk.hex).values_list("what", flat=True)
    assert [what for what in noted if what.startswith("signed")] == ["signed in", "signed out"]


def test_a_password_signs_in_and_a_wrong_or_closed_one_does_not(site: Site, sanne: Person) -> None:
    browser = site.browser()
    wrong = with_password(browser, sanne.email, WRONG)
    assert (wrong.status_code, codes(wrong)) == (400, ["email_password_mismatch"])
    assert with_password(browser, sanne.email).status_code == 200
    assert browser.seen_by_thin is not None
    assert with_password(browser, sanne.email).status_code == 409  # one at a time
    assert ask(browser, sanne.email).status_code == 409
    close_account(sanne.email)
    assert call(browser, "GET", "auth/session").status_code == 401
    assert with_password(site.browser(), sanne.email).status_code in (400, 401)
    assert browser.seen_by_thin is None


def test_a_second_step_is_asked_each_code_counts_once_and_the_pages_go_on(
    site: Site, sanne: Person
) -> None:
    at_page = site.browser()
    at_page.sign_in(sanne.email)
    app = connect(at_page)

    first, second = site.browser(), site.browser()
    for one in (first, second):
        asked = with_password(one, sanne.email)
        assert (asked.status_code, pending(asked)) == (401, ["mfa_authenticate"])
        assert one.seen_by_thin is None
    # The code that connected the app is used.
    used = call(first, "POST", "auth/2fa/authenticate", code=app.code())
    assert (used.status_code, codes(used)) == (400, ["incorrect_code"])
    assert call(first, "POST", "auth/2fa/authenticate", code=app.code(1)).status_code == 200
    assert first.seen_by_thin is not None
    assert call(second, "POST", "auth/2fa/authenticate", code=app.code(1)).status_code == 400
    # What a front end began is ended on the page as well: it is one session.
    assert second.post("/accounts/two-step/enter/", {"code": app.recovery[0]}).status_code == 302
    assert second.seen_by_thin is not None


def test_other_websites_sign_nobody_in_or_out(site: Site, sanne: Person) -> None:
    browser = site.browser()
    for headers in (
        {},
        {"origin": "https://evil.example"},
        {"origin": HERE["origin"], "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ):
        for method, path in (("POST", "auth/login"), ("DELETE", "auth/session")):
            body = {"email": sanne.email, "password": PASSWORD} if method == "POST" else {}
            assert call(browser, method, path, headers, **body).status_code == 403
    form = {"email": sanne.email, "password": PASSWORD}
    sent = browser.loop.run(browser.client.post(API + "auth/login", data=form, headers=HERE))
    assert sent.status_code == 415
    assert browser.seen_by_thin is None
