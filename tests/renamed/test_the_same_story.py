"""Lindeman with every name replaced is the same portal: page by page, word for word.

So nothing in `src/` knows what a thing, a field, a step, a system, a table or an address is called.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from balie.backstage.page import FigureBlock, Listing, Page
from balie.blueprint.drawing.draw import draw
from balie.blueprint.model import Blueprint, Thing
from balie.commands.main import main
from balie.frontstage.page_json import page_json
from balie.rehearsal.backoffice import back_offices, everybody_of
from balie.systems.contract import Contract, Field
from balie.systems.rows import Row
from tests.frontstage.site import site
from tests.renamed.folder import renamed
from tests.semantics.world import World, blueprint_of, contracts_of, world
from tests.telling import LINDEMAN, Telling, told

TODAY = date(2026, 11, 22)
AT_LEAST = {"sanne": 25, "bram": 25, "fatima": 7, "joost": 25, "nobody": 5}  # pages
PEOPLE = tuple(f"{name}@example.nl" for name in AT_LEAST)
KEPT = {"roles", "days_since", "end", "_x0020_", "items"}
"""Words of Balie, of OData, and the name by which a list on a page of JSON is found."""

Everybody = dict[str, dict[str, list[Row]]]


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Telling:
    return told("renamed", tmp_path_factory.mktemp("telling"))


@pytest.fixture(scope="module")
def everybody() -> Everybody:
    """All rows that the rehearsal makes, by system and table."""
    found: Everybody = {}
    for name, rows in everybody_of(LINDEMAN, back_offices(LINDEMAN), TODAY).items():
        system, _, table = name.partition(".")
        found.setdefault(system, {})[table] = list(rows)
    return found


@pytest.fixture(scope="module")
def both(other: Telling, everybody: Everybody) -> tuple[World, World]:
    """The portal as it was written, and the renamed one, over the same rows."""
    return world(rows=everybody), world(rows=everybody, telling=other)


# ---- the same pages


@pytest.mark.parametrize("who", PEOPLE)
async def test_every_page_of_everybody_says_the_same(both: tuple[World, World], who: str) -> None:
    here, there = both
    starts = ("/", *(r.address for r in here.service.routes if "{" not in r.address))
    to_see = [(address, address) for address in starts]
    seen: set[str] = set()
    while to_see and len(seen) < 150:
        address, its_address = to_see.pop(0)
        if address not in seen:
            seen.add(address)
            page, same = await _open(here, who, address), await _open(there, who, its_address)
            assert _without_cursors(_json(same)) == _without_cursors(_json(page))
            assert list(_links(same)) == list(_links(page))
            to_see += [(link, link) for link in _links(page)]
            to_see += zip(_later(page), _later(same), strict=True)
    assert len(seen) >= AT_LEAST[who.partition("@")[0]]


async def _open(running: World, who: str, address: str) -> Page | None:
    path, _, after = address.partition("?after=")
    return await running.open(who, path, after)


def _json(page: Page | None) -> str:
    return "" if page is None else page_json(page).decode()


def _without_cursors(text: str) -> str:
    """Cursors are sealed for one scope, and say nothing by themselves."""
    before, *later = text.split("?after=")
    return before + "?after=".join(["", *(part[part.index('"') :] for part in later)])


def _later(page: Page | None) -> list[str]:
    blocks = () if page is None else page.blocks
    return [block.older for block in blocks if isinstance(block, Listing) and block.older]


def _links(page: Page | None) -> Iterator[str]:
    """Every address that a page leads to, but for the later pages of a list."""
    if page is None:
        return
    yield from (item.address for item in (*page.menu, *page.ways))
    for block in page.blocks:
        if isinstance(block, FigureBlock) and block.link:
            yield block.link
        if isinstance(block, Listing):
            yield from (record.link for record in block.records if record.link)
            cells = (cell for record in block.records for cell in record.cells)
            yield from (cell.link for cell in cells if cell.link)


@pytest.mark.parametrize("who", ["sanne", "bram", "fatima", "joost"])
@pytest.mark.parametrize("language", ["nl", "en"])
async def test_every_page_looks_the_same(
    both: tuple[World, World], other: Telling, who: str, language: str
) -> None:
    here, there = (site(one) for one in both)
    for address in ("/", "/bestellingen", "/facturen", "/retour", "/vraag", "/bestaat-niet"):
        async with here.visit(who, **{"accept-language": language}) as browser:
            page = await browser.get(address)
        async with there.visit(who, **{"accept-language": language}) as browser:
            same = await browser.get(other.address(address))
        assert same.status_code == page.status_code
        assert _without_cursors(other.text(same.text)) == _without_cursors(page.text)


async def test_the_description_for_programs_is_the_same(
    both: tuple[World, World], other: Telling
) -> None:
    described = []
    for one in both:
        async with site(one).visit() as program:
            described.append(other.text((await program.get("/api/openapi.json")).text))
    # An operation's id has _ for every - of the step: one of a new name is told back with the -.
    as_written, same = (json.loads(text.replace("-", "_")) for text in described)
    assert same["info"].pop("version") != as_written["info"].pop("version")
    assert same == as_written


# ---- nothing of the original is left


def test_no_name_of_the_original_is_left(other: Telling) -> None:
    before = set(_names(blueprint_of(LINDEMAN))) - KEPT
    after = set(_names(blueprint_of(other.folder))) - KEPT
    assert len(before) > 400
    assert before & after == set()


def _names(blueprint: Blueprint) -> Iterator[str]:
    """Every name in a blueprint and in its contracts."""
    people = blueprint.people
    yield from (*people.customers, *people.staff, *people.partners)
    yield from (*blueprint.things, *blueprint.purposes, *blueprint.systems, *blueprint.logins)
    yield from blueprint.me.names
    for phase in blueprint.story:
        yield str(phase.name)
        for step in phase.steps:
            yield str(step.id)
            yield from (str(answer.name) for answer in step.decision)
            yield from (str(tells.mail) for tells in step.tells)
            if step.screen is not None and step.screen.address is not None:
                words = str(step.screen.address).strip("/").split("/")
                yield from (word for word in words if word and "{" not in word)
    for thing in blueprint.things.values():
        yield from _names_of(thing)
    for system, contract in contracts_of(blueprint).items():
        yield from blueprint.systems[system].tables
        yield from _names_in(contract)
    yield from (file.rpartition("/")[2].partition(".")[0] for file in blueprint.files)


def _names_of(thing: Thing) -> Iterator[str]:
    yield from thing.fields
    yield from (source.name for source in thing.from_ if source.name)
    if thing.list_name is not None:
        yield thing.list_name
    for field in thing.fields.values():
        yield from (str(stage.code) for stage in field.words if stage.code is not None)
        if field.calculated_by is not None:
            yield str(field.calculated_by)


def _names_in(contract: Contract) -> Iterator[str]:
    yield from contract.events
    for table in contract.tables.values():
        yield from table.name.split("/")
        yield from _names_among(table.fields)


def _names_among(fields: Mapping[str, Field]) -> Iterator[str]:
    for field in fields.values():
        yield field.name
        yield from field.codes
        yield from _names_among(field.fields)


def test_a_row_that_was_translated_can_be_told_back(other: Telling, everybody: Everybody) -> None:
    rows = [
        (system, table, row)
        for system, tables in everybody.items()
        for table, held in tables.items()
        for row in held
    ]
    assert len(rows) > 1000
    for system, table, row in rows:
        assert other.back(other.row(system, table, row)) == row


# ---- and it is a whole blueprint


def test_nothing_is_wrong_with_it(other: Telling, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(other.folder)]) == 0
    assert "nothing is wrong" in capsys.readouterr().out


def test_it_is_drawn(other: Telling) -> None:
    svg = draw(blueprint_of(other.folder), "en")
    assert svg == draw(blueprint_of(other.folder), "en")
    assert "Mijn overzicht" not in svg
    assert "My overview" in svg


def test_its_rehearsal_makes_rows_of_every_table_that_has_some(
    other: Telling, everybody: Everybody
) -> None:
    made = everybody_of(other.folder, back_offices(other.folder), TODAY)
    has_rows = {other.text(name) for name, rows in made.items() if rows}
    assert has_rows == {
        f"{s}.{t}" for s, tables in everybody.items() for t, r in tables.items() if r
    }


def test_the_same_seed_gives_the_same_names(tmp_path: Path) -> None:
    for name, seed in (("one", "a"), ("again", "a"), ("another", "b")):
        renamed(LINDEMAN, tmp_path / name, seed)
    one, again, another = (_files(tmp_path / name) for name in ("one", "again", "another"))
    assert one == again
    assert not set(one) & set(another) & {file for file in one if file.startswith("mails/")}


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
