"""Delegated administration: who may do what to whom, and everything that others try."""

import re
import threading
import time

import httpx
import pytest
from django.db import connections
from django.utils.timezone import now

from balie.identity.invitations import take_up
from balie.identity.models import (
    DemoMail,
    Invitation,
    Membership,
    Organisation,
    Person,
    ViewerSession,
)
from balie.identity.organisations.members import Doing, colleagues, remove
from balie.identity.pages.invited import TAKE_UPS
from balie.identity.people import enrol
from tests.browser import PASSWORD, Browser
from tests.identity.conftest import Noted, Site, last_code

A, B = "company-a", "company-b"
PEOPLE, INVITE = "/accounts/organisation/", "/accounts/organisation/invite/"


def person(name: str, **member_of: str) -> Person:
    found, _ = enrol(f"{name}@example.nl", name=name.title(), verified=True)
    found.set_password(PASSWORD)
    found.save()
    for organisation, role in member_of.items():
        key = organisation.replace("_", "-")
        if role == "administrator":
            Membership.objects.create(person=found, organisation=key, is_administrator=True)
        else:
            Membership.objects.create(person=found, organisation=key, role=role)
    return found


@pytest.fixture
def anna(transactional_db: None) -> Person:
    return person("anna", company_a="administrator")


@pytest.fixture
def bram(transactional_db: None) -> Person:
    return person("bram", company_a="buyer")


@pytest.fixture
def carla(transactional_db: None) -> Person:
    return person("carla", company_b="buyer")


@pytest.fixture
def as_anna(site: Site, anna: Person) -> Browser:
    """She may give a role that asks two steps, and proved them."""
    browser = site.browser()
    browser.sign_in(anna.email)
    ViewerSession.objects.filter(person=anna).update(level=2)
    return browser


def at(one: Person) -> str:
    return f"{PEOPLE}people/{one.pk.hex}/"


def roles(one: Person, organisation: str = A) -> set[str]:
    found = [c for c in colleagues(organisation) if c.id == one.pk.hex]
    return (
        {*found[0].roles, *(["administrator"] if found[0].is_administrator else [])}
        if found
        else set()
    )


def invited(browser: Browser, address: str, **given: str) -> str:
    """The token in the mail that goes out."""
    answer = browser.post(INVITE, {"email": address, "role": "buyer"} | given)
    assert (answer.status_code, answer.headers["location"]) == (302, PEOPLE)
    found = re.search(
        r"/accounts/invitations/([\w-]+)/", DemoMail.objects.filter(to=address)[0].body
    )
    assert found
    return found[1]


def take_it_up(site: Site, address: str, token: str) -> httpx.Response:
    browser = site.browser()
    browser.get(f"/accounts/invitations/{token}/")
    asked = browser.post("/accounts/login/code/", {"email": address}, page="/accounts/login/")
    browser.post(asked.headers["location"], {"code": last_code(address)})
    return browser.post("/accounts/invitations/")


# ---- what an administrator does


def test_somebody_joins_by_an_invitation(site: Site, as_anna: Browser) -> None:
    token = invited(as_anna, "nieuw@example.nl")
    assert "nieuw@example.nl" in as_anna.get(PEOPLE).text

    assert take_it_up(site, "nieuw@example.nl", token).headers["location"] == "/"

    new = Person.objects.get(email="nieuw@example.nl")
    assert roles(new) == {"buyer"}
    assert "Uitgenodigd" not in as_anna.get(PEOPLE).text
    told = as_anna.get(f"{PEOPLE}done/").text
    assert "stuurde een uitnodiging" in told
    assert "kwam erbij" in told


def test_a_role_is_changed_and_ends_on_a_day(as_anna: Browser, bram: Person) -> None:
    answer = as_anna.post(at(bram), {"role": "finance", "until": "2099-12-31"})
    assert answer.status_code == 302
    assert roles(bram) == {"finance"}
    page = as_anna.get(at(bram)).text
    assert 'value="2099-12-31"' in page
    assert "tot en met" in as_anna.get(PEOPLE).text


def test_who_is_removed_is_out_at_the_next_request(
    site: Site, as_anna: Browser, bram: Person
) -> None:
    theirs = site.browser()
    theirs.sign_in(bram.email)
    assert "Company company-a" in theirs.get("/accounts/acting-for/").text

    assert as_anna.post(at(bram), {"remove": "yes"}).headers["location"] == PEOPLE

    assert "Company company-a" not in theirs.get("/accounts/acting-for/").text
    assert roles(bram) == set()
    assert as_anna.get(at(bram)).status_code == 404


def test_who_is_removed_stays_out_when_only_a_system_knew_them(as_anna: Browser) -> None:
    dirk = person("dirk")
    Membership.objects.create(person=dirk, organisation=A, role="buyer", source="api")
    assert "uit onze administratie" in as_anna.get(PEOPLE).text
    as_anna.post(at(dirk), {"remove": "yes"})
    kept = Membership.objects.get(person=dirk, source="local")
    assert kept.role == "buyer"
    assert kept.ends is not None
    assert kept.ends <= time.time()


def test_the_last_administrator_stays(as_anna: Browser, anna: Person, bram: Person) -> None:
    for said in (
        {"remove": "yes"},
        {"role": "buyer"},
        {"administrator": "yes", "until": "2099-01-01"},
    ):
        answer = as_anna.post(at(anna), said)
        assert answer.status_code == 422
        assert "niemand meer die deze organisatie beheert" in answer.text
    assert roles(anna) == {"administrator"}

    as_anna.post(at(bram), {"role": "buyer", "administrator": "yes"})
    assert as_anna.post(at(anna), {"remove": "yes"}).headers["location"] == "/"
    assert as_anna.get(PEOPLE).status_code == 404
    assert roles(bram) == {"buyer", "administrator"}


# ---- what others try


@pytest.mark.parametrize("who", ["bram", "carla", "nobody", "ended"])
def test_nobody_else_finds_these_pages(site: Site, anna: Person, who: str) -> None:
    given = {"bram": {"company_a": "buyer"}, "carla": {"company_b": "buyer"}}.get(who, {})
    one = person(who, **given)
    if who == "ended":
        Membership.objects.create(person=one, organisation=A, is_administrator=True, ends=1)
    browser = site.browser()
    browser.sign_in(one.email)
    for page in (PEOPLE, INVITE, f"{PEOPLE}done/", at(anna)):
        assert browser.get(page).status_code == 404
        assert browser.post(
            page, {"remove": "yes"}, page="/accounts/password/change/"
        ).status_code in (404, 405)
    assert roles(anna) == {"administrator"}


def test_an_administrator_of_one_cannot_touch_another(as_anna: Browser, carla: Person) -> None:
    assert as_anna.get(at(carla)).status_code == 404
    for said in ({"remove": "yes"}, {"role": "finance"}, {"role": "finance", "organisation": B}):
        assert as_anna.post(at(carla), said, page=INVITE).status_code == 404
    assert roles(carla, B) == {"buyer"}
    assert "carla" not in as_anna.get(PEOPLE).text.lower()


@pytest.mark.parametrize("guess", ["0" * 32, "x", "../../x", "4f6d" * 8, "%00"])
def test_guessed_people_are_nobody(as_anna: Browser, guess: str) -> None:
    assert as_anna.get(f"{PEOPLE}people/{guess}/").status_code == 404


@pytest.mark.parametrize("role", ["consumer", "owner", "administrator", "buyer ", "BUYER", "*"])
def test_no_other_role_is_given_than_the_blueprint_lets_give(
    as_anna: Browser, bram: Person, role: str
) -> None:
    answer = as_anna.post(at(bram), {"role": role})
    assert answer.status_code == (302 if role.strip() == "buyer" else 422)
    assert as_anna.post(INVITE, {"email": "x@example.nl", "role": role}).status_code in (302, 422)
    assert roles(bram) == {"buyer"}
    assert not Invitation.objects.exclude(about__role="buyer").exists()


@pytest.mark.parametrize("until", ["2001-01-01", "yesterday", "9999-99-99"])
def test_a_day_that_is_none_or_over_is_refused(as_anna: Browser, bram: Person, until: str) -> None:
    assert as_anna.post(at(bram), {"role": "finance", "until": until}).status_code == 422
    assert roles(bram) == {"buyer"}


def test_the_answer_does_not_tell_who_has_an_account(as_anna: Browser, carla: Person) -> None:
    known = as_anna.post(INVITE, {"email": carla.email, "role": "buyer"})
    unknown = as_anna.post(INVITE, {"email": "stranger@example.nl", "role": "buyer"})
    assert (known.status_code, known.headers["location"]) == (
        unknown.status_code,
        unknown.headers["location"],
    )
    assert "Carla" not in as_anna.get(PEOPLE).text


def test_an_invitation_is_for_its_address_alone(
    site: Site, as_anna: Browser, carla: Person
) -> None:
    token = invited(as_anna, "nieuw@example.nl")
    other = site.browser()
    other.sign_in(carla.email)
    ViewerSession.objects.filter(person=carla).update(level=2)
    other.get(f"/accounts/invitations/{token}/")
    other.post("/accounts/invitations/", page="/accounts/acting-for/")
    assert roles(carla) == set()


def test_an_invitation_that_is_over_gives_nothing(site: Site, as_anna: Browser) -> None:
    token = invited(as_anna, "nieuw@example.nl")
    Invitation.objects.update(expires=now())
    assert site.browser().get(f"/accounts/invitations/{token}/").status_code == 404
    assert "Uitgenodigd" not in as_anna.get(PEOPLE).text


def test_an_invitation_that_is_taken_back_gives_nothing(site: Site, as_anna: Browser) -> None:
    token = invited(as_anna, "nieuw@example.nl")
    taken = f"{PEOPLE}invited/{Invitation.objects.get().pk}/"
    assert as_anna.post(taken, page=INVITE).status_code == 302
    assert site.browser().get(f"/accounts/invitations/{token}/").status_code == 404
    assert as_anna.post(taken, page=INVITE).status_code == 404


def test_who_was_removed_brings_nobody_in(site: Site, as_anna: Browser, anna: Person) -> None:
    token = invited(as_anna, "nieuw@example.nl")
    person("erik", company_a="administrator")
    remove(Doing(organisation=A, by="", note=Noted()), anna)
    assert site.browser().get(f"/accounts/invitations/{token}/").status_code == 404


@pytest.mark.parametrize("decided", [{"remove": "yes"}, {"role": "finance"}])
def test_what_is_decided_is_not_undone_by_a_mail_that_is_still_there(
    as_anna: Browser, bram: Person, decided: dict[str, str]
) -> None:
    invited(as_anna, bram.email, administrator="yes")
    still_open = Invitation.objects.get()
    assert as_anna.post(at(bram), decided).headers["location"] == PEOPLE
    assert take_up(still_open.pk, bram, now(), TAKE_UPS, Noted()) is None
    assert roles(bram) == ({"finance"} if "role" in decided else set())


def test_an_invitation_of_another_organisation_is_not_taken_back(
    site: Site, as_anna: Browser
) -> None:
    erik = person("erik", company_b="administrator")
    other = site.browser()
    other.sign_in(erik.email)
    ViewerSession.objects.filter(person=erik).update(level=2)
    invited(other, "nieuw@example.nl")
    theirs = Invitation.objects.get()
    assert as_anna.post(f"{PEOPLE}invited/{theirs.pk}/", page=INVITE).status_code == 404
    theirs.refresh_from_db()
    assert theirs.revoked is None


def test_removed_between_opening_and_sending_does_nothing(
    site: Site, as_anna: Browser, anna: Person, bram: Person
) -> None:
    person("erik", company_a="administrator")
    page = as_anna.get(at(bram)).text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    remove(Doing(organisation=A, by="", note=Noted()), anna)
    answer = as_anna.loop.run(
        as_anna.client.post(
            at(bram),
            data={"csrfmiddlewaretoken": token[1], "role": "finance"},
            headers={"origin": "http://127.0.0.1:8000"},
        )
    )
    assert answer.status_code == 404
    assert roles(bram) == {"buyer"}


def test_of_two_who_take_it_up_at_once_one_does(as_anna: Browser, bram: Person) -> None:
    new = person("nieuw")
    invited(as_anna, new.email, role="finance")
    invitation, done = Invitation.objects.get(), []

    def take() -> None:
        try:
            done.append(take_up(invitation.pk, new, now(), TAKE_UPS, Noted()))
        finally:
            connections.close_all()

    both = [threading.Thread(target=take) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(one is None for one in done) == [False, True]
    assert Membership.objects.filter(person=new, role="finance").count() == 1


# ---- organisations below another


def test_who_administers_what_is_below_does_so_only_where_it_was_given(
    site: Site, carla: Person
) -> None:
    Organisation.objects.create(key=B, name="The branch", parent=A)
    for name, below in (("dora", True), ("emma", False)):
        one = person(name)
        Membership.objects.create(
            person=one, organisation=A, is_administrator=True, administers_below=below
        )
        browser = site.browser()
        browser.sign_in(one.email)
        ViewerSession.objects.filter(person=one).update(level=2)
        chosen = browser.post("/accounts/acting-for/", {"organisation": B})
        assert chosen.status_code == (302 if below else 404)
        assert browser.get(at(carla)).status_code == (200 if below else 404)
        if below:
            browser.post(at(carla), {"role": "finance"})
            assert roles(carla, B) == {"finance"}
            Membership.objects.filter(person=one).update(administers_below=False)
            assert browser.get(at(carla)).status_code == 302  # chooses again
            assert browser.post(at(carla), {"remove": "yes"}, page=PEOPLE).status_code in (302, 403)
    assert roles(carla, B) == {"finance"}


def test_who_gives_a_role_that_asks_two_steps_proves_them_first(
    anna: Person, as_anna: Browser
) -> None:
    invited = {"email": "new@example.nl", "role": "buyer"}
    page = as_anna.get(INVITE)
    ViewerSession.objects.update(level=1)
    asked = as_anna.get(INVITE)
    assert asked.headers["location"] == f"/accounts/two-steps/?next={INVITE.replace('/', '%2F')}"
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    sent = as_anna.loop.run(
        as_anna.client.post(
            INVITE,
            data={**invited, "csrfmiddlewaretoken": token[1]},
            headers={"origin": "http://127.0.0.1:8000"},
        )
    )
    assert sent.headers["location"].startswith("/accounts/two-steps/")
    assert not Invitation.objects.exists()


def test_a_form_that_was_opened_for_one_organisation_does_nothing_for_another(
    as_anna: Browser, anna: Person
) -> None:
    Membership.objects.create(person=anna, organisation=B, is_administrator=True)
    as_anna.post("/accounts/acting-for/", {"organisation": A})
    opened = as_anna.get(INVITE).text
    assert f'name="for" value="{A}"' in opened

    as_anna.post("/accounts/acting-for/", {"organisation": B})
    sent = as_anna.post(INVITE, {"email": "new@example.nl", "role": "buyer", "for": A})

    assert sent.headers["location"].startswith("/accounts/acting-for/?next=")
    assert not Invitation.objects.exists()
