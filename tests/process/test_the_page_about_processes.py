"""Every example on docs/reference/processes.md is run here, as it stands there."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.process.test_the_return import return_of
from tests.process.world import Office

pytestmark = pytest.mark.usefixtures("place")

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "processes.md"
BLOCK = re.compile(r"```yaml\n(example: .*?)```", re.DOTALL)
EXAMPLES: list[dict[str, Any]] = [yaml.safe_load(b) for b in BLOCK.findall(PAGE.read_text())]
SAID_BY_THE_EXAMPLE = ("amount", "reasonCode")


@pytest.mark.parametrize("example", EXAMPLES, ids=[e["example"] for e in EXAMPLES])
async def test_the_example_holds(example: dict[str, Any]) -> None:
    office = Office()
    for system in example.get("down", []):
        office.goes_away(system)
    row = {k: v for k, v in return_of(0).items() if k not in SAID_BY_THE_EXAMPLE}
    await office.sent(example["form"], "cases", {**row, **example["row"]})
    await office.settle()
    for happening in example.get("happens", []):
        await _happens(office, happening)
    assert office.log()[-len(example["log"]) :] == example["log"]
    for team, titles in example.get("work", {}).items():
        assert [item.title for item in office.work(team)] == titles
    if example.get("work") == {}:
        assert office.work() == []


async def _happens(office: Office, happening: Mapping[str, Any]) -> None:
    match happening:
        case {"told": told, "key": key}:
            await office.told(*told.split("."), key)
        case {"changed": changed, "to": values}:
            office.staff_change(*changed.split("."), values)
        case {"answer": answer, "of": team, "by": by, "says": says}:
            (item,) = office.work(team)
            await office.answer(item, answer, by, {"answer": says})
            await office.settle()
        case _:
            await office.passes(**happening)


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 9
