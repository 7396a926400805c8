"""Signing in, as a customer does it: a code by mail first, a password when they have one."""

import html
import re

import pytest

from balie.identity.models import DemoMail, Person, Recognition, ViewerSession
from balie.identity.people import enrol
from tests.browser import PASSWORD, Browser
from tests.identity.conftest import Site, last_code


def test_somebody_signs_in_with_a_code_by_mail(browser: Browser, sanne: Person) -> None:
    asked = browser.post(
        "/accounts/login/code/", {"email": "Sanne@Example.nl"}, page="/accounts/login/"
    )
    assert (asked.status_code, asked.headers["location"]) == (302, "/accounts/login/code/confirm/")

    entered = browser.post(asked.headers["location"], {"code": last_code("sanne@example.nl")})

    assert (entered.status_code, entered.headers["location"]) == (302, "/accounts/passkeys/offer/")
    assert browser.seen_by_thin is not None
    assert browser.seen_by_thin["email"] == "sanne@example.nl"
    assert browser.seen_by_django


def test_somebody_signs_in_with_a_password(browser: Browser, sanne: Person) -> None:
    answer = browser.sign_in("sanne@example.nl")

    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    assert browser.seen_by_thin == {
        "email": "sanne@example.nl", "links": {}, "staff": False, "roles": [],
        "name": "Sanne de Wit",
        "acting for": None,
    }  # fmt: skip


def test_a_wrong_password_is_told_in_words_and_signs_nobody_in(
    browser: Browser, sanne: Person
) -> None:
    answer = browser.sign_in("sanne@example.nl", "iets heel anders")

    assert answer.status_code == 422
    assert "Dit e-mailadres en dit wachtwoord horen niet bij elkaar" in answer.text
    assert "<title>Fout: Inloggen" in answer.text
    assert browser.seen_by_thin is None


def test_a_half_finished_sign_in_is_nobody_on_either_layer(browser: Browser, sanne: Person) -> None:
    browser.post("/accounts/login/code/", {"email": "sanne@example.nl"})

    assert browser.seen_by_thin is None
    assert not browser.seen_by_django
    assert not ViewerSession.objects.exists()


def test_a_customer_whom_a_system_knows_needs_no_account_beforehand(site: Site) -> None:
    site.systems.known["bram@example.nl"] = {"contact": "c-17"}
    browser = site.browser()
    asked = browser.post("/accounts/login/code/", {"email": "bram@example.nl"})
    browser.post(asked.headers["location"], {"code": last_code("bram@example.nl")})

    assert browser.seen_by_thin is not None
    assert browser.seen_by_thin["links"] == {"contact": ["c-17"]}


def test_whoever_signs_in_with_a_code_is_led_on_to_where_they_were_going(
    browser: Browser, sanne: Person
) -> None:
    page = browser.get("/accounts/login/?next=%2Forders%2F17").text
    action = re.search(r'action="(/accounts/login/code/[^"]*)"', page)
    assert action
    asked = browser.post(html.unescape(action[1]), {"email": sanne.email})
    entered = browser.post(asked.headers["location"], {"code": last_code(sanne.email)})

    assert entered.headers["location"] == "/orders/17"


def test_a_new_code_takes_the_place_of_the_old_one(browser: Browser, sanne: Person) -> None:
    asked = browser.post("/accounts/login/code/", {"email": sanne.email})
    confirm, old = asked.headers["location"], last_code(sanne.email)
    assert "Stuur een nieuwe code" in browser.get(confirm).text
    browser.post(confirm, {"action": "resend"})

    assert browser.post(confirm, {"code": old}).status_code == 422
    assert browser.post(confirm, {"code": last_code(sanne.email)}).status_code == 302


def test_a_code_is_guessed_three_times_at_most(browser: Browser, sanne: Person) -> None:
    asked = browser.post("/accounts/login/code/", {"email": sanne.email})
    confirm, code = asked.headers["location"], last_code(sanne.email)
    for _ in range(3):
        browser.post(confirm, {"code": "NOPE-NOPE"})

    browser.post(confirm, {"code": code})
    assert browser.seen_by_thin is None


def test_a_stranger_reads_the_same_page_and_gets_no_account(site: Site, sanne: Person) -> None:
    known, stranger = site.browser(), site.browser()
    asked = [
        browser.post("/accounts/login/code/", {"email": email})
        for browser, email in ((known, "sanne@example.nl"), (stranger, "niemand@example.nl"))
    ]
    pages = [
        browser.get(answer.headers["location"]).text.replace(email, "...")
        for browser, answer, email in (
            (known, asked[0], "sanne@example.nl"),
            (stranger, asked[1], "niemand@example.nl"),
        )
    ]

    assert asked[0].status_code == asked[1].status_code == 302
    assert _without_tokens(pages[0]) == _without_tokens(pages[1])
    assert not Person.objects.filter(email="niemand@example.nl").exists()
    assert site.systems.asked == ["sanne@example.nl", "niemand@example.nl"]
    assert DemoMail.objects.filter(to="niemand@example.nl").count() == 1


def test_a_link_is_kept_once_and_never_changed(site: Site, sanne: Person) -> None:
    site.systems.known["sanne@example.nl"] = {"contact": "c-1"}
    site.browser().sign_in("sanne@example.nl")
    site.systems.known["sanne@example.nl"] = {"contact": "c-2", "company": "b-9"}
    browser = site.browser()
    browser.sign_in("sanne@example.nl")

    assert browser.seen_by_thin is not None
    assert browser.seen_by_thin["links"] == {"contact": ["c-1"], "company": ["b-9"]}
    assert Recognition.objects.get(name="contact").why == "verified mail at sign-in"


def test_staff_are_staff_on_both_layers_and_no_system_is_asked(site: Site) -> None:
    mila, _ = enrol(
        "mila@example.nl", name="Mila", staff_roles=("returns", "service"), verified=True
    )
    mila.set_password(PASSWORD)
    mila.save()
    browser = site.browser()
    browser.sign_in("mila@example.nl")

    assert browser.seen_by_thin == {
        "email": "mila@example.nl", "links": {}, "staff": True, "roles": ["returns", "service"],
        "name": "Mila",
        "acting for": None,
    }  # fmt: skip
    assert site.systems.asked == []


def test_an_unverified_address_must_be_verified_before_a_password_signs_in(site: Site) -> None:
    person, _ = enrol("nieuw@example.nl", verified=False)
    person.set_password(PASSWORD)
    person.save()
    browser = site.browser()
    answer = browser.sign_in("nieuw@example.nl")
    assert browser.seen_by_thin is None

    browser.post(answer.headers["location"], {"code": last_code("nieuw@example.nl")})
    assert browser.seen_by_thin is not None


def test_guessing_passwords_is_stopped_after_five_times(browser: Browser, sanne: Person) -> None:
    answers = [browser.sign_in("sanne@example.nl", f"gok nummer {n}") for n in range(6)]

    assert "te veel pogingen" in answers[-1].text
    assert "te veel pogingen" in browser.sign_in("sanne@example.nl").text


def test_the_language_of_a_page_is_that_of_the_browser(browser: Browser) -> None:
    assert '<html lang="nl"' in browser.get("/accounts/login/").text
    english = browser.get("/accounts/login/", headers={"accept-language": "en"}).text
    assert '<html lang="en"' in english
    assert "Sign in with a code" in english


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/email/", "/accounts/nothing/"])
def test_what_we_do_not_offer_does_not_exist(browser: Browser, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code == 404
    assert "Deze pagina bestaat niet" in answer.text


def test_a_form_without_its_token_is_refused_in_words(site: Site, sanne: Person) -> None:
    browser = site.browser()
    answer = site.loop.run(
        browser.client.post(
            "/accounts/login/", data={"login": "sanne@example.nl", "password": PASSWORD}
        )
    )

    assert answer.status_code == 403
    assert "stond te lang open" in answer.text
    assert browser.seen_by_thin is None


def _without_tokens(html: str) -> list[str]:
    return [line for line in html.splitlines() if "csrfmiddlewaretoken" not in line]
