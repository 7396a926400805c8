"""A page that is kept is the page that would be made: for everybody, at every moment."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from balie.access.viewer import Knowledge, Mine, Viewer, Visitor
from tests.examples import examples
from tests.frontstage.site import Site, site
from tests.semantics.world import LINDEMAN, World, blueprint_of, without_keeping, world

BLUEPRINT = blueprint_of(LINDEMAN)
WHO = ("sanne", "bram", "fatima", "joost", "nobody", "")
PAGES = (
    "/",
    "/bestellingen",
    "/bestellingen/VO-26088",
    "/bestellingen/VO-26071",
    "/bestellingen/VO-26098",
    "/facturen",
    "/retour",
    "/retour/R-000042",
    "/vraag",
    "/nergens",
)
CUSTOMERS = ("10085", "10010", "10020")
ACCOUNTS = ("00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000a2", None)
CONTACTS = tuple(f"00000000-0000-4000-8000-0000000000c{n}" for n in range(1, 5))
CHANGES = st.sampled_from(
    tuple(
        (system, table, field, value)
        for system, table, field, values in (
            ("erp", "salesOrders", "customerNumber", CUSTOMERS),
            ("erp", "salesShipments", "customerNumber", CUSTOMERS),
            ("erp", "salesInvoices", "customerNumber", CUSTOMERS),
            ("erp", "salesOrders", "status", ("Draft", "Open")),
            ("crm", "contacts", "role", ("PRIVATE", "BUY", "FIN", "NONE")),
            ("crm", "contacts", "accountId", ACCOUNTS),
            ("crm", "contacts", "erpNumber", (*CUSTOMERS, None)),
            ("crm", "cases", "contactId", CONTACTS),
        )
        for value in values
    )
)


@dataclass(frozen=True)
class Visit:
    """One page, by one after another."""

    who: tuple[str, ...]
    page: str
    language: str
    newest: bool
    json: bool


@dataclass(frozen=True)
class Change:
    """One row of a table changes; which one is counted from the front, round and round."""

    place: int
    system: str
    table: str
    field: str
    value: str | None


@dataclass(frozen=True)
class Passes:
    seconds: float


@dataclass(frozen=True)
class News:
    system: str


@dataclass(frozen=True)
class Trouble:
    system: str
    down: bool
    ignores_filters: bool


SYSTEMS = st.sampled_from(("erp", "crm", "carrier"))
VISITS = st.builds(
    Visit,
    st.lists(st.sampled_from(WHO), min_size=1, max_size=4).map(tuple),
    st.sampled_from(PAGES),
    st.sampled_from(("nl", "en")),
    st.sampled_from((False, False, False, True)),
    st.booleans(),
)
STEPS = st.one_of(
    VISITS,
    VISITS,
    VISITS,
    st.builds(lambda place, change: Change(place, *change), st.integers(0, 5), CHANGES),
    st.builds(Passes, st.sampled_from((0.5, 20, 44.9, 59, 61, 151, 301, 4000, 50_000, 90_000))),
    st.builds(News, SYSTEMS),
    st.builds(Trouble, SYSTEMS, st.booleans(), st.booleans()),
)


@settings(max_examples=examples(12), deadline=None)
@given(st.lists(STEPS, min_size=3, max_size=25))
def test_whatever_happens_a_kept_page_is_the_page_that_would_be_made(steps: list[object]) -> None:
    asyncio.run(_compared(steps))


async def _compared(steps: list[object]) -> None:
    keeping = world(change=BLUEPRINT)
    anew = without_keeping(keeping)
    pages, anew_pages = site(keeping), site(anew, most_bytes=0)
    for step in steps:
        match step:
            case Visit():
                for who in step.who:
                    kept, made = await _seen(pages, who, step), await _seen(anew_pages, who, step)
                    assert kept == made, (who, step)
            case Change():
                _change(keeping, step)
            case Passes(seconds):
                keeping.hands.on(seconds=seconds)
            case News(system):
                keeping.service.hear(system)
                anew.service.hear(system)
            case Trouble(system, down, ignores_filters):
                keeping.systems[system].down = down
                keeping.systems[system].ignores_filters = ignores_filters
        await asyncio.sleep(0)  # what is refreshed behind a page ends here, for both alike
        await asyncio.sleep(0)
    await keeping.service.close()
    await anew.service.close()


async def _seen(pages: Site, who: str, visit: Visit) -> tuple[int, str, Mapping[str, str]]:
    async with pages.visit(who) as browser:
        browser.cookies.set("lang", visit.language)
        query = {"newest": "1"} if visit.newest else {}
        accept = "application/json" if visit.json else "text/html"
        answer = await browser.get(visit.page, params=query, headers={"accept": accept})
    return answer.status_code, answer.text, dict(answer.headers)


def _change(here: World, change: Change) -> None:
    held = here.systems[change.system]
    rows = list(held.rows[change.table])
    place = change.place % len(rows)
    rows[place] = {**rows[place], change.field: change.value}
    held.rows = {**held.rows, change.table: rows}


# ---- what it saves


async def test_a_page_that_was_just_seen_asks_nothing_and_is_byte_for_byte_the_same() -> None:
    here = world()
    async with site(here).visit("bram") as browser:
        first = await browser.get("/bestellingen")
        here.calls()
        again = await browser.get("/bestellingen")
    assert again.content == first.content
    assert here.calls() == 0


async def test_how_long_ago_is_told_anew_on_a_kept_page() -> None:
    here = world()
    async with site(here).visit("sanne") as browser:
        assert "zojuist" in (await browser.get("/retour")).text
        here.hands.on(seconds=46)
        assert "1 minuut geleden" in (await browser.get("/retour")).text
        assert here.calls() > 0


async def test_a_kept_page_is_for_one_person_in_one_language_and_one_look() -> None:
    here = world()
    pages = site(here)
    async with pages.visit("bram") as bram, pages.visit("joost") as joost:
        for _ in range(2):
            dutch = (await bram.get("/bestellingen")).text
            assert "VO-26107" in dutch
            assert "VO-26107" not in (await joost.get("/bestellingen")).text
            english = (await bram.get("/bestellingen", headers={"accept-language": "en"})).text
            assert '<html lang="en"' in english
            dark = (
                await bram.get("/bestellingen", headers={"cookie": "balie=bram; theme=dark"})
            ).text
            assert 'data-theme="dark"' in dark
            assert "data-theme" not in (await bram.get("/bestellingen")).text


async def test_a_role_that_is_taken_away_takes_the_kept_pages_with_it() -> None:
    here = world()
    async with site(here).visit("fatima") as browser:
        assert (await browser.get("/facturen")).status_code == 200
        _change(here, Change(2, "crm", "contacts", "role", "BUY"))
        here.service.hear("crm")
        assert (await browser.get("/facturen")).status_code == 404


# ---- keys


def test_every_field_of_a_visitor_and_of_a_viewer_is_part_of_its_key() -> None:
    """But how they proved who they are, and in which sign-in: that is of one browser."""
    visitor = Visitor(person="p", email="a@example.nl")
    others: dict[str, Any] = {"links": {"contact": ("c",)}, "is_staff": True,
                              "staff_roles": frozenset({"r"})}  # fmt: skip
    for one in fields(Visitor):
        is_kept = one.name not in ("level", "level_at", "sign_in")
        other = replace(visitor, **{one.name: others.get(one.name, "x")})
        assert (other.who != visitor.who) == is_kept, one.name
    viewer = Viewer(person="p", email="a@example.nl", kinds=frozenset(), kinds_known=True, me={})
    changed: dict[str, Any] = {
        "kinds": frozenset({"k"}),
        "kinds_known": False,
        "me": {"contact": Mine(Knowledge.KNOWN, ("c",))},
        "is_staff": True,
    }
    for one in fields(Viewer):
        seen = replace(viewer, **{one.name: changed.get(one.name, "x")})
        assert (seen.who != viewer.who) == one.compare, one.name
