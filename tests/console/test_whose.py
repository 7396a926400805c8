"""Of which organisations a customer is, and for which one staff look along with them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from balie.backstage.acting import Context, Contexts
from balie.backstage.service_desk.belonging import Kept, belongings
from balie.blueprint.model import Memberships, Says
from balie.identity.acting import ActingSessions
from balie.identity.models import Membership, Person, ViewerSession
from balie.store.models import Audit
from tests.browser import Browser
from tests.console.conftest import Counter, colleague
from tests.console.test_customers import looked
from tests.identity.conftest import the_example

OURS, THEIRS = "00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000a2"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def bram(counter: Counter) -> Person:
    """He buys for his own company, as the CRM says, and for another one, as our list says."""
    bram = colleague("bram@example.nl")
    Membership.objects.create(person=bram, organisation=THEIRS, role="buyer")
    return bram


def test_of_somebody_with_several_nothing_is_shown_before_staff_choose(
    counter: Counter, mila: Browser, bram: Person
) -> None:
    address = looked(mila, bram.email)
    page = mila.get(address).text
    assert "Deze klant kan voor meer dan één handelen." in page
    assert page.count('name="organisation"') == 2
    assert "VO-26107" not in page
    assert "ons eigen overzicht" in page
    assert "onze administratie" in page

    answer = mila.post(f"{address}/for", {"organisation": OURS}, page="/staff/search")

    assert answer.status_code == 302
    chosen = mila.get(answer.headers["location"]).text
    assert "Namens" in chosen
    assert "aria-current" in chosen
    orders = re.search(r'href="([^"]+)">Bestellingen</a>', chosen)
    assert orders is not None
    assert "VO-26107" in mila.get(orders[1].replace("&amp;", "&")).text


def test_what_staff_choose_is_one_of_the_customers_own(
    counter: Counter, mila: Browser, joris: Browser, bram: Person
) -> None:
    address = looked(mila, bram.email)
    for guess in ("", "a3", OURS.upper(), "*"):
        answer = mila.post(f"{address}/for", {"organisation": guess}, page="/staff/search")
        assert answer.status_code == 404, guess
    assert mila.post(f"{address}/for", {}, page="/staff/search").status_code == 404
    assert mila.get(f"{address}/for").status_code == 404
    theirs = joris.post(f"{address}/for", {"organisation": OURS}, page="/staff/search")
    assert (theirs.status_code, "Het meekijken is voorbij" in theirs.text) == (404, True)


def test_for_whom_staff_looked_stands_in_the_audit(
    counter: Counter, mila: Browser, bram: Person
) -> None:
    address = looked(mila, bram.email)
    chosen = mila.post(f"{address}/for", {"organisation": THEIRS}, page="/staff/search")
    mila.get(chosen.headers["location"])
    marks = counter.actions.audit.stamps.marks(THEIRS)
    lines = Audit.objects.filter(what="looked along", organisation__in=marks)
    assert list(lines.values_list("about", "more")) == [(bram.pk.hex, "calls")] * 2
    assert THEIRS not in str(list(Audit.objects.values()))


def test_acting_as_somebody_with_several_is_for_the_one_that_was_chosen(
    counter: Counter, mila: Browser, bram: Person
) -> None:
    acts, cookie = ActingSessions(), str(mila.cookies["balie"])
    own = ViewerSession.objects.get(person__email="mila@example.nl")
    assert acts.begin(bram.pk.hex, cookie, "calls", THEIRS) is not None
    assert own.acting.get().acting_for == THEIRS
    assert acts.begin(bram.pk.hex, "a cookie of nobody", "calls", THEIRS) is None


# ---- who says so


def kept(**more: object) -> Kept:
    given = {
        "organisation": "a1",
        "name": "",
        "role": "buyer",
        "is_administrator": False,
        "administers_below": False,
        "begins": None,
        "ends": None,
        "source": "local",
        **more,
    }
    return Kept(**given)  # type: ignore[arg-type]


def told(*rows: Kept, contexts: Contexts, roles: tuple[Says, ...] = tuple(Says)) -> list[str]:
    example = the_example()
    memberships = Memberships(at=example.memberships.at, roles=roles)
    found = belongings(replace(example, memberships=memberships), rows, contexts, NOW)
    return [f"{one.organisation} {one.kind} {one.source} {one.counts}" for one in found]


BUYS = Contexts((Context("a1", frozenset({"buyer"}), name="Acme"),))


def test_what_the_systems_say_stands_beside_what_we_keep() -> None:
    assert told(contexts=BUYS) == ["a1 buyer api True"]
    assert told(kept(source="claims", role="finance"), contexts=BUYS) == [
        "a1 buyer api True",
        "a1 finance claims True",
    ]


def test_where_our_list_decides_the_systems_are_not_heard() -> None:
    over = kept(ends=NOW - timedelta(days=1))
    assert told(over, contexts=Contexts(())) == ["a1 buyer local False"]
    assert told(kept(role="finance"), contexts=BUYS) == ["a1 finance local True"]
    claims = kept(source="claims", role="finance")
    assert told(kept(), claims, contexts=BUYS) == [
        "a1 finance claims False",
        "a1 buyer local True",
    ]


def test_a_source_that_the_blueprint_does_not_hear_does_not_count() -> None:
    assert told(kept(), contexts=Contexts(()), roles=(Says.API,)) == ["a1 buyer local False"]


def test_an_administrator_without_pages_leaves_the_rest_to_the_systems() -> None:
    administers = kept(role="", is_administrator=True, begins=NOW)
    assert told(administers, contexts=BUYS) == ["a1 buyer api True", "a1  local True"]
