"""`examples/rehearsal.yaml`, read: how many rows there are and how they hang together.

seed: a text; another text gives other rows
lists:                      # to pick from, by name
  goods: [{item: KB-1, price: 7.85}, ...]
also:                       # plain rows, as in rows.yaml
  erp.orderLines: [{...}]
make:                       # from top to bottom
  - order:                  # a name for what is made; its facts are `order.number`, ...
      each: customer        # optional: once for each of a list
      of: = lists of something
      times: = customer.orders
      facts: {number: "O-{nr}", placed: "= day(-30)"}
      inside: [...]         # things inside it: made first, then `= sum(line.amount)` is known
      totals: {total: "= sum(line.amount)"}
      rows:
        - erp.orders: {number: = number}
          if: = total > 0
fill:                       # fields that a row does not have yet, of examples too
  erp.orders: {currency: EUR, customerName: '= find("crm.accounts", ...).name'}
gives:                      # what the system itself puts in a row that somebody makes
  erp.orders: {number: 'O-{pad(9000 + nr, 6)}'}
happens:                    # what a demo has buttons for
  - {says: The parcel is there, tells: carrier.parcelReceived, called: = row.reference}
  - {says: The order is booked, changes: erp.orders, if: = row.open, to: {open: false}}
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from balie.rehearsal.formula import Formula, FormulaError, read_formula
from balie.rehearsal.reading import Data
from balie.rehearsal.trouble import RehearsalError

Spec: TypeAlias = "Formula | Data | list[Spec] | dict[str, Spec]"
"""A value that may hold formulas at any depth."""

Specs: TypeAlias = Mapping[str, Spec]


@dataclass(frozen=True, slots=True)
class RowRecipe:
    """One row of a table, when `if_` holds."""

    table: str
    fields: Specs
    if_: Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """One kind of thing that is made, and what is inside it."""

    name: str
    each: str
    of: Spec
    times: Spec
    facts: Specs
    inside: "tuple[Making, ...]"
    totals: Specs
    rows: tuple[RowRecipe, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happens:
    """What can be made to happen to a row of a table.

    says: language -> words, "" for the language of the blueprint. event: the news that the system
    tells of the row; "" when the row is changed to `to`. table: "erp.orders"; with an event its
    system counts, for the profile says which table the news is about.
    """

    table: str
    says: Mapping[str, str] = field(default_factory=dict)
    event: str = ""
    if_: Spec = None
    called: Spec = None
    to: Specs = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The whole file."""

    seed: str
    lists: Mapping[str, Data]
    also: Mapping[str, Data]
    make: tuple[Making, ...]
    fill: Mapping[str, Specs]
    gives: Mapping[str, Specs]
    happens: tuple[Happens, ...]


_WORDS = ("seed", "lists", "also", "make", "fill", "gives", "happens")
_HAPPENS_WORDS = ("says", "tells", "changes", "if", "called", "to")
_MAKING_WORDS = ("each", "of", "times", "facts", "inside", "totals", "rows")


def read_recipe(data: Mapping[str, Data]) -> Recipe:
    """A recipe from the file's words; an empty file makes nothing."""
    _only(data, _WORDS, "the file")
    return Recipe(
        seed=str(data.get("seed", "")),
        lists=_words(data.get("lists"), "lists"),
        also=_words(data.get("also"), "also"),
        make=tuple(_makings(data.get("make"), "make")),
        fill=_of_tables(data, "fill"),
        gives=_of_tables(data, "gives"),
        happens=tuple(
            _happens(_words(item, "happens")) for item in _items(data.get("happens"), "happens")
        ),
    )


def _happens(words: Mapping[str, Data]) -> Happens:
    _only(words, _HAPPENS_WORDS, "happens")
    tells, changes = str(words.get("tells", "")), str(words.get("changes", ""))
    if bool(tells) == bool(changes) or (tells or changes).count(".") != 1:
        raise RehearsalError(
            "happens: each says `tells:` with a system and its event, or `changes:` with a system "
            "and its table: `tells: carrier.parcelReceived`."
        )
    says, where = words.get("says", ""), f"happens / {tells or changes}"
    return Happens(
        table=tells or changes,
        says=_texts(says, where) if isinstance(says, dict) else {"": str(says)},
        event=tells.partition(".")[2],
        if_=_spec(words.get("if"), where),
        called=_spec(words.get("called"), where),
        to=_specs(words.get("to"), f"{where} / to"),
    )


def _texts(data: Data, where: str) -> Mapping[str, str]:
    return {language: str(text) for language, text in _words(data, where).items()}


def _of_tables(data: Mapping[str, Data], word: str) -> Mapping[str, Specs]:
    return {
        table: _specs(fields, f"{word} / {table}")
        for table, fields in _words(data.get(word), word).items()
    }


def _makings(data: Data, where: str) -> Iterator[Making]:
    for item in _items(data, where):
        for name, words in _words(item, where).items():
            yield _making(name, _words(words, f"{where} / {name}"), f"{where} / {name}")


def _making(name: str, words: Mapping[str, Data], where: str) -> Making:
    _only(words, _MAKING_WORDS, where)
    return Making(
        name=name,
        each=str(words.get("each", "")),
        of=_spec(words.get("of"), where),
        times=_spec(words.get("times"), where),
        facts=_specs(words.get("facts"), f"{where} / facts"),
        inside=tuple(_makings(words.get("inside"), f"{where} / inside")),
        totals=_specs(words.get("totals"), f"{where} / totals"),
        rows=tuple(
            _row(_words(item, where), f"{where} / rows")
            for item in _items(words.get("rows"), f"{where} / rows")
        ),
    )


def _row(words: Mapping[str, Data], where: str) -> RowRecipe:
    tables = [word for word in words if word != "if"]
    if len(tables) != 1:
        raise RehearsalError(f"{where}: one row is one table with fields, and `if:` if you like.")
    table = tables[0]
    return RowRecipe(
        table, _specs(words[table], f"{where} / {table}"), _spec(words.get("if"), where)
    )


def _specs(data: Data, where: str) -> Specs:
    return {name: _spec(value, f"{where} / {name}") for name, value in _words(data, where).items()}


def _spec(data: Data, where: str) -> Spec:
    if isinstance(data, str):
        try:
            return read_formula(data) or data
        except FormulaError as error:
            raise RehearsalError(f"{where}: {error}") from error
    if isinstance(data, list):
        return [_spec(item, where) for item in data]
    if isinstance(data, dict):
        return {name: _spec(value, where) for name, value in data.items()}
    return data


def _words(data: Data, where: str) -> Mapping[str, Data]:
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise RehearsalError(f"{where}: here belong words with values, such as `name: value`.")
    return data


def _items(data: Data, where: str) -> list[Data]:
    if data is None:
        return []
    if not isinstance(data, list):
        raise RehearsalError(f"{where}: here belongs a list; begin each item with `- `.")
    return data


def _only(words: Mapping[str, Data], known: tuple[str, ...], where: str) -> None:
    unknown = [word for word in words if word not in known]
    if unknown:
        raise RehearsalError(
            f"{where}: nobody knows the word `{unknown[0]}`. There are: {', '.join(known)}."
        )
