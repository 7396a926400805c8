"""OData V4: what Balie asks of a kind of connector.

The profile's words: `path` (`companies(${COMPANY})/{table}`), `filters`, `many keys`, `page size`,
`no value`, `lines`, besides `auth` and `headers`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from balie.connectors.odata.metadata import read_metadata
from balie.connectors.odata.question import is_document, key_of, linked, options
from balie.systems.addresses import below
from balie.systems.authentication import authenticated
from balie.systems.checking import wanted
from balie.systems.connector import Connection, Connector
from balie.systems.contract import Contract, Table
from balie.systems.documents import Document, DocumentQuery
from balie.systems.errors import Misconfigured
from balie.systems.fetching import fetched
from balie.systems.interpretation import check_status, json_of, not_a_page
from balie.systems.placeholders import filled
from balie.systems.profile import Profile
from balie.systems.query import Query
from balie.systems.reading import Call, Part, read, table_of
from balie.systems.rows import Raw, Rows
from balie.systems.transport import Request, Transport

NEXT = "@odata.nextLink"


def connect(connection: Connection) -> Connector:
    """A connector to one OData service."""
    return OData(connection, authenticated(connection))


def read_contract(files: Sequence[bytes], profile: Profile) -> Contract:
    """The contract in the service's `$metadata`. Raises ValueError in plain words."""
    return read_metadata(files, profile)


async def describe(
    connection: Connection,
    tables: Sequence[str],  # noqa: ARG001 - a service describes all of them
    languages: Sequence[str],  # noqa: ARG001 - and in no language
) -> bytes:
    """The service's `$metadata`."""
    request = Request(
        method="GET",
        url=f"{connection.at}/$metadata",
        headers={"Accept": "application/xml"},
        template="/$metadata",
    )
    answer = await authenticated(connection).send(request)
    check_status(answer, title=connection.title, table="$metadata", now=connection.now())
    return answer.body


@dataclass(frozen=True)
class OData:
    """One OData service, in our words."""

    connection: Connection
    transport: Transport

    async def check(self) -> None:
        """Asks for the key of one row: that needs address, key and permission to be right."""
        table = next(self._to_try(), None)
        if table is None:
            raise Misconfigured(f"{self.connection.title} has no table to try.")
        await self.ask(
            Call(table=table, relations=(), wanted=wanted(table.fields, table.key), limit=1)
        )

    def _to_try(self) -> Iterator[Table]:
        """The tables that answer without more ado, those that the blueprint renames first.

        A table that `path` goes through, as in `companies(...)/{table}`, is not below itself.
        """
        path = self.connection.profile.text("path")
        tables = self.connection.contract.tables
        renamed = [name for name in self.connection.tables.values() if name in tables]
        for name in dict.fromkeys([*renamed, *tables]):
            if not tables[name].demands and f"{name}(" not in path:
                yield tables[name]

    async def read(self, query: Query) -> Rows:
        """The rows that the query asks for; of an unreadable row, why."""
        return await read(self.connection, query, self.ask)

    async def document(self, query: DocumentQuery) -> Document | None:
        """The bytes of a stream, in the row itself or behind a navigation property."""
        table = table_of(self.connection, query.table)
        key = key_of(table, query.key)
        if key is None:
            return None
        field = table.field(query.field)
        last = "/$value" if field is not None and field.form == "Edm.Binary" else ""
        row = f"{self.connection.at}/{self.path(table)}({key})"
        place = f"{row}/{query.field.replace('.', '/')}{last}"
        if "." in query.field:
            link = await self._media_link(table, query, row)
            if link is None:
                return None
            place = link or place
        template = f"{table.name}/{query.field}"
        return await fetched(self.connection, self.transport, place, template, query.language)

    async def _media_link(self, table: Table, query: DocumentQuery, row: str) -> str | None:
        """The address that the system itself gives for a stream; "" when it gives none.

        None when there is no such document.
        """
        behind, _, stream = query.field.rpartition(".")
        url = f"{row}/{behind.replace('.', '/')}"
        headers = {"Accept": "application/json", "OData-MaxVersion": "4.0"}
        headers |= {"Accept-Language": query.language} if query.language else {}
        request = Request(method="GET", url=url, headers=headers, template=f"{table.name}/{behind}")
        response = await self.transport.send(request)
        if response.status == HTTPStatus.NOT_FOUND:
            return None
        title = self.connection.title
        answer = json_of(response, title=title, table=table.name, now=self.connection.now())
        link = _entity(answer).get(f"{stream}@odata.mediaReadLink", "")
        if not isinstance(link, str) or not link:
            return ""
        rest = below(self.connection.at, link, url)
        if rest is None:
            raise Misconfigured(f"{title} sends us to another address for a document.")
        return f"{self.connection.at}/{rest}"

    async def ask(self, call: Call) -> Part:
        """What one call brings. Raises Unavailable, Refused or Misconfigured."""
        url = self._url(call)
        if url is None:
            return Part()
        response = await self.transport.send(self._request(call, url))
        title, name = self.connection.title, call.table.name
        answer = json_of(response, title=title, table=name, now=self.connection.now())
        return self._part(call, url, answer)

    def _request(self, call: Call, url: str) -> Request:
        return Request(
            method="GET",
            url=url,
            headers={
                "Accept": "application/json",
                "OData-MaxVersion": "4.0",
                "Prefer": f"odata.maxpagesize={call.limit}",
            },
            template=call.table.name,
        )

    def _url(self, call: Call) -> str | None:
        at = self.connection.at
        if call.cursor:
            if below(at, call.cursor) is None:
                raise Misconfigured("A cursor leads to another address.")
            return f"{at}/{call.cursor}"
        after = options(call, fold_case="tolower" in self.connection.profile.texts("filters"))
        return None if after is None else f"{at}/{self.path(call.table)}?{after}"

    def path(self, table: Table) -> str:
        """Where a table is below the system's address."""
        path = self.connection.profile.text("path", "{table}").strip("/")
        whole = filled(path, self.connection.settings, lambda value: quote(value, safe="'"))
        return whole.replace("{table}", quote(table.name))

    def _part(self, call: Call, url: str, answer: Raw) -> Part:
        items = answer.get(call.table.rows_at) if isinstance(answer, dict) else None
        if not isinstance(answer, dict) or not isinstance(items, list):
            raise not_a_page(self.connection.title, call.table.name)
        documents = [one for one in call.wanted if is_document(one)]
        if documents:
            address = self.path(call.table)
            items = [linked(documents, item, address, call.table) for item in items]
        return Part(items, self._next(call, url, answer.get(NEXT)))

    def _next(self, call: Call, url: str, link: Raw) -> str | None:
        if link is None or link == "":
            return None
        title = self.connection.title
        if not isinstance(link, str):
            raise not_a_page(title, call.table.name)
        rest = below(self.connection.at, link, url)
        if rest is None:
            raise Misconfigured(f"{title} sends us to another address for its next page.")
        return rest


def _entity(answer: Raw) -> dict[str, Raw]:
    """The document's entity; some versions give it as a list of one."""
    held = answer.get("value") if isinstance(answer, dict) else None
    if isinstance(held, list):
        answer = held[0] if held else None
    return answer if isinstance(answer, dict) else {}
