"""The HTTP connector holds to the contract of connectors, on recorded answers over real HTTP."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balie.connectors.http.connector import connect, read_contract
from balie.systems.conformance import Conformance
from balie.systems.connector import Connection, Connector
from balie.systems.contract import Contract, Type
from balie.systems.documents import DocumentQuery, HoldsDocuments
from balie.systems.errors import Misconfigured, Unavailable
from balie.systems.loopback import Answer, PlainTransport, served
from balie.systems.profile import Plain, Profile
from balie.systems.query import Query, Relation
from balie.systems.rows import Rows
from balie.systems.transport import Request, Response, Transport

RECORDED = files("balie.connectors.http") / "recorded"
PROFILE = Profile(
    {
        "many keys": {"id": "3 keys with commas"},
        "paging": {"send": "after", "from": "next"},
        "page size": "200",
        "send always": {"company": "${CRM_COMPANY}"},
    }
)


def contract(profile: Profile = PROFILE) -> Contract:
    return read_contract([(RECORDED / "openapi.yaml").read_bytes()], profile)


CONTRACT = contract()


def connection_to(at: str, transport: Transport, profile: Profile = PROFILE) -> Connection:
    return Connection(
        name="crm",
        title="The CRM",
        at=f"{at}/api",
        contract=CONTRACT,
        profile=profile,
        transport=transport,
        now=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC),
        settings={"CRM_COMPANY": "7"},
        tables={"people": "v1/people"},
    )


class TestHttp(Conformance):
    recorded = RECORDED

    def connection(self, at: str, transport: Transport) -> Connection:
        return connection_to(at, transport)

    def connect(self, connection: Connection) -> Connector:
        return connect(connection)


class TestHttpWithLinks(Conformance):
    """The same service, when its answers say where the next page is."""

    recorded = RECORDED / "links"

    def connection(self, at: str, transport: Transport) -> Connection:
        words: dict[str, Plain] = {**PROFILE.words, "paging": {"follow": "next"}}
        return connection_to(at, transport, Profile(words))

    def connect(self, connection: Connection) -> Connector:
        return connect(connection)


class Listener:
    """A transport that keeps the questions, and answers each with the next of its answers."""

    def __init__(self, *answers: bytes) -> None:
        self.urls: list[str] = []
        self.answers = list(answers)

    async def send(self, request: Request) -> Response:
        self.urls.append(request.url)
        body = self.answers.pop(0) if self.answers else b'{"items": [], "next": null}'
        return Response(status=200, headers={"content-type": "application/json"}, body=body)

    @property
    def asked(self) -> list[dict[str, str]]:
        """The parameters of each question, decoded as a server would."""
        return [dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)) for url in self.urls]


def ask(query: Query, paging: Mapping[str, Plain] | None = None, *answers: bytes) -> Listener:
    """Asks to the end."""
    listener = Listener(*answers)
    words = {**PROFILE.words, "paging": dict(paging or {})}
    connector = connect(connection_to("https://crm.example", listener, Profile(words)))

    async def to_the_end() -> None:
        cursor: str | None = None
        while True:
            rows = await connector.read(_going_on(query, cursor))
            cursor = rows.next
            if cursor is None:
                return

    asyncio.run(to_the_end())
    return listener


def _going_on(query: Query, cursor: str | None) -> Query:
    return Query(
        table=query.table,
        relations=query.relations,
        fields=query.fields,
        limit=query.limit,
        cursor=cursor,
    )


def by(field: str, *values: str) -> Query:
    return Query(table="people", relations=(Relation(field, values),), fields=("email",), limit=2)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=80))
def test_any_text_stays_one_parameter_or_is_not_asked(value: str) -> None:
    listener = ask(by("email", value))
    assert listener.asked in ([{"email": value, "limit": "2"}], [])
    assert listener.asked or "\0" in value
    assert all(url.startswith("https://crm.example/api/v1/people?") for url in listener.urls)


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5, unique=True))
def test_values_that_go_together_are_still_apart(values: list[str]) -> None:
    sendable = {value for value in values if "\0" not in value}
    asked = [parameters["id"] for parameters in ask(by("id", *values)).asked]
    together = [one for one in asked if one not in sendable]
    assert {part for one in together for part in one.split(",")} <= sendable
    assert {one for one in asked if one in sendable} >= {one for one in sendable if "," in one}


def test_pages_can_be_counted_by_rows() -> None:
    page = b'{"items": [{"id": "1", "email": "a"}, {"id": "2", "email": "b"}]}'
    listener = ask(by("email", "a"), {"send": "offset", "count": "rows"}, page, page)
    assert [asked.get("offset") for asked in listener.asked] == [None, "2", "4"]


def test_pages_can_be_counted_by_number() -> None:
    page = b'{"items": [{"id": "1", "email": "a"}]}'
    listener = ask(by("email", "a"), {"send": "page", "count": "pages"}, page)
    assert [asked.get("page") for asked in listener.asked] == [None, "2"]


def test_a_cursor_of_another_question_is_refused() -> None:
    connector = connect(connection_to("https://crm.example", Listener()))
    for cursor in ("WzFd", "WyJhIiwgImIiXQ==", "no cursor", "é", "WyJhIl0"):
        with pytest.raises(Misconfigured):
            asyncio.run(connector.read(_going_on(by("email", "a"), cursor)))


def test_a_setting_that_is_missing_is_named() -> None:
    profile = Profile({**PROFILE.words, "auth": {"kind": "bearer"}})
    connector = connect(connection_to("https://crm.example", Listener(), profile))
    with pytest.raises(Misconfigured, match="CRM_TOKEN is missing"):
        asyncio.run(connector.read(by("email", "a")))


def test_a_table_is_a_path_that_answers_a_list() -> None:
    assert sorted(contract().tables) == ["v1/labels", "v1/people"]
    assert contract().events == {"personChanged"}


def test_the_contract_has_types_and_what_can_be_written() -> None:
    people = contract().tables["v1/people"]
    found = {
        name: (field.type, field.nullable, field.writable) for name, field in people.fields.items()
    }
    assert found == {
        "id": (Type.TEXT, False, False),
        "createdAt": (Type.DATETIME, False, False),
        "email": (Type.TEXT, False, True),
        "age": (Type.INTEGER, True, False),
        "city": (Type.TEXT, True, True),
        "country": (Type.TEXT, True, True),
        "reason": (Type.TEXT, True, False),
        "balance": (Type.NUMBER, True, False),
        "isActive": (Type.BOOLEAN, True, False),
        "bornOn": (Type.DATE, True, False),
        "scores": (Type.UNKNOWN, True, False),
        "boss": (Type.OBJECT, True, False),
        "lines": (Type.LIST, False, False),
        "secret": (Type.TEXT, True, True),
        "photo": (Type.DOCUMENT, True, True),
    }


def test_no_is_a_country() -> None:
    country = contract().tables["v1/people"].fields["country"]
    assert country.codes == ("NL", "BE", "NO")


def test_what_is_only_sent_cannot_be_read() -> None:
    people = contract().tables["v1/people"]
    assert not people.fields["secret"].readable
    assert people.fields["email"].required_to_create


def test_a_schema_that_holds_itself_is_read_as_deep_as_needed() -> None:
    people = contract().tables["v1/people"]
    assert people.field("boss.boss.email") is not None
    text = people.field("lines.text")
    assert text is not None
    assert text.type is Type.TEXT


def test_the_contract_says_how_a_table_can_be_asked() -> None:
    people, labels = contract().tables["v1/people"], contract().tables["v1/labels"]
    assert people.equals == {"id", "email", "city"}
    assert people.among == {"id": 3}
    assert (people.sorts, people.sorts_up) == ({"createdAt"}, {"createdAt"})
    assert (people.page_size, people.rows_at, people.key) == (100, "items", ("id",))
    assert (labels.demands, labels.rows_at) == ({"reference"}, "")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not an OpenAPI 3 file"),
        (b"swagger: '2.0'", "not an OpenAPI 3 file"),
        (b"openapi: 3.1.0\npaths: {", "neither YAML nor JSON"),
        (b'{"openapi": "3.0.3", ', "neither YAML nor JSON"),
        (b"openapi: 3.1.0", "no path here"),
        (b"openapi: 3.1.0\npaths: {/a: {$ref: other.yaml}}", "outside this file"),
        (b"openapi: 3.1.0\npaths: {/a: {$ref: '#/paths/~1a'}}", "refers to itself"),
        (b"openapi: 3.1.0\npaths: {/a: {$ref: '#/no'}}", "not in this file"),
        (b"\xff\xfe\x00", "neither YAML nor JSON"),
        (b"openapi: 3.1.0\npaths: " + b"[" * 50_000, "deep in each other, on line 2"),
        (b"openapi: 3.1.0\npaths:\n" + b"- " * 50_000, "deep in each other, on line 3"),
        (b"openapi: 3.1.0\npaths: " + b"{a: " * 50_000, "deep in each other, on line 2"),
        (b'{"openapi": ' + b"[" * 500_000, "deep in each other"),
    ],
)
def test_a_file_that_is_no_openapi_is_refused_in_words(content: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_contract([content], PROFILE)


def described(schema: object, *parameters: object) -> bytes:
    """An OpenAPI file with one list."""
    answer = {"200": {"content": {"application/json": {"schema": schema}}}}
    get = {"parameters": parameters, "responses": answer}
    return json.dumps({"openapi": "3.1.0", "paths": {"/v1/orders": {"get": get}}}).encode()


TEXT = {"type": "string"}
LIST = {"type": "array", "items": {"properties": {"id": TEXT, "contactId": TEXT}}}


@pytest.mark.parametrize(
    ("schema", "rows_at"),
    [
        (LIST, ""),
        ({"properties": {"orders": LIST}}, "orders"),
        ({"properties": {"data": LIST}}, "data"),
        ({"properties": {"data": {"properties": {"items": LIST}}}}, "data.items"),
        ({"properties": {"_embedded": {"properties": {"orders": LIST}}}}, "_embedded.orders"),
    ],
)
def test_the_rows_are_found_wherever_the_page_has_them(schema: object, rows_at: str) -> None:
    assert read_contract([described(schema)], Profile()).tables["v1/orders"].rows_at == rows_at


def test_a_filter_may_have_another_name_than_its_field() -> None:
    file = described(LIST, {"name": "contact_id", "in": "query", "required": True})
    profile = Profile({"filters": {"v1/orders.contactId": "contact_id"}})
    found = read_contract([file], profile)
    orders = found.tables["v1/orders"]
    assert (orders.equals, orders.demands) == ({"contactId"}, {"contactId"})
    listener = Listener(b"[]")
    connection = connection_to("https://crm.example", listener, profile)
    connector = connect(replace(connection, contract=found))
    relation = Relation("contactId", ("a&b",))
    asyncio.run(connector.read(Query(table="v1/orders", relations=(relation,), fields=("id",))))
    assert listener.asked == [{"contact_id": "a&b"}]


def test_rows_is_empty_without_values() -> None:
    connector = connect(connection_to("https://crm.example", Listener()))
    assert asyncio.run(connector.read(by("email"))) == Rows(())


# ---- documents

LABEL = DocumentQuery(table="labels", key={"id": "l/1"}, field="pdf")
PICTURE = DocumentQuery(table="labels", key={"id": "l/1"}, field="photo")


def labels() -> Contract:
    """Labels with a document in the row, and a photo below it."""
    pdf = {"type": "string", "contentEncoding": "base64", "contentMediaType": "application/pdf"}
    row = {"type": "object", "properties": {"id": {"type": "string"}, "pdf": pdf}}
    listed = {"type": "array", "items": row}
    paths = {
        "/labels": _gives("application/json", listed),
        "/labels/{id}": {},
        "/labels/{id}/photo": _gives("image/jpeg", {}),
    }
    return read_contract([json.dumps({"openapi": "3.1.0", "paths": paths}).encode()], PROFILE)


def _gives(kind: str, schema: Mapping[str, object]) -> dict[str, object]:
    return {"get": {"responses": {"200": {"content": {kind: {"schema": schema}}}}}}


async def paper(query: DocumentQuery, *answers: Answer) -> bytes | None:
    """The document of a service that answers like this."""
    left = list(answers)
    async with served(lambda _at, _asked: left.pop(0)) as service:
        connection = replace(connection_to(service.at, PlainTransport()), contract=labels())
        connector = connect(connection)
        assert isinstance(connector, HoldsDocuments)
        found = await connector.document(query)
        below = "" if query is LABEL else "/photo"
        assert [a.path.removeprefix("/api") for a in service.asked] == [f"/labels/l/1{below}"]
        if found is None:
            return None
        return b"".join([chunk async for chunk in found.chunks])


def a_row(**fields: object) -> Answer:
    headers = {"Content-Type": "application/json"}
    return Answer(headers=headers, body=json.dumps({"id": "l/1", **fields}).encode())


def test_the_contract_tells_which_kind_of_document_it_is() -> None:
    fields = labels().tables["labels"].fields
    found = {name: (field.type, field.media) for name, field in fields.items() if name != "id"}
    assert found == {
        "pdf": (Type.DOCUMENT, "application/pdf"),
        "photo": (Type.DOCUMENT, "image/jpeg"),
    }


async def test_a_document_in_a_row_is_unpacked() -> None:
    assert await paper(LABEL, a_row(pdf="JVBERi0xLjc=")) == b"%PDF-1.7"


async def test_a_document_below_a_row_is_fetched() -> None:
    assert await paper(PICTURE, Answer(body=b"\xff\xd8\xff")) == b"\xff\xd8\xff"


@pytest.mark.parametrize("answer", [a_row(), a_row(pdf=None), a_row(pdf=""), Answer(status=404)])
async def test_a_row_without_its_document_has_none(answer: Answer) -> None:
    assert await paper(LABEL, answer) is None


async def test_there_may_be_nothing_below_a_row() -> None:
    assert await paper(PICTURE, Answer(status=404)) is None
    assert await paper(PICTURE, Answer(status=204)) is None


@pytest.mark.parametrize(
    "answer",
    [
        a_row(pdf="%%%"),
        a_row(pdf=[1]),
        Answer(status=500),
        a_row(id="l/2", pdf="JVBERi0xLjc="),
        a_row(id=None),
    ],
)
async def test_a_document_that_cannot_be_read_is_unavailable(answer: Answer) -> None:
    with pytest.raises(Unavailable):
        await paper(LABEL, answer)
