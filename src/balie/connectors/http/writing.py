"""Writing over HTTP with JSON: a POST makes a row, a PATCH (or PUT) changes one, a PUT puts a file.

The profile's words: `conflict: If-Match`, and `writes:` with `repeat:` for each table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

import msgspec

from balie.connectors.http.connector import Http
from balie.systems.authentication import authenticated
from balie.systems.connector import Connection
from balie.systems.contract import Table
from balie.systems.errors import Misconfigured, nothing_is_done_yet
from balie.systems.looking_up import LookUp, changed_row, fields_with_key, made_row, written_row
from balie.systems.reading import table_of
from balie.systems.rows import Raw, Row
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


def writer(connection: Connection) -> Writer:
    """What writes to one HTTP service."""
    return HttpWriter(Http(connection, authenticated(connection)))


@dataclass(frozen=True)
class HttpWriter:
    """Writes to one HTTP service."""

    http: Http

    async def write(self, change: Change) -> Written:
        """Makes the row, changes it, or puts its file. Raises as `Writer` says."""
        table = table_of(self.http.connection, change.table)
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
        method, kind = _way(table.creates_with, "POST")
        response = await self._send(method, table.name, table, change, _json(body), kind)
        if response.status == 409 and change.repeat.how is How.FIND:
            found = await self.find(change)  # an earlier try made it, unseen
            if found is not None:
                return found
        self._check(response, table)
        return made_row(change, table, json_body(response, self._title), self._title)

    async def _changed(self, change: Change, table: Table) -> Written:
        path = f"{table.name}/{quote(change.row or '', safe='')}"
        method, kind = _way(table.changes_with, "PATCH")
        if not table.changes_with:
            raise Misconfigured(f'{self._title} has no way to change a row of "{table.name}".')
        for _ in range(TRIES):
            tag = ""
            if change.shown:
                with nothing_is_done_yet():
                    row, tag = await self._row_and_tag(path, table, change)
                if is_as_asked(change, row):
                    return written_row(change, table, row, again=True)
                check_as_shown(change, row, self._title)
            body = _json(change.fields)
            response = await self._send(method, path, table, change, body, kind, tag)
            if response.status != HTTPStatus.PRECONDITION_FAILED or not tag:
                return self._done(change, table, response)
        raise always_changing(self._title, table.name)

    def _done(self, change: Change, table: Table, response: Response) -> Written:
        self._check(response, table)
        return changed_row(change, row_in(response, self._title))

    async def _row_and_tag(self, path: str, table: Table, change: Change) -> tuple[Row, str]:
        """The row as it is now, and its tag when the profile says that changes bear it."""
        response = await self._send("GET", path, table, change, None, "")
        check_there(response, title=self._title, table=table.name)
        self._check(response, table)
        wants_tag = self.http.connection.profile.text("conflict") == "If-Match"
        tag = response.headers.get("etag", "") if wants_tag else ""
        return row_in(response, self._title), tag

    async def _put_document(self, change: Change, table: Table) -> Written:
        document = change.document
        if document is None or change.row is None:
            raise Misconfigured(f'A file for "{table.name}" has no row to go to.')
        path = f"{table.name}/{quote(change.row, safe='')}/{quote(document.path, safe='')}"
        response = await self._send(
            "PUT", path, table, change, document.content, document.media_type
        )
        self._check(response, table)
        return Written(row=change.row)

    # ---- calls

    @property
    def _look_up(self) -> LookUp:
        return LookUp(self.http.connection, self.http.ask)

    @property
    def _title(self) -> str:
        return self.http.connection.title

    async def _send(
        self,
        method: str,
        path: str,
        table: Table,
        change: Change,
        body: bytes | None,
        kind: str,
        tag: str = "",
    ) -> Response:
        headers = {"Accept": _JSON}
        if body is not None:
            headers["Content-Type"] = kind
        if tag:
            headers["If-Match"] = tag
        if change.repeat.how is How.HEADER and method != "GET":
            headers[change.repeat.name] = change.key
        url = f"{self.http.connection.at}/{path}"
        return await self.http.transport.send(
            Request(method=method, url=url, headers=headers, body=body, template=table.name)
        )

    def _check(self, response: Response, table: Table) -> None:
        now = self.http.connection.now()
        check_written(response, title=self._title, table=table.name, now=now)


def _way(said: str, method: str) -> tuple[str, str]:
    """The method and the kind of body of `PATCH application/merge-patch+json`."""
    first, _, kind = said.partition(" ")
    return (first or method, kind or _JSON)


def _json(body: Mapping[str, Raw]) -> bytes:
    return msgspec.json.encode(body)
