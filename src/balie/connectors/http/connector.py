"""HTTP with JSON: what Balie asks of a kind of connector.

The profile's words: `filters`, `many keys`, `paging`, `page size`, `no value`, `send always`,
besides `auth` and `headers`.

paging: {send: after, from: next}      a word of the answer goes back with the next question
paging: {follow: links.next}           the answer holds the next page's address
paging: {send: offset, count: rows}    how many rows went before
paging: {send: page, count: pages}     the number of the page, from 1
"""

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote

from balie.connectors.http.openapi import LINK, paging_word, parameter_of, read_openapi
from balie.systems.addresses import below
from balie.systems.authentication import authenticated
from balie.systems.checking import wanted
from balie.systems.connector import Connection, Connector
from balie.systems.contract import Contract
from balie.systems.documents import Document, DocumentQuery, document_of
from balie.systems.errors import Misconfigured, Unavailable
from balie.systems.fetching import fetched
from balie.systems.interpretation import json_of, not_a_page
from balie.systems.placeholders import filled
from balie.systems.profile import Profile
from balie.systems.query import Order, Query, Relation
from balie.systems.reading import Call, Part, read, table_of
from balie.systems.rows import Raw, Rows, text_of
from balie.systems.transport import Request, Transport


def connect(connection: Connection) -> Connector:
    """A connector to one HTTP service."""
    return Http(connection, authenticated(connection))


def read_contract(files: Sequence[bytes], profile: Profile) -> Contract:
    """The contract in the service's OpenAPI files. Raises ValueError in plain words."""
    return read_openapi(files, profile)


@dataclass(frozen=True)
class Http:
    """One HTTP service, in our words."""

    connection: Connection
    transport: Transport
    _rests: dict[tuple[str, int, Order | None], Mapping[str, str]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    async def check(self) -> None:
        """Asks for one row of a table: that needs address and key to be right."""
        tables = sorted(self.connection.contract.tables.values(), key=lambda one: len(one.demands))
        table = tables[0]
        await self.ask(
            Call(
                table=table,
                relations=tuple(Relation(name, ("0",)) for name in sorted(table.demands)),
                wanted=wanted(table.fields, table.key),
                limit=1,
            )
        )

    async def read(self, query: Query) -> Rows:
        """The rows that the query asks for; of an unreadable row, why."""
        return await read(self.connection, query, self.ask, alone=_holds_a_comma)

    async def document(self, query: DocumentQuery) -> Document | None:
        """What is at an address below the row, or a field of the row itself, in base64."""
        table = table_of(self.connection, query.table)
        field, key = table.field(query.field), query.key.get(table.key[0])
        if field is None or not key:
            return None
        row = f"{self.connection.at}/{quote(table.name)}/{quote(key, safe='')}"
        template = f"{table.name}/{{}}/{query.field}"
        if field.form == LINK:
            place = f"{row}/{quote(field.name)}"
            return await fetched(self.connection, self.transport, place, template, query.language)
        return await self._in_the_row(row, (table.key[0], key), query.field, template)

    async def _in_the_row(
        self, row: str, key: tuple[str, str], field: str, template: str
    ) -> Document | None:
        headers = {"Accept": "application/json"}
        request = Request(method="GET", url=row, headers=headers, template=template)
        response = await self.transport.send(request)
        if response.status == HTTPStatus.NOT_FOUND:
            return None
        title, now = self.connection.title, self.connection.now()
        answer = json_of(response, title=title, table=template, now=now)
        if text_of(_at(answer, key[0])) != key[1]:  # its scope was asked of that row, of no other
            raise Unavailable(f"{title} gave another row than the one that was asked for.")
        value = _at(answer, field)
        if value is None or value == "":
            return None
        try:
            return document_of(b64decode(str(value), validate=True))
        except (binascii.Error, ValueError) as error:
            raise Unavailable(f"{title} gave a document that is not base64.") from error

    async def ask(self, call: Call) -> Part:
        """What one call brings. Raises Unavailable, Refused or Misconfigured."""
        url = self._url(call)
        request = Request(
            method="GET",
            url=url,
            headers={"Accept": "application/json"},
            template=call.table.name,
        )
        response = await self.transport.send(request)
        title, name = self.connection.title, call.table.name
        answer = json_of(response, title=title, table=name, now=self.connection.now())
        return self._part(call, url, answer)

    # ---- the question

    def _url(self, call: Call) -> str:
        at = self.connection.at
        if call.cursor and self._paging("follow"):
            if below(at, call.cursor) is None:
                raise Misconfigured("A cursor leads to another address.")
            return f"{at}/{call.cursor}"
        asked = {**self._rest(call), **self._relations(call)}
        if call.cursor:
            asked[quote(self._paging("send"), safe="")] = quote(call.cursor, safe="")
        after = "&".join([f"{name}={value}" for name, value in asked.items()])
        return f"{at}/{quote(call.table.name)}" + (f"?{after}" if after else "")

    def _rest(self, call: Call) -> Mapping[str, str]:
        """What is asked whosever the rows are: the same for every call of this shape."""
        shape = (call.table.name, call.limit, call.order)
        rest = self._rests.get(shape)
        if rest is None:
            said = {**self._always(call), **self._size(call), **_sort(call)}
            rest = self._rests[shape] = {quote(n, safe=""): value for n, value in said.items()}
        return rest

    def _always(self, call: Call) -> dict[str, str]:
        """What the profile sends with every question that knows it, such as a company."""
        settings = self.connection.settings
        return {
            name: quote(filled(value, settings), safe="")
            for name, value in self.connection.profile.section("send always").items()
            if isinstance(value, str) and name in call.table.parameters
        }

    def _relations(self, call: Call) -> dict[str, str]:
        """Each relation as a parameter; a comma between values is bare, one in a value is not."""
        profile, table = self.connection.profile, call.table.name
        return {
            quote(parameter_of(profile, table, relation.field), safe=""): ",".join(
                [quote(value, safe="") for value in relation.values]
            )
            for relation in call.relations
        }

    def _size(self, call: Call) -> dict[str, str]:
        size = paging_word(self.connection.profile, "size", "limit")
        return {size: str(call.limit)} if size in call.table.parameters else {}

    def _paging(self, word: str) -> str:
        return paging_word(self.connection.profile, word, "")

    # ---- the answer

    def _part(self, call: Call, url: str, answer: Raw) -> Part:
        items = _at(answer, call.table.rows_at) if call.table.rows_at else answer
        if not isinstance(items, list):
            raise not_a_page(self.connection.title, call.table.name)
        links = [one.field.name for one in call.wanted if one.field.form == LINK]
        rows = [_linked(call, links, item) for item in items] if links else items
        return Part(rows, self._next(call, url, answer, len(items)))

    def _next(self, call: Call, url: str, answer: Raw, count: int) -> str | None:
        if follow := self._paging("follow"):
            return self._followed(call, url, _at(answer, follow))
        if not self._paging("send"):
            return None
        if step := _STEPS.get(self._paging("count")):
            return str(int(call.cursor or step.first) + step.by(count)) if count else None
        return self._word(call, _at(answer, self._paging("from")))

    def _word(self, call: Call, value: Raw) -> str | None:
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise not_a_page(self.connection.title, call.table.name)
        return str(value)

    def _followed(self, call: Call, url: str, link: Raw) -> str | None:
        word = self._word(call, link)
        rest = below(self.connection.at, word, url) if word else None
        if word and rest is None:
            title = self.connection.title
            raise Misconfigured(f"{title} sends us to another address for its next page.")
        return rest


@dataclass(frozen=True)
class _Step:
    """A way to count on from one page to the next."""

    first: int
    by: Callable[[int], int]


_STEPS: Mapping[str, _Step] = {
    "rows": _Step(0, lambda count: count),
    "pages": _Step(1, lambda _: 1),
}


def _sort(call: Call) -> dict[str, str]:
    if call.order is None:
        return {}
    return {"sort": quote(f"{'-' if call.order.descending else ''}{call.order.field}", safe="")}


def _holds_a_comma(value: str) -> bool:
    return "," in value


def _at(answer: Raw, path: str) -> Raw:
    """What stands at a dotted path, or None."""
    for name in path.split("."):
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer


def _linked(call: Call, names: Sequence[str], row: Raw) -> Raw:
    """The row with, for each of these documents below it, the address where it can be had."""
    if not isinstance(row, dict):
        return row
    key = row.get(call.table.key[0])
    if not isinstance(key, str | int):
        return row
    place = f"{call.table.name}/{quote(str(key), safe='')}"
    return {**row, **{name: f"{place}/{name}" for name in names}}
