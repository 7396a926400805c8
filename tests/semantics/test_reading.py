"""What holds for every page: promises on calls, on age, on loss, on whose rows they are."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balie.backstage.page import FigureBlock, Listing, Page, Trust
from balie.backstage.ports import IncidentKind
from balie.blueprint.relations import parse as parse_relations
from balie.blueprint.source import Text
from balie.systems.rows import BrokenRow, Row
from tests.semantics.world import LINDEMAN, World, restarted, rows_of, visitor

Worlds = Callable[..., World]
SANNE, BRAM, FATIMA = (f"{name}@example.nl" for name in ("sanne", "bram", "fatima"))
PEOPLE = (SANNE, BRAM, FATIMA, "joost@example.nl")
ADDRESSES = (
    "/",
    "/bestellingen",
    "/bestellingen/VO-26088",
    "/bestellingen/VO-26071",
    "/bestellingen/VO-26098",
    "/facturen",
    "/retour",
    "/retour/R-000042",
    "/vraag",
)


def listing(page: Page | None) -> Listing:
    assert page is not None
    return next(block for block in page.blocks if isinstance(block, Listing))


def order(number: int, customer: str, day: date) -> Row:
    return {
        "id": f"o{number}",
        "number": f"VO-{number:05}",
        "customerNumber": customer,
        "orderDate": day.isoformat(),
        "status": "Open",
        "fullyShipped": False,
    }


def shipment(number: int, customer: str, day: date, nth: int = 0) -> Row:
    return {
        "id": f"s{number}.{nth}",
        "number": f"VZ-{number:05}.{nth}",
        "orderNumber": f"VO-{number:05}",
        "customerNumber": customer,
        "postingDate": day.isoformat(),
    }


def many(count: int) -> dict[str, dict[str, list[Row]]]:
    """Example rows, and this many orders of Sanne, each fifth one shipped and gone."""
    rows = rows_of(LINDEMAN)
    first = date(2026, 11, 20)
    orders = [order(n, "10085", first - timedelta(days=n // 3)) for n in range(count) if n % 5]
    gone = [shipment(n, "10085", first - timedelta(days=n // 3)) for n in range(0, count, 5)]
    return rows | {"erp": {"salesOrders": orders, "salesShipments": gone}}


async def test_a_list_cut_short_by_every_source_takes_one_more_call_for_each(world: Worlds) -> None:
    here = world(rows=many(600), page_rows=50)
    viewer = await here.viewer(SANNE)
    here.calls()
    page = await here.show("/bestellingen", viewer)
    assert len(listing(page).records) == 50
    assert here.calls() == 4  # the orders were cut short; shipments and invoices were not


@pytest.mark.parametrize("rows", [10, 100, 200])
async def test_the_calls_of_a_page_do_not_grow_with_rows(world: Worlds, rows: int) -> None:
    here = world(rows=many(rows), page_rows=50)
    viewer = await here.viewer(SANNE)
    here.calls()
    await here.show("/bestellingen", viewer)
    assert here.calls() == 3


async def test_the_pages_of_a_list_lose_nothing_and_repeat_nothing(world: Worlds) -> None:
    here = world(rows=many(510))
    seen = await _walk(here)
    assert len(seen) == 510
    assert len(set(seen)) == 510


Life = list[tuple[int | None, int, int]]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.none() | st.integers(0, 30), st.integers(0, 3), st.integers(0, 6)),
        min_size=1,
        max_size=80,
    ),
    st.integers(3, 12),
)
def test_every_order_is_once_in_the_list_in_its_place_whatever_its_sources(
    world: Worlds, life: Life, cut: int
) -> None:
    """(days ago or no date, shipments, days until shipped): sources are cut after a few rows."""
    here = world(rows=_lives(life), page_rows=5, list_rows=cut)
    seen = asyncio.run(_walk(here))
    assert seen == _expected(life)


def _lives(life: Life) -> dict[str, dict[str, list[Row]]]:
    orders: list[Row] = []
    shipments: list[Row] = []
    for number, (ago, times, later) in enumerate(life):
        day = None if ago is None else date(2026, 11, 20) - timedelta(days=ago)
        if times < 3:
            orders.append(
                {**order(number, "10085", day or date(2026, 1, 1)), "orderDate": _iso(day)}
            )
        sent = (day or date(2026, 11, 1)) + timedelta(days=later)
        shipments.extend(shipment(number, "10085", sent, nth) for nth in range(times))
    return rows_of(LINDEMAN) | {"erp": {"salesOrders": orders, "salesShipments": shipments}}


def _iso(day: date | None) -> str:
    return "0001-01-01" if day is None else day.isoformat()


def _expected(life: Life) -> list[str]:
    """Newest first by the order's own date, else by its newest shipment's, else at the end."""
    places = []
    for number, (ago, times, later) in enumerate(life):
        day = None if ago is None else date(2026, 11, 20) - timedelta(days=ago)
        sent = (day or date(2026, 11, 1)) + timedelta(days=later)
        own = day.isoformat() if day is not None and times < 3 else ""
        places.append((own or (sent.isoformat() if times else ""), f"VO-{number:05}"))
    return [key for _, key in sorted(places, reverse=True)]


async def test_what_has_no_date_comes_last_and_is_not_lost(world: Worlds) -> None:
    rows = rows_of(LINDEMAN)
    dated = [
        {
            "id": f"i{n}",
            "number": f"VF-{n:03}",
            "customerNumber": "10085",
            "status": "Paid",
            "invoiceDate": f"2026-10-{n + 1:02}",
        }
        for n in range(22)
    ]
    undated = [
        {**row, "number": f"VF-9{n}", "invoiceDate": None} for n, row in enumerate(dated[:3])
    ]
    here = world(rows=rows | {"erp": {"salesInvoices": [*undated, *dated]}})
    seen = await _walk(here, "/facturen")
    assert len(seen) == len(set(seen)) == 25


async def test_more_rows_of_one_day_than_are_read_is_never_told_as_nothing(world: Worlds) -> None:
    many_of_one_day = [order(n, "10085", date(2026, 11, 1)) for n in range(1200)]
    rows = rows_of(LINDEMAN) | {"erp": {"salesOrders": many_of_one_day}}
    here = world(rows=rows)
    page = await here.open(SANNE, "/bestellingen")
    assert listing(page).freshness.trust is Trust.AWAY
    assert IncidentKind.CUT in {incident.kind for incident in here.noticeboard.incidents}


async def _walk(here: World, address: str = "/bestellingen") -> list[str]:
    """The keys on all pages of a list, from the newest to the oldest."""
    seen: list[str] = []
    after = ""
    for _ in range(200):
        shown = listing(await here.open(SANNE, address, after))
        seen.extend(record.key for record in shown.records)
        if shown.older is None:
            return seen
        after = shown.older.partition("after=")[2]
    raise AssertionError("the list has no end")


async def test_newer_leads_back_to_where_one_came_from(world: Worlds) -> None:
    here = world(rows=many(70))
    first = listing(await here.open(SANNE, "/bestellingen"))
    second = listing(await here.open(SANNE, "/bestellingen", _cursor(first.older)))
    third = listing(await here.open(SANNE, "/bestellingen", _cursor(second.older)))
    back = listing(await here.open(SANNE, "/bestellingen", _cursor(third.newer)))
    assert back.records == second.records
    assert second.newer == "/bestellingen"


def _cursor(address: str | None) -> str:
    assert address is not None
    return address.partition("after=")[2]


@pytest.mark.parametrize("cursor", ["x", "%00", "A" * 9000, "é", "AAAA" * 20])
async def test_a_cursor_that_is_not_ours_is_not_found(world: Worlds, cursor: str) -> None:
    assert await world().open(SANNE, "/bestellingen", cursor) is None


async def test_a_cursor_of_somebody_else_is_not_found(world: Worlds) -> None:
    here = world(rows=many(70))
    cursor = _cursor(listing(await here.open(SANNE, "/bestellingen")).older)
    assert await here.open(BRAM, "/bestellingen", cursor) is None


# ---- whose rows they are


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_system_that_ignores_its_filters_changes_no_page(
    world: Worlds, who: str, address: str
) -> None:
    plain, everybody = world(), world()
    for system in everybody.systems.values():
        system.ignores_filters = True
        system.page_size = 2
    assert await everybody.open(who, address) == await plain.open(who, address)


async def test_a_row_that_was_dropped_is_counted_and_nothing_of_it_is_told(world: Worlds) -> None:
    here = world()
    here.systems["erp"].ignores_filters = True
    await here.open(SANNE, "/facturen")
    (incident,) = here.noticeboard.incidents
    assert (incident.kind, incident.table, incident.count) == (
        IncidentKind.DROPPED,
        "salesInvoices",
        2,
    )
    assert "10010" not in repr(incident)
    assert "VF-33015" not in repr(incident)


async def test_a_person_without_a_role_sees_nothing(world: Worlds) -> None:
    rows = rows_of(LINDEMAN)
    contacts = [dict(row) | {"role": "NONE"} for row in rows["crm"]["contacts"]]
    here = world(rows=rows | {"crm": {**rows["crm"], "contacts": contacts}})
    for address in ADDRESSES:
        assert await here.open(SANNE, address) is None


# ---- age, slowness, loss


async def test_a_page_that_is_young_asks_nothing(world: Worlds) -> None:
    here = world()
    await here.open(SANNE, "/bestellingen")
    here.calls()
    here.hands.on(minutes=2)
    page = await here.open(SANNE, "/bestellingen")
    assert here.calls() == 0
    assert page is not None
    assert page.trust is Trust.FRESH


async def test_a_page_past_half_its_age_is_refreshed_behind_the_customer(world: Worlds) -> None:
    here = world()
    await here.open(SANNE, "/bestellingen")
    here.calls()
    here.hands.on(minutes=4)
    before = await here.open(SANNE, "/bestellingen")
    await asyncio.sleep(0.01)
    after = await here.open(SANNE, "/bestellingen")
    assert before is not None
    assert after is not None
    assert before.as_of == here.hands.at - timedelta(minutes=4)
    assert after.as_of == here.hands.at


async def test_a_slow_system_shows_what_was_known_within_the_promise(world: Worlds) -> None:
    here = world()
    await here.open(SANNE, "/bestellingen")
    here.hands.on(hours=1)
    here.systems["erp"].seconds = 30
    loop = asyncio.get_running_loop()
    began = loop.time()
    page = await here.open(SANNE, "/bestellingen")
    assert loop.time() - began < 1.0
    assert page is not None
    assert page.trust is Trust.KNOWN
    await here.service.close()


async def test_a_slow_system_at_the_first_visit_says_so_and_goes_on(world: Worlds) -> None:
    here = world()
    viewer = await here.viewer(SANNE)
    here.systems["erp"].seconds = 1.2
    page = await here.show("/bestellingen", viewer)
    assert listing(page).freshness.trust is Trust.WAITING
    await asyncio.sleep(0.5)
    page = await here.show("/bestellingen", viewer)
    assert listing(page).freshness.trust is Trust.FRESH
    await here.service.close()


async def test_a_hundred_visitors_at_once_make_one_call_for_each_question(world: Worlds) -> None:
    here = world()
    viewer = await here.viewer(SANNE)
    here.calls()
    here.systems["erp"].seconds = 0.05
    await asyncio.gather(*(here.show("/bestellingen", viewer) for _ in range(100)))
    assert here.calls() == 3


async def test_an_error_is_not_remembered_and_is_asked_again(world: Worlds) -> None:
    here = world()
    here.systems["erp"].down = True
    await here.open(SANNE, "/bestellingen")
    here.systems["erp"].down = False
    page = await here.open(SANNE, "/bestellingen")
    assert page is not None
    assert page.trust is Trust.FRESH


async def test_what_was_known_survives_a_restart(world: Worlds) -> None:
    before = world()
    known = await before.open(SANNE, "/bestellingen")
    await before.service.close()  # what was learned is written by then
    after = restarted(before)
    after.hands.on(hours=1)
    after.systems["erp"].down = True
    page = await after.open(SANNE, "/bestellingen")
    assert page is not None
    assert known is not None
    assert page.trust is Trust.KNOWN
    assert listing(page).records == listing(known).records


async def test_a_link_that_was_stored_is_used_and_the_mail_address_no_more(world: Worlds) -> None:
    """Somebody else's mail address in one's own file opens nothing of theirs."""
    here = world()
    links = await here.service.recognise(visitor(SANNE))
    contacts = here.systems["crm"].rows["contacts"]
    taken = [
        dict(c) | ({"email": SANNE} if c["email"] == BRAM else {"email": "x@y.example"})
        for c in contacts
    ]
    here.systems["crm"].rows = {**here.systems["crm"].rows, "contacts": taken}
    linked = replace(visitor(SANNE), links={name: (key,) for name, key in links.items()})
    viewer = await here.service.viewer(linked)
    assert here.telling.back(viewer.kinds) == {"consumer"}
    assert viewer.me[here.telling.me("customer")].values == ("10085",)


async def test_nothing_personal_is_in_a_key_of_the_memory(world: Worlds) -> None:
    here = world()
    await here.open(SANNE, "/bestellingen/VO-26088")
    await here.service.close()
    assert here.memory.kept
    keys = " ".join(here.memory.kept)
    for personal in ("sanne", "10085", "26088", "c1"):
        assert f" {personal} " not in keys
    assert all(len(key) == 48 for key in here.memory.kept)


async def test_a_figure_of_which_a_part_cannot_be_read_is_not_told(world: Worlds) -> None:
    rows = rows_of(LINDEMAN)
    broken = {**rows["erp"]["salesInvoices"][0], "number": "VF-9", "remainingAmount": "a lot"}
    here = world(
        rows=rows
        | {"erp": {**rows["erp"], "salesInvoices": [*rows["erp"]["salesInvoices"], broken]}}
    )
    page = await here.open("fatima@example.nl", "/")
    assert page is not None
    figure = next(block for block in page.blocks if isinstance(block, FigureBlock))
    assert figure.value is None
    assert figure.freshness.trust is Trust.AWAY


async def test_rows_inside_a_row_are_as_old_as_the_row(world: Worlds) -> None:
    here = world()
    await here.open(BRAM, "/retour/R-000042")
    here.hands.on(hours=3)
    here.systems["crm"].down = True
    page = await here.open(BRAM, "/retour/R-000042")
    assert listing(page).freshness.trust is Trust.KNOWN


async def test_every_tie_of_a_line_of_me_must_hold(world: Worlds) -> None:
    here = world()
    contact = here.telling.me("contact")
    (line,) = here.blueprint.me.names[contact]
    assert [str(e.text) for e in line.where] == [_of_contacts(here, "email = login.email")]
    only_buyers = parse_relations(Text(_of_contacts(here, 'email = login.email and role = "BUY"')))
    changed = replace(line, where=only_buyers)
    me = replace(here.blueprint.me, names={**here.blueprint.me.names, contact: (changed,)})
    here = world(change=replace(here.blueprint, me=me))
    assert here.telling.back((await here.viewer(SANNE)).kinds) == frozenset()
    assert here.telling.back((await here.viewer(BRAM)).kinds) == {"buyer"}


def _of_contacts(here: World, relation: str) -> str:
    return here.telling.relation(relation, "crm", "contacts")


async def test_a_page_at_which_nobody_was_recognised_says_so_to_programs_too(world: Worlds) -> None:
    here = world()
    here.systems["crm"].down = True
    page = await here.open(SANNE, "/bestellingen")
    assert page is not None
    assert page.trust is Trust.UNRECOGNISED


async def test_a_refusal_is_not_told_as_an_outage_to_staff(world: Worlds) -> None:
    here = world()
    here.systems["erp"].refuses = True
    await here.open(SANNE, "/bestellingen")
    assert {incident.kind for incident in here.noticeboard.incidents} == {IncidentKind.REFUSED}


@pytest.mark.parametrize("path", ["/%00", "/%FF", "//", "/bestellingen/", "/bestellingen%2F"])
def test_an_address_that_is_none_is_not_the_home_page(world: Worlds, path: str) -> None:
    here = world()
    assert here.service.match(here.telling.address(path)) is None


@pytest.mark.parametrize("ignores", [False, True])
async def test_a_broken_row_of_a_stranger_changes_no_page(world: Worlds, ignores: bool) -> None:
    here, plain = world(), world()
    here.systems["erp"].broken = (BrokenRow("a date", {"customerNumber": "10020"}),)
    here.systems["erp"].ignores_filters = ignores
    for address in ("/bestellingen", "/bestellingen/VO-26107", "/facturen"):
        assert await here.open(SANNE, address) == await plain.open(SANNE, address)


async def test_a_broken_row_of_ones_own_is_counted(world: Worlds) -> None:
    here = world()
    here.systems["erp"].broken = (BrokenRow("a date", {"customerNumber": "10085"}),)
    assert listing(await here.open(SANNE, "/facturen")).broken == 1


async def test_amounts_of_two_currencies_are_not_added(world: Worlds) -> None:
    rows = rows_of(LINDEMAN)
    dollars = {**rows["erp"]["salesInvoices"][0], "number": "VF-9", "currencyCode": "USD"}
    invoices = [*rows["erp"]["salesInvoices"], dollars]
    here = world(rows=rows | {"erp": {**rows["erp"], "salesInvoices": invoices}})
    page = await here.open("fatima@example.nl", "/")
    assert page is not None
    owed = next(block for block in page.blocks if isinstance(block, FigureBlock))
    assert owed.value is None
    shown = listing(await here.open("fatima@example.nl", "/facturen"))
    amounts = {row.key: row.cells[3].text for row in shown.records}
    assert "US$" in amounts["VF-9"]
    assert "€" in amounts["VF-33015"]


async def test_news_of_a_system_makes_what_was_known_no_longer_fresh(world: Worlds) -> None:
    here = world()
    await here.open(SANNE, "/bestellingen")
    here.service.hear(here.telling.system("erp"))
    here.systems["erp"].down = True
    page = await here.open(SANNE, "/bestellingen")
    assert page is not None
    assert page.trust is Trust.KNOWN


async def test_whoever_asks_for_the_newest_gets_it(world: Worlds) -> None:
    here = world()
    viewer = await here.viewer(SANNE)
    await here.show("/bestellingen", viewer)
    here.hands.on(minutes=1)
    page = await here.show("/bestellingen", viewer, newest=True)
    assert page is not None
    assert page.as_of == here.hands.at
    here.calls()
    await here.show("/bestellingen", viewer, newest=True)
    assert here.calls() == 0
