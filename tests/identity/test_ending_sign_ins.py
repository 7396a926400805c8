"""Every way to end a sign-in ends it at once, on both layers, also with the old cookie put back."""

import time
from collections.abc import Callable

import pytest

from balie.identity.models import Person, Session, ViewerSession
from balie.identity.people import close_account, enrol
from balie.identity.signing_in import end_everywhere
from tests.browser import PASSWORD, Browser
from tests.identity.conftest import Site, last_code

NEW_PASSWORD = "andere losse woorden samen"
End = Callable[[Site, Browser, Person], object]


def signs_out(_site: Site, browser: Browser, _person: Person) -> None:
    browser.post("/accounts/logout/")


def changes_the_password(_site: Site, browser: Browser, _person: Person) -> None:
    browser.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )


def changes_the_password_elsewhere(site: Site, _browser: Browser, person: Person) -> None:
    other = site.browser()
    other.sign_in(person.email)
    changes_the_password(site, other, person)


def resets_the_password_elsewhere(site: Site, _browser: Browser, person: Person) -> None:
    other = site.browser()
    asked = other.post("/accounts/password/reset/", {"email": person.email})
    entered = other.post(asked.headers["location"], {"code": last_code(person.email)})
    other.post(entered.headers["location"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})


def gets_another_password_by_hand(_site: Site, _browser: Browser, person: Person) -> None:
    person.set_password(NEW_PASSWORD)
    person.save()


def is_closed(_site: Site, _browser: Browser, person: Person) -> None:
    assert close_account(person.email)


def is_made_inactive_by_hand(_site: Site, _browser: Browser, person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)


def is_removed(_site: Site, _browser: Browser, person: Person) -> None:
    person.delete()


def is_signed_out_everywhere(_site: Site, _browser: Browser, person: Person) -> None:
    end_everywhere(person)


def stays_too_long(_site: Site, _browser: Browser, _person: Person) -> None:
    ViewerSession.objects.update(expires=int(time.time()))


def signs_in_as_somebody_else(site: Site, browser: Browser, _person: Person) -> None:
    enrol("bram@example.nl", verified=True)
    Person.objects.filter(email="bram@example.nl").update(is_demo=True)
    origin = {"origin": "http://127.0.0.1:8000"}
    site.loop.run(browser.client.post("/accounts/demo/bram@example.nl", headers=origin))


WAYS = [
    signs_out,
    changes_the_password,
    changes_the_password_elsewhere,
    resets_the_password_elsewhere,
    gets_another_password_by_hand,
    is_closed,
    is_made_inactive_by_hand,
    is_removed,
    is_signed_out_everywhere,
    stays_too_long,
    signs_in_as_somebody_else,
]


@pytest.mark.parametrize("end", WAYS, ids=lambda end: end.__name__)
def test_whoever(end: End, site: Site, browser: Browser, sanne: Person) -> None:
    browser.sign_in(sanne.email)
    assert browser.seen_by_thin is not None
    assert browser.seen_by_django
    cookie = browser.cookies["balie"]

    end(site, browser, sanne)

    old = site.browser()
    old.cookies.set("balie", cookie, domain="127.0.0.1")
    assert old.seen_by_thin is None
    old.cookies.set("balie", cookie, domain="127.0.0.1")
    assert not old.seen_by_django


def test_signing_out_in_one_browser_leaves_the_other_one_signed_in(
    site: Site, sanne: Person
) -> None:
    home, work = site.browser(), site.browser()
    home.sign_in(sanne.email)
    work.sign_in(sanne.email)

    home.post("/accounts/logout/")

    assert home.seen_by_thin is None
    assert work.seen_by_thin is not None
    assert work.seen_by_django


def test_a_role_that_is_taken_away_is_gone_at_once(site: Site, sanne: Person) -> None:
    Person.objects.update(is_staff=True, staff_roles=["service"])
    browser = site.browser()
    browser.sign_in(sanne.email)
    assert browser.seen_by_thin is not None
    assert browser.seen_by_thin["roles"] == ["service"]
    assert browser.get("/staff").status_code == 200

    Person.objects.update(is_staff=False, staff_roles=[])

    assert browser.seen_by_thin is not None
    assert browser.seen_by_thin["staff"] is False
    assert browser.get("/staff").status_code == 404


def test_what_is_over_is_cleared_away_at_the_next_sign_in(site: Site, sanne: Person) -> None:
    site.browser().sign_in(sanne.email)
    ViewerSession.objects.update(expires=1)
    Session.objects.update(expire_date="2026-01-01T00:00:00Z")

    site.browser().sign_in(sanne.email)

    assert ViewerSession.objects.count() == 1
    assert Session.objects.count() == 1


def test_the_cookie_itself_is_not_kept(site: Site, browser: Browser, sanne: Person) -> None:
    browser.sign_in(sanne.email)

    assert browser.cookies["balie"] not in ViewerSession.objects.get().cookie
