"""The JSON-RPC connector holds to the contract of connectors, on what a real Tryton answered."""

import asyncio
import json
from base64 import b64decode, encodebytes
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balie.connectors.jsonrpc.connector import Tryton, account, connect, read_contract
from balie.connectors.jsonrpc.description import describe
from balie.connectors.jsonrpc.session import Session
from balie.connectors.jsonrpc.values import Unreadable, packed, plain
from balie.systems.conformance import NASTY, Conformance
from balie.systems.connector import Connection, Connector
from balie.systems.contract import Contract, Type
from balie.systems.documents import DocumentQuery, HoldsDocuments
from balie.systems.errors import Misconfigured, SystemFault, Unavailable
from balie.systems.kinds import installed
from balie.systems.profile import Plain, Profile
from balie.systems.query import Order, Query, Relation
from balie.systems.rows import Raw, Rows
from balie.systems.transport import Request, Response, Transport

RECORDED = files("balie.connectors.jsonrpc") / "recorded"
PROFILE = Profile({"company": "${TRYTON_COMPANY}"})
SETTINGS = {"TRYTON_USER": "portal", "TRYTON_PASSWORD": "secret", "TRYTON_COMPANY": "1"}
ORDERS = Query(
    table="orders", relations=(Relation("party.id", ("3",)),), fields=("number", "party.id")
)


def contract(profile: Profile = PROFILE) -> Contract:
    return read_contract([(RECORDED / "contract" / "tryton.json").read_bytes()], profile)


def connection_to(
    at: str, transport: Transport, settings: Mapping[str, str] = SETTINGS
) -> Connection:
    return Connection(
        name="tryton",
        title="Tryton",
        at=f"{at}/tryton",
        contract=contract(),
        profile=PROFILE,
        transport=transport,
        now=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC),
        settings=settings,
        tables={"orders": "sale.sale"},
    )


class TestTryton(Conformance):
    recorded = RECORDED

    def connection(self, at: str, transport: Transport) -> Connection:
        return connection_to(at, transport)

    def connect(self, connection: Connection) -> Connector:
        """In a session that goes on: signing in has tests of its own."""
        account_here = account(connection)
        session = Session(lambda: account_here, connection.transport, connection.now, "Session x")
        return Tryton(connection, session)


# ---- a Tryton that answers by method


@dataclass
class Desk:
    """Answers what it was told to, by method; remembers what it was asked.

    sessions: how many sign-ins were accepted; only the newest session is let in.
    """

    answers: Mapping[str, Raw] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    sessions: int = 0
    ended: bool = False
    asked: list[tuple[str, str, list[Raw]]] = field(default_factory=list)

    async def send(self, request: Request) -> Response:
        call = json.loads(request.body or b"")
        method, header = call["method"], request.headers.get("Authorization", "")
        self.asked.append((method, header, call["params"]))
        await asyncio.sleep(0)
        if status := self.statuses.get(method):
            return _response(status, b"")
        if method == "common.db.login":
            self.sessions += 1
            self.ended = False
            return _result([7, f"key {self.sessions}", None])
        if self.ended or not header.startswith("Session ") or not self._is_newest(header):
            return _response(401, b"")
        answer = self.answers.get(method, [])
        return _said(answer) if isinstance(answer, dict) else _result(answer)

    def _is_newest(self, header: str) -> bool:
        return (
            b64decode(header.removeprefix("Session ")) == f"portal:7:key {self.sessions}".encode()
        )

    def methods(self) -> list[str]:
        return [method for method, _, _ in self.asked]


def _response(status: int, body: bytes) -> Response:
    return Response(status=status, headers={"content-type": "application/json"}, body=body)


def _result(result: Raw) -> Response:
    return _said({"id": 1, "result": result})


def _said(answer: Raw) -> Response:
    return _response(200, json.dumps(answer).encode())


def connected(desk: Desk, settings: Mapping[str, str] = SETTINGS) -> Connector:
    return connect(connection_to("http://tryton.example", desk, settings))


READ = "model.sale.sale.search_read"
FOUND: Raw = [{"id": 5, "number": "5", "party.": {"id": 3}}]


# ---- signing in


async def test_signs_in_once_and_goes_on_with_that_session() -> None:
    desk = Desk({READ: FOUND})
    connector = connected(desk)
    for _ in range(3):
        assert (await connector.read(ORDERS)).rows == (
            {"id": 5, "number": "5", "party": {"id": 3}},
        )
    assert desk.methods() == ["common.db.login", READ, READ, READ]


async def test_many_questions_at_once_sign_in_once() -> None:
    desk = Desk({READ: FOUND})
    connector = connected(desk)
    await asyncio.gather(*(connector.read(ORDERS) for _ in range(20)))
    assert desk.sessions == 1


async def test_an_ended_session_is_renewed_once_however_many_notice() -> None:
    desk = Desk({READ: FOUND})
    connector = connected(desk)
    await connector.read(ORDERS)
    desk.ended = True
    found = await asyncio.gather(*(connector.read(ORDERS) for _ in range(20)))
    assert [len(rows.rows) for rows in found] == [1] * 20
    assert desk.sessions == 2


async def test_a_wrong_password_is_told_without_the_password() -> None:
    with pytest.raises(Misconfigured, match="does not accept our user and password") as fault:
        await connected(Desk(statuses={"common.db.login": 401})).read(ORDERS)
    assert "secret" not in fault.value.staff


async def test_too_many_sign_ins_are_a_reason_to_wait() -> None:
    with pytest.raises(Unavailable, match="asks us to wait"):
        await connected(Desk(statuses={"common.db.login": 429})).read(ORDERS)


async def test_a_session_that_is_never_accepted_ends_in_a_fault() -> None:
    desk = Desk(statuses={READ: 401})
    with pytest.raises(Misconfigured, match="does not let us in"):
        await connected(desk).read(ORDERS)
    assert desk.methods() == ["common.db.login", READ, "common.db.login", READ]


@pytest.mark.parametrize("missing", sorted(SETTINGS))
async def test_names_the_setting_that_is_missing(missing: str) -> None:
    desk = Desk()
    settings = {name: value for name, value in SETTINGS.items() if name != missing}
    with pytest.raises(Misconfigured, match=missing):
        await connected(desk, settings).read(ORDERS)
    assert not desk.asked


async def test_company_and_language_go_along_with_every_call() -> None:
    desk = Desk({READ: FOUND})
    await connected(desk).read(ORDERS)
    assert desk.asked[-1][2][-1] == {"language": "nl", "company": 1, "companies": [1]}


async def test_a_check_looks_at_every_table_that_the_blueprint_uses() -> None:
    desk = Desk({"model.sale.sale.search": [1]})
    await connected(desk).check()
    assert desk.methods()[1:] == ["model.res.user.get_preferences", "model.sale.sale.search"]


# ---- errors in a good answer


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (["UserError", ["You may not read Anna's order", "", None]], Misconfigured, "the right to"),
        (["'sale.nope'", ""], Misconfigured, "knows no 'sale.nope'"),
        (["UserWarning", ["name", "text", ""]], Unavailable, "UserWarning"),
        (["ConcurrencyException", "somebody else"], Unavailable, "ConcurrencyException"),
        (["database is locked: Anna", "Traceback"], Unavailable, "failed inside"),
        ([], Unavailable, "failed inside"),
        (None, Unavailable, "failed inside"),
    ],
)
async def test_an_error_inside_a_good_answer_is_named_for_its_remedy(
    error: Raw, kind: type[SystemFault], says: str
) -> None:
    with pytest.raises(kind, match=says) as fault:
        await connected(Desk({READ: {"id": 1, "error": error}})).read(ORDERS)
    assert "Anna" not in fault.value.staff


# ---- questions


async def test_a_key_is_asked_as_the_record_itself() -> None:
    desk = Desk({READ: FOUND})
    await connected(desk).read(ORDERS)
    assert desk.asked[-1][2][0] == [["party", "=", 3]]


@pytest.mark.parametrize("value", ["abc", "03", "3.0", "٣", "1_0", " 3"])
async def test_what_can_be_no_key_is_never_asked(value: str) -> None:
    desk = Desk({READ: FOUND})
    query = replace(ORDERS, relations=(Relation("party.id", (value,)),))
    assert await connected(desk).read(query) == Rows(())
    assert not desk.asked


async def test_wildcards_in_a_mail_address_are_only_letters() -> None:
    desk = Desk({READ: FOUND})
    relation = Relation("party.name", (r"a_b%c\d",), fold_case=True)
    await connected(desk).read(replace(ORDERS, relations=(relation,)))
    assert desk.asked[-1][2][0] == [["OR", [["party.name", "ilike", r"a\_b\%c\\d"]]]]


@pytest.mark.parametrize("value", NASTY)
async def test_a_value_stays_a_value(value: str) -> None:
    desk = Desk({READ: FOUND})
    await connected(desk).read(replace(ORDERS, relations=(Relation("number", (value,)),)))
    assert desk.asked[-1][2][0] == [["number", "=", value]]


async def test_rows_without_a_date_come_last_and_are_not_below_one() -> None:
    desk = Desk({READ: FOUND})
    query = replace(ORDERS, order=Order("sale_date"), at_most=("sale_date", "2026-11-01"))
    await connected(desk).read(query)
    domain, order = desk.asked[-1][2][0], desk.asked[-1][2][3]
    day = {"__class__": "date", "year": 2026, "month": 11, "day": 1}
    assert domain == [["party", "=", 3], ["sale_date", "<=", day]]
    assert order == [["sale_date", "DESC NULLS LAST"], ["id", "DESC"]]


async def test_a_cursor_that_is_not_ours_is_refused() -> None:
    for cursor in ("x", "WyJ4Il0=", ""):
        with pytest.raises(Misconfigured):
            await connected(Desk({READ: FOUND})).read(replace(ORDERS, cursor=cursor))


# ---- values


def test_values_come_out_as_plain_json() -> None:
    moment: Raw = {
        "__class__": "datetime",
        "year": 2026,
        "month": 11,
        "day": 22,
        "hour": 9,
        "minute": 5,
        "second": 0,
        "microsecond": 7,
    }
    assert plain(moment) == "2026-11-22T09:05:00.000007+00:00"
    assert plain({"__class__": "timedelta", "seconds": 90.0}) == 90.0
    assert plain({"__class__": "bytes", "base64": "AAA="}) == "AAA="
    clock: Raw = {"__class__": "time", "hour": 9, "minute": 5, "second": 0, "microsecond": 0}
    assert plain(clock) == "09:05:00"
    assert plain([{"__class__": "Decimal", "decimal": "30.250"}, None]) == ["30.250", None]


@pytest.mark.parametrize(
    "value",
    [
        {"__class__": "Decimal"},
        {"__class__": "Decimal", "decimal": 3},
        {"__class__": "date", "year": 2026, "month": True, "day": 1},
        {"__class__": "timedelta", "seconds": "long"},
        {"__class__": 3},
    ],
)
def test_half_a_value_is_unreadable(value: Raw) -> None:
    with pytest.raises(Unreadable):
        plain(value)


@given(st.dates().map(str))
def test_a_day_survives_both_ways(day: str) -> None:
    assert plain(packed(day, Type.DATE)) == day


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_survives_both_ways(moment: datetime) -> None:
    assert plain(packed(moment.isoformat(), Type.DATETIME)) == moment.isoformat()


# ---- the contract


def test_reads_fields_labels_and_what_can_be_asked() -> None:
    orders = contract().tables["sale.sale"]
    state = orders.field("state")
    assert state is not None
    assert state.codes == ("cancelled", "confirmed", "done", "draft", "processing", "quotation")
    assert (state.labels["nl"]["done"], state.labels["en"]["done"]) == ("Gereed", "Done")
    assert {"number", "party.id", "party.code", "company.id"} <= orders.equals
    assert orders.equals.isdisjoint({"party", "total_amount", "lines", "lines.quantity"})
    assert {"sale_date", "create_date"} <= orders.sorts
    assert orders.sorts.isdisjoint({"party", "lines", "total_amount"})
    assert (orders.key, orders.page_size) == (("id",), 200)


def test_knows_the_fields_of_related_records() -> None:
    orders = contract().tables["sale.sale"]
    types = {
        path: found.type
        for path in ("party", "party.id", "lines", "lines.product.name", "company.rec_name")
        if (found := orders.field(path)) is not None
    }
    assert types == {
        "party": Type.OBJECT,
        "party.id": Type.INTEGER,
        "lines": Type.LIST,
        "lines.product.name": Type.TEXT,
        "company.rec_name": Type.TEXT,
    }


def test_the_page_size_is_the_profiles() -> None:
    assert contract(Profile({"page size": "50"})).tables["sale.sale"].page_size == 50


@pytest.mark.parametrize("file", [b"{", b"\xff", b"[]", b'{"format": "another"}', b"[" * 500_000])
def test_another_file_is_refused_in_words(file: bytes) -> None:
    with pytest.raises(ValueError, match="description"):
        read_contract([file], PROFILE)


async def test_a_description_is_read_back_with_the_labels_of_each_language() -> None:
    told: Raw = {
        "state": {
            "type": "selection",
            "string": "Status",
            "selection": [["draft", "Concept"], [None, ""], ["", "Geen"]],
            "searchable": True,
            "relation": None,
        },
        "party": {"type": "many2one", "relation": "party.party", "string": "Relatie"},
        "notes": {"type": "one2many", "relation": "ir.note", "string": "Notities"},
        "origin": {"type": "reference", "selection": "get_origin", "string": "Bron"},
    }
    desk = Desk({"model.sale.sale.fields_get": [told]})
    session = Session(lambda: account(connection_to("", desk)), _Unwrapped(desk), _now)
    written = await describe(session, ["sale.sale"], ["nl", "en"])
    assert written == await describe(session, ["sale.sale"], ["nl", "en"])
    orders = read_contract([written], PROFILE).tables["sale.sale"]
    assert set(orders.fields) == {"state", "party", "origin"}
    assert orders.fields["state"].labels == {"nl": {"draft": "Concept"}, "en": {"draft": "Concept"}}
    asked = [params[-1] for method, _, params in desk.asked if method.endswith("fields_get")]
    assert {one["language"] for one in asked if isinstance(one, dict)} == {"nl", "en"}


@dataclass
class _Unwrapped:
    """Takes the answer out of its list: a Desk takes an object for a whole answer."""

    desk: Desk

    async def send(self, request: Request) -> Response:
        response = await self.desk.send(request)
        answer = json.loads(response.body)
        if request.template.endswith("fields_get"):
            answer["result"] = answer["result"][0]
        return replace(response, body=json.dumps(answer).encode())


def _now() -> datetime:
    return datetime(2026, 11, 22, tzinfo=UTC)


def test_is_an_installed_kind_of_connector() -> None:
    assert installed()["jsonrpc"].quality.level == "dependable"


# ---- documents

PAPERS = Profile({**PROFILE.words, "reports": {"sale.sale": {"print": "sale.sale"}}})
PRINT = DocumentQuery(table="orders", key={"id": "7"}, field="print", language="en")


def packed_bytes(content: bytes) -> Raw:
    return {"__class__": "bytes", "base64": encodebytes(content).decode()}


async def paper(desk: Desk, query: DocumentQuery = PRINT) -> bytes | None:
    connection = replace(connection_to("http://tryton.example", desk), contract=contract(PAPERS))
    connector = connect(connection)
    assert isinstance(connector, HoldsDocuments)
    found = await connector.document(query)
    return None if found is None else b"".join([chunk async for chunk in found.chunks])


async def test_a_report_is_made_of_one_row_in_the_readers_language() -> None:
    desk = Desk({"report.sale.sale.execute": ["pdf", packed_bytes(b"%PDF-1.7"), False, "Sale"]})
    assert await paper(desk) == b"%PDF-1.7"
    method, _, (keys, data, context) = desk.asked[-1]
    assert (method, keys) == ("report.sale.sale.execute", [7])
    assert data == {"model": "sale.sale", "id": 7, "ids": [7]}
    assert isinstance(context, dict)
    assert context["language"] == "en"


@pytest.mark.parametrize("value", ["0 or 1", "", "-1", "7.0", "sale,7"])
async def test_what_can_be_no_key_has_no_report(value: str) -> None:
    desk = Desk()
    assert await paper(desk, replace(PRINT, key={"id": value})) is None
    assert desk.asked == []


@pytest.mark.parametrize(
    "answer", [None, ["pdf"], ["pdf", "%%%", False, ""], [1, 2], ["pdf", {"__class__": "x"}]]
)
async def test_a_report_that_cannot_be_read_is_unavailable(answer: Raw) -> None:
    with pytest.raises(Unavailable, match="a document that cannot be read"):
        await paper(Desk({"report.sale.sale.execute": answer}))


@pytest.mark.parametrize("answer", [[{"id": 8, "scan": packed_bytes(b"%PDF")}], [{}], 7])
async def test_what_a_row_holds_is_not_taken_of_another_row(answer: Raw) -> None:
    held = await scan([{"id": 7, "scan": packed_bytes(b"%PDF-1.7")}])
    assert held == b"%PDF-1.7"
    assert await scan([]) is None
    with pytest.raises(Unavailable, match="a document that cannot be read"):
        await scan(answer)


async def scan(answer: Raw) -> bytes | None:
    """What the field `scan` of the row holds, when it is read like this."""
    known = contract(PAPERS)
    orders = known.tables["sale.sale"]
    print_ = orders.fields["print"]
    fields = {**orders.fields, "scan": replace(print_, name="scan", form="")}
    tables = {**known.tables, "sale.sale": replace(orders, fields=fields)}
    desk = Desk({"model.sale.sale.read": answer})
    connection = connection_to("http://tryton.example", desk)
    connector = connect(replace(connection, contract=replace(known, tables=tables)))
    assert isinstance(connector, HoldsDocuments)
    found = await connector.document(replace(PRINT, field="scan"))
    return None if found is None else b"".join([chunk async for chunk in found.chunks])


def test_a_report_is_a_document_and_says_which_kind() -> None:
    odt = Profile({"reports": {"sale.sale": {"print": {"report": "sale.sale", "as": "odt"}}}})
    fields = [contract(p).tables["sale.sale"].fields["print"] for p in (PAPERS, odt)]
    assert [field.type for field in fields] == [Type.DOCUMENT, Type.DOCUMENT]
    assert [f.media.rpartition(".")[2] for f in fields] == ["application/pdf", "text"]


@pytest.mark.parametrize(
    "reports",
    [{"x": {"print": "x"}}, {"sale.sale": {"print": {"report": "x", "as": "exe"}}}],
)
def test_a_report_that_cannot_be_is_refused_in_words(reports: Plain) -> None:
    with pytest.raises(ValueError, match="reports"):
        contract(Profile({"reports": reports}))
