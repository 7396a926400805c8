"""Two steps proved by who is signed in already, with what they have here."""

import time

import httpx
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from balie.identity.factors.codes import connect_app
from balie.identity.models import Person, ViewerSession
from balie.identity.people import enrol
from tests.browser import Browser
from tests.identity.conftest import Site
from tests.identity.test_second_steps import code_of

PAGE = "/accounts/two-steps/?next=/facturen%3Fsort%3Ddate"
SECRET = "LINDEMANOEFENTMETTWEESTAPPEN2345"


@pytest.fixture
def signed_in(site: Site, sanne: Person) -> Browser:
    """Sanne, who signed in with her password, and connected an app since."""
    browser = site.browser()
    browser.sign_in(sanne.email)
    connect_app(sanne, SECRET)
    assert ViewerSession.objects.get().level == 1
    return browser


def prove(browser: Browser, code: str, page: str = PAGE) -> httpx.Response:
    return browser.post(page, {"code": code})


def test_a_code_of_the_app_proves_it_and_the_page_is_gone_on_with(
    site: Site, signed_in: Browser
) -> None:
    signed_in.client.cookies.set("lang", "nl")
    before = signed_in.cookies["balie"]
    answer = prove(signed_in, code_of(SECRET))

    assert (answer.status_code, answer.headers["location"]) == (302, "/facturen?sort=date")
    row = ViewerSession.objects.get()
    assert (row.level, row.level_at) == (2, pytest.approx(time.time(), abs=5))
    assert signed_in.cookies["balie"] != before
    thief = site.browser()
    thief.cookies.set("balie", before)
    assert thief.seen_by_thin is None
    assert not thief.seen_by_django
    assert signed_in.seen_by_thin is not None
    assert signed_in.get("/accounts/sessions/").status_code == 200


def test_it_counts_in_this_browser_alone(site: Site, sanne: Person, signed_in: Browser) -> None:
    other = site.browser()
    other.sign_in(sanne.email)
    other.post("/accounts/two-step/enter/", {"code": code_of(SECRET)})
    seen = [site.loop.run(site.reader(b.cookies["balie"])) for b in (signed_in, other)]
    assert [one and one.level for one in seen] == [1, 2]


def test_a_wrong_code_one_of_before_and_one_of_somebody_else_prove_nothing(
    signed_in: Browser,
) -> None:
    bram, _ = enrol("bram@example.nl", verified=True)
    connect_app(bram, "B" * 32)
    for code in ("000000", "", "'", "१२३४५६", code_of("B" * 32)):
        assert prove(signed_in, code).status_code == 422
    assert ViewerSession.objects.get().level == 1


def test_a_code_that_was_used_proves_nothing_more(site: Site, signed_in: Browser) -> None:
    assert prove(signed_in, code_of(SECRET)).status_code == 302
    assert prove(signed_in, code_of(SECRET)).status_code == 422


def test_codes_are_not_tried_without_end(signed_in: Browser) -> None:
    for _ in range(8):
        answer = prove(signed_in, "000000")
    assert answer.status_code in (422, 429)
    assert prove(signed_in, code_of(SECRET)).status_code in (422, 429)
    assert ViewerSession.objects.get().level == 1


def test_a_recovery_code_proves_it(sanne: Person, signed_in: Browser) -> None:
    kept = RecoveryCodes.activate(sanne)
    assert prove(signed_in, kept.get_unused_codes()[0]).status_code == 302
    assert ViewerSession.objects.get().level == 2


def test_who_has_no_second_step_is_told_what_to_do(signed_in: Browser) -> None:
    Authenticator.objects.all().delete()
    page = signed_in.get(PAGE)
    assert page.status_code == 200
    assert "Die heeft u nog niet" in page.text
    assert 'href="/accounts/two-step/app/"' in page.text
    assert 'href="/facturen?sort=date"' in page.text
    assert prove(signed_in, "123456").status_code == 403  # there is no form to send
    assert ViewerSession.objects.get().level == 1


def test_who_signs_in_in_two_steps_need_not_prove_it_again(
    site: Site, sanne: Person, signed_in: Browser
) -> None:
    ViewerSession.objects.all().delete()
    browser = site.browser()
    browser.sign_in(sanne.email)
    assert not ViewerSession.objects.exists()  # a half sign-in is none
    browser.post("/accounts/two-step/enter/", {"code": code_of(SECRET)})
    row = ViewerSession.objects.get()
    assert (row.level, row.level_at) == (2, pytest.approx(time.time(), abs=5))


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_leads_nobody_to_another_website(signed_in: Browser, page: str) -> None:
    address = f"/accounts/two-steps/?next={page}"
    assert "evil" not in signed_in.get(address).text.split("<main")[1].split("</main>")[0]
    answer = prove(signed_in, code_of(SECRET), address)
    assert answer.headers["location"] == "/"


def test_a_form_of_another_website_proves_nothing(site: Site, signed_in: Browser) -> None:
    form = {"code": code_of(SECRET)}
    answer = site.loop.run(signed_in.client.post(PAGE, data=form))
    assert answer.status_code == 403
    assert ViewerSession.objects.get().level == 1


def test_who_was_signed_out_elsewhere_is_not_let_in_by_it(signed_in: Browser) -> None:
    ViewerSession.objects.all().delete()
    answer = prove(signed_in, code_of(SECRET))
    assert answer.status_code in (302, 403)
    assert not ViewerSession.objects.exists()


def test_the_code_is_prompted_in_a_demo_to_its_own_people_alone(
    sanne: Person, signed_in: Browser
) -> None:
    assert "Oefening" not in signed_in.get(PAGE).text.split("<main")[-1]
    sanne.is_demo = True
    sanne.save()
    assert f">{code_of(SECRET)}<" in signed_in.get(PAGE).text
    prove(signed_in, code_of(SECRET))
    assert f">{code_of(SECRET, 1)}<" in signed_in.get(PAGE).text  # that one was used
