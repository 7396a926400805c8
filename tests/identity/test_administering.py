"""The staff's page of the parties that customers sign in with."""

import html
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils.timezone import now

from balie.identity.connections.connection import Logout, StepUp, TrustEmail
from balie.identity.connections.presets import PRESETS
from balie.identity.connections.refusals import EXPLAINED, Check
from balie.identity.connections.register import connection_named
from balie.identity.invitations import Invited, invite
from balie.identity.models import LoginConnection, Person
from balie.identity.organisations.members import PURPOSE
from balie.identity.people import enrol
from tests.browser import PASSWORD, Browser
from tests.frontstage.markup import read
from tests.identity.conftest import Noted, Site
from tests.identity.providers.provider import (
    ISSUER,
    SECRET,
    Provider,
    connection,
    said,
)

AT, ADD, ACME = (
    "/accounts/connections/", "/accounts/connections/add/", "/accounts/connections/of/acme/",
)  # fmt: skip
WHOLE = {
    "do": "keep",
    "preset": "okta-org",
    "name": "acme",
    "title": "Acme",
    "issuer": "https://acme.okta.com",
    "client_id": "0oa1b2c3",
    "secret": "a very secret word",
    "trust_email": "claim",
    "mail_domains": "Acme.com acme.org",
    "organisations": "",
}


def somebody(name: str, *roles: str) -> Person:
    person, _ = enrol(f"{name}@example.nl", name=name.title(), staff_roles=roles, verified=True)
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def ada(site: Site, transactional_db: None) -> Browser:
    """Somebody of staff who administers the portal."""
    browser = site.browser()
    browser.sign_in(somebody("ada", "administrators").email)
    return browser


def test_an_administrator_adds_changes_and_removes_a_party(site: Site, ada: Browser) -> None:
    added = ada.post(ADD, WHOLE, page=f"{ADD}?preset=okta-org")
    assert (added.status_code, added.headers["location"]) == (302, ACME)
    kept = connection_named("acme", site.logins.seal)
    assert kept is not None
    assert (kept.secret, kept.mail_domains) == ("a very secret word", ("acme.com", "acme.org"))
    assert kept.discovery == "https://acme.okta.com/.well-known/openid-configuration"
    page = ada.get(ACME).text
    assert "a very secret word" not in page
    assert "/accounts/with/acme/back/" in page
    assert "Acme" in ada.get(AT).text

    changed = ada.post(ACME, {**WHOLE, "secret": "", "title": "Acme BV"})
    assert changed.status_code == 302
    kept = connection_named("acme", site.logins.seal)
    assert kept is not None
    assert (kept.title, kept.secret) == ("Acme BV", "a very secret word")

    moved = ada.post(ACME, {**WHOLE, "secret": "", "issuer": "https://elsewhere.example"})
    assert moved.status_code == 422  # a kept secret goes nowhere else
    assert 'id="secret-fault"' in moved.text

    assert "Acme BV" in ada.post(ACME, {"do": "remove"}).text
    assert LoginConnection.objects.exists()
    assert ada.post(ACME, {"do": "remove", "sure": "yes"}).headers["location"] == AT
    assert not LoginConnection.objects.exists()


def test_whatever_is_wrong_is_told_at_its_field_and_nothing_is_kept(
    site: Site, ada: Browser
) -> None:
    wrong = {**WHOLE, "name": "Ac me", "issuer": "http://acme", "client_id": "", "secret": ""}
    answer = ada.post(ADD, wrong, page=f"{ADD}?preset=okta-org")
    assert answer.status_code == 422
    assert set(re.findall(r'id="(\w+)-fault"', answer.text)) == {
        "name", "issuer", "client_id", "secret",
    }  # fmt: skip
    b2c = ada.post(ADD, {**WHOLE, "preset": "azure-b2c"}, page=f"{ADD}?preset=okta-org")
    assert b2c.status_code == 422
    assert not LoginConnection.objects.exists()


def test_a_kind_is_chosen_first_and_only_what_it_needs_is_in_sight(
    site: Site, ada: Browser
) -> None:
    chosen = re.findall(r'href="\?preset=([\w-]+)"', ada.get(ADD).text)
    assert chosen == list(PRESETS)
    okta, b2c = (ada.get(f"{ADD}?preset={name}").text for name in ("okta-org", "azure-b2c"))

    def in_sight(page: str) -> list[str]:
        first = page.partition('<details class="card"')[0]
        return re.findall(r'<(?:input|textarea|select)[^>]* id="(\w+)"', first)

    assert in_sight(okta) == ["preset", "name", "title", "issuer", "client_id", "secret"]
    assert in_sight(b2c) == [
        "preset", "name", "title", "issuer", "discovery", "client_id", "secret", "policy", "reset",
    ]  # fmt: skip
    for page in (okta, b2c):  # all of it is there, once
        names = set(re.findall(r' name="(\w+)"', page))
        assert names >= {*_WHAT_ELSE, "name", "title", "issuer", "discovery", "policy"}
    assert 'id="step_up-acr_values" name="step_up" value="acr_values" checked' in okta
    assert 'id="logout-revoke" name="logout" value="revoke" checked' in okta


_WHAT_ELSE = {
    "mail_domains", "organisations", "trust_email", "trusted_domains", "step_up", "two_steps",
    "level_claim", "max_age", "logout", "end_session", "claims", "scopes", "uid", "userinfo",
    "proof",
}  # fmt: skip
ALL = WHOLE | {
    "ticked": "yes", "step_up": "claims", "two_steps": "urn:a urn:b", "level_claim": "acrs",
    "max_age": "600", "logout": "terminate", "end_session": "https://acme.okta.com/terminate",
    "claims": "contact=customer_id\r\n company = org ", "scopes": "profile email", "uid": "oid",
    "proof": "client_secret_post", "trust_email": "domains", "trusted_domains": "@Acme.com",
}  # fmt: skip


def test_levels_claims_and_kinds_of_logout_are_kept_as_the_command_line_keeps_them(
    site: Site, ada: Browser
) -> None:
    assert ada.post(ADD, ALL, page=f"{ADD}?preset=okta-org").status_code == 302
    kept = connection_named("acme", site.logins.seal)
    assert kept is not None
    assert (kept.step_up, kept.two_steps, kept.level_claim, kept.max_age) == (
        StepUp.CLAIMS, ("urn:a", "urn:b"), "acrs", 600,
    )  # fmt: skip
    assert (kept.logout, kept.end_session) == (
        (Logout.TERMINATE,), "https://acme.okta.com/terminate",
    )  # fmt: skip
    assert kept.claims == {"contact": "customer_id", "company": "org"}
    assert (kept.scopes, kept.uid, kept.userinfo) == (("openid", "profile", "email"), "oid", False)
    assert (kept.trust_email, kept.trusted_domains) == (TrustEmail.DOMAINS, ("acme.com",))

    page = html.unescape(ada.get(ACME).text)  # and they are shown as they are
    assert 'value="urn:a urn:b"' in page
    assert "contact=customer_id\ncompany=org" in page
    assert ada.post(ACME, {"do": "keep", "title": "Acme"}).status_code == 302
    assert connection_named("acme", site.logins.seal) == kept  # what no field asked stays


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"step_up": "claims", "two_steps": ""}, "two_steps"),
        ({"step_up": "policy", "two_steps": "B2C_1_mfa", "policy": ""}, "policy"),
        ({"step_up": "by magic"}, "step_up"),
        ({"max_age": "43201"}, "max_age"),
        ({"max_age": "-1"}, "max_age"),
        ({"logout": "terminate", "end_session": ""}, "end_session"),
        ({"end_session": "http://acme.okta.com/out"}, "end_session"),
        ({"claims": "contact"}, "claims"),
        ({"claims": "contact=a\ncontact=b"}, "claims"),
        ({"claims": "contact=two words"}, "claims"),
        ({"uid": "two words"}, "uid"),
        ({"level_claim": "a\x07"}, "level_claim"),
        ({"trust_email": "domains", "trusted_domains": ""}, "trusted_domains"),
        ({"proof": "none"}, "secret"),
        ({"proof": "private_key_jwt"}, "secret"),
        ({"proof": "by magic"}, "proof"),
        ({"preset": "by magic"}, "preset"),
    ],
)
def test_what_cannot_be_meant_is_told_at_its_field(
    site: Site, ada: Browser, changes: dict[str, str], field: str
) -> None:
    answer = ada.post(ADD, {**ALL, **changes}, page=f"{ADD}?preset=okta-org")
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    assert not LoginConnection.objects.exists()


def test_a_kept_secret_does_not_become_a_key_nor_go_elsewhere(site: Site, ada: Browser) -> None:
    ada.post(ADD, ALL, page=f"{ADD}?preset=okta-org")
    for changes in ({"proof": "private_key_jwt"}, {"discovery": "https://evil.example/d"}):
        answer = ada.post(ACME, {**ALL, "secret": "", **changes})
        assert answer.status_code == 422
        assert 'id="secret-fault"' in answer.text


def test_a_domain_and_an_organisation_lead_to_one_party(site: Site, ada: Browser) -> None:
    site.connect(replace(connection(), mail_domains=("acme.com",)), Provider())
    answer = ada.post(ADD, {**WHOLE, "name": "other"}, page=f"{ADD}?preset=okta-org")
    assert answer.status_code == 422
    assert 'id="mail_domains-fault"' in answer.text


def test_a_party_is_looked_over_and_what_to_change_is_told(site: Site, ada: Browser) -> None:
    provider = Provider(raw={"/token": said({"error": "invalid_client"}, 401)})
    site.connect(connection(), provider)
    page = ada.post(ACME, {"do": "test"})
    assert page.status_code == 200
    assert "Zo kan niemand hier inloggen" in page.text
    assert EXPLAINED[Check.CLIENT][1].split(".")[0] in html.unescape(page.text)
    assert SECRET not in page.text


def test_why_people_were_refused_lately_is_told_with_what_to_change(
    site: Site, ada: Browser
) -> None:
    """That nobody was assigned to the application shows in nothing but the sign-ins themselves."""
    site.connect(connection(), Provider())
    for _ in range(2):
        browser = site.browser()
        there = browser.get("/accounts/with/acme/").headers["location"]
        state = parse_qs(urlsplit(there).query)["state"][0]
        back = f"/accounts/with/acme/back/?error=access_denied&iss={ISSUER}&state={state}"
        assert browser.get(back).status_code == 400
    page = html.unescape(ada.post(ACME, {"do": "test"}).text)
    assert "refused: access denied" in page
    assert "2 times this week, last on " in page
    assert EXPLAINED[Check.CANCELLED][1] in page
    site.connect(replace(connection(), name="other"), Provider())
    assert "refused:" not in ada.post(ACME.replace("acme", "other"), {"do": "test"}).text


def test_every_page_of_it_is_whole(site: Site, ada: Browser) -> None:
    site.connect(connection(), Provider())
    for page in (AT, ADD, ACME, *(f"{ADD}?preset={name}" for name in PRESETS)):
        answer = ada.get(page)
        assert answer.status_code == 200
        read(answer.text)  # whatever is not closed, or there twice, is an AssertionError


@pytest.mark.parametrize("roles", [("service",), ()])
def test_for_others_there_is_no_such_page(
    site: Site, transactional_db: None, roles: tuple[str, ...]
) -> None:
    site.connect(connection(), Provider())
    browser = site.browser()
    browser.sign_in(somebody("mila", *roles).email)
    for address in (AT, ADD, ACME):
        assert browser.get(address).status_code == 404
    sent = browser.post(ACME, {"do": "remove", "sure": "yes"}, page="/accounts/password/change/")
    assert sent.status_code == 404
    assert LoginConnection.objects.exists()


def test_who_is_not_signed_in_does_so_first(site: Site, transactional_db: None) -> None:
    assert site.browser().get(AT).headers["location"].startswith("/accounts/login/")


def test_who_is_invited_to_an_organisation_of_a_party_signs_in_there(
    site: Site, transactional_db: None
) -> None:
    site.connect(replace(connection(), organisations=("company-a",)), Provider())
    about = {"organisation": "company-a", "role": "buyer", "title": "Van Dalen"}
    invited = Invited(address="nieuw@example.nl", purpose=PURPOSE, about=about, by="")
    _, token = invite(invited, now(), Noted())
    browser = site.browser()
    assert browser.get(f"/accounts/invitations/{token}/").status_code == 302
    page = browser.get("/accounts/invitations/").text
    assert "/accounts/with/acme/?next=/accounts/invitations/" in page
