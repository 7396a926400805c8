"""Every example on docs/reference/semantics.md is run here, as it stands there."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
import yaml

from balie.backstage.arrangement import CannotArrange
from balie.backstage.handing import Handed
from balie.backstage.page import Facts, FigureBlock, Listing, Page, Timeline
from tests.semantics.world import LINDEMAN, ROOT, World, rows_of

Worlds = Callable[..., World]

PAGE = ROOT / "docs" / "reference" / "semantics.md"
BLOCK = re.compile(r"```yaml\n(example: .*?)```", re.DOTALL)
EXAMPLES: list[dict[str, Any]] = [yaml.safe_load(b) for b in BLOCK.findall(PAGE.read_text())]


@pytest.mark.parametrize("example", EXAMPLES, ids=[e["example"] for e in EXAMPLES])
async def test_the_example_holds(world: Worlds, example: dict[str, Any]) -> None:
    here = world(rows=_rows(example.get("rows", {})))
    await _happened_before(here, example)
    if "document" in example:
        found = await here.document(example["viewer"], example["address"])
        assert (found.name if isinstance(found, Handed) else found.value) == example["document"]
    else:
        assert await _shown(here, example) == example["page"]
    assert {i.kind.value for i in here.noticeboard.incidents} == set(example.get("incidents", []))
    for system, calls in example.get("calls", {}).items():
        assert len(here.systems[system].asked) == calls


async def _shown(here: World, example: dict[str, Any]) -> Any:
    """What the page shows of what the example speaks of; or that it cannot be asked for so."""
    try:
        page = await here.open(example["viewer"], example["address"])
    except CannotArrange:
        return 400
    return _seen(page, example["page"])


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) > 30


def _rows(more: Mapping[str, Sequence[Any]]) -> dict[str, dict[str, list[Any]]]:
    rows = rows_of(LINDEMAN)
    for name, added in more.items():
        system, _, table = name.partition(".")
        rows[system][table] = [*rows[system].get(table, []), *added]
    return rows


async def _happened_before(here: World, example: dict[str, Any]) -> None:
    for address in example.get("opened before", []):
        await here.open(example["viewer"], address)
    here.hands.on(**example.get("later", {}))
    for system in example.get("down", []):
        here.systems[system].down = True
    for system in example.get("ignores filters", []):
        here.systems[system].ignores_filters = True
    here.calls()


def _seen(page: Page | None, wanted: Any) -> Any:
    """What the page shows of what the example speaks of."""
    if page is None:
        return 404
    if wanted == 404:
        return page
    return {word: SEEN[word](page, wanted[word]) for word in wanted}


def _facts(page: Page, wanted: Mapping[str, str]) -> Mapping[str, str]:
    cells = [cell for block in page.blocks if isinstance(block, Facts) for cell in block.cells]
    return {cell.label: _plain(cell.text) for cell in cells if cell.label in wanted}


def _tables(page: Page, wanted: Mapping[str, Any]) -> Mapping[str, list[str]]:
    lists = [block for block in page.blocks if isinstance(block, Listing)]
    shown = {b.title: [r.cells[0].text for r in b.records] for b in lists}
    return {title: shown.get(title, []) for title in wanted}


def _list(page: Page, _wanted: object) -> list[str] | str:
    listing = next((b for b in page.blocks if isinstance(b, Listing)), None)
    if listing is None or listing.freshness.trust.value in ("away", "waiting", "unrecognised"):
        return "none"
    return [record.key for record in listing.records]


def _figures(page: Page, _wanted: object) -> Mapping[str, str]:
    return {b.name: _plain(b.text) for b in page.blocks if isinstance(b, FigureBlock)}


def _timeline(page: Page, _wanted: object) -> list[str]:
    timeline = next(block for block in page.blocks if isinstance(block, Timeline))
    return [f"{stage.text}, {stage.progress.value}" for stage in timeline.stages]


def _trust(page: Page, _wanted: object) -> str:
    return page.trust.value


def _links(page: Page, _wanted: object) -> list[str]:
    records = [r for b in page.blocks if isinstance(b, Listing) for r in b.records]
    return [cell.link for record in records for cell in record.cells if cell.link]


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _found(page: Page, _wanted: object) -> int | None:
    listing = next(block for block in page.blocks if isinstance(block, Listing))
    return None if listing.arranged is None else listing.arranged.found


SEEN = {
    "found": _found,
    "kind": lambda page, _: page.kind,
    "ways": lambda page, _: [item.address for item in page.ways],
    "leads on to": lambda page, _: [item.address for item in page.ways if item.follows],
    "headline": lambda page, _: page.headline,
    "acting for": lambda page, _: page.acting_for,
    "menu": lambda page, _: [item.address for item in page.menu],
    "broken": lambda page, _: sum(b.broken for b in page.blocks if isinstance(b, Listing)),
    "says": lambda page, _: [notice.says for notice in page.notices],
    "trust": _trust,
    "facts": _facts,
    "tables": _tables,
    "list": _list,
    "links": _links,
    "figures": _figures,
    "timeline": _timeline,
}
