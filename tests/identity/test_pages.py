"""Every page of signing in, in both languages: in our layout, and in our words."""

import re

import pytest
from django.core.management import call_command

from balie.identity.models import DemoMail, Person
from balie.identity.people import close_account
from tests.browser import PASSWORD, Browser
from tests.identity.conftest import Site, last_code

SIGNED_OUT = [
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/inactive/",
    "/accounts/outbox/",
]
SIGNED_IN = ["/accounts/logout/", "/accounts/password/change/", "/accounts/reauthenticate/"]


def headings(html: str) -> list[str]:
    return [re.sub(r"<.*?>", "", found).strip() for found in re.findall(r"<h1.*?</h1>", html)]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_has_one_heading_and_our_layout(
    browser: Browser, sanne: Person, language: str
) -> None:
    seen = [browser.get(path, headers={"accept-language": language}) for path in SIGNED_OUT]
    browser.sign_in(sanne.email)
    seen += [browser.get(path, headers={"accept-language": language}) for path in SIGNED_IN]

    for page in seen:
        assert page.status_code == 200, page.url
        assert len(headings(page.text)) == 1, page.url
        assert f'<html lang="{language}"' in page.text
        assert '<a class="skip" href="#main">' in page.text
        assert page.headers["cache-control"].count("no-store") == 1


def test_a_customer_without_a_password_chooses_one(site: Site, sanne: Person) -> None:
    sanne.set_unusable_password()
    sanne.save()
    browser = site.browser()
    asked = browser.post("/accounts/login/code/", {"email": sanne.email})
    browser.post(asked.headers["location"], {"code": last_code(sanne.email)})

    led = browser.get("/accounts/password/change/")
    assert led.headers["location"] == "/accounts/password/set/"
    assert headings(browser.get("/accounts/password/set/").text) == ["Wachtwoord kiezen"]
    done = browser.post("/accounts/password/set/", {"password1": PASSWORD, "password2": PASSWORD})
    page = browser.get(done.headers["location"])
    assert headings(page.text) == ["Het wachtwoord is gewijzigd"]

    assert browser.seen_by_thin is None
    assert browser.sign_in(sanne.email).status_code == 302


def test_a_forgotten_password_is_replaced_with_a_code(browser: Browser, sanne: Person) -> None:
    asked = browser.post("/accounts/password/reset/", {"email": sanne.email})
    entered = browser.post(asked.headers["location"], {"code": last_code(sanne.email)})
    new = {"password1": "een heel ander wachtwoord", "password2": "een heel ander wachtwoord"}
    done = browser.post(entered.headers["location"], new)
    page = browser.get(done.headers["location"])

    assert headings(page.text) == ["Het wachtwoord is gewijzigd"]
    assert browser.sign_in(sanne.email, "een heel ander wachtwoord").status_code == 302
    assert DemoMail.objects.filter(subject__contains="Het wachtwoord voor").exists()


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("kort", "Dit wachtwoord is te kort"),
        ("password1234", "Dit wachtwoord is te bekend"),
        ("sanne@example.nl", "lijkt te veel op uw naam"),
    ],
)
def test_a_weak_password_is_refused_in_words(
    browser: Browser, sanne: Person, password: str, says: str
) -> None:
    browser.sign_in(sanne.email)
    answer = browser.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )
    assert answer.status_code == 422
    assert says in answer.text
    assert browser.seen_by_thin is not None


def test_a_wrong_code_is_told_in_words(browser: Browser, sanne: Person) -> None:
    asked = browser.post("/accounts/login/code/", {"email": sanne.email})
    answer = browser.post(asked.headers["location"], {"code": "NOPE-NOPE"})

    assert answer.status_code == 422
    assert "Deze code klopt niet" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_closed_account_cannot_sign_in_and_is_not_told_apart(
    browser: Browser, sanne: Person
) -> None:
    close_account(sanne.email)
    with_password = browser.sign_in(sanne.email)
    asked = browser.post("/accounts/login/code/", {"email": sanne.email})

    assert browser.seen_by_thin is None
    assert with_password.status_code in (302, 422)
    assert asked.headers["location"] == "/accounts/login/code/confirm/"
    assert not re.search(r"^[A-Z0-9]{3,}-", DemoMail.objects.latest("at").body, re.MULTILINE)


@pytest.mark.parametrize(
    "rubbish",
    ["", "\x00", "a" * 20_000, "<script>alert(1)</script>", "ü@é.nl", "a@b", "😀", "' OR 1=1 --"],
    ids=["nothing", "null", "long", "markup", "accents", "short", "emoji", "sql"],
)
def test_rubbish_in_a_form_is_answered_in_words(browser: Browser, rubbish: str) -> None:
    answers = [
        browser.post("/accounts/login/", {"login": rubbish, "password": rubbish}),
        browser.post("/accounts/login/code/", {"email": rubbish}),
        browser.post("/accounts/password/reset/", {"email": rubbish}),
    ]
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    assert not any("<script>alert" in answer.text for answer in answers)
    assert browser.seen_by_thin is None


def test_too_many_requests_get_a_page_in_our_words(browser: Browser) -> None:
    for number in range(21):
        answer = browser.post("/accounts/password/reset/", {"email": f"{number}@example.nl"})

    assert answer.status_code == 429
    assert headings(answer.text) == ["Even rustig aan"]


def test_a_mail_is_in_the_language_and_the_form_of_address_of_the_page(
    browser: Browser, sanne: Person
) -> None:
    browser.post("/accounts/login/code/", {"email": sanne.email})
    mail = DemoMail.objects.latest("at")

    assert mail.subject == "Uw inlogcode voor Mijn Lindeman"
    assert mail.body.startswith("Hallo,\n\nMet deze code logt u in bij Mijn Lindeman:")
    assert "Mijn Lindeman" in browser.get("/accounts/outbox/").text


@pytest.mark.django_db
def test_no_table_lacks_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
