"""`balie access`: what somebody may see and do, and why."""

import csv
import json
from pathlib import Path

from tests.commands.running import LINDEMAN, balie
from tests.places import GUARD, INVOICES_FOR, ORDER_OWNER, WAS_SENT


def test_of_a_kind_of_customer_it_says_of_each_page_and_field_why():
    told = balie("access", LINDEMAN, "--as", "buyer")
    assert (told.returncode, told.stderr) == (0, "")
    assert "no   /facturen  Mijn facturen (see-invoices)\n" in told.stdout
    assert (
        f"     see-invoices is for consumer, finance ({INVOICES_FOR}); this person is buyer.\n"
    ) in told.stdout
    assert "yes  /bestellingen  Mijn bestellingen (my-orders)\n" in told.stdout
    assert f"only while: has(order.sent_on) ({WAS_SENT})\n" in told.stdout
    assert f"guard: code ({GUARD})\n" in told.stdout


def test_whoever_does_not_sign_in_gets_what_is_for_everybody():
    told = json.loads(balie("access", LINDEMAN, "--as", "everybody", "--json").stdout)
    assert [page["address"] for page in told["pages"] if page["yes"]] == ["/herroepen"]


def test_a_page_that_is_not_theirs_is_exit_code_1():
    told = balie("access", LINDEMAN, "--as", "buyer", "--at", "/facturen", "--json")
    assert told.returncode == 1
    at = json.loads(told.stdout)["at"]
    assert (at["yes"], at["finding"]) == (False, "not_for_them")


def test_somebody_elses_row_is_explained_by_the_relation_it_fails():
    address = "/bestellingen/VO-26088"
    told = balie("access", LINDEMAN, "--as", "bram@example.nl", "--at", address, "--rehearse")
    assert (told.returncode, told.stderr) == (1, "")
    assert told.stdout.startswith("No: bestelling “VO-26088” is there, and is not bram")
    assert f"customerNumber = me.customer ({ORDER_OWNER}), and me.customer is 10010" in told.stdout
    assert "10085" not in told.stdout  # whose it is


def test_the_matrix_is_written_as_its_name_says(tmp_path: Path):
    paper = tmp_path / "matrix.pdf"
    assert balie("access", LINDEMAN, "--matrix", paper).returncode == 0
    assert paper.read_bytes().startswith(b"%PDF-")
    printed = balie("access", LINDEMAN, "--matrix", "-", "--language", "en").stdout
    assert printed.startswith("step,page,address,doing,what,name,who,may,rows,beside\n")
    assert "see-invoices,My invoices,/facturen,open," in printed


def test_the_matrix_of_one_kind_or_person_holds_no_other():
    told = balie("access", LINDEMAN, "--as", "buyer", "--matrix", "-", "--language", "en").stdout
    rows = list(csv.DictReader(told.splitlines()))
    assert {row["who"] for row in rows} == {"buyer"}
    assert {row["address"] for row in rows if row["may"] == "no" and row["doing"] == "open"} >= {
        "/facturen"
    }


def test_it_must_be_said_of_whom_and_how():
    for wrong in (
        ("access", LINDEMAN),
        ("access", LINDEMAN, "--as", "admiral", "--matrix", "-"),
        ("access", LINDEMAN, "--matrix", "matrix.docx"),
    ):
        assert balie(*wrong).returncode == 2


def test_an_unknown_kind_is_wrong_use():
    told = balie("access", LINDEMAN, "--as", "admiral")
    assert told.returncode == 2
    assert 'The blueprint has no kind of customer "admiral".' in told.stderr
    assert "consumer, buyer, finance, everybody" in told.stderr


def test_an_address_begins_with_a_slash():
    assert balie("access", LINDEMAN, "--as", "buyer", "--at", "facturen").returncode == 2
