"""Writing to a rehearsed OData service: POST with lines, PATCH with If-Match, bytes."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from balie.connectors.odata.rehearse_metadata import EntitySet
from balie.connectors.odata.rehearse_options import LITERALS, Refusal
from balie.systems.rehearsed import Asked, Held, NotGiven
from balie.systems.rows import Raw, Row

_NUMBERS: Final = frozenset({"Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.Double"})


@dataclass(frozen=True, slots=True)
class Writing:
    """One request to write rows of an entity set. sets: all of the service, for rows inside."""

    sets: Mapping[str, EntitySet]
    entity_set: EntitySet
    asked: Asked
    held: Held

    def made(self) -> Row:
        """Makes a row and the rows inside it (a deep insert)."""
        body = self._body()
        self._check(self.entity_set, body, self.entity_set.computed)
        inside = {name: value for name, value in body.items() if name in self.entity_set.ways}
        for name, lines in inside.items():
            self._check_lines(name, lines)
        try:
            row = self.held.make(
                self.entity_set.name, {n: v for n, v in body.items() if n not in inside}
            )
            for name, lines in inside.items():
                self._make_lines(row, name, lines)
        except NotGiven as error:
            raise Refusal(500, str(error)) from error
        return row

    def changed(self, row: Row, tag: str) -> Row:
        """Changes what was sent; `If-Match` must be the row's tag, or `*`."""
        self.check_tag(tag)
        body = self._body()
        shut = self.entity_set.computed | self.entity_set.fixed | self.entity_set.ways.keys()
        self._check(self.entity_set, body, shut)
        return self.held.change(self.entity_set.name, row, body)

    def check_tag(self, tag: str) -> None:
        """Raises a refusal without `If-Match`, or with that of another row."""
        wanted = self.asked.headers.get("if-match")
        if wanted is None:
            raise Refusal(428, "The request must have an If-Match header.")
        if wanted not in {"*", tag}:
            raise Refusal(412, "The row was changed meanwhile.", "Request_EntityChanged")

    def _make_lines(self, row: Row, name: str, lines: Raw) -> None:
        way = self.entity_set.ways[name]
        for line in lines if isinstance(lines, list) else []:
            if isinstance(line, dict):
                self.held.make(way.target, {**line, way.theirs: row[way.own]})

    def _check_lines(self, name: str, lines: Raw) -> None:
        way = self.entity_set.ways[name]
        if not way.many or way.target not in self.sets or not isinstance(lines, list):
            raise _wrong(name, "cannot be made together with this row")
        for line in lines:
            if not isinstance(line, dict):
                raise _wrong(name, "holds something that is no row")
            inner = self.sets[way.target]
            self._check(inner, line, inner.computed | inner.ways.keys())

    def _check(self, entity_set: EntitySet, body: Mapping[str, Raw], shut: frozenset[str]) -> None:
        for name, value in body.items():
            if name not in entity_set.properties and name not in entity_set.ways:
                raise _wrong(name, f"does not exist on type '{entity_set.name}'")
            if name in shut:
                raise _wrong(name, "is read-only")
            if name in entity_set.properties:
                problem = next(_problems(entity_set, name, value), None)
                if problem:
                    raise _wrong(name, problem)

    def _body(self) -> dict[str, Raw]:
        kind = self.asked.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refusal(415, "What can be sent here is application/json.")
        try:
            body: Raw = json.loads(self.asked.body)
        except ValueError:
            raise Refusal(400, "The body is not JSON.") from None
        if not isinstance(body, dict):
            raise Refusal(400, "The body is no entity.")
        return body


def _wrong(name: str, words: str) -> Refusal:
    """A refusal as Business Central says it: the field's name in the message."""
    return Refusal(400, f"The property '{name}' {words}.")


def _problems(entity_set: EntitySet, name: str, value: Raw) -> Iterator[str]:
    edm, codes = entity_set.properties[name], entity_set.codes.get(name, ())
    longest = entity_set.longest.get(name)
    if value is None:
        return
    if codes and value not in codes:
        yield f"should be one of {', '.join(codes)}"
    elif not codes and not _fits(edm, value):
        yield f"should be {edm}"
    elif longest is not None and len(str(value)) > longest:
        yield f"is longer than {longest}"


def _fits(edm: str, value: Raw) -> bool:
    if edm in _NUMBERS:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if edm == "Edm.Boolean":
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    pattern = LITERALS.get(edm)
    return pattern is None or re.fullmatch(pattern, value) is not None
