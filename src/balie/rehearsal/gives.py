"""What a rehearsed system itself puts in a row that somebody makes: `gives:` of rehearsal.yaml.

Besides that only what every system gives: a key that is a UUID or the next number, and moments of
making and changing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from random import Random

from balie.rehearsal.everybody import value_of
from balie.rehearsal.formula import FormulaError, Value
from balie.rehearsal.recipe import Recipe
from balie.rehearsal.shape import Shape, misfits, raw_of
from balie.rehearsal.words import Made, functions
from balie.systems.contract import Type
from balie.systems.rehearsed import NotGiven
from balie.systems.rows import Raw, Row

_UUIDS = frozenset({"uuid", "Edm.Guid"})
_STAMPS = frozenset({"lastModifiedDateTime", "changedAt", "updatedAt", "modifiedAt", "createdAt"})


class Gives:
    """The gifts of one system. shapes: by the blueprint's name of the table, "crm.cases"."""

    def __init__(self, recipe: Recipe, shapes: Mapping[str, Shape]) -> None:
        self.recipe = recipe
        self.shapes = shapes
        self._made: dict[str, int] = {}

    def whole(
        self, table: str, sent: Row, now: datetime, others: Mapping[str, Sequence[Row]]
    ) -> Row:
        """The row as the system keeps it. others: its rows, by table. Raises NotGiven."""
        shape = self.shapes[table]
        nr = self._made[table] = self._made.get(table, 0) + 1
        chance = Random(f"{self.recipe.seed}/gives {table}/{nr}")  # noqa: S311
        made = Made(
            now.date(), {name: [names_of(row) for row in rows] for name, rows in others.items()}
        )
        names = functions(chance, made, nr) | {"nr": Decimal(nr)}
        always = _always(shape, chance, now) | _next_number(shape, others.get(table, ()))
        row = {**shape.blank, **always, **sent}
        for name, spec in self.recipe.gives.get(table, {}).items():
            try:
                given = shape.fit({name: value_of(spec, {**names, "row": names_of(row)})})
                row |= raw_of(given)
            except FormulaError as error:
                raise NotGiven(f"gives / {table} / {name}: {error}") from error
        problem = next(misfits(row, shape.table.fields), None)
        if problem:
            raise NotGiven(
                f"A row of {table} cannot be made: {problem}. What the system itself gives stands "
                f"under `gives:` in examples/rehearsal.yaml."
            )
        return {name: row[name] for name in shape.table.fields if name in row}

    def reset(self) -> None:
        """Counts from the start again."""
        self._made.clear()


def _always(shape: Shape, chance: Random, now: datetime) -> dict[str, Raw]:
    """A key that is a UUID, and the moments that the contract says nobody sends."""
    moment = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    fields = shape.table.fields.values()
    given: dict[str, Raw] = {
        one.name: moment
        for one in fields
        if one.type is Type.DATETIME and not one.writable
        if one.name in _STAMPS or not one.nullable
    }
    key = shape.table.fields[shape.table.key[0]]
    new_id = functions(chance, Made(now.date()), 1)["new_id"]
    if key.form in _UUIDS and callable(new_id):
        given[key.name] = str(new_id())
    return given


def _next_number(shape: Shape, rows: Sequence[Row]) -> dict[str, Raw]:
    """The number after the highest, where rows are numbered by the system itself."""
    key = shape.table.fields[shape.table.key[0]]
    if key.type is not Type.INTEGER:
        return {}
    known = [number for row in rows if isinstance(number := row.get(key.name), int)]
    return {key.name: max(known, default=0) + 1}


def names_of(row: Row) -> dict[str, Value]:
    """A row as formulas see it: numbers exact, lists and objects too."""
    return {name: _seen(value) for name, value in row.items()}


def _seen(value: Raw) -> Value:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return [_seen(item) for item in value]
    return names_of(value) if isinstance(value, dict) else Decimal(str(value))
