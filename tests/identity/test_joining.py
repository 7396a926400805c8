"""Asking to join an organisation: who may, who learns of it, who decides, and what others try."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils.timezone import now

from balie.identity.models import (
    DemoMail,
    JoinRequest,
    Membership,
    Organisation,
    OrganisationDomain,
    Person,
    ViewerSession,
)
from balie.identity.organisations.domains import has_organisation, is_domain, prove
from balie.identity.organisations.joining import Ending, TooOften, accept, ask, offers, waiting
from balie.identity.organisations.members import Doing, Given, NotTheirs, colleagues
from balie.identity.people import enrol
from tests.browser import PASSWORD, Browser
from tests.identity.conftest import Noted, Site, last_code

A, B = "company-a", "company-b"
JOIN, PEOPLE = "/accounts/organisation/join/", "/accounts/organisation/"
DOMAINS = f"{PEOPLE}domains/"
FORM = "/accounts/logout/"


def person(mail: str, **member_of: str) -> Person:
    found, _ = enrol(mail, name=mail.partition("@")[0].title(), verified=True)
    found.set_password(PASSWORD)
    found.save()
    for organisation, role in member_of.items():
        is_administrator = role == "administrator"
        Membership.objects.create(
            person=found,
            organisation=organisation.replace("_", "-"),
            role="" if is_administrator else role,
            is_administrator=is_administrator,
        )
    return found


@pytest.fixture
def anna(transactional_db: None) -> Person:
    """She administers company A, whose people have an address of a.example."""
    Organisation.objects.create(key=A, name="Van Dalen")
    prove(A, "a.example", Noted())
    return person("anna@a.example", company_a="administrator")


@pytest.fixture
def bo(anna: Person) -> Person:
    return person("bo@a.example")


def browser_of(site: Site, one: Person) -> Browser:
    browser = site.browser()
    browser.sign_in(one.email)
    ViewerSession.objects.filter(person=one).update(level=2)
    return browser


@pytest.fixture
def as_anna(site: Site, anna: Person) -> Browser:
    return browser_of(site, anna)


@pytest.fixture
def as_bo(site: Site, bo: Person) -> Browser:
    return browser_of(site, bo)


@pytest.fixture
def asked(as_bo: Browser) -> JoinRequest:
    as_bo.post(JOIN, {"organisation": A, "words": "I work at the counter."})
    return JoinRequest.objects.get()


def decide(one: JoinRequest) -> str:
    return f"{PEOPLE}asked/{one.pk}/"


def roles(one: Person, organisation: str = A) -> set[str]:
    found = [c for c in colleagues(organisation) if c.id == one.pk.hex]
    return {role for c in found for role in c.roles}


# ---- asked and decided


def test_somebody_whom_nobody_knows_signs_in_asks_and_is_let_in(
    site: Site, as_anna: Browser
) -> None:
    browser = site.browser()
    sent = browser.post("/accounts/login/code/", {"email": "new@a.example"})
    code = last_code("new@a.example")
    done = browser.post(sent.headers["location"], {"code": code})
    assert done.headers["location"] == JOIN
    page = browser.get(JOIN).text
    assert "Van Dalen" in page
    browser.post(JOIN, {"organisation": A, "words": "Balie <b>3</b>"})
    assert "U krijgt een e-mail" in browser.get(JOIN).text

    told = DemoMail.objects.filter(to="anna@a.example")[0]
    one = JoinRequest.objects.get()
    assert decide(one) in told.body
    assert "Balie" not in told.body  # what strangers write is in no mail of ours
    assert "new@a.example" in as_anna.get(PEOPLE).text
    assert "Balie &lt;b&gt;3&lt;/b&gt;" in as_anna.get(decide(one)).text
    accepted = as_anna.post(decide(one), {"accept": "yes", "role": "finance"})
    assert (accepted.status_code, accepted.headers["location"]) == (302, PEOPLE)

    new = Person.objects.get(email="new@a.example")
    assert roles(new) == {"finance"}
    mail = DemoMail.objects.filter(to="new@a.example")[0].body
    assert "en dat mag" in mail
    assert browser.get(JOIN).status_code == 404  # there is nothing left to ask
    deeds = as_anna.get(f"{PEOPLE}done/").text
    assert "vroeg om erbij te horen" in deeds
    assert "liet toe:" in deeds


def test_it_is_refused_with_words_and_not_asked_again_for_a_while(
    site: Site, as_anna: Browser, as_bo: Browser, asked: JoinRequest, bo: Person
) -> None:
    as_anna.post(decide(asked), {"refuse": "yes", "answer": "Ask the front desk."})
    mail = DemoMail.objects.filter(to=bo.email)[0].body
    assert "Ask the front desk." in mail
    assert "Ask the front desk." in as_bo.get(JOIN).text
    assert roles(bo) == set()
    assert as_bo.post(JOIN, {"organisation": A}, page=FORM).status_code == 429
    JoinRequest.objects.update(decided=now() - timedelta(days=31), at=now() - timedelta(days=40))
    assert as_bo.post(JOIN, {"organisation": A}).status_code == 302
    assert JoinRequest.objects.filter(ending=Ending.WAITS).count() == 1


def test_it_is_taken_back(as_anna: Browser, as_bo: Browser, asked: JoinRequest) -> None:
    back = f"{JOIN}{asked.pk}/take-back/"
    assert as_anna.post(back, page=FORM).status_code == 404
    assert as_bo.post(back, page=JOIN).status_code == 302
    assert as_bo.post(back, page=FORM).status_code == 404
    assert as_anna.get(decide(asked)).status_code == 404
    assert (
        as_anna.post(decide(asked), {"accept": "yes", "role": "buyer"}, page=FORM).status_code
        == 404
    )


def test_with_a_last_day_and_as_administrator(
    as_anna: Browser, asked: JoinRequest, bo: Person
) -> None:
    said = {"accept": "yes", "role": "buyer", "until": "2099-01-01", "administrator": "yes"}
    as_anna.post(decide(asked), said)
    (one,) = [c for c in colleagues(A) if c.id == bo.pk.hex]
    assert (one.roles, one.is_administrator) == (("buyer",), True)
    assert one.ends is not None


# ---- who learns of it


@pytest.mark.parametrize(
    "mail",
    [
        "x@b.example",
        "x@sub.a.example",
        "x@a.example.org",
        "x@xa.example",
        '"x@a.example"@b.example',
    ],
)
def test_who_is_of_another_domain_finds_nothing(site: Site, anna: Person, mail: str) -> None:
    one = person(mail)
    browser = browser_of(site, one)
    assert browser.get(JOIN).status_code == 404
    assert browser.post(JOIN, {"organisation": A}, page=FORM).status_code == 404
    assert "Van Dalen" not in browser.get("/accounts/").text
    assert not JoinRequest.objects.exists()


def test_a_domain_that_staff_did_not_prove_counts_for_nobody(site: Site, bo: Person) -> None:
    OrganisationDomain.objects.update(proven=None)
    assert browser_of(site, bo).get(JOIN).status_code == 404
    assert not has_organisation(bo.email)


def test_nobody_signs_in_by_a_domain_that_does_not_count(site: Site, anna: Person) -> None:
    for mail in ("new@b.example", "new@sub.a.example"):
        site.browser().post("/accounts/login/code/", {"email": mail})
        assert not Person.objects.filter(email=mail).exists()


def test_staff_and_who_belongs_to_it_have_nothing_to_ask(site: Site, anna: Person) -> None:
    member = person("cas@a.example", company_a="buyer")
    mila, _ = enrol("mila@a.example", staff_roles=("service",), verified=True)
    assert (offers(member, now()), offers(mila, now()), offers(anna, now())) == ([], (), [])


# ---- what others try


@pytest.mark.parametrize("organisation", [B, "", "company-a ", "COMPANY-A", "%"])
def test_only_an_organisation_of_ones_domain_is_asked(as_bo: Browser, organisation: str) -> None:
    assert as_bo.post(JOIN, {"organisation": organisation}).status_code == 404
    assert not JoinRequest.objects.exists()


@pytest.mark.parametrize("role", ["consumer", "owner", "", "BUYER"])
def test_no_other_role_is_given_than_may_be(
    as_anna: Browser, asked: JoinRequest, bo: Person, role: str
) -> None:
    assert as_anna.post(decide(asked), {"accept": "yes", "role": role}).status_code == 422
    assert roles(bo) == set()
    assert waiting(A) == [asked]


def test_nobody_but_the_administrator_decides(
    site: Site, as_bo: Browser, asked: JoinRequest, bo: Person
) -> None:
    others = [
        person("cas@a.example", company_a="buyer"),
        person("eva@b.example", company_b="administrator"),
    ]
    for browser in (as_bo, *(browser_of(site, one) for one in others)):
        for said in ({"accept": "yes", "role": "buyer"}, {"refuse": "yes"}):
            assert browser.post(decide(asked), said, page=FORM).status_code == 404
        assert browser.get(decide(asked)).status_code == 404
    assert waiting(A) == [asked]
    assert roles(bo) == set()


def test_an_administrator_of_a_moment_ago_lets_nobody_in(
    anna: Person, asked: JoinRequest, bo: Person
) -> None:
    Membership.objects.filter(person=anna).update(ends=1)
    doing = Doing(organisation=A, by=anna.pk.hex, note=Noted())
    with pytest.raises(NotTheirs):
        accept(doing, asked.pk, Given(role="buyer"), now())
    assert waiting(A) == [asked]


def test_what_was_asked_by_another_address_or_domain_does_not_wait_any_more(
    as_anna: Browser, asked: JoinRequest, bo: Person
) -> None:
    Person.objects.filter(pk=bo.pk).update(email="bo@elsewhere.example")
    assert waiting(A) == []
    assert as_anna.get(decide(asked)).status_code == 404
    Person.objects.filter(pk=bo.pk).update(email="bo@a.example")
    OrganisationDomain.objects.all().delete()
    assert (
        as_anna.post(decide(asked), {"accept": "yes", "role": "buyer"}, page=FORM).status_code
        == 404
    )
    assert roles(bo) == set()


def test_who_came_in_by_another_way_is_not_made_less_by_what_they_asked_before(
    anna: Person, bo: Person
) -> None:
    asked = ask(bo, A, "", "nl", now(), Noted())
    assert asked is not None
    Membership.objects.create(person=bo, organisation=A, is_administrator=True)
    doing = Doing(organisation=A, by=anna.pk.hex, note=Noted())
    assert waiting(A) == []
    assert accept(doing, asked.pk, Given(role="buyer"), now()) is None
    assert [one.is_administrator for one in colleagues(A)] == [True, True]


def test_of_two_who_decide_at_once_one_does(anna: Person, asked: JoinRequest, bo: Person) -> None:
    done: list[JoinRequest | None] = []
    together = threading.Barrier(2)

    def let_in() -> None:
        together.wait()
        doing = Doing(organisation=A, by=anna.pk.hex, note=Noted())
        try:
            done.append(accept(doing, asked.pk, Given(role="buyer"), now()))
        finally:
            connections.close_all()

    both = [threading.Thread(target=let_in) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(one is None for one in done) == [False, True]
    assert Membership.objects.filter(person=bo, role="buyer").count() == 1


def test_one_person_asks_three_at_once_and_five_a_day(bo: Person) -> None:
    keys = [f"company-{number}" for number in range(6)]
    for key in keys:
        prove(key, "a.example", Noted())
    made = [asks(bo, key) for key in keys]
    assert made == [True, True, True, False, False, False]
    JoinRequest.objects.update(ending=Ending.TAKEN_BACK, decided=now())
    assert [asks(bo, key) for key in keys] == [True, True, False, False, False, False]


def asks(one: Person, organisation: str) -> bool:
    try:
        return ask(one, organisation, "", "nl", now(), Noted()) is not None
    except TooOften:
        return False


# ---- domains


def test_an_administrator_asks_for_their_own_domain_and_staff_decide(
    site: Site, anna: Person
) -> None:
    eva = person("eva@b.example", company_b="administrator")
    browser = browser_of(site, eva)
    assert "@b.example" in browser.get(DOMAINS).text
    assert browser.post(DOMAINS, {"ask": "yes", "domain": "a.example"}).status_code == 302
    (one,) = OrganisationDomain.objects.filter(organisation=B)
    assert (one.domain, one.proven) == ("b.example", None)
    assert "Wij kijken er eerst naar" in browser.get(DOMAINS).text
    assert not has_organisation("new@b.example")
    prove(B, "b.example", Noted())
    assert has_organisation("new@b.example")
    browser.post(DOMAINS, {"remove": "a.example"})
    assert has_organisation("new@a.example")  # of another organisation
    browser.post(DOMAINS, {"remove": "b.example"})
    assert not has_organisation("new@b.example")


def test_a_provider_for_everybody_is_of_no_organisation(site: Site, anna: Person) -> None:
    eva = person("eva@gmail.com", company_b="administrator")
    browser = browser_of(site, eva)
    assert "Iedereen kan een adres van @gmail.com krijgen" in browser.get(DOMAINS).text
    browser.post(DOMAINS, {"ask": "yes"}, page=FORM)
    assert not OrganisationDomain.objects.filter(organisation=B).exists()


@pytest.mark.parametrize("who", ["bo@a.example", "eva@b.example"])
def test_domains_are_for_who_administers(site: Site, anna: Person, who: str) -> None:
    browser = browser_of(site, person(who))
    assert browser.get(DOMAINS).status_code == 404
    assert browser.post(DOMAINS, {"remove": "a.example"}, page=FORM).status_code == 404
    assert has_organisation("x@a.example")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("a.example", True),
        ("a-b.c.example", True),
        ("example", False),
        ("a..example", False),
        ("-a.example", False),
        ("a.example/x", False),
        ("ä.example", False),
        ("a." * 127 + "example", False),
    ],
)
def test_what_stands_behind_the_sign(text: str, is_one: bool) -> None:
    assert is_domain(text) is is_one
