"""examples/rehearsal.yaml: what it makes, and what it says when it cannot."""

from datetime import date
from pathlib import Path

import pytest

from balie.rehearsal.everybody import Everybody, everybody
from balie.rehearsal.reading import read_data
from balie.rehearsal.recipe import read_recipe
from balie.rehearsal.shape import Shape
from balie.rehearsal.trouble import RehearsalError
from balie.systems.contract import Field, Table, Type

ORDERS = Table(
    name="orders",
    key=("id",),
    fields={
        "id": Field(name="id", nullable=False),
        "number": Field(name="number", max_length=8),
        "placed": Field(name="placed", type=Type.DATE),
        "amount": Field(name="amount", type=Type.NUMBER),
        "sent": Field(name="sent", type=Type.BOOLEAN),
        "status": Field(name="status", codes=("new", "done")),
    },
)
SHAPES = {
    "shop.orders": Shape("shop.orders", ORDERS, {"number": None}, frozenset({"0001-01-01"})),
}


def made(tmp_path: Path, recipe: str, rows: str = "", today: date = date(2026, 3, 10)) -> Everybody:
    (tmp_path / "recipe.yaml").write_text(recipe)
    (tmp_path / "rows.yaml").write_text(rows)
    return everybody(
        examples=read_data(tmp_path / "rows.yaml"),
        recipe=read_recipe(read_data(tmp_path / "recipe.yaml")),
        shapes=SHAPES,
        anchor=date(2026, 3, 1),
        today=today,
    )


ROW = """
shop.orders:
  - {id: "007", number: 0012, placed: 2026-02-20, amount: 10.50, sent: true, status: new}
  - {id: x, number: "", placed: 0001-01-01, amount: 0, sent: false}
"""


def test_example_rows_stay_as_they_are_and_their_days_move_along(tmp_path: Path) -> None:
    assert made(tmp_path, "", ROW)["shop.orders"] == (
        {
            "id": "007",
            "number": "0012",
            "placed": "2026-03-01",
            "amount": 10.5,
            "sent": True,
            "status": "new",
        },
        {"id": "x", "number": "", "placed": "0001-01-01", "amount": 0, "sent": False},
    )


MANY = """
seed: a
lists: {colours: [red, green, blue]}
make:
  - customer:
      times: = 2
      facts: {name: "C{nr}"}
      inside:
        - order:
            times: = 3
            facts:
              amount: = between(1, 9) * 1.5
              colour: = pick(colours)
            rows:
              - shop.orders:
                  id: "{customer.name}-{nr}"
                  placed: = day(-nr)
                  amount: = amount
                  status: = turn(["new", "done"])
                if: = nr != 2
      totals: {total: = sum(order.amount)}
      rows:
        - shop.orders: {id: "{name}-total", amount: = total}
fill:
  shop.orders:
    sent: = row.amount > 0
"""


def test_things_are_made_inside_things_and_counted(tmp_path: Path) -> None:
    rows = made(tmp_path, MANY)["shop.orders"]
    assert [row["id"] for row in rows] == [
        "C1-1",
        "C1-3",
        "C1-total",
        "C2-1",
        "C2-3",
        "C2-total",
    ]
    assert [row["status"] for row in rows[:2]] == ["new", "new"]
    assert rows[1]["placed"] == "2026-03-07"
    assert all(row["sent"] is True for row in rows)


def test_the_same_file_and_day_give_the_same_rows(tmp_path: Path) -> None:
    assert made(tmp_path, MANY) == made(tmp_path, MANY)


def test_another_seed_gives_other_rows(tmp_path: Path) -> None:
    assert made(tmp_path, MANY) != made(tmp_path, MANY.replace("seed: a", "seed: b"))


def test_another_day_moves_the_days_and_nothing_else(tmp_path: Path) -> None:
    first = made(tmp_path, MANY)["shop.orders"]
    later = made(tmp_path, MANY, today=date(2026, 3, 11))["shop.orders"]
    assert later[0]["placed"] == "2026-03-10"
    assert [{**row, "placed": ""} for row in first] == [{**row, "placed": ""} for row in later]


def row_with(fields: str) -> str:
    return f"make: [{{order: {{rows: [{{shop.orders: {{id: a, {fields}}}}}]}}}}]"


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (
            "makes: []",
            "the word `makes`. There are: seed, lists, also, make, fill, gives, happens.",
        ),
        ("make: {order: {}}", "make: here belongs a list"),
        ("make: [{order: {tims: 3}}]", "make / order: nobody knows the word `tims`"),
        ("make: [{order: {times: many}}]", "`times:` should give a number"),
        ("make: [{order: {facts: {a: = b}}}]", "make / order (nr 1): nothing is called `b` here"),
        ("make: [{order: {facts: {a: = 1 +}}}]", "make / order / facts / a: `1 +` is no formula"),
        ("make: [{o: {rows: [{shop.orders: {}, b: {}}]}}]", "one row is one table with fields"),
        ("also: {shop.order: []}", "There is no table `shop.order`. There are: shop.orders."),
        (row_with("colour: red"), "shop.orders has no field `colour`. Its contract knows: amount"),
        (row_with("amount: much"), "shop.orders.amount is number, and 'much' is not."),
        (row_with("number: 123456789"), "`number` is longer than 8"),
        (row_with("status: lost"), "says 'lost', which is none of new, done"),
        ("make: [{order: {times: = 2, rows: [{shop.orders: {id: a}}]}}]", "two rows with the key"),
        ("make: [{order: {rows: [{shop.orders: {number: a}}]}}]", "`id` is missing"),
        ("make: [", "cannot be read as YAML"),
        ("make: " + "[" * 50_000, "deep in each other, on line 1"),
    ],
)
def test_a_mistake_is_said_with_its_place(tmp_path: Path, recipe: str, words: str) -> None:
    with pytest.raises(RehearsalError) as problem:
        made(tmp_path, recipe)
    assert words in str(problem.value)
