"""Random services: each is valid, starts, is drawn, shows everybody their own and nothing else.

Who may see what is worked out a second time in `oracle.py`, which knows nothing of Balie.
"""

import asyncio
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate

from balie.backstage.page import FigureBlock
from balie.backstage.page import Page as Shown
from balie.blueprint.check import check
from balie.blueprint.drawing.draw import draw, draw_table
from balie.blueprint.finding import Severity
from balie.blueprint.reader import read
from balie.frontstage.page_json import page_json
from tests.frontstage import markup
from tests.frontstage.site import site
from tests.generated.making import PEOPLE, STRANGER, made
from tests.generated.oracle import Somebody, marks, may_open, owned, sees, somebody, within
from tests.generated.running import Running, run
from tests.generated.shop import Page, Row, Shop, Thing
from tests.generated.writing import write
from tests.semantics.world import contracts_of

MARK = re.compile(r"mk\d{4}[xl]\d|k\d{4}|\b7\d{6}\b")
EVERYBODY = tuple(f"{name}@example.nl" for name in (*PEOPLE, STRANGER))

FEW = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
HOW_MANY, FIRST = (int(os.environ.get(name, "0")) for name in ("GENERATED", "GENERATED_FROM"))

shops = st.builds(made, st.randoms(use_true_random=False))


def holds(shop: Shop) -> None:
    """All that is promised of every service, of one service."""
    with TemporaryDirectory(prefix="made-") as place:
        folder = Path(place)
        write(shop, folder)
        nothing_is_wrong(folder)
        asyncio.run(everybody_sees_their_own(shop, folder))


TELLING = (2, 3, 118, 188)
"""Seeds by which a fault is found: capitals in a tie, rows left out, two organisations, fields."""


@pytest.mark.parametrize("seed", TELLING)
def test_a_service_of_a_seed_holds(seed: int) -> None:
    holds(made(Random(seed)))  # noqa: S311


@FEW
@given(shops)
def test_a_service_that_nobody_wrote_holds(shop: Shop) -> None:
    event(shop.way)
    holds(shop)


@pytest.mark.proof
@pytest.mark.skipif(not HOW_MANY, reason="as many as GENERATED says, by hand")
@pytest.mark.parametrize("seed", range(FIRST, FIRST + HOW_MANY))
def test_hundreds_of_services_that_nobody_wrote_hold(seed: int) -> None:
    holds(made(Random(seed)))  # noqa: S311


# ---- it is valid, and it is drawn


def nothing_is_wrong(folder: Path) -> None:
    reading = read(folder)
    assert reading.blueprint is not None, reading.findings
    found = check(reading.blueprint, contracts_of(reading.blueprint), reading.findings)
    errors = [f for f in found if f.severity is Severity.ERROR]
    assert errors == []
    again = read(folder).blueprint
    assert again is not None
    assert draw(again, "nl") == draw(reading.blueprint, "nl")
    assert draw_table(again, "nl") == draw_table(reading.blueprint, "nl")


# ---- everybody sees their own


async def everybody_sees_their_own(shop: Shop, folder: Path) -> None:
    running = run(shop, folder)
    leaky = run(shop, folder, ignores_filters=True)
    for mail in EVERYBODY:
        who = somebody(shop, mail)
        for page in shop.pages:
            await _page_shows_what_it_should(running, leaky, mail, who, page)
    await _programs_and_browsers_get_it_too(running)


async def _page_shows_what_it_should(
    running: Running, leaky: Running, mail: str, who: Somebody, page: Page
) -> None:
    shop = running.shop
    if page.kind == "home":
        shown = await _same(running, leaky, mail, "/")
        assert (shown is not None) == bool(who.kinds)
        assert _marks(shown) <= _marks_of_rows(shop.things[0], owned(shop.things[0], who), who)
        assert _counts(shown) == _counted(shop, who)
        return
    assert page.thing is not None
    mine = owned(page.thing, who) if may_open(page, who) else []
    shown = await _same(running, leaky, mail, page.address)
    assert (shown is not None) == may_open(page, who), (mail, page.address)
    assert _marks(shown) <= _marks_of_rows(page.thing, mine, who)
    assert _keys(shown) == {str(row[page.thing.key]) for row in mine}
    if page.kind == "details":
        for row in page.thing.table.rows:
            await _row_shows_what_it_should(running, leaky, mail, who, page, row, row in mine)


async def _row_shows_what_it_should(
    running: Running,
    leaky: Running,
    mail: str,
    who: Somebody,
    page: Page,
    row: Row,
    is_mine: bool,
) -> None:
    assert page.thing is not None
    address = f"{page.address}/{quote(str(row[page.thing.key]), safe='')}"
    shown = await _same(running, leaky, mail, address)
    assert (shown is not None) == is_mine, (mail, address)
    needed = _marks_of_rows(page.thing, [row], who)
    allowed = set(needed)
    for nested in page.also:
        if sees(nested, who):
            inside = within(running.shop, nested, page.thing, row)
            allowed |= _marks_of_rows(nested, inside, who)
    if shown is not None:
        found = _marks(shown)
        assert found <= allowed, (mail, address, found - allowed)
        assert needed <= found, (mail, address, needed - found)


async def _same(running: Running, leaky: Running, mail: str, address: str) -> Shown | None:
    """A page; a system that ignores what it is asked changes nothing of it."""
    shown = await running.world.open(mail, address)
    assert await leaky.world.open(mail, address) == shown
    return shown


def _counts(shown: Shown | None) -> dict[str, int]:
    blocks = () if shown is None else shown.blocks
    figures = (block for block in blocks if isinstance(block, FigureBlock))
    return {f.name: int(f.value or 0) for f in figures if f.name.startswith("Aantal")}


def _counted(shop: Shop, who: Somebody) -> dict[str, int]:
    counted = (t for t in shop.things[1:] if t.tie is None and sees(t, who))
    return {f"Aantal {thing.id}": len(owned(thing, who)) for thing in counted}


def _marks(shown: Shown | None) -> set[str]:
    if shown is None:
        return set()
    return set(MARK.findall(page_json(shown).decode()))


def _marks_of_rows(thing: Thing, rows: list[Row], who: Somebody) -> set[str]:
    return set(MARK.findall(" ".join(mark for row in rows for mark in marks(thing, row, who))))


def _keys(shown: Shown | None) -> set[str]:
    if shown is None:
        return set()
    return {record.key for block in shown.blocks for record in getattr(block, "records", ())}


async def _programs_and_browsers_get_it_too(running: Running) -> None:
    portal = site(running.world)
    async with portal.visit() as program:
        validate((await program.get("/api/openapi.json")).json())
    for name in PEOPLE:
        who = somebody(running.shop, f"{name}@example.nl")
        async with portal.visit(name) as browser:
            for page in running.shop.pages:
                for address, is_there in addresses(page, who):
                    data = await browser.get(address, headers={"accept": "application/json"})
                    if who.must_choose:
                        assert data.status_code == 409, (name, address)
                        continue
                    assert data.status_code == (200 if is_there else 404), (name, address)
                    assert json.loads(data.text)
                    html = await browser.get(address, headers={"accept": "text/html"})
                    # At the front door whoever is no customer reads why.
                    assert html.status_code == (200 if is_there or address == "/" else 404)
                    assert markup.read(html.text)
                    known = data.text if is_there else address
                    assert set(MARK.findall(html.text)) <= set(MARK.findall(known))


def addresses(page: Page, who: Somebody) -> Iterator[tuple[str, bool]]:
    """The addresses of a page, and whether there is something for somebody."""
    may = may_open(page, who)
    yield page.address, may
    if page.thing is not None and page.kind == "details":
        mine = owned(page.thing, who) if may else []
        for row in page.thing.table.rows:
            yield f"{page.address}/{quote(str(row[page.thing.key]), safe='')}", row in mine
