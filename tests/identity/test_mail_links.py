"""A link from a mail that opens one row without signing in: to read, for a while, and no more."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from balie.backstage.alone import Alone
from balie.backstage.page import Cell, Facts, Freshness, Kind, Trust
from balie.identity.linking.mail_links import Opens, end_all, forget_old, make
from balie.identity.models import MailLink, Person
from balie.identity.people import close_account
from balie.store.models import Audit
from tests.browser import Browser
from tests.identity.conftest import Site

PAGE = "/orders/17"
WEEK = timedelta(days=7)


@pytest.fixture
def token(site: Site, sanne: Person) -> str:
    """A link to Sanne's order, in a mail to her."""
    facts = Facts(
        id="order", title="Bestelling", freshness=Freshness(trust=Trust.FRESH),
        cells=(
                Cell(field="number", label="Nummer", kind=Kind.TEXT, text="VO-17", value="VO-17",
                     link=PAGE),
            ),
    )  # fmt: skip
    site.systems.pages[sanne.pk.hex, PAGE] = Alone("follow-order", "Onderweg", (facts,))
    return link(sanne)


def link(person: Person, mail: str = "m-1", life: timedelta = WEEK, page: str = PAGE) -> str:
    return make(Opens(mail=mail, person=person.pk.hex, acting_for=None, page=page), now(), life)


def open_it(browser: Browser, token: str) -> None:
    arrived = browser.get(f"/accounts/mail/{token}/")
    assert (arrived.status_code, arrived.headers["location"]) == (302, "/accounts/mail/")


def test_it_opens_one_row_to_read_and_signs_nobody_in(site: Site, token: str) -> None:
    browser = site.browser()
    open_it(browser, token)
    page = browser.get("/accounts/mail/")

    assert page.status_code == 200
    assert "VO-17" in page.text
    assert "U opende dit met een link uit een e-mail" in page.text
    assert token not in page.text
    assert f'href="{PAGE}"' not in page.text
    assert page.headers["referrer-policy"] == "same-origin"  # its form says where it is from
    assert "noindex" in page.headers["x-robots-tag"]
    assert "no-store" in page.headers["cache-control"]
    assert browser.seen_by_thin is None
    assert not browser.seen_by_django
    line = Audit.objects.get(what="opened by a mail's link")
    assert (line.record, line.who != "") == ("follow-order", True)


def test_the_token_leaves_the_address_for_a_cookie_that_scripts_cannot_read(
    site: Site, token: str
) -> None:
    arrived = site.browser().get(f"/accounts/mail/{token}/")

    assert token not in arrived.headers["location"]
    assert arrived.headers["referrer-policy"] == "no-referrer"
    cookie = arrived.headers["set-cookie"]
    for said in ("HttpOnly", "Path=/;", "SameSite=Lax", "Max-Age=3600"):
        assert said in cookie


def test_it_is_looked_up_as_the_person_at_each_opening(
    site: Site, sanne: Person, token: str
) -> None:
    browser = site.browser()
    open_it(browser, token)
    browser.get("/accounts/mail/")
    address, visitor, language = site.systems.opened[-1]
    assert (address, visitor.person, visitor.level, language) == (PAGE, sanne.pk.hex, 1, "nl")

    site.systems.pages.clear()  # the row is somebody else's now
    assert browser.get("/accounts/mail/").status_code == 404


def test_without_the_link_there_is_nothing(site: Site, token: str) -> None:
    assert site.browser().get("/accounts/mail/").status_code == 404
    browser = site.browser()
    browser.cookies.set("balie-mail", "another", domain="127.0.0.1")
    assert browser.get("/accounts/mail/").status_code == 404


def test_whoever_has_it_can_end_it_for_good(site: Site, token: str) -> None:
    browser, other = site.browser(), site.browser()
    open_it(browser, token)
    open_it(other, token)
    ended = browser.post("/accounts/mail/")

    assert ended.status_code == 404
    assert "Deze link werkt niet meer" in ended.text
    assert other.get("/accounts/mail/").status_code == 404
    assert site.browser().get(f"/accounts/mail/{token}/").status_code == 404


def test_it_runs_out_is_ended_by_staff_and_with_the_account(
    site: Site, sanne: Person, token: str
) -> None:
    short = link(sanne, "m-2", timedelta(seconds=-1))
    assert site.browser().get(f"/accounts/mail/{short}/").status_code == 404
    assert forget_old(now()) == 1
    assert end_all(sanne, now()) == 1
    assert site.browser().get(f"/accounts/mail/{token}/").status_code == 404
    third = link(sanne, "m-3")
    close_account("sanne@example.nl")
    assert site.browser().get(f"/accounts/mail/{third}/").status_code == 404


def test_a_mail_that_is_tried_again_has_one_link_that_works(
    site: Site, sanne: Person, token: str
) -> None:
    again = link(sanne)

    assert site.browser().get(f"/accounts/mail/{token}/").status_code == 404
    open_it(site.browser(), again)
    assert token not in str(MailLink.objects.values())


def test_a_form_of_another_website_ends_nothing(site: Site, token: str) -> None:
    browser = site.browser()
    open_it(browser, token)
    elsewhere = browser.client.post("/accounts/mail/", headers={"origin": "https://evil.example"})
    assert site.loop.run(elsewhere).status_code == 403
    assert browser.get("/accounts/mail/").status_code == 200
