"""Fits values to a contract: types them, says them raw, and finds what does not fit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from balie.rehearsal.formula import Value, say
from balie.rehearsal.trouble import RehearsalError
from balie.systems.contract import Field, Table, Type
from balie.systems.rows import Raw


@dataclass(frozen=True, slots=True)
class Shape:
    """What the rows of a table look like.

    name: as the blueprint says it ("erp.salesOrders"). blank: a row that says nothing.
    no_value: texts that mean "nothing"; they are no dates to move.
    """

    name: str
    table: Table
    blank: Mapping[str, Raw]
    no_value: frozenset[str] = frozenset()

    def fit(self, values: Mapping[str, Value], *, days_later: int = 0) -> dict[str, Value]:
        """Values with the contract's types; dates that were written down are moved."""
        return {
            name: self._fit_one(name, value, timedelta(days=days_later))
            for name, value in values.items()
        }

    def _fit_one(self, name: str, value: Value, later: timedelta) -> Value:
        field = self.table.fields.get(name)
        if field is None:
            raise RehearsalError(
                f"{self.name} has no field `{name}`. "
                f"Its contract knows: {', '.join(sorted(self.table.fields))}."
            )
        try:
            return _typed(value, field, later, self.no_value)
        except (ValueError, InvalidOperation) as error:
            raise RehearsalError(
                f"{self.name}.{name} is {field.type}, and {say(value)!r} is not."
            ) from error

    def raw(self, values: Mapping[str, Value]) -> dict[str, Raw]:
        """A whole row as the system says it. Raises when it does not fit its contract."""
        row = {**self.blank, **{name: _raw(value) for name, value in values.items()}}
        problem = next(misfits(row, self.table.fields), None)
        if problem is not None:
            key = ", ".join(f"{part} {row.get(part)}" for part in self.table.key)
            raise RehearsalError(f"A row of {self.name} ({key}) does not fit: {problem}.")
        return {name: row[name] for name in self.table.fields if name in row}


def raw_of(values: Mapping[str, Value]) -> dict[str, Raw]:
    """Values as the system says them."""
    return {name: _raw(value) for name, value in values.items()}


def misfits(row: Mapping[str, Raw], fields: Mapping[str, Field]) -> Iterator[str]:
    """What is wrong with a row, a text each; nothing when it fits its contract."""
    for name, value in row.items():
        field = fields.get(name)
        if field is None:
            yield f"there is no field `{name}`"
        elif problem := _misfit(value, field):
            yield f"`{name}` {problem}"
    for name, field in fields.items():
        if name not in row and field.readable and not field.nullable:
            yield f"`{name}` is missing; give it a value under `fill:`"


def _misfit(value: Raw, field: Field) -> str:
    if value is None:
        return "" if field.nullable else "may not be null"
    if isinstance(value, list) and field.type is Type.LIST:
        rows = (row for row in value if isinstance(row, dict))
        return next((problem for row in rows for problem in misfits(row, field.fields)), "")
    if not isinstance(value, _PYTHON[field.type]) or (
        isinstance(value, bool) and field.type is not Type.BOOLEAN
    ):
        return f"should be {field.type}"
    if field.max_length is not None and isinstance(value, str) and len(value) > field.max_length:
        return f"is longer than {field.max_length}"
    if field.codes and value not in field.codes:
        return f"says {value!r}, which is none of {', '.join(field.codes)}"
    return "" if _is_readable(value, field) else f"is no {field.type}"


def _is_readable(value: Raw, field: Field) -> bool:
    try:
        if field.type is Type.DATE:
            date.fromisoformat(str(value))
        if field.type is Type.DATETIME:
            return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False
    return True


_PYTHON: Mapping[Type, tuple[type, ...]] = {
    Type.TEXT: (str,),
    Type.INTEGER: (int,),
    Type.NUMBER: (int, float, str),
    Type.BOOLEAN: (bool,),
    Type.DATE: (str,),
    Type.DATETIME: (str,),
    Type.DOCUMENT: (str,),
    Type.LIST: (list,),
    Type.OBJECT: (dict,),
    Type.UNKNOWN: (str, int, float, bool, list, dict),
}


def _typed(value: Value, field: Field, later: timedelta, no_value: frozenset[str]) -> Value:
    if value is None or callable(value):
        return None
    if isinstance(value, list):
        return [
            _nested(item, field, later, no_value) if isinstance(item, Mapping) else item
            for item in value
        ]
    if isinstance(value, Mapping):
        return _nested(value, field, later, no_value)
    text = say(value)
    if text in no_value:
        return text
    match field.type:
        case Type.INTEGER | Type.NUMBER:
            return Decimal(text)
        case Type.BOOLEAN:
            return _boolean(text)
        case Type.DATE:
            return value if isinstance(value, date) else date.fromisoformat(text) + later
        case Type.DATETIME:
            return value if isinstance(value, datetime) else datetime.fromisoformat(text) + later
    return text


def _nested(
    record: Mapping[str, Value], field: Field, later: timedelta, no_value: frozenset[str]
) -> Value:
    """The fields that the contract knows, in its order; a made record may know more."""
    return {
        name: _typed(record[name], inner, later, no_value)
        for name, inner in field.fields.items()
        if name in record
    }


def _boolean(text: str) -> bool:
    try:
        return {"true": True, "false": False}[text.lower()]
    except KeyError:
        raise ValueError(text) from None


def _raw(value: Value) -> Raw:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_raw(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _raw(inner) for name, inner in value.items()}
    return value if isinstance(value, bool | str) else None
