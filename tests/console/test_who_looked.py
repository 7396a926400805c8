"""Who looked at a customer: kept before it is shown, told to colleagues and to the customer."""

import re

from balie.backstage.actions import ErrandState
from balie.store.models import Audit
from tests.browser import Browser
from tests.console.conftest import Counter, colleague

SANNE = "sanne@example.nl"


def seen_on(page: str) -> list[list[str]]:
    """The lines of the first table on a page, as texts; the newest first, without the time."""
    table = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    found = []
    for line in re.findall(r"<tr>(.*?)</tr>", table[1] if table else "", re.DOTALL):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL)
        found.append([" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in cells[1:]])
    return found


def look_along(browser: Browser, why: str = "calls") -> str:
    """Looks along with Sanne; the page."""
    page = browser.post("/staff/search", {"words": SANNE}).text
    who = re.findall(r'name="who" value="([^"]+)"', page)[0]
    to = browser.post("/staff/look", {"who": who, "why": why}, page="/staff/search")
    return str(browser.get(to.headers["location"]).text)


def test_a_customer_reads_which_team_looked_at_what_and_why(
    counter: Counter, mila: Browser
) -> None:
    sanne = colleague(SANNE)
    counter.sent(ErrandState.REFUSED, person=sanne.pk.hex)
    look_along(mila)
    mila.get("/staff/actions/a1")
    page = counter.browser(SANNE).get("/accounts/looked/").text
    assert seen_on(page) == [
        ["Klantenservice", "Bekeek wat u stuurde: Ik wijzig mijn gegevens, R7K2-00A1", "–"],
        ["Klantenservice", "Bekeek wat u hier ziet", "U belde"],
        ["Klantenservice", "Bekeek wat u hier ziet", "U belde"],
        ["Klantenservice", "Vond u bij het zoeken", "–"],
    ]
    assert "Mila" not in page, "colleagues are told as their team"
    assert "mila@example.nl" not in page


def test_what_somebody_else_was_looked_at_for_is_not_hers(counter: Counter, mila: Browser) -> None:
    colleague("bram@example.nl")
    counter.sent(ErrandState.REFUSED, person=colleague(SANNE).pk.hex)
    look_along(mila)
    mila.get("/staff/actions/a1")
    page = counter.browser("bram@example.nl").get("/accounts/looked/").text
    assert seen_on(page) == []
    assert "Er keek nog niemand in" in page


def test_who_never_signed_in_finds_the_looks_of_before_at_their_first_sign_in(
    counter: Counter, mila: Browser
) -> None:
    look_along(mila)
    assert SANNE not in repr(list(Audit.objects.values_list())), "a mark stands there, no address"
    colleague(SANNE)
    page = counter.browser(SANNE).get("/accounts/looked/").text
    assert [line[1] for line in seen_on(page)] == [
        "Bekeek wat u hier ziet",
        "Bekeek wat u hier ziet",
        "Vond u bij het zoeken",
    ]


def test_colleagues_see_who_did_what_for_a_customer(
    counter: Counter, mila: Browser, joris: Browser
) -> None:
    sanne = colleague(SANNE)
    counter.sent(ErrandState.REFUSED, person=sanne.pk.hex)
    joris.get("/staff/actions/a1")
    counter.decide(joris, "again")
    lines = seen_on(look_along(mila))
    assert lines[:5] == [
        ["Mila", "Keek mee met de klant"],
        ["Mila", "Keek mee met de klant"],
        ["Mila", "Vond de klant bij het zoeken"],
        ["Joris", "Liet het opnieuw proberen R7K2-00A1"],
        ["Joris", "Bekeek wat de klant stuurde R7K2-00A1"],
    ]


def test_a_look_is_kept_before_it_is_shown(counter: Counter, mila: Browser) -> None:
    """The line is written by the request that shows the record: without it, no page."""
    counter.sent(ErrandState.REFUSED)
    before = Audit.objects.count()
    assert mila.get("/staff/actions/a1").status_code == 200
    assert Audit.objects.count() == before + 1


def test_the_page_is_for_who_is_signed_in(counter: Counter) -> None:
    answer = counter.site.browser().get("/accounts/looked/")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/accounts/login/")
