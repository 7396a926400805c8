"""Signing in with another party, as a customer does it; and what it must never do."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from balie.identity.models import (
    LoginConnection,
    Person,
    ProviderIdentity,
    ProviderSession,
    Recognition,
    ViewerSession,
)
from balie.identity.people import close_account, enrol
from tests.browser import PASSWORD, Browser
from tests.identity.conftest import Site, last_code
from tests.identity.providers.provider import SECRET, Provider, connection, drops, sets


@pytest.fixture
def acme(site: Site) -> Provider:
    """A party to sign in with, that does everything right."""
    provider = Provider()
    site.connect(connection(), provider)
    return provider


def go(browser: Browser, provider: Provider, name: str = "acme", query: str = "") -> httpx.Response:
    """There and back."""
    sent = browser.get(f"/accounts/with/{name}/{query}")
    assert sent.status_code == 302, sent.text
    return browser.get(
        f"/accounts/with/{name}/back/?{provider.authorise(sent.headers['location'])}"
    )


def test_a_customer_signs_in_and_is_linked_once(site: Site, acme: Provider) -> None:
    site.systems.known["sanne@example.nl"] = {"contact": "c-1"}
    browser = site.browser()
    answer = go(browser, acme)

    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    assert browser.seen_by_thin == {
        "email": "sanne@example.nl", "links": {"contact": ["c-1"]}, "staff": False, "roles": [],
        "name": "Sanne", "acting for": None,
    }  # fmt: skip
    assert browser.get("/accounts/logout/").status_code == 200  # Django sees it too
    identity = ProviderIdentity.objects.get()
    assert (identity.issuer, identity.subject) == ("https://id.example.com", "s-1")
    assert Recognition.objects.get().why == "verified mail at sign-in"
    assert ProviderSession.objects.get().sid == "session-1"
    assert "eyJ" not in str(bytes(ProviderSession.objects.get().sealed))


def test_after_that_the_address_counts_no_more(site: Site, sanne: Person, acme: Provider) -> None:
    go(site.browser(), acme)
    acme.person = {"sub": "s-1", "email": "bram@example.nl", "email_verified": True}
    browser = site.browser()
    go(browser, acme)

    assert browser.seen_by_thin is not None
    assert browser.seen_by_thin["email"] == "sanne@example.nl"
    assert Person.objects.count() == 1


def test_an_address_that_was_given_on_opens_no_file_of_before(
    site: Site, sanne: Person, acme: Provider
) -> None:
    go(site.browser(), acme)
    acme.person["sub"] = "s-2"
    browser = site.browser()
    answer = go(browser, acme)

    assert answer.status_code == 403
    assert "hoort bij een ander account" in answer.text
    assert browser.seen_by_thin is None


def test_staff_sign_in_locally_only(site: Site, acme: Provider) -> None:
    enrol("sanne@example.nl", staff_roles=("service",), verified=True)
    browser = site.browser()
    answer = go(browser, acme)

    assert answer.status_code == 403
    assert "Medewerkers loggen niet in met Acme" in answer.text
    assert browser.seen_by_thin is None
    assert not ProviderIdentity.objects.exists()


def test_who_became_staff_later_comes_by_no_link_of_before(
    site: Site, sanne: Person, acme: Provider
) -> None:
    go(site.browser(), acme)
    enrol("sanne@example.nl", staff_roles=("service",), verified=True)

    assert go(site.browser(), acme).status_code == 403


def test_a_closed_account_stays_closed(site: Site, sanne: Person, acme: Provider) -> None:
    go(site.browser(), acme)
    close_account("sanne@example.nl")
    browser = site.browser()
    go(browser, acme)

    assert browser.seen_by_thin is None


def test_an_address_that_nobody_proved_is_proved_with_a_code_once(
    site: Site, sanne: Person, acme: Provider
) -> None:
    acme.person["email_verified"] = False
    browser = site.browser()
    page = go(browser, acme, query="?next=/orders/17")
    assert page.status_code == 200
    assert "Is dit uw e-mailadres?" in page.text
    assert browser.seen_by_thin is None
    assert not ProviderIdentity.objects.exists()
    action = re.search(r'action="(/accounts/login/code/[^"]*)"', page.text)
    assert action

    asked = browser.post(action[1], {"email": "sanne@example.nl"}, page="/accounts/login/")
    done = browser.post(asked.headers["location"], {"code": last_code("sanne@example.nl")})
    assert done.headers["location"] == "/orders/17"
    assert ProviderIdentity.objects.get().why == "code by mail"
    assert ProviderSession.objects.exists()

    again = site.browser()
    go(again, acme)
    assert again.seen_by_thin is not None


def test_a_code_links_no_second_account_of_a_party(
    site: Site, sanne: Person, acme: Provider
) -> None:
    go(site.browser(), acme)
    acme.person |= {"sub": "s-2", "email_verified": False}
    browser = site.browser()
    go(browser, acme)
    browser.sign_in("sanne@example.nl")

    assert browser.seen_by_thin is not None  # by her own password, which is nothing of that party
    assert [one.subject for one in ProviderIdentity.objects.all()] == ["s-1"]
    assert ProviderSession.objects.count() == 1


def test_whoever_signs_in_as_somebody_else_in_between_is_not_linked(
    site: Site, sanne: Person, acme: Provider
) -> None:
    acme.person |= {"email": "slachtoffer@example.nl", "email_verified": False}
    browser = site.browser()
    go(browser, acme)
    browser.sign_in("sanne@example.nl")

    assert browser.seen_by_thin is not None
    assert not ProviderIdentity.objects.exists()
    assert not ProviderSession.objects.exists()


def test_address_and_proof_come_from_one_document(site: Site, sanne: Person) -> None:
    provider = Provider()
    site.connect(connection(), provider)
    provider.claims = lambda claims: claims.pop(
        "email"
    )  # the token says that *something* is verified
    provider.userinfo = drops("email_verified")
    browser = site.browser()
    page = go(browser, provider)

    assert "Is dit uw e-mailadres?" in page.text
    assert browser.seen_by_thin is None


def test_nothing_of_an_address_changes_what_is_asked(site: Site, acme: Provider) -> None:
    plain = site.browser().get("/accounts/with/acme/").headers["location"]
    forged = site.browser().get(
        "/accounts/with/acme/?scope=admin&auth_params=prompt%3Dnone&client_id=x&redirect_uri=https://e"
        "&acr_values=0&process=connect&nonce=1&state=2"
    )
    asked, other = (parse_qs(urlsplit(one).query) for one in (plain, forged.headers["location"]))

    changing = {"state", "nonce", "code_challenge"}
    assert {k: v for k, v in asked.items() if k not in changing} == {
        "response_type": ["code"],
        "client_id": ["portal"],
        "redirect_uri": ["http://127.0.0.1:8000/accounts/with/acme/back/"],
        "scope": ["openid profile email"],
        "code_challenge_method": ["S256"],
    }
    assert asked.keys() == other.keys()
    assert all(asked[k] == other[k] for k in asked if k not in changing)
    assert all(asked[k] != other[k] for k in changing)


def test_an_answer_is_used_once_and_in_its_own_browser(
    site: Site, sanne: Person, acme: Provider
) -> None:
    browser, other = site.browser(), site.browser()
    back = acme.authorise(browser.get("/accounts/with/acme/").headers["location"])
    stolen = other.get(f"/accounts/with/acme/back/?{back}")
    assert (stolen.status_code, other.seen_by_thin) == (400, None)

    browser.get(f"/accounts/with/acme/back/?{back}")
    assert browser.seen_by_thin is not None
    assert browser.get(f"/accounts/with/acme/back/?{back}").status_code == 400


def test_the_answer_of_one_party_is_not_that_of_another(
    site: Site, sanne: Person, acme: Provider
) -> None:
    site.connect(connection(name="other"), acme)
    browser = site.browser()
    back = acme.authorise(browser.get("/accounts/with/acme/").headers["location"])
    answer = browser.get(f"/accounts/with/other/back/?{back}")

    assert (answer.status_code, browser.seen_by_thin) == (400, None)


def test_two_connections_may_have_one_client_id(site: Site, sanne: Person, acme: Provider) -> None:
    site.connect(connection(name="second"), acme)
    for name in ("acme", "second"):
        browser = site.browser()
        go(browser, acme, name)
        assert browser.seen_by_thin is not None


def test_nobody_is_led_to_another_website(site: Site, sanne: Person, acme: Provider) -> None:
    for next_page in ("https://evil.example.com", "//evil.example.com", "/\\evil"):
        answer = go(site.browser(), acme, query=f"?next={next_page}")
        assert answer.headers["location"] == "/"


def test_whoever_is_sent_by_another_website_clicks_once(site: Site, acme: Provider) -> None:
    browser = site.browser()
    page = browser.get("/accounts/with/acme/", headers={"sec-fetch-site": "cross-site"})

    assert page.status_code == 200
    assert 'href="/accounts/with/acme/"' in page.text
    assert "http-equiv" not in page.text


def test_another_persons_session_ends_when_somebody_signs_in(
    site: Site, sanne: Person, acme: Provider
) -> None:
    enrol("bram@example.nl", verified=True)[0].set_password(PASSWORD)
    browser = site.browser()
    browser.sign_in("sanne@example.nl")
    before = ViewerSession.objects.get().pk
    acme.person |= {"sub": "s-9", "email": "bram@example.nl"}
    go(browser, acme)

    assert browser.seen_by_thin is not None
    assert browser.seen_by_thin["email"] == "bram@example.nl"
    assert not ViewerSession.objects.filter(pk=before).exists()


def test_a_provider_is_asked_for_its_description_and_keys_once(
    site: Site, sanne: Person, acme: Provider
) -> None:
    go(site.browser(), acme)
    first = [request.template for request in acme.requests]
    acme.requests.clear()
    go(site.browser(), acme)

    assert first == ["/discovery", "/token", "/keys", "/userinfo"]
    assert [request.template for request in acme.requests] == ["/token", "/userinfo"]


def test_forged_keys_cost_a_provider_one_question_a_minute(site: Site, acme: Provider) -> None:
    acme.head = sets(kid="forged")
    for _ in range(3):
        go(site.browser(), acme)

    assert [r.template for r in acme.requests].count("/keys") == 1


def test_whoever_has_a_companys_address_goes_to_its_party(site: Site, sanne: Person) -> None:
    acme = Provider()
    site.connect(connection(mail_domains=("example.nl",)), acme)
    pages = []
    for email in ("sanne@example.nl", "niemand@EXAMPLE.nl"):
        browser = site.browser()
        page = browser.post("/accounts/login/code/", {"email": email}, page="/accounts/login/")
        assert page.status_code == 200
        pages.append(page.text)
        sent = browser.get("/accounts/with/acme/").headers["location"]
        assert parse_qs(urlsplit(sent).query)["login_hint"] == [email]

    assert 'content="0; url=/accounts/with/acme/"' in pages[0]
    assert pages[0] == pages[1]
    elsewhere = site.browser().post("/accounts/login/code/", {"email": "x@elders.nl"})
    assert elsewhere.headers["location"] == "/accounts/login/code/confirm/"
    assert site.browser().sign_in("sanne@example.nl").status_code == 302  # break glass


def test_a_button_stands_where_the_blueprint_says_so(build, sanne: Person) -> None:
    site: Site = build(demo=True, ways=("acme", "gone"))
    before = site.browser().get("/accounts/login/").text
    site.connect(connection(), Provider())
    page = site.browser().get("/accounts/login/?next=/orders/17").text

    assert "Inloggen met Acme" not in before
    assert 'href="/accounts/with/acme/?next=/orders/17"' in page
    assert "Inloggen met een code" in page


def test_a_connection_that_is_not_there_is_no_page(site: Site) -> None:
    assert site.browser().get("/accounts/with/acme/").status_code == 404
    assert site.browser().get("/accounts/with/acme/back/?code=x&state=y").status_code == 404


def test_a_secret_cannot_be_read_from_the_table(site: Site, acme: Provider) -> None:
    row = LoginConnection.objects.get()
    assert SECRET not in str(row.settings)
    assert SECRET.encode() not in bytes(row.sealed)


def test_a_refusal_is_told_in_the_visitors_language(site: Site, acme: Provider) -> None:
    answer = site.browser().get(
        "/accounts/with/acme/back/?state=x&code=y", headers={"accept-language": "en"}
    )
    assert "You are not signed in." in answer.text
    assert re.search(r"Then give this number: [2-9A-Z]{4}-[2-9A-Z]{4}", answer.text)


def test_a_forgotten_password_goes_to_the_policy_for_it(site: Site) -> None:
    b2c = Provider()
    b2c.answer = sets(error="access_denied", error_description="AADB2C90118: The user forgot")
    site.connect(connection(reset="reset"), b2c)
    answer = go(site.browser(), b2c)

    assert (answer.status_code, answer.headers["location"]) == (302, "/accounts/with/reset/")
