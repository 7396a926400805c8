"""A small blueprint of one thing, compiled against a contract that a test makes up."""

from pathlib import Path

from balie.blueprint.reader import read
from balie.mapping.thing import MappedThing, map_things
from balie.systems.contract import Contract, Field, Table, Type

BLUEPRINT = """
name: Shop
service: My shop
language: en
calendar: {{zone: {zone}, days: mon-fri 09-17}}
people:
  customers:
    buyer: {{name: Buyer, signs in with: all}}
me:
  customer: []
logins: {{all: local}}
systems:
  books:
    name: Books
    speaks: http
    contract: books.yaml
    profile: books.profile.yaml
    at: https://books.example
story:
  - phase: Follow
    steps:
      - step: orders
        title: Orders
        for: [buyer]
        screen: {{address: "{address}", shows: [order.number]}}
things:
  order:
{thing}
"""


def fields(**types: Type) -> dict[str, Field]:
    return {name: Field(name=name, type=type_) for name, type_ in types.items()}


def compiled(
    folder: Path,
    thing: str,
    tables: dict[str, dict[str, Field]],
    *,
    profile: str = "{}",
    zone: str = "Europe/Amsterdam",
    address: str = "/orders",
) -> MappedThing:
    """The thing "order", whose words are given, over tables of the system "books"."""
    indented = "\n".join(f"    {line}" for line in thing.strip("\n").splitlines())
    text = BLUEPRINT.format(thing=indented, zone=zone, address=address)
    (folder / "blueprint.yaml").write_text(text)
    (folder / "books.yaml").write_text("{}")
    (folder / "books.profile.yaml").write_text(profile)
    reading = read(folder)
    assert reading.blueprint is not None, reading.findings
    contract = Contract(
        tables={name: Table(name=name, fields=found, key=()) for name, found in tables.items()}
    )
    return map_things(reading.blueprint, {"books": contract})["order"]
