"""`balie try`, on rehearsed systems."""

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from balie.rehearsal.launch import launched, settings
from tests.commands.running import LINDEMAN, balie

CONTACT = "00000000-0000-4000-8000-0000000000c1"


def rehearsed(address: str, person: str, *more: str) -> str:
    tried = balie("try", address, "--as", person, LINDEMAN, "--rehearse", *more)
    assert (tried.returncode, tried.stderr) == (0, "")
    return tried.stdout


def test_it_shows_who_it_is_and_each_value_raw_beside_clear():
    told = rehearsed("/bestellingen/VO-26120", "sanne@example.nl")
    assert "acts as       consumer\n" in told
    assert "me.customer   10085\n" in told
    assert "Door u gewenst op: Geen wens" in told
    assert "<- erp.salesOrders.requestedDeliveryDate = '0001-01-01'\n" in told


def test_it_shows_what_was_asked_and_why():
    told = rehearsed("/facturen", "sanne@example.nl")
    assert "erp.salesInvoices: " in told
    assert "because  customerNumber = me.customer\n" in told
    assert "where    customerNumber = 10085\n" in told


def test_somebody_elses_record_is_not_found_and_it_says_why():
    told = rehearsed("/bestellingen/VO-26107", "sanne@example.nl")
    assert "not found: this person gets the same page as for an unknown address" in told
    assert 'no row in the scope has "VO-26107"' in told


def test_a_page_for_others_is_not_found_and_it_says_for_whom():
    told = rehearsed("/facturen", "bram@example.nl")
    assert 'the step "see-invoices" is for consumer, finance; this person is buyer' in told


def test_programs_get_the_page_the_questions_and_the_reasons():
    told = json.loads(rehearsed("/retour/R-000042", "bram@example.nl", "--json"))
    assert told["person"] == "bram@example.nl"
    assert told["explained"]["page"]["kind"] == "details"
    assert told["explained"]["asked"][0]["system"] == "crm"
    assert told["incidents"] == []


def test_without_settings_it_names_each_value_that_is_missing():
    refused = balie("try", "/", "--as", "sanne@example.nl", LINDEMAN)
    assert refused.returncode == 1
    assert "systems.yaml:9  ${ERP_URL}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_address_begins_with_a_slash():
    refused = balie("try", "orders", "--as", "sanne@example.nl", LINDEMAN)
    assert refused.returncode == 2
    assert "orders is no address." in refused.stderr
    assert "It begins with /:  /orders" in refused.stderr


def test_a_language_that_the_blueprint_does_not_have_is_wrong_use():
    refused = balie("try", "/", "--as", "sanne@example.nl", LINDEMAN, "--language", "de")
    assert refused.returncode == 2
    assert 'This blueprint is written in nl, en, not in "de".' in refused.stderr


def test_somebody_who_signed_in_before_is_linked_as_then(tmp_path: Path):
    file, state = tmp_path / "people.csv", tmp_path / "state"
    file.write_text("mail\nsanne@example.nl\n", "utf-8")
    with launched(LINDEMAN, today=date(2026, 11, 22), only_examples=True) as systems:
        here = {"BALIE_STATE": str(state), "BALIE_PRIVATE_SYSTEMS": "127.0.0.1"}
        here |= settings(LINDEMAN, systems)
        told = [balie("try", "/", "--as", "sanne@example.nl", LINDEMAN, **here).stdout]
        balie("people", "import", file, BALIE_STATE=str(state))
        _link(state / "balie.db", "contact", "of-somebody-unknown")
        told.append(balie("try", "/", "--as", "sanne@example.nl", LINDEMAN, **here).stdout)

    assert [_of_contact(text) for text in told] == [CONTACT, "of-somebody-unknown"]


def _link(database: Path, name: str, key: str) -> None:
    with closing(sqlite3.connect(database)) as people, people:
        (person,) = people.execute("SELECT id FROM person").fetchone()
        columns = "(person_id, name, key, why, connection, claim, by, since)"
        values = (person, name, key, "test", "", "", "", "2026-11-22")
        people.execute(f"INSERT INTO recognition {columns} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608


def _of_contact(told: str) -> str:
    (line,) = [line for line in told.splitlines() if line.startswith("  me.contact ")]
    return line.split()[1]


def test_a_blueprint_with_errors_is_not_tried(tmp_path: Path):
    (tmp_path / "story.yaml").write_text("about: nothing\n", "utf-8")
    refused = balie("try", "/", "--as", "sanne@example.nl", tmp_path)
    assert refused.returncode == 1
    assert f"balie check {tmp_path}" in refused.stderr
