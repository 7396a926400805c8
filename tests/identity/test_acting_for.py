"""The page on which somebody chooses for whom they act, and when a membership counts."""

import time
from pathlib import Path

import pytest
from django.db import connection

from balie.access.viewer import PRIVATE, Visitor
from balie.identity.models import Membership, Person, ViewerSession
from balie.identity.reader import SqliteReader
from balie.identity.signing_in import complete, visitor_of
from tests.browser import Browser, Loop
from tests.identity.conftest import Site, read_database

PAGE = "/accounts/acting-for/"


@pytest.fixture
def member(site: Site, sanne: Person) -> Browser:
    """Sanne, who buys for two companies, signed in."""
    for key in ("a1", "a2"):
        Membership.objects.create(person=sanne, organisation=key, role="buyer")
    browser = site.browser()
    browser.sign_in(sanne.email)
    return browser


def acting_for(browser: Browser) -> object:
    seen = browser.seen_by_thin
    return None if seen is None else seen["acting for"]


def test_who_has_several_chooses_one_and_goes_on(member: Browser) -> None:
    page = member.get(f"{PAGE}?next=/bestellingen").text
    assert "Company a1" in page
    assert "Company a2" in page
    assert "Nu gekozen" not in page
    assert acting_for(member) is None

    answer = member.post(PAGE, {"organisation": "a2", "next": "/bestellingen"})

    assert (answer.status_code, answer.headers["location"]) == (302, "/bestellingen")
    assert acting_for(member) == "a2"
    assert "Nu gekozen" in member.get(PAGE).text
    member.post(PAGE, {"organisation": "a1"})
    assert acting_for(member) == "a1"


@pytest.mark.parametrize("guess", ["a3", "", "A1", "a1 ", "*", "a1' OR '1'='1"])
def test_nobody_acts_for_what_is_not_theirs(member: Browser, guess: str) -> None:
    assert member.post(PAGE, {"organisation": guess}).status_code == 404
    assert acting_for(member) is None


def test_nobody_is_led_to_another_site(member: Browser) -> None:
    answer = member.post(PAGE, {"organisation": "a1", "next": "https://evil.example/"})
    assert answer.headers["location"] == "/"


def test_a_choice_is_of_one_browser(site: Site, member: Browser, sanne: Person) -> None:
    other = site.browser()
    other.sign_in(sanne.email)
    member.post(PAGE, {"organisation": "a1"})
    assert (acting_for(member), acting_for(other)) == ("a1", None)


def test_staff_act_for_nobody(site: Site, sanne: Person) -> None:
    Person.objects.filter(pk=sanne.pk).update(is_staff=True, staff_roles=["service"])
    browser = site.browser()
    browser.sign_in(sanne.email)
    assert browser.get(PAGE).status_code == 404


# ---- memberships in the one read


def read(loop: Loop, cookie: str) -> Visitor:
    async def once() -> Visitor | None:
        reader = await read_database()
        try:
            return await reader(cookie)
        finally:
            await reader.close()

    visitor = loop.run(once())
    assert visitor is not None
    return visitor


def test_what_is_read_says_what_holds_now(loop: Loop, sanne: Person) -> None:
    now = int(time.time())
    rows = {
        "holds": {"begins": now - 5, "ends": now + 100},
        "no dates": {},
        "over": {"ends": now - 1},
        "to come": {"begins": now + 100},
    }
    for key, dates in rows.items():
        Membership.objects.create(person=sanne, organisation=key, role="buyer", **dates)
    Membership.objects.create(person=sanne, organisation="told", role="buyer", source="api")
    Membership.objects.create(
        person=sanne, organisation="other", role="buyer", source="claims", sign_in="f" * 64
    )
    complete(sanne, "a cookie", seconds=60)

    visitor = read(loop, "a cookie")

    held = {one.organisation: one.holds for one in visitor.memberships}
    assert held == {"holds": True, "no dates": True, "over": False, "to come": False}
    assert visitor.memberships == visitor_of(sanne).memberships
    assert PRIVATE not in held


@pytest.mark.skipif(connection.vendor != "sqlite", reason="its reader remembers nothing")
def test_a_date_that_passes_while_somebody_is_signed_in_counts_at_once(
    loop: Loop, sanne: Person
) -> None:
    now = [1_800_000_000.0]
    Membership.objects.create(
        person=sanne, organisation="a1", role="buyer", begins=1_800_000_010, ends=1_800_000_020
    )
    complete(sanne, "a cookie", seconds=60)
    ViewerSession.objects.update(expires=1_800_000_100)

    async def over_time() -> list[bool]:
        reader = SqliteReader(Path(connection.settings_dict["NAME"]), lambda: now[0])
        seen = []
        for moment in (0, 9.9, 10, 19.9, 20, 30):
            now[0] = 1_800_000_000.0 + moment
            visitor = await reader("a cookie")
            assert visitor is not None
            seen.append(visitor.memberships[0].holds)
        await reader.close()
        return seen

    assert loop.run(over_time()) == [False, False, True, True, False, False]


def test_who_is_removed_is_out_at_the_next_request(member: Browser, sanne: Person) -> None:
    member.post(PAGE, {"organisation": "a1"})
    Membership.objects.filter(person=sanne, organisation="a1").update(ends=int(time.time()))
    assert member.post(PAGE, {"organisation": "a1"}).status_code == 404
    assert "Company a1" not in member.get(PAGE).text
