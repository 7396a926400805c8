"""Writing to Tryton: `create` with the rows inside it, `write` with the moment that was read.

The profile's words: `writes:` with `repeat:` for each table, and `warnings: [name, ...]`, the names
of Tryton's warnings that somebody has acknowledged beforehand: the part after the hash, as in
`sale.sale`. Every other warning is a question that a person answers.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from balie.connectors.jsonrpc.connector import Tryton, row_of, session_of
from balie.connectors.jsonrpc.description import OF, REFERS_TO
from balie.connectors.jsonrpc.session import UNKNOWN_NAME, Error
from balie.connectors.jsonrpc.values import Wire, packed
from balie.systems.connector import Connection
from balie.systems.contract import Field, Table, Type
from balie.systems.errors import (
    AsksAPerson,
    Misconfigured,
    Refused,
    SystemFault,
    Unavailable,
    nothing_is_done_yet,
)
from balie.systems.looking_up import LookUp, fields_with_key, written_row
from balie.systems.reading import table_of
from balie.systems.rows import Raw, Row, value_at
from balie.systems.writing import Change, Writer, Written
from balie.systems.written import TRIES, check_as_shown, check_fields, is_as_asked

_LONGEST: Final = 300  # characters of Tryton's words
_WARNINGS: Final = 10  # of one change that can be acknowledged
_QUOTED = re.compile(r"[\"'“‘«].*?[\"'”’»]")
_NUMBER = re.compile(r"\d+")
_FROM_AFAR: Final = "_timestamp"


def writer(connection: Connection) -> Writer:
    """What writes to one database of a Tryton."""
    return TrytonWriter(Tryton(connection, session_of(connection)))


class _MeanwhileChanged(Exception):
    """Tryton says that the record is not as it was read."""


@dataclass(frozen=True)
class TrytonWriter:
    """Writes to one database of a Tryton."""

    tryton: Tryton

    async def write(self, change: Change) -> Written:
        """Makes the record, or changes it. Raises as `Writer` says."""
        table = table_of(self._connection, change.table)
        check_fields(table, change, self._title)
        if change.document is not None:
            raise Misconfigured(f'{self._title} takes no files for "{table.name}" from us.')
        if change.row is not None:
            return await self._changed(change, table)
        return await self._made(change, table)

    async def find(self, change: Change) -> Written | None:
        """The row that an earlier try made, or None."""
        return await self._look_up.find(change)

    async def rows_with(self, table: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """The keys of the rows that have all these values: none, one, or the first two."""
        return await self._look_up.rows_with(table, values)

    # ---- the ways to write

    async def _made(self, change: Change, table: Table) -> Written:
        with nothing_is_done_yet():
            fields = await self._with_numbers(fields_with_key(change), table.fields)
        made = await self._call(table, "create", [_sent(fields, table.fields)])
        match made:
            case [int(number)]:
                row = await self._told(table, number, change.returns)
                return Written(row=str(number), values=row)
            case _:
                raise Unavailable(
                    f'{self._title} made a row of "{table.name}" and does not say which.'
                )

    async def _told(self, table: Table, number: int, returns: tuple[str, ...]) -> Mapping[str, Raw]:
        """What the record has now in these fields."""
        if not returns:
            return {}
        rows = await self._look_up.rows(table, {"id": str(number)}, ("id", *returns))
        return {name: value_at(rows[0], name) for name in returns} if rows else {}

    async def _changed(self, change: Change, table: Table) -> Written:
        number = _number(change.row)
        if number is None:
            raise Refused(f'{self._title}: no row of "{table.name}" can have such a key.')
        for _ in range(TRIES):
            context: dict[str, Wire] = {}
            if change.shown:
                with nothing_is_done_yet():
                    row, moment = await self._now(table, number, change)
                if is_as_asked(change, row):
                    return written_row(change, table, row, again=True)
                check_as_shown(change, row, self._title)
                context = {_FROM_AFAR: {f"{table.name},{number}": moment}}
            with nothing_is_done_yet():
                fields = await self._with_numbers(change.fields, table.fields)
            try:
                values = _sent(fields, table.fields)
                await self._call(table, "write", [number], values, context=context)
            except _MeanwhileChanged:
                continue
            return Written(row=str(number), values=await self._told(table, number, change.returns))
        raise Unavailable(
            f'{self._title}: a row of "{table.name}" is changed by others all the time.',
            may_be_done=False,
        )

    async def _now(self, table: Table, number: int, change: Change) -> tuple[Row, Wire]:
        """The record as it is now, and the moment at which it was last changed."""
        paths = dict.fromkeys(["id", *change.shown, *change.fields, *change.returns])
        fields: list[Wire] = [_FROM_AFAR, *paths]
        found = await self._call(table, "read", [number], fields)
        match found:
            case [dict(record)]:
                row = row_of({n: v for n, v in record.items() if n != _FROM_AFAR})
                return (row if isinstance(row, dict) else {}), record.get(_FROM_AFAR)
            case _:
                raise Refused(f'{self._title}: this row of "{table.name}" is not there any more.')

    async def _with_numbers(
        self, fields: Mapping[str, Raw], described: Mapping[str, Field]
    ) -> dict[str, Raw]:
        """The fields, with each related record by its number: one that is named is looked up."""
        found: dict[str, Raw] = {}
        for path, value in fields.items():
            name, _, rest = path.partition(".")
            field = described.get(name)
            if field is not None and field.type is Type.OBJECT:
                record = {rest: value} if rest else value
                found[name] = {"id": await self._number_of(record, field)}
            else:
                found[path] = value
        return found

    async def _number_of(self, record: Raw, field: Field) -> Raw:
        """The number of a related record: as it is said, or of the only one with these values."""
        if not isinstance(record, dict) or "id" in record:
            return record.get("id") if isinstance(record, dict) else record
        model = field.form.removeprefix(OF).removeprefix(REFERS_TO)
        if not model or not all(name in field.fields for name in record):
            raise Misconfigured(f'{self._title}: "{field.name}" can only be named by its number.')
        if any(value is None for value in record.values()):
            return None
        domain: list[Wire] = [
            [name, "=", _value(field.fields[name], value)] for name, value in record.items()
        ]
        numbers = await self.tryton.session.call(f"model.{model}.search", domain, 0, 2, None)
        match numbers:
            case [int(number)]:
                return str(number)
            case [_, _, *_]:
                raise Refused(f'{self._title} has more than one record for "{field.name}".')
            case _:
                raise Refused(f'{self._title} has no record for "{field.name}".')

    # ---- calls

    @property
    def _look_up(self) -> LookUp:
        return LookUp(self._connection, self.tryton.ask)

    @property
    def _connection(self) -> Connection:
        return self.tryton.connection

    @property
    def _title(self) -> str:
        return self._connection.title

    async def _call(
        self, table: Table, name: str, *arguments: Wire, context: Mapping[str, Wire] | None = None
    ) -> Wire:
        """Calls a method; a warning that is acknowledged beforehand is told so, and it goes on."""
        method = f"model.{table.name}.{name}"
        for _ in range(_WARNINGS):
            said = await self.tryton.session.said(method, *arguments, context=context)
            if not isinstance(said, Error):
                return said
            warning = self._acknowledged(said)
            if warning is None:
                raise self._fault(said.said, table, arguments)
            with nothing_is_done_yet():
                await self.tryton.session.call("model.res.user.warning.skip", warning, False)
        raise AsksAPerson(f'{self._title} goes on warning about a change of "{table.name}".')

    def _acknowledged(self, error: Error) -> str | None:
        """The whole name of a warning, when the profile says that it may be passed over."""
        match error.said:
            case ["UserWarning", [str(name), *_]]:
                known = self._connection.profile.texts("warnings")
                return name if name.partition(".")[2] in known or name in known else None
            case _:
                return None

    def _fault(
        self, said: Wire, table: Table, sent: tuple[Wire, ...]
    ) -> "SystemFault | _MeanwhileChanged":
        """What an error means. Of its words only those outside quotes are told to staff, no numbers
        and nothing of what was sent.
        """
        change = f'a change of "{table.name}"'
        match said:
            case ["UserWarning", [_, message, *_]]:
                return AsksAPerson(f"{self._title} warns about {change}: {_told(message, sent)}")
            case ["UserError", [message, _, domain]] if named := _in_domain(domain, table):
                names = f"It names: {', '.join(named)}."
                return Refused(f"{self._title} refused {change}: {_told(message, sent)} {names}")
            case ["UserError", [message, *_]]:
                return Refused(f"{self._title} refused {change}: {_told(message, sent)}")
            case ["UserError", *_]:
                return Refused(f"{self._title} refused {change}.")
            case ["ConcurrencyException", *_]:
                return _MeanwhileChanged()
            case [str(name), *_] if UNKNOWN_NAME.fullmatch(name):
                return Misconfigured(f'{self._title} knows no {name} of "{table.name}".')
            case _:
                return Unavailable(f'{self._title} failed at a change of "{table.name}".')


def _told(message: Wire, sent: tuple[Wire, ...]) -> str:
    """The words of Tryton without what may be personal: in quotes, in figures, or sent by us."""
    text = message if isinstance(message, str) else ""
    text = _QUOTED.sub("…", text)
    for value in sorted(set(_texts(sent)), key=len, reverse=True):
        text = text.replace(value, "…")
    return " ".join(_NUMBER.sub("…", text).split())[:_LONGEST]


def _texts(sent: "Wire | tuple[Wire, ...]") -> Iterator[str]:
    match sent:
        case str() if len(sent) > 1:
            yield sent
        case dict():
            yield from chain.from_iterable(map(_texts, sent.values()))
        case list() | tuple():
            yield from chain.from_iterable(map(_texts, sent))
        case _:
            return


def _in_domain(domain: Wire, table: Table) -> list[str]:
    """The fields that a refusal is about, when Tryton says so beside its words."""
    match domain:
        case [_, dict(fields)]:
            return sorted(name for name in fields if name in table.fields)
        case _:
            return []


def _number(row: str | None) -> int | None:
    return int(row) if row and row.isascii() and row.isdigit() else None


# ---- values, as Tryton wants them


def _sent(fields: Mapping[str, Raw], described: Mapping[str, Field]) -> dict[str, Wire]:
    """A record as Tryton takes it: a related record by its number, rows inside to be made."""
    sent: dict[str, Wire] = {}
    for path, value in fields.items():
        name, _, rest = path.partition(".")
        field = described.get(name)
        if field is None:
            continue
        sent[name] = _value(field, {rest: value} if rest else value)
    return sent


def _value(field: Field, value: Raw) -> Wire:
    if value is None:
        return None
    if field.type is Type.OBJECT:
        number = value.get("id") if isinstance(value, dict) else value
        if number is not None and field.form.startswith(REFERS_TO):
            return f"{field.form.removeprefix(REFERS_TO)},{number}"
        return int(number) if isinstance(number, str) and number.isdigit() else number
    if field.type is Type.LIST:
        rows = value if isinstance(value, list) else []
        made: list[Wire] = [_sent(row, field.fields) for row in rows if isinstance(row, dict)]
        return [["create", made]]
    if field.type is Type.NUMBER:
        return (
            {"__class__": "Decimal", "decimal": str(value)} if _is_exact(field) else _float(value)
        )
    if isinstance(value, str):
        try:
            return packed(value, field.type)
        except (ValueError, KeyError) as error:
            raise Misconfigured(f'A value does not fit the field "{field.name}".') from error
    return value


def _is_exact(field: Field) -> bool:
    return field.form != "float"


def _float(value: Raw) -> Wire:
    return float(value) if isinstance(value, str | int) else value
