"""The examples in a blueprint's own folder hold: raw rows in, clear rows out; who sees what."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from balie.backstage.page import Listing
from balie.blueprint.model import Blueprint
from balie.mapping.formats import read_aloud
from balie.mapping.kinds import Kind
from balie.mapping.thing import MappedThing, Record, map_things
from balie.systems.rows import Row
from tests.semantics.world import Hands, World, blueprint_of, contracts_of
from tests.telling import LINDEMAN, Telling

Worlds = Callable[..., World]
TODAY = Hands().today()
ZONE = "Europe/Amsterdam"


class _Text(yaml.SafeLoader):
    """Safe, and dates and numbers of days stay text."""


_Text.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def examples(file: str, folder: Path = LINDEMAN) -> Any:
    return yaml.load((folder / "examples" / file).read_text(), Loader=_Text)  # noqa: S506


# ---- raw to clear

CLEAR: list[Mapping[str, Any]] = examples("clear.yaml")


@pytest.fixture(scope="module")
def blueprint(telling: Telling) -> Blueprint:
    return blueprint_of(telling.folder)


@pytest.fixture(scope="module")
def things(blueprint: Blueprint) -> Mapping[str, MappedThing]:
    return map_things(blueprint, contracts_of(blueprint))


@pytest.mark.parametrize("nr", range(len(CLEAR)), ids=[case["case"] for case in CLEAR])
def test_raw_rows_come_out_clear(
    telling: Telling, things: Mapping[str, MappedThing], nr: int
) -> None:
    case = examples("clear.yaml", telling.folder)[nr]
    ((thing_id, wanted),) = ((k, v) for k, v in case.items() if k not in ("case", "given"))
    thing = things[thing_id]
    fields = () if wanted == "none" else tuple(wanted)
    record = thing.record(_rows(thing, case["given"]), fields, TODAY)
    assert ("none" if record is None else _read(thing, record, fields)) == wanted


def _rows(thing: MappedThing, given: Mapping[str, Row]) -> dict[str, list[Row]]:
    tables = {str(source.at.text): source.name for source in thing.sources}
    return {tables[table]: [row] for table, row in given.items()}


def _read(thing: MappedThing, record: Record, fields: tuple[str, ...]) -> dict[str, str]:
    return {id_: _text(thing, record, id_).replace("\N{NO-BREAK SPACE}", " ") for id_ in fields}


def _text(thing: MappedThing, record: Record, id_: str) -> str:
    field, value = thing.fields[id_], record.value(id_)
    if field.kind is Kind.STATUS:
        return str(value.stage.says) if value.stage is not None else ""
    text = read_aloud(value.value, field.kind, "nl", ZONE, thing.currency)
    return text or str(field.field.empty or "")


# ---- who sees what

VIEWERS: Mapping[str, Mapping[str, Any]] = examples("viewers.yaml")


def _seen() -> Iterator[tuple[str, str, Any]]:
    for who, sees in VIEWERS.items():
        if "menu" in sees:
            yield from ((who, address, wanted) for address, wanted in sees.items())


@pytest.mark.parametrize(("who", "address", "wanted"), list(_seen()))
async def test_everybody_sees_what_is_theirs(
    world: Worlds, who: str, address: str, wanted: Any
) -> None:
    here = world()
    if address == "menu":
        page = await here.open(who, "/")
        assert page is not None
        menu = [item.address for item in page.menu]
        assert menu == [address for address in wanted if address in _addresses(here)]
        return
    page = await here.open(who, address)
    if wanted == 404:
        assert page is None
        return
    assert page is not None
    (listing,) = (block for block in page.blocks if isinstance(block, Listing))
    assert [record.key for record in listing.records] == wanted


def _addresses(here: World) -> set[str]:
    """What this version runs: forms come later."""
    return {here.telling.text(route.address) for route in here.service.routes}


def test_the_examples_are_there() -> None:
    assert len(CLEAR) >= 10
    assert len(list(_seen())) >= 20
    assert Path(LINDEMAN / "examples" / "people.yaml").exists()
