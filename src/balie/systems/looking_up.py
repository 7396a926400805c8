"""Looking for rows by what stands in them: what every writer does alike before it writes."""

from collections.abc import Mapping
from dataclasses import dataclass

from balie.systems.checking import wanted
from balie.systems.connector import Connection
from balie.systems.contract import Table
from balie.systems.errors import Misconfigured, Unavailable
from balie.systems.query import Relation
from balie.systems.reading import Ask, Call, table_of
from balie.systems.rows import Raw, Row, text_of, value_at
from balie.systems.writing import Change, How, Written

_MOST = 10  # rows of one look: two would be enough, were a system to send only what was asked


@dataclass(frozen=True, slots=True)
class LookUp:
    """Looks for rows of one system. ask: the connector's own way to make one call."""

    connection: Connection
    ask: Ask

    async def find(self, change: Change) -> Written | None:
        """The row that bears the key of this change, or what the change has in that field."""
        table = table_of(self.connection, change.table)
        name = change.repeat.name
        key = text_of(change.fields.get(name)) or change.key
        rows = await self.rows(table, {name: key}, (*table.key, name, *change.returns))
        return next((written_row(change, table, row, again=True) for row in rows), None)

    async def rows_with(self, table: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """The keys of the rows that have all these values: none, one, or the first two."""
        described = table_of(self.connection, table)
        rows = await self.rows(described, values, (*described.key, *values))
        return tuple(filter(None, (text_of(row[described.key[0]]) for row in rows)))[:2]

    async def rows(
        self, table: Table, values: Mapping[str, str], paths: tuple[str, ...]
    ) -> list[Row]:
        """The rows that have these values, each looked at again."""
        unasked = sorted(set(values) - table.equals)
        if unasked:
            raise Misconfigured(
                f'{self.connection.title} cannot be asked for "{table.name}" '
                f'by "{", ".join(unasked)}".'
            )
        relations = tuple(Relation(name, (value,)) for name, value in values.items())
        tree = wanted(table.fields, dict.fromkeys(paths))
        limit = min(_MOST, table.page_size)
        part = await self.ask(Call(table=table, relations=relations, wanted=tree, limit=limit))
        rows = [item for item in part.items if isinstance(item, dict)]
        return [r for r in rows if all(text_of(value_at(r, n)) == v for n, v in values.items())]


def fields_with_key(change: Change) -> dict[str, Raw]:
    """The fields of a new row, with the key in the field by which it is found again."""
    fields = dict(change.fields)
    if change.repeat.how is How.FIND:
        fields.setdefault(change.repeat.name, change.key)
    return fields


def written_row(change: Change, table: Table, row: Row, *, again: bool = False) -> Written:
    """It is done, as this row of the system says."""
    key = text_of(row.get(table.key[0])) or ""
    return Written(row=key, values={n: value_at(row, n) for n in change.returns}, again=again)


def made_row(change: Change, table: Table, row: Raw, title: str) -> Written:
    """It is made, as the answer says. Raises Unavailable for an answer that does not say which."""
    if not isinstance(row, dict) or text_of(row.get(table.key[0])) is None:
        raise Unavailable(f'{title} made a row of "{table.name}" and does not say which.')
    return written_row(change, table, row)


def changed_row(change: Change, row: Row) -> Written:
    """It is changed; what the answer holds of it, if anything, is told."""
    told = {name: value_at(row, name) for name in change.returns}
    return Written(row=change.row or "", values=told)
