"""Finds the row that staff say is there: what an errand without an answer has made after all."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from balie.access.scope import Scope, desk_scope
from balie.backstage.actions import Errand
from balie.blueprint.model import Blueprint
from balie.systems.connector import Connector
from balie.systems.contract import Contract, Table
from balie.systems.errors import Unavailable
from balie.systems.rows import Raw, text_of, value_at

_WITHIN = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row by its key, with the values that the errand wanted of it."""

    key: str
    values: Mapping[str, Raw] = field(default_factory=lambda: MappingProxyType({}), repr=False)


@dataclass(frozen=True, slots=True)
class Confirming:
    """Looks rows up in the systems of a blueprint."""

    blueprint: Blueprint
    contracts: Mapping[str, Contract]
    connectors: Mapping[str, Connector]

    async def row(self, errand: Errand, number: str) -> FoundRow | None:
        """The one row of the errand's table that has this number, or this key; None without.

        Raises SystemFault when the system cannot say.
        """
        table = self._table(errand)
        for path in self._paths(errand, table):
            scope = desk_scope(errand.system, errand.table, path, number)
            if not isinstance(scope, Scope):
                return None
            wanted = tuple(dict.fromkeys((path, *table.key, *errand.returns)))
            reading = self.connectors[errand.system].read(scope.query(wanted, limit=2))
            try:
                answer = await asyncio.wait_for(reading, _WITHIN)
            except TimeoutError:
                raise Unavailable("It did not answer in time.") from None
            rows = [row for row in answer.rows if scope.covers(row)]
            key = text_of(value_at(rows[0], table.key[0])) if len(rows) == 1 else None
            if key is not None:
                values = {name: value_at(rows[0], name) for name in (path, *errand.returns)}
                return FoundRow(key, values)
        return None

    def _table(self, errand: Errand) -> Table:
        theirs = str(self.blueprint.systems[errand.system].tables.get(errand.table, errand.table))
        return self.contracts[errand.system].tables[theirs]

    def _paths(self, errand: Errand, table: Table) -> Iterator[str]:
        """The fields in which the number may stand: as customers know it, then the key itself."""
        here = (errand.system, errand.table)
        named = (
            str(written.path)
            for thing in self.blueprint.things.values()
            if any((s.table.system, s.table.table) == here for s in thing.from_)
            for id_, ours in thing.fields.items()
            for written in ours.from_
            if thing.key in (id_, written.path)
        )
        for path in dict.fromkeys((*named, *table.key[:1])):
            if path in table.equals or path in table.among:
                yield path
