"""Makes everybody's rows: the examples as they are, and around them many more of the same shape.

The same files and the same day give the same rows, to the byte. Each thing has its own chance,
seeded by its name and place, so that a change to one does not stir up the others.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from random import Random

from balie.rehearsal.formula import Formula, FormulaError, Value
from balie.rehearsal.reading import Data
from balie.rehearsal.recipe import Making, Recipe, Spec, Specs
from balie.rehearsal.shape import Shape
from balie.rehearsal.trouble import RehearsalError
from balie.rehearsal.words import Made, functions
from balie.systems.contract import Type
from balie.systems.rows import Row

Everybody = Mapping[str, tuple[Row, ...]]
"""Rows by table, as the blueprint names it: "erp.salesOrders"."""


def everybody(
    *,
    examples: Mapping[str, Data],
    recipe: Recipe,
    shapes: Mapping[str, Shape],
    anchor: date,
    today: date,
) -> Everybody:
    """Everybody's rows. `anchor` is the day on which the examples happen; dates move along."""
    made = Made(today)
    later = (today - anchor).days
    for written in (examples, recipe.also):
        for table, rows in written.items():
            _write_down(table, rows, made, _shape(table, shapes), later)
    _Maker(recipe, shapes, made).make_all()
    _fill(recipe, shapes, made)
    return {
        table: tuple(_finished(shapes[table], made.rows.get(table, []), today))
        for table in sorted(shapes)
    }


def _write_down(table: str, rows: Data, made: Made, shape: Shape, later: int) -> None:
    if not isinstance(rows, list):
        raise RehearsalError(f"{table}: here belongs a list of rows.")
    for row in rows:
        if not isinstance(row, dict):
            raise RehearsalError(f"{table}: a row is fields with values, not {row!r}.")
        made.rows.setdefault(table, []).append(shape.fit(_values(row), days_later=later))


def _values(row: Mapping[str, Data]) -> dict[str, Value]:
    return {name: _value(data, {}) for name, data in row.items()}


def _shape(table: str, shapes: Mapping[str, Shape]) -> Shape:
    if table not in shapes:
        raise RehearsalError(
            f"There is no table `{table}`. There are: {', '.join(sorted(shapes))}."
        )
    return shapes[table]


def _finished(shape: Shape, rows: list[dict[str, Value]], today: date) -> Iterator[Row]:
    """Rows as the system says them; two rows with one key are a mistake of the author."""
    seen = set()
    for row in rows:
        key = tuple(row.get(part) for part in shape.table.key)
        if key in seen:
            raise RehearsalError(f"{shape.name} has two rows with the key {key}.")
        seen.add(key)
        yield shape.raw({**_stamps(shape, today), **row})


def _stamps(shape: Shape, today: date) -> dict[str, Value]:
    """Days and moments that a row must have, when nobody says which."""
    morning = datetime.combine(today, time(8), UTC)
    return {
        name: morning if field.type is Type.DATETIME else today
        for name, field in shape.table.fields.items()
        if field.type in {Type.DATE, Type.DATETIME} and not field.nullable
    }


class _Maker:
    """Follows a recipe from top to bottom."""

    def __init__(self, recipe: Recipe, shapes: Mapping[str, Shape], made: Made) -> None:
        self._recipe = recipe
        self._shapes = shapes
        self._made = made
        self._names: dict[str, Value] = {
            name: _value(data, {}) for name, data in recipe.lists.items()
        }

    def make_all(self) -> None:
        for making in self._recipe.make:
            self._names[making.name] = self._make(making, self._names, self._recipe.seed)

    def _make(self, making: Making, around: Mapping[str, Value], seed: str) -> list[Value]:
        path = f"{seed}/{making.name}"
        made: list[Value] = []
        for names in self._each(making, around, path):
            nr = len(made) + 1
            made.append(self._make_one(making, names, f"{path}/{nr}", nr))
        return made

    def _each(
        self, making: Making, around: Mapping[str, Value], seed: str
    ) -> Iterator[dict[str, Value]]:
        """The names that each thing is made with, as often as the recipe says."""
        base = {**around, **functions(Random(seed), self._made, 1)}  # noqa: S311
        items = _value(making.of, base) if making.each else [None]
        if not isinstance(items, list):
            raise RehearsalError(f"{making.name}: `of:` should give a list.")
        for item in items:
            names = {**base, making.each: item} if making.each else base
            times = Decimal(1) if making.times is None else _value(making.times, names)
            if not isinstance(times, Decimal):
                raise RehearsalError(f"{making.name}: `times:` should give a number.")
            for _ in range(int(times)):
                yield dict(names)

    def _make_one(
        self, making: Making, names: dict[str, Value], seed: str, nr: int
    ) -> dict[str, Value]:
        chance = Random(seed)  # noqa: S311  the same rows every time is what is wanted
        facts: dict[str, Value] = {"nr": Decimal(nr)}
        names |= functions(chance, self._made, nr) | facts
        names[making.name] = facts
        try:
            _work_out(making.facts, facts, names)
            for inner in making.inside:
                facts[inner.name] = names[inner.name] = self._make(inner, names, seed)
            _work_out(making.totals, facts, names)
            self._make_rows(making, names)
        except FormulaError as error:
            raise RehearsalError(f"make / {making.name} (nr {nr}): {error}") from error
        return facts

    def _make_rows(self, making: Making, names: Mapping[str, Value]) -> None:
        for row in making.rows:
            if row.if_ is None or _value(row.if_, names):
                shape = _shape(row.table, self._shapes)
                values = {name: _value(spec, names) for name, spec in row.fields.items()}
                self._made.rows.setdefault(row.table, []).append(shape.fit(values))


def _work_out(specs: Specs, facts: dict[str, Value], names: dict[str, Value]) -> None:
    """Facts from top to bottom; each knows the ones above it."""
    for name, spec in specs.items():
        facts[name] = names[name] = _value(spec, names)


def value_of(spec: Spec, names: Mapping[str, Value]) -> Value:
    """A spec with its formulas worked out. Raises FormulaError."""
    return _value(spec, names)


def _fill(recipe: Recipe, shapes: Mapping[str, Shape], made: Made) -> None:
    lists: dict[str, Value] = {name: _value(data, {}) for name, data in recipe.lists.items()}
    for table, fields in recipe.fill.items():
        shape = _shape(table, shapes)
        for nr, row in enumerate(made.rows.get(table, []), 1):
            chance = Random(f"{recipe.seed}/fill {table}/{nr}")  # noqa: S311
            names = {**lists, **functions(chance, made, nr), "nr": Decimal(nr), "row": row}
            for name, spec in fields.items():
                if name not in row:
                    row.update(shape.fit({name: _filled(table, name, spec, names)}))


def _filled(table: str, name: str, spec: Spec, names: Mapping[str, Value]) -> Value:
    try:
        return _value(spec, names)
    except FormulaError as error:
        raise RehearsalError(f"fill / {table} / {name}: {error}") from error


def _value(spec: "Spec | Data", names: Mapping[str, Value]) -> Value:
    if isinstance(spec, Formula):
        return spec.of(names)
    if isinstance(spec, list):
        return [_value(item, names) for item in spec]
    if isinstance(spec, dict):
        return {name: _value(item, names) for name, item in spec.items()}
    return spec
