"""`balie letters` and `balie people links`: codes on paper, out of a system's rows."""

import csv
import stat
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from balie.rehearsal.launch import launched, settings
from tests.commands.running import LINDEMAN, balie

SANNE = "10085"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    folder = tmp_path_factory.mktemp("letters")
    with launched(LINDEMAN, today=date(2026, 11, 22), only_examples=True) as systems:
        yield {
            "BALIE_STATE": str(folder / "state"),
            "BALIE_PRIVATE_SYSTEMS": "127.0.0.1",
            "BALIE_PUBLIC_URL": "https://my.example.com",
            "BALIE_BLUEPRINT": str(LINDEMAN),
            **settings(LINDEMAN, systems),
        }


def test_letters_are_made_for_the_printer_and_numbers_without_one_are_told(
    tmp_path: Path, state: Mapping[str, str]
) -> None:
    out = tmp_path / "letters.csv"
    done = balie("letters", "make", "--for", f"{SANNE}, 99999", "--out", out, **state)

    assert (done.returncode, done.stderr) == (1, "99999: no row has this number\n")
    (row,) = csv.DictReader(out.read_text().splitlines())
    code = row.pop("code")
    assert row == {
        "firstName": "Sanne", "lastName": "Visser", "addressLine1": "Kersenlaan 12",
        "city": "Utrecht", "number": SANNE, "postcode": "3512 AB",
        "address": "https://my.example.com/accounts/activate/",
    }  # fmt: skip
    assert len(code) == 11
    assert code not in done.stdout
    assert stat.S_IMODE(out.stat().st_mode) == 0o600

    again = balie("letters", "make", "--for", SANNE, "--out", out, **state)
    assert again.returncode == 1
    assert "not there yet" in again.stderr
    numbers = tmp_path / "numbers.txt"
    numbers.write_text(f"{SANNE}\n\n{SANNE}\n")
    second = tmp_path / "second.csv"
    assert balie("letters", "make", "--for", numbers, "--out", second, **state).returncode == 0
    assert len(list(csv.DictReader(second.read_text().splitlines()))) == 1
    ended = balie("letters", "revoke", SANNE, **state)
    assert ended.stdout == f"1 letters of {SANNE} work no more.\n"
    assert balie("letters", "revoke", SANNE, **state).returncode == 1


def test_a_system_that_is_away_makes_no_letters(tmp_path: Path, state: Mapping[str, str]) -> None:
    away = {**state, "CRM_URL": "http://127.0.0.1:9"}
    done = balie("letters", "make", "--for", SANNE, "--out", tmp_path / "x.csv", **away)

    assert done.returncode == 1
    assert "Nothing was made" in done.stderr
    assert not (tmp_path / "x.csv").exists()


def test_who_is_nobody_has_no_links(tmp_path: Path, state: Mapping[str, str]) -> None:
    people = tmp_path / "people.csv"
    people.write_text("mail\nmila@example.com\n")
    assert balie("people", "import", people, **state).returncode == 0

    shown = balie("people", "links", "mila@example.com", **state)
    assert (shown.returncode, shown.stdout) == (0, "mila@example.com is nobody to the systems.\n")
    assert balie("people", "unlink", "mila@example.com", "contact", **state).returncode == 1
    assert balie("people", "links", "who@example.com", **state).returncode == 1


def test_an_invitation_is_sent_for_a_name_that_there_is(state: Mapping[str, str]) -> None:
    demo = {**state, "BALIE_DEMO": "1"}  # its mails are kept
    sent = balie("people", "invite", "bo@example.com", "contact", "c-17", **demo)
    assert (sent.returncode, sent.stderr) == (0, "")
    assert "works once, for two weeks" in sent.stdout

    wrong = balie("people", "invite", "bo@example.com", "contract", "c-17", **demo)
    assert wrong.returncode == 1
    assert "contact, company, customer" in wrong.stderr


def test_where_no_mail_goes_out_nobody_is_invited(state: Mapping[str, str]) -> None:
    away = {**state, "BALIE_MAIL_URL": "smtp://127.0.0.1:9", "BALIE_MAIL_FROM": "a@example.com"}
    sent = balie("people", "invite", "mo@example.com", "contact", "c-17", **away)

    assert sent.returncode == 1
    assert "The mail could not be sent" in sent.stderr
