"""Writing over OData V4: a POST makes a row with its lines, a PATCH changes one, a PUT puts a file.

The profile's words: `writes:` with `repeat:` for each table, and `files with: PATCH` for services
that take the bytes of a file with PATCH. A change always bears `If-Match`: the tag of the row as it
was shown, or `*` when nothing was shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from balie.connectors.odata.connector import OData
from balie.connectors.odata.question import key_of
from balie.systems.authentication import authenticated
from balie.systems.connector import Connection
from balie.systems.contract import Table
from balie.systems.errors import Misconfigured, Refused, nothing_is_done_yet
from balie.systems.looking_up import LookUp, changed_row, fields_with_key, made_row, written_row
from balie.systems.reading import table_of
from balie.systems.rows import Row, text_of
from balie.systems.transport import Request, Response
from balie.systems.writing import Change, How, Writer, Written
from balie.systems.written import (
    TRIES,
    always_changing,
    check_as_shown,
    check_fields,
    check_there,
    check_written,
    is_as_asked,
    json_body,
    row_in,
)

_JSON = "application/json"
_CHANGED_MEANWHILE = frozenset({409, 412})  # Business Central says 409 too


def writer(connection: Connection) -> Writer:
    """What writes to one OData service."""
    return ODataWriter(OData(connection, authenticated(connection)))


@dataclass(frozen=True)
class ODataWriter:
    """Writes to one OData service."""

    odata: OData

    async def write(self, change: Change) -> Written:
        """Makes the row, changes it, or puts its file. Raises as `Writer` says."""
        table = table_of(self.odata.connection, change.table)
        check_fields(table, change, self._title)
        if change.document is not None:
            return await self._put_document(change, table)
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
        body = fields_with_key(change)
        url = f"{self.odata.connection.at}/{self.odata.path(table)}"
        response = await self._send("POST", url, table, change, msgspec.json.encode(body), _JSON)
        self._check(response, table)
        return made_row(change, table, json_body(response, self._title), self._title)

    async def _changed(self, change: Change, table: Table) -> Written:
        url = self._row_url(change, table)
        body = msgspec.json.encode(change.fields)
        for _ in range(TRIES):
            tag = "*"
            if change.shown:
                with nothing_is_done_yet():
                    row = await self._read(url, table, change)
                if is_as_asked(change, row):
                    return written_row(change, table, row, again=True)
                check_as_shown(change, row, self._title)
                tag = text_of(row.get("@odata.etag")) or "*"
            response = await self._send("PATCH", url, table, change, body, _JSON, tag)
            if response.status not in _CHANGED_MEANWHILE or tag == "*":
                return self._done(change, table, response)
        raise always_changing(self._title, table.name)

    def _done(self, change: Change, table: Table, response: Response) -> Written:
        self._check(response, table)
        return changed_row(change, row_in(response, self._title))

    async def _put_document(self, change: Change, table: Table) -> Written:
        document = change.document
        if document is None or change.row is None:
            raise Misconfigured(f'A file for "{table.name}" has no row to go to.')
        url = f"{self._row_url(change, table)}/{document.path.replace('.', '/')}"
        method = self.odata.connection.profile.text("files with", "PUT")
        response = await self._send(
            method, url, table, change, document.content, document.media_type, "*"
        )
        self._check(response, table)
        return Written(row=change.row)

    async def _read(self, url: str, table: Table, change: Change) -> Row:
        response = await self._send("GET", url, table, change, None, "")
        check_there(response, title=self._title, table=table.name)
        self._check(response, table)
        return row_in(response, self._title)

    # ---- calls

    @property
    def _look_up(self) -> LookUp:
        return LookUp(self.odata.connection, self.odata.ask)

    @property
    def _title(self) -> str:
        return self.odata.connection.title

    def _row_url(self, change: Change, table: Table) -> str:
        key = key_of(table, {table.key[0]: change.row or ""})
        if key is None:
            raise Refused(f'{self._title}: no row of "{table.name}" can have such a key.')
        return f"{self.odata.connection.at}/{self.odata.path(table)}({key})"

    async def _send(
        self,
        method: str,
        url: str,
        table: Table,
        change: Change,
        body: bytes | None,
        kind: str,
        tag: str = "",
    ) -> Response:
        headers = {"Accept": _JSON, "OData-MaxVersion": "4.0"}
        if body is not None:
            headers |= {"Content-Type": kind, "Prefer": "return=representation"}
        if tag:
            headers["If-Match"] = tag
        if change.repeat.how is How.HEADER and method != "GET":
            headers[change.repeat.name] = change.key
        return await self.odata.transport.send(
            Request(method=method, url=url, headers=headers, body=body, template=table.name)
        )

    def _check(self, response: Response, table: Table) -> None:
        now = self.odata.connection.now()
        check_written(response, title=self._title, table=table.name, now=now, known=table.fields)
