"""Reading Tryton: one call for a list, however deep its fields go.

The profile's words: `auth` ({kind: session}), `company`, `page size`, `no value`, `amounts`,
`reports`.
"""

import binascii
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass

from balie.connectors.jsonrpc import description
from balie.connectors.jsonrpc.description import REPORT
from balie.connectors.jsonrpc.questions import KEY, cursor_after, question
from balie.connectors.jsonrpc.session import Account, Session
from balie.connectors.jsonrpc.values import Unreadable, Wire, plain
from balie.systems.connector import Connection, Connector
from balie.systems.contract import Contract
from balie.systems.documents import Document, DocumentQuery, document_of
from balie.systems.errors import Misconfigured, Unavailable
from balie.systems.interpretation import not_a_page
from balie.systems.placeholders import filled
from balie.systems.profile import Profile
from balie.systems.query import Query
from balie.systems.reading import Call, Part, read, table_of
from balie.systems.rows import Raw, Rows


def connect(connection: Connection) -> Connector:
    """A connector to one database of a Tryton."""
    return Tryton(connection, session_of(connection))


async def describe(
    connection: Connection, tables: Sequence[str], languages: Sequence[str]
) -> bytes:
    """What a Tryton says of these models: the bytes of a contract file.

    Raises Unavailable, Refused or Misconfigured.
    """
    return await description.describe(session_of(connection), tables, languages)


def session_of(connection: Connection) -> Session:
    """A session with this Tryton, not signed in yet."""
    return Session(lambda: account(connection), connection.transport, connection.now)


def read_contract(files: Sequence[bytes], profile: Profile) -> Contract:
    """The contract in the files that `describe` made. Raises ValueError in plain words."""
    return description.read_description(files, profile)


def account(connection: Connection) -> Account:
    """Who we are to this Tryton: `<SYSTEM>_USER` and `<SYSTEM>_PASSWORD`, or as `auth` says.

    Raises Misconfigured when a setting is missing.
    """
    return Account(
        title=connection.title,
        at=connection.at,
        user=_setting(connection, "user"),
        password=_setting(connection, "password"),
        context=_context(connection),
    )


def _setting(connection: Connection, word: str) -> str:
    usual = f"${{{connection.name.upper()}_{word.upper()}}}"
    written = connection.profile.section("auth").get(word, usual)
    return filled(written if isinstance(written, str) else usual, connection.settings)


def _context(connection: Connection) -> dict[str, Wire]:
    """Goes along with every call: some rows are only found for a company that we name."""
    context: dict[str, Wire] = {"language": connection.language}
    written = filled(connection.profile.text("company"), connection.settings)
    if not written:
        return context
    if not written.isdecimal():
        raise Misconfigured(f"{connection.title}: a company is the number of its record.")
    return context | {"company": int(written), "companies": [int(written)]}


@dataclass(frozen=True)
class Tryton:
    """One database of a Tryton, in our words."""

    connection: Connection
    session: Session

    async def check(self) -> None:
        """Signs in, and looks whether every table that the blueprint renames may be read."""
        await self.session.call("model.res.user.get_preferences", True)
        for model in self.connection.tables.values():
            await self.session.call(f"model.{model}.search", [], 0, 1, None)

    async def read(self, query: Query) -> Rows:
        """The rows that the query asks for; of an unreadable row, why."""
        return await read(self.connection, query, self.ask)

    async def document(self, query: DocumentQuery) -> Document | None:
        """A report that Tryton makes of the row, or what a binary field of it holds."""
        model = table_of(self.connection, query.table)
        field, key = model.field(query.field), query.key.get(KEY, "")
        if field is None or not key.isdecimal():
            return None
        if field.form.startswith(REPORT):
            found = await self._report(field.form.removeprefix(REPORT), int(key), query)
        else:
            found = await self._held(model.name, int(key), query.field)
        return None if found is None else document_of(self._bytes(found))

    async def _report(self, report: str, key: int, query: DocumentQuery) -> Wire:
        data: dict[str, Wire] = {"model": table_of(self.connection, query.table).name}
        data |= {"id": key, "ids": [key]}
        spoken: dict[str, Wire] = {"language": query.language} if query.language else {}
        made = await self.session.call(f"report.{report}.execute", [key], data, context=spoken)
        match made:
            case [str(), content, *_]:
                return content
            case _:
                raise self._unreadable()

    async def _held(self, model: str, key: int, field: str) -> Wire:
        rows = await self.session.call(f"model.{model}.read", [key], [field])
        match rows:
            case [dict(row)] if row.get(KEY) == key:  # its scope was asked of that row
                return row.get(field)
            case []:
                return None
            case _:
                raise self._unreadable()

    def _bytes(self, content: Wire) -> bytes:
        """What came as `{"__class__": "bytes", "base64": ...}`. Raises Unavailable.

        Tryton writes base64 in lines, as mail does.
        """
        try:
            return b64decode(str(plain(content)).replace("\n", ""), validate=True)
        except (Unreadable, binascii.Error, ValueError) as error:
            raise self._unreadable() from error

    def _unreadable(self) -> Unavailable:
        return Unavailable(f"{self.connection.title} gave a document that cannot be read.")

    async def ask(self, call: Call) -> Part:
        """What one call brings. Raises Unavailable, Refused or Misconfigured."""
        asked = question(call)
        if asked is None:
            return Part()
        model = call.table.name
        found = await self.session.call(
            f"model.{model}.search_read", asked.domain, 0, asked.limit, asked.order, asked.fields
        )
        if not isinstance(found, list):
            raise not_a_page(self.connection.title, model)
        return _part(found, call)


def _part(found: Sequence[Wire], call: Call) -> Part:
    here = found[: call.limit]
    last = here[-1] if len(found) > len(here) else None
    following = None
    if isinstance(last, dict) and KEY in last:
        following = cursor_after(last, call.order)
    return Part([row_of(record) for record in here], following)


def row_of(record: Wire) -> Raw:
    """A record in plain JSON. What Tryton calls `party.` and `lines.` is a record, or records.

    What cannot be read stays as it came: it does not fit the contract, and the row is broken.
    """
    if isinstance(record, list):
        return [row_of(each) for each in record]
    if not isinstance(record, dict):
        return record
    related = {name.removesuffix("."): row_of(v) for name, v in record.items() if name[-1:] == "."}
    own = {name: _plain_if_it_can_be(v) for name, v in record.items() if name[-1:] != "."}
    return own | related


def _plain_if_it_can_be(value: Wire) -> Raw:
    try:
        return plain(value)
    except Unreadable:
        return value
