"""docs/reference/rehearsal.md says what there is, and its example works."""

import re
from datetime import date
from pathlib import Path
from random import Random

import pytest

from balie.rehearsal.control import CONTROL
from balie.rehearsal.everybody import everybody
from balie.rehearsal.mode import Garbage, Mode
from balie.rehearsal.reading import read_data
from balie.rehearsal.recipe import read_recipe
from balie.rehearsal.shape import Shape
from balie.rehearsal.words import Made, functions
from balie.systems.contract import Field, Table, Type

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "rehearsal.md").read_text()
DAY = date(2026, 11, 22)
FIELDS = {
    "shop.customers": ("number", "name", "since"),
    "shop.orders": ("number", "customer", "placed", "total", "currency", "name"),
    "shop.lines": ("id", "order", "item"),
}
TYPES = {"since": Type.DATE, "placed": Type.DATE, "total": Type.NUMBER}


@pytest.mark.parametrize("name", functions(Random(1), Made(DAY), 1))  # noqa: S311
def test_every_function_of_a_formula_is_explained(name: str) -> None:
    assert f"`{name}" in PAGE


@pytest.mark.parametrize("switch", Mode.__struct_fields__)
def test_every_switch_is_explained(switch: str) -> None:
    assert f"| `{switch}` |" in PAGE


def test_every_way_of_garbage_and_every_address_is_named() -> None:
    for kind in Garbage:
        assert f"`{kind}`" in PAGE
    for place in ("", "/log", "/mode", "/reset", "/rows/TABLE", "/rows/TABLE/KEY"):
        assert CONTROL + place in PAGE


def test_the_example_makes_what_it_says(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    (tmp_path / "rehearsal.yaml").write_text(example[1])
    rows = everybody(
        examples={},
        recipe=read_recipe(read_data(tmp_path / "rehearsal.yaml")),
        shapes={name: shape(name) for name in FIELDS},
        anchor=date(2026, 11, 12),
        today=DAY,
    )
    assert rows["shop.customers"] == ({"number": "007", "name": "Zoë", "since": "2026-02-10"},)
    assert [order["number"] for order in rows["shop.orders"]] == ["O-100", "O-101", "O-102"]
    assert {(order["customer"], order["name"]) for order in rows["shop.orders"]} == {("007", "Zoë")}
    assert {line["order"] for line in rows["shop.lines"]} == {"O-100", "O-101", "O-102"}


def shape(name: str) -> Shape:
    fields = {f: Field(name=f, type=TYPES.get(f, Type.TEXT)) for f in FIELDS[name]}
    return Shape(name, Table(name=name, fields=fields, key=(FIELDS[name][0],)), {})
