"""The staff's page of the parties that customers sign in with."""

import html
import re
from dataclasses import replace

import pytest
from django.utils.timezone import now

from balie.identity.connections.refusals import EXPLAINED, Check
from balie.identity.connections.register import connection_named
from balie.identity.invitations import Invited, invite
from balie.identity.models import LoginConnection, Person
from balie.identity.organisations.members import PURPOSE
from balie.identity.people import enrol
from tests.browser import PASSWORD, Browser
from tests.identity.conftest import Noted, Site
from tests.identity.providers.provider import SECRET, Provider, connection, said

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
    added = ada.post(ADD, WHOLE)
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
    answer = ada.post(ADD, wrong)
    assert answer.status_code == 422
    assert set(re.findall(r'id="(\w+)-fault"', answer.text)) == {
        "name", "issuer", "client_id", "secret",
    }  # fmt: skip
    assert ada.post(ADD, {**WHOLE, "preset": "azure-b2c"}).status_code == 422
    assert not LoginConnection.objects.exists()


def test_a_domain_and_an_organisation_lead_to_one_party(site: Site, ada: Browser) -> None:
    site.connect(replace(connection(), mail_domains=("acme.com",)), Provider())
    answer = ada.post(ADD, {**WHOLE, "name": "other"})
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
