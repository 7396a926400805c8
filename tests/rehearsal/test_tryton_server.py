"""The rehearsed Tryton answers as the real one did, and refuses what it refuses."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest

from balie.backstage.media import media_of
from balie.connectors.jsonrpc.connector import read_contract, row_of
from balie.connectors.jsonrpc.rehearse import rehearse
from balie.rehearsal.holding import Holding, View
from balie.rehearsal.launch import launched, settings
from balie.systems.profile import Profile
from balie.systems.rehearsed import Asked
from balie.systems.rows import Row

FIETSEN = Path(__file__).parents[2] / "blueprints" / "fietsen"
RECORDED = files("balie.connectors.jsonrpc") / "recorded"
TODAY = date(2026, 11, 23)
REAL = (
    "fold-case",
    "many-values",
    "oldest-first",
    "one-value",
    "order",
    "pages",
    "related",
)
CONTEXT = {"language": "nl", "company": 1}


# ---- what a real Tryton answered


class NothingMade:
    """Nothing is made here."""

    def new(self, _table: str, sent: Row) -> Row:
        return sent

    def stamped(self, _table: str, fields: Row) -> Row:
        return fields


def recorded(name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What its rows are known to have, though they were not asked for it; calls and answers."""
    said = json.loads((RECORDED / f"{name}.json").read_text())
    (relation,) = said["query"]["relations"]
    first, _, rest = relation["field"].partition(".")
    said_as = relation["values"][0]
    value = int(said_as) if said_as.isdecimal() and rest else said_as
    asked = [e for e in said["exchanges"] if "search_read" in e["asks"]["body"]["method"]]
    return {first: {rest: value}} if rest else {first: value}, asked


@pytest.mark.parametrize("name", REAL)
def test_of_the_rows_that_a_real_tryton_had_it_gives_the_same_answer(name: str) -> None:
    description = (RECORDED / "contract" / "tryton.json").read_bytes()
    contract = read_contract([description], Profile({}))
    known = {"TRYTON_USER": "portal", "TRYTON_PASSWORD": "secret"}
    database = rehearse(contract=contract, files=[description], profile=Profile({}), settings=known)
    every_row_has, asked_for = recorded(name)
    assert asked_for
    rows: dict[str, dict[int, Row]] = {}
    for one in asked_for:
        model = one["asks"]["body"]["method"].removeprefix("model.").removesuffix(".search_read")
        for record in one["answers"]["body"]["result"]:
            row = row_of(record)
            assert isinstance(row, dict)
            rows.setdefault(model, {})[int(str(row["id"]))] = every_row_has | row
    held = View(Holding(contract, {m: [*by.values()] for m, by in rows.items()}), NothingMade())
    shut = Asked(method="POST", steps=("rpc",), body=b"{}")
    signed_in = {"authorization": session_of(database, held, shut)}
    for one in asked_for:
        asked = replace(shut, body=json.dumps(one["asks"]["body"]).encode(), headers=signed_in)
        assert json.loads(database.answer(asked, held).body) == one["answers"]["body"]


def session_of(database: Any, held: View, shut: Asked) -> str:
    call = {"id": 0, "method": "common.db.login", "params": ["portal", {"password": "secret"}]}
    said = json.loads(database.answer(replace(shut, body=json.dumps(call).encode()), held).body)
    user, key, _ = said["result"]
    return "Session " + b64encode(f"portal:{user}:{key}".encode()).decode()


# ---- over HTTP


@dataclass
class Calls:
    """Calls the rehearsed Tryton of the example, signed in."""

    http: httpx.Client
    known: dict[str, str]
    session: str = ""

    def post(self, method: str, *given: Any, path: str = "/rpc/", **context: Any) -> httpx.Response:
        call = {"id": 1, "method": method, "params": [*given, CONTEXT | context]}
        headers = {"Authorization": self.session} if self.session else {}
        return self.http.post(path, json=call, headers=headers)

    def said(self, method: str, *given: Any, **context: Any) -> Any:
        answer = self.post(method, *given, **context)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def result(self, method: str, *given: Any, **context: Any) -> Any:
        said = self.said(method, *given, **context)
        assert "result" in said, said
        return said["result"]

    def sign_in(self, password: str) -> httpx.Response:
        user = self.known["TRYTON_USER"]
        answer = self.post("common.db.login", user, {"password": password}, "nl")
        if answer.status_code == 200:
            number, key, _ = answer.json()["result"]
            self.session = "Session " + b64encode(f"{user}:{number}:{key}".encode()).decode()
        return answer


@pytest.fixture(scope="module")
def tryton() -> Iterator[Calls]:
    with launched(FIETSEN, today=TODAY) as systems:
        known = dict(settings(FIETSEN, systems))
        with httpx.Client(base_url=systems["tryton"].url) as http:
            calls = Calls(http, known)
            assert calls.sign_in(known["TRYTON_PASSWORD"]).status_code == 200
            yield calls


def test_nobody_comes_in_without_the_right_password_and_a_session(tryton: Calls) -> None:
    stranger = Calls(tryton.http, tryton.known)
    asks = ("model.sale.sale.search", [], 0, 1, None)
    assert stranger.post(*asks).status_code == 401
    assert stranger.sign_in("wrong").status_code == 401
    assert stranger.session == ""
    stranger.session = "Session " + b64encode(b"portal:1:guessed").decode()
    assert stranger.post(*asks).status_code == 401


def test_another_database_is_not_there_and_other_methods_are_not_allowed(tryton: Calls) -> None:
    assert tryton.post("model.sale.sale.search", [], 0, 1, None, path="/x/rpc/").status_code == 404
    assert tryton.http.get("/rpc/").status_code == 405
    assert tryton.post("model.sale.sale.delete", [1]).status_code == 403


@pytest.mark.parametrize(
    ("domain", "error"),
    [
        ([["total_amount", "=", 1]], "NotImplementedError"),  # worked out, so never searched
        ([["nothing", "=", 1]], "'nothing'"),
        ([["party.nothing", "=", 1]], "'nothing'"),
        ([["number", "between", 1]], "'between'"),
        (["number"], "ValueError"),
    ],
)
def test_what_tryton_cannot_be_asked_is_refused(
    tryton: Calls, domain: list[Any], error: str
) -> None:
    said = tryton.said("model.sale.sale.search_read", domain, 0, 1, None, ["id"])
    assert said["error"][0] == error


def test_rows_are_of_whom_they_are_asked_of_and_of_nobody_else(tryton: Calls) -> None:
    fields = ["id", "number", "party.id", "party.name"]
    order = [["id", "ASC"]]
    found = tryton.result("model.sale.sale.search_read", [["party", "=", 2]], 0, 99, order, fields)
    assert len(found) == 12
    assert {row["party."]["name"] for row in found} == {"Bram Visser"}
    either = ["OR", [["party", "=", 2]], [["party", "=", 5], ["state", "=", "quotation"]]]
    both = tryton.result("model.sale.sale.search_read", either, 0, 99, order, fields)
    assert len(both) == 13
    assert both[-1]["party."]["id"] == 5


def test_rows_without_a_value_come_last_whichever_way_they_are_sorted(tryton: Calls) -> None:
    for direction in ("ASC", "DESC"):
        order = [["number", f"{direction} NULLS LAST"], ["id", direction]]
        found = tryton.result("model.sale.sale.search_read", [], 0, 999, order, ["number"])
        numbers = [row["number"] for row in found if row["number"]]
        assert [row["number"] for row in found][: len(numbers)] == numbers
        assert numbers == sorted(numbers, reverse=direction == "DESC")
        assert len(numbers) < len(found)


def test_a_complaint_is_made_with_what_tryton_itself_puts_in_it(tryton: Calls) -> None:
    sent = {"customer": 1, "type": 1, "origin": "sale.sale,1", "description": "De bel zit los"}
    (number,) = tryton.result("model.sale.complaint.create", [sent])
    fields = ["number", "state", "date", "customer.name", "type.name", "origin.number", "origin"]
    (made,) = tryton.result("model.sale.complaint.read", [number], fields)
    assert made == {
        "id": number,
        "number": f"KV-{number * 19 + 7:06d}",
        "state": "draft",
        "date": {"__class__": "date", "year": 2026, "month": 11, "day": 23},
        "customer.": {"id": 1, "name": "Anna de Vries"},
        "type.": {"id": 1, "name": "Klacht over een bestelling"},
        "origin.": {"id": 1, "number": "BS-00007"},
    }


@pytest.mark.parametrize(
    ("changed", "error", "about"),
    [
        ({"customer": None}, "UserError", "customer"),
        ({"customer": 999}, "UserError", "customer"),
        ({"origin": "party.party,1"}, "UserError", "origin"),
        ({"state": "done"}, "NotImplementedError", ""),
        ({"description": 5}, "TypeError", ""),
        ({"nothing": "x"}, "'nothing'", ""),
    ],
)
def test_what_tryton_does_not_take_is_refused_and_makes_nothing(
    tryton: Calls, changed: dict[str, Any], error: str, about: str
) -> None:
    every = ("model.sale.complaint.search", [], 0, None, None)
    before = tryton.result(*every)
    sent = {"customer": 1, "type": 1, "origin": "sale.sale,1", "description": "x"} | changed
    said = tryton.said("model.sale.complaint.create", [sent])["error"]
    assert said[0] == error
    assert [*said[1][2][1]] == [about] if about else True
    assert tryton.result(*every) == before


def test_a_record_is_changed_only_as_it_was_read(tryton: Calls) -> None:
    fields = ["street", "_timestamp"]
    (before,) = tryton.result("model.party.address.read", [1], fields)
    as_read = {"_timestamp": {"party.address,1": before["_timestamp"]}}
    change = ("model.party.address.write", [1], {"street": "Singel 1"})
    assert "result" in tryton.said(*change, **as_read)
    again = tryton.said("model.party.address.write", [1], {"street": "Singel 2"}, **as_read)
    assert again["error"][0] == "ConcurrencyException"
    (after,) = tryton.result("model.party.address.read", [1], fields)
    assert after["street"] == "Singel 1"


def test_a_report_is_a_document_of_the_kind_that_the_profile_says(tryton: Calls) -> None:
    (first, *_) = tryton.result("model.account.invoice.search", [], 0, 1, None)
    data = {"model": "account.invoice", "id": first, "ids": [first]}
    kind, content, direct, _name = tryton.result("report.account.invoice.execute", [first], data)
    assert (kind, direct, content["__class__"]) == ("odt", False, "bytes")
    media = media_of(b64decode(content["base64"]))
    assert media is not None
    assert media.extension == "odt"


def test_it_describes_itself_as_the_contract_says(tryton: Calls) -> None:
    said = tryton.result("model.sale.complaint.fields_get", [], 0)
    assert said["state"]["selection"][0] == ["approved", "Goedgekeurd"]
    assert said["customer"]["relation"] == "party.party"
    assert "origin" in said
    assert "relation" not in said["origin"]
