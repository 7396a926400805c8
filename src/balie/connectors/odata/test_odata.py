"""The OData connector holds to the contract of connectors, on recorded answers over real HTTP."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balie.connectors.odata.connector import connect, read_contract
from balie.systems.conformance import NASTY, Conformance
from balie.systems.connector import Connection, Connector
from balie.systems.contract import Contract, Type
from balie.systems.documents import DocumentQuery, HoldsDocuments
from balie.systems.errors import Misconfigured, Refused, Unavailable
from balie.systems.loopback import Answer, Asked, PlainTransport, served
from balie.systems.profile import Profile
from balie.systems.query import Query, Relation
from balie.systems.rows import Rows
from balie.systems.transport import Request, Response, Transport

RECORDED = files("balie.connectors.odata") / "recorded"
PROFILE = Profile(
    {
        "path": "companies(${SHOP_COMPANY})/{table}",
        "filters": ["=", "gt", "ge", "lt", "le", "and"],
        "many keys": "one call per 3 keys, with or on one field",
        "page size": "200",
        "no value": ["", "0001-01-01", "00000000-0000-0000-0000-000000000000"],
        "lines": "with documentId only",
    }
)


def contract(profile: Profile = PROFILE) -> Contract:
    return read_contract([(RECORDED / "metadata.xml").read_bytes()], profile)


CONTRACT = contract()


def connection_to(at: str, transport: Transport, profile: Profile = PROFILE) -> Connection:
    return Connection(
        name="shop",
        title="The shop",
        at=f"{at}/api/v2.0",
        contract=CONTRACT,
        profile=profile,
        transport=transport,
        now=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC),
        settings={"SHOP_COMPANY": "314655c2-4915-5d4f-b800-8d0ffad41fb7"},
        tables={"purchases": "orders"},
    )


class TestOData(Conformance):
    recorded = RECORDED

    def connection(self, at: str, transport: Transport) -> Connection:
        return connection_to(at, transport)

    def connect(self, connection: Connection) -> Connector:
        return connect(connection)


class Listener:
    """A transport that keeps the questions and answers that there are no rows."""

    def __init__(self) -> None:
        self.urls: list[str] = []

    async def send(self, request: Request) -> Response:
        self.urls.append(request.url)
        headers = {"content-type": "application/json"}
        return Response(status=200, headers=headers, body=b'{"value": []}')

    @property
    def filters(self) -> list[str]:
        """Each `$filter`, decoded as a server would."""
        return [dict(parse_qsl(urlsplit(url).query))["$filter"] for url in self.urls]


def ask(query: Query, profile: Profile = PROFILE) -> Listener:
    listener = Listener()
    connector = connect(connection_to("https://shop.example", listener, profile))
    assert asyncio.run(connector.read(query)) == Rows(())
    return listener


def by(field: str, *values: str, fold_case: bool = False) -> Query:
    relation = Relation(field, values, fold_case)
    return Query(table="orders", relations=(relation,), fields=("number",))


@pytest.mark.parametrize("value", NASTY)
def test_a_text_stays_one_literal(value: str) -> None:
    expected = "customerNumber eq '" + value.replace("'", "''") + "'"
    assert ask(by("customerNumber", value)).filters == [expected]


@settings(deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_any_text_stays_one_literal_or_is_not_asked(value: str) -> None:
    listener = ask(by("customerNumber", value))
    expected = "customerNumber eq '" + value.replace("'", "''") + "'"
    assert listener.filters in ([expected], [])
    assert listener.filters or "\0" in value


@settings(deadline=None)
@given(st.sampled_from(["id", "orderDate", "total", "isSent", "boxes", "changedAt"]), st.text())
def test_a_value_that_does_not_fit_the_type_is_never_asked(field: str, value: str) -> None:
    for found in ask(by(field, value)).filters:
        assert found == f"{field} eq {value}"
        assert not set(value) & set("'()/ ,;&=")


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("id", "D63CE269-c4e2-512e-b361-c611df6c23ee", "D63CE269-c4e2-512e-b361-c611df6c23ee"),
        ("orderDate", "2026-11-18", "2026-11-18"),
        ("total", "-12.50", "-12.50"),
        ("boxes", "3", "3"),
        ("isSent", "true", "true"),
        ("changedAt", "2026-11-18T13:02:51+01:00", "2026-11-18T13:02:51+01:00"),
        ("status", "In_x0020_Review", "'In_x0020_Review'"),
    ],
)
def test_each_type_is_written_its_own_way(field: str, value: str, expected: str) -> None:
    assert ask(by(field, value)).filters == [f"{field} eq {expected}"]


def test_a_text_longer_than_the_field_equals_nothing_and_is_not_asked() -> None:
    assert ask(by("customerNumber", "x" * 41)).urls == []


def test_mail_is_compared_in_small_letters_where_the_system_can() -> None:
    profile = Profile({**PROFILE.words, "filters": ["=", "tolower"]})
    listener = ask(by("customerNumber", "Zoe@Example.nl", fold_case=True), profile)
    assert listener.filters == ["tolower(customerNumber) eq 'zoe@example.nl'"]


def test_a_cursor_that_leads_elsewhere_is_refused() -> None:
    connector = connect(connection_to("https://shop.example", Listener()))
    for place in ("//elsewhere.example/x", "../../admin", "https://elsewhere.example/x"):
        cursor = _packed(place)
        with pytest.raises(Misconfigured):
            asyncio.run(connector.read(replace(by("number", "VO-1"), cursor=cursor)))


def _packed(place: str) -> str:
    return urlsafe_b64encode(f'["{place}"]'.encode()).decode()


def test_the_contract_has_types_lengths_and_what_can_be_written() -> None:
    orders = contract().tables["orders"]
    found = {
        name: (field.type, field.writable, field.nullable) for name, field in orders.fields.items()
    }
    assert found == {
        "id": (Type.TEXT, False, False),
        "number": (Type.TEXT, True, False),
        "customerNumber": (Type.TEXT, True, True),
        "orderDate": (Type.DATE, True, True),
        "total": (Type.NUMBER, False, True),
        "status": (Type.TEXT, True, True),
        "isSent": (Type.BOOLEAN, True, True),
        "boxes": (Type.INTEGER, True, True),
        "weight": (Type.NUMBER, True, True),
        "shipTo": (Type.OBJECT, True, True),
        "tags": (Type.UNKNOWN, True, True),
        "photo": (Type.DOCUMENT, True, True),
        "changedAt": (Type.DATETIME, False, True),
        "lines": (Type.LIST, False, True),
        "pdfDocument": (Type.OBJECT, False, True),
    }
    assert orders.key == ("id",)
    assert orders.fields["number"].max_length == 20
    assert orders.fields["number"].required_to_create
    assert orders.fields["status"].codes == ("Draft", "In_x0020_Review", "Open")


def test_a_path_goes_through_navigation_properties() -> None:
    orders = contract().tables["orders"]
    content, quantity = orders.field("pdfDocument.content"), orders.field("lines.quantity")
    assert content is not None
    assert quantity is not None
    assert (content.type, quantity.type) == (Type.DOCUMENT, Type.NUMBER)
    assert orders.field("lines.order.number") is not None
    assert orders.field("lines.colour") is None


def test_the_contract_says_how_a_table_can_be_asked() -> None:
    tables = contract().tables
    assert "weight" not in tables["orders"].equals
    assert "photo" not in tables["orders"].equals
    assert "status" not in tables["orders"].sorts
    assert tables["orders"].among["number"] == 3
    assert tables["orders"].demands == frozenset()
    assert tables["orderLines"].demands == {"documentId"}
    assert not any(field.writable for field in tables["orderLines"].fields.values())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html></html>", "not the <Edmx>"),
        (b"not XML", "not the XML"),
        (b"", "not the XML"),
        (b'<!DOCTYPE x [<!ENTITY e "e">]><Edmx Version="4.0">&e;</Edmx>', "not the XML"),
        (b'<?xml version="1.0" encoding="x"?><Edmx/>', "not the XML"),
        (b'<Edmx Version="1.0"/>', "only V4"),
        (b'<Edmx Version="4.0"/>', "no entity sets"),
        (b'<Edmx Version="4.0">' + b"<a>" * 100_000, "not the XML"),
        (b'<Edmx Version="4.0">' + b"<a>" * 9**6 + b"</a>" * 9**6 + b"</Edmx>", "no entity sets"),
    ],
)
def test_a_file_that_is_no_metadata_is_refused_in_words(content: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_contract([content], PROFILE)


def test_a_type_that_holds_itself_or_is_based_on_itself_is_read_all_the_same() -> None:
    content = (RECORDED / "metadata.xml").read_bytes()
    content = content.replace(b'Name="city" Type="Edm.String"', b'Name="city" Type="M.address"')
    content = content.replace(b'Name="base" Abstract="true"', b'Name="base" BaseType="M.order"')
    orders = read_contract([content], PROFILE).tables["orders"]
    assert orders.field("shipTo.city") is not None
    assert orders.key == ("id",)


def test_a_profile_that_says_no_number_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match='"page size: many" is not a whole number'):
        contract(Profile({"page size": "many"}))


# ---- documents

COMPANY = "/api/v2.0/companies(314655c2-4915-5d4f-b800-8d0ffad41fb7)"
PAPER = DocumentQuery(
    table="invoices",
    key={"id": "00000000-0000-4000-8000-000000000202"},
    field="pdfDocument.pdfDocumentContent",
    language="nl",
)
"""As Business Central has it: an entity behind the row, which tells where its bytes are."""


def a_shop_with_papers() -> Contract:
    """The recorded contract with invoices that have a PDF, as in Business Central's $metadata."""
    metadata = (RECORDED / "metadata.xml").read_text()
    types = """<EntityType Name="paper"><Key><PropertyRef Name="id"/></Key>
      <Property Name="id" Type="Edm.Guid" Nullable="false"/>
      <Property Name="pdfDocumentContent" Type="Edm.Stream">
        <Annotation Term="Org.OData.Core.V1.MediaType" String="application/pdf"/></Property>
      </EntityType><EntityType Name="invoice"><Key><PropertyRef Name="id"/></Key>
      <Property Name="id" Type="Edm.Guid" Nullable="false"/>
      <Property Name="scan" Type="Edm.Binary"/>
      <NavigationProperty Name="pdfDocument" Type="{0}.paper" ContainsTarget="true"/></EntityType>
      <EntityContainer Name="more"><EntitySet Name="invoices" EntityType="{0}.invoice"/>
      </EntityContainer>"""
    namespace = "Vendor.Model"
    before, end, after = metadata.rpartition("</Schema>")
    whole = before + types.format(namespace) + end + after
    return read_contract([whole.encode()], PROFILE)


async def paper(query: DocumentQuery, answer: Callable[[str, Asked], Answer]) -> bytes | None:
    """The document that a shop which answers like this gives."""
    async with served(answer) as shop:
        connection = replace(
            connection_to(shop.at, PlainTransport()), contract=a_shop_with_papers()
        )
        connector = connect(connection)
        assert isinstance(connector, HoldsDocuments)
        found = await connector.document(query)
        if found is None:
            return None
        return b"".join([chunk async for chunk in found.chunks])


def of_business_central(link: str) -> Callable[[str, Asked], Answer]:
    """Tells where the bytes are, and gives them there and nowhere else."""

    def answer(at: str, asked: Asked) -> Answer:
        row = f"{COMPANY}/invoices({PAPER.key['id']})"
        if asked.path == f"{row}/pdfDocument":
            said = {"pdfDocumentContent@odata.mediaReadLink": link.replace("AT", at + COMPANY)}
            headers = {"Content-Type": "application/json"}
            return Answer(headers=headers, body=json.dumps(said).encode())
        if asked.path == f"{COMPANY}/papers/7":
            assert asked.headers["accept-language"] == "nl"
            return Answer(body=b"%PDF-1.7 it")
        return Answer(status=404)

    return answer


def test_a_stream_is_a_document_of_the_kind_that_the_metadata_says() -> None:
    field = a_shop_with_papers().tables["invoices"].field(PAPER.field)
    assert field is not None
    assert (field.type, field.media) == (Type.DOCUMENT, "application/pdf")


async def test_a_document_is_fetched_from_the_link_that_the_system_gives() -> None:
    assert await paper(PAPER, of_business_central("AT/papers/7")) == b"%PDF-1.7 it"
    assert await paper(PAPER, of_business_central("../papers/7")) == b"%PDF-1.7 it"


@pytest.mark.parametrize("link", ["https://elsewhere.example/x.pdf", "/outside", "AT/../../x"])
async def test_a_document_elsewhere_is_not_fetched(link: str) -> None:
    with pytest.raises(Misconfigured, match="sends us to another address for a document"):
        await paper(PAPER, of_business_central(link))


async def test_a_row_that_is_gone_has_no_document() -> None:
    assert await paper(PAPER, lambda _at, _asked: Answer(status=404)) is None
    assert await paper(PAPER, of_business_central("AT/papers/8")) is None
    no_guid = replace(PAPER, key={"id": "1) or (1 eq 1"})
    assert await paper(no_guid, lambda _at, _asked: Answer(body=b"everything")) is None


async def test_a_binary_property_is_asked_for_its_value() -> None:
    def answer(_at: str, asked: Asked) -> Answer:
        there = asked.path == f"{COMPANY}/invoices({PAPER.key['id']})/scan/$value"
        return Answer(body=b"\xff\xd8\xff") if there else Answer(status=404)

    assert await paper(replace(PAPER, field="scan"), answer) == b"\xff\xd8\xff"


@pytest.mark.parametrize(
    ("status", "fault"), [(503, Unavailable), (403, Misconfigured), (400, Refused)]
)
async def test_a_document_that_is_not_given_is_a_fault(status: int, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        await paper(PAPER, lambda _at, _asked: Answer(status=status))
