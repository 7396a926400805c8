"""`happens:` of rehearsal.yaml: what whoever tries a demo can have happen by a button."""

import http.server
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from balie.rehearsal.launch import RehearsedSystem
from balie.rehearsal.reading import read_data
from balie.rehearsal.recipe import Happens, read_recipe
from balie.rehearsal.trouble import RehearsalError

Systems = Mapping[str, RehearsedSystem]
CASE = {"kind": "question", "status": "new", "caseNumber": "V-9", "contactId": "c1"}


class Portal(http.server.BaseHTTPRequestHandler):
    """A portal that hears everything."""

    heard: ClassVar[list[tuple[str, bytes, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, body, self.headers["X-Signature"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def portal() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_event_is_offered_of_the_newest_rows_and_told_signed(
    systems: Systems, portal: str
) -> None:
    carrier = systems["carrier"]
    carrier.tells(portal)
    for number in range(1, 8):
        carrier.change_row("labels", f"L-{number}", {"reference": f"R-90000{number}"})
    (arrived, moved) = carrier.happenings()
    assert arrived.says["nl"] == "Het teruggestuurde pakket is binnen"
    assert list(arrived.rows.items()) == [(f"R-90000{n}", f"R-90000{n}") for n in (7, 6, 5, 4, 3)]
    assert moved.says["en"] == "The carrier tells that something changed about a parcel"
    Portal.heard.clear()
    assert carrier.happen(arrived.name, "R-900005")
    ((path, body, signature),) = Portal.heard
    assert path == "/in/carrier/parcelReceived"
    assert b'"reference": "R-900005"' in body
    assert len(signature) == 64
    carrier.tells("")


def test_nobody_hears_what_is_told_to_nobody(systems: Systems) -> None:
    systems["carrier"].change_row("labels", "L-1", {"reference": "R-900001"})
    arrived = systems["carrier"].happenings()[0]
    assert not systems["carrier"].happen(arrived.name, "R-900001")


def test_a_colleague_changes_a_row_that_fits_once(systems: Systems) -> None:
    crm = systems["crm"]
    crm.change_row("cases", "q9", CASE)
    answers = crm.happenings()[0]
    assert next(iter(answers.rows.items())) == ("q9", "V-9")
    assert crm.happen(answers.name, "q9")
    (row,) = [row for row in crm.rows("cases") if row["id"] == "q9"]
    assert (row["status"], row["resolution"]) == (
        "answered",
        "Dat hebben we uitgezocht. Het komt deze week in orde.",
    )
    assert "q9" not in crm.happenings()[0].rows
    with pytest.raises(RehearsalError, match='Send an object with a "name" and a "key"'):
        crm.happen(answers.name, "q9")


def test_a_credit_memo_that_is_posted_gets_a_number_and_a_day(systems: Systems) -> None:
    erp = systems["erp"]
    memo = {"status": "Draft", "number": "VCN-1", "externalDocumentNumber": "R-900001"}
    erp.change_row("salesCreditMemos", "m1", memo)
    (posts,) = erp.happenings()
    assert posts.rows["m1"] == "R-900001 (VCN-1)"
    erp.happen(posts.name, "m1")
    (row,) = [row for row in erp.rows("salesCreditMemos") if row["id"] == "m1"]
    assert (row["status"], str(row["number"])[:3]) == ("Open", "VC-")
    assert row["postingDate"] == "2026-11-22"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"name": "0"}', b'{"name": "99", "key": "x"}'])
def test_rubbish_makes_nothing_happen(systems: Systems, body: bytes) -> None:
    before = systems["crm"].rows("cases")
    answer = httpx.post(f"{systems['crm'].url}/_rehearsal/happenings", content=body)
    assert answer.status_code in (400, 404)
    assert answer.json()["problem"]
    assert systems["crm"].rows("cases") == before


def read(tmp_path: Path, text: str) -> tuple[Happens, ...]:
    (tmp_path / "rehearsal.yaml").write_text(text)
    return read_recipe(read_data(tmp_path / "rehearsal.yaml")).happens


def test_words_may_be_of_one_language(tmp_path: Path) -> None:
    (one,) = read(tmp_path, "happens: [{says: Gone, changes: shop.orders, to: {open: false}}]")
    assert (one.table, one.event, dict(one.says)) == ("shop.orders", "", {"": "Gone"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("happens: [{says: x}]", "`tells: carrier.parcelReceived`"),
        ("happens: [{tells: a.b, changes: a.c}]", "`tells: carrier.parcelReceived`"),
        ("happens: [{tells: parcelReceived}]", "`tells: carrier.parcelReceived`"),
        ("happens: [{tell: a.b}]", "nobody knows the word `tell`"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(RehearsalError, match=words):
        read(tmp_path, text)
