"""Writing to a rehearsed Tryton: `create` and `write`, checked as the models say."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from balie.connectors.jsonrpc.rehearse_models import KEY, Fault, Models, Told, field_of, refused
from balie.connectors.jsonrpc.rehearse_values import unpacked
from balie.systems.rehearsed import Held
from balie.systems.rows import Raw, Row

_STAMPS: Final = "_timestamp"
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")


def stamp(row: Row) -> str:
    """What changes when the row does."""
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Writing:
    """Writes rows of a model. context: what came along with the call."""

    described: Models
    model: str
    held: Held
    context: Mapping[str, Raw]

    def made(self, values: Mapping[str, Raw]) -> Raw:
        """Makes a record, in the company of the context; its number."""
        fields = self._checked(self.model, values)
        company = self.context.get("company")
        if "company" in self.described[self.model] and isinstance(company, int):
            fields.setdefault("company", {KEY: company})
        return self.held.make(self.model, fields).get(KEY)

    def changed(self, number: Raw, values: Mapping[str, Raw]) -> None:
        """Changes a record, unless it is not any more as the context says that it was read."""
        row = self.held.one(self.model, {KEY: str(number)})
        if row is None:
            raise refused("The record is not there any more.")
        stamps = self.context.get(_STAMPS)
        known = stamps.get(f"{self.model},{number}") if isinstance(stamps, dict) else None
        if known is not None and known != stamp(row):
            raise Fault("ConcurrencyException")
        self.held.change(self.model, row, self._checked(self.model, values))

    def _checked(self, model: str, values: Mapping[str, Raw]) -> dict[str, Raw]:
        return {
            name: self._value(field_of(self.described[model], name), value)
            for name, value in values.items()
        }

    def _value(self, told: Told, value: Raw) -> Raw:
        if told.readonly:
            raise Fault("NotImplementedError")  # it is worked out, or Tryton's own
        if value is None:
            if told.required:
                raise refused(f'A value is required for the field "{told.name}".', told.name)
            return None
        if told.is_one:
            return self._pointed_at(told, value)
        if told.is_many:
            return self._inside(told, value)
        return _plain(told, unpacked(value))

    def _pointed_at(self, told: Told, value: Raw) -> Raw:
        """A record that is there, and what a row says of it."""
        model, number = told.of, value
        if told.kind == "reference":
            model, _, after = str(value).partition(",")
            number = int(after) if after.isdigit() else None
        if isinstance(number, bool) or not isinstance(number, int) or model not in (told.of, ""):
            raise refused(f'The value of the field "{told.name}" is not valid.', told.name)
        if not model:
            return {KEY: number}
        row = self.held.one(model, {KEY: str(number)})
        if row is None:
            raise refused(f'The field "{told.name}" names no record that there is.', told.name)
        return {n: v for n, v in row.items() if not isinstance(v, dict | list)}

    def _inside(self, told: Told, value: Raw) -> Raw:
        match value:
            case [["create", [*records]]] if told.of in self.described:
                return [
                    {KEY: nr, **self._checked(told.of, one)}
                    for nr, one in enumerate(records, 1)
                    if isinstance(one, dict)
                ]
            case _:
                raise Fault("NotImplementedError")


def _plain(told: Told, value: Raw) -> Raw:
    if told.codes and value not in told.codes:
        raise refused(f'The value of the field "{told.name}" is not one of its choices.', told.name)
    fits = _FITS.get(told.kind)
    if fits is not None and not fits(value):
        raise Fault("TypeError")
    return value


def _is_text(value: Raw) -> bool:
    return isinstance(value, str)


def _is_number(value: Raw) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FITS: Final[Mapping[str, Callable[[Raw], bool]]] = {
    "char": _is_text,
    "text": _is_text,
    "selection": _is_text,
    "date": lambda value: isinstance(value, str) and len(value) == len("2026-11-22"),
    "datetime": _is_text,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "float": _is_number,
    "numeric": lambda value: isinstance(value, str) and bool(_DECIMAL.fullmatch(value)),
}
