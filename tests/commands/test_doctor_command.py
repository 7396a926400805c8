"""`balie doctor`, on rehearsed systems and on what is broken."""

import json
import shutil
import socket
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest

from balie.rehearsal.launch import RehearsedSystem, launched, settings
from tests.commands.running import LINDEMAN, balie

SECRET = "hunter2-never-printed"


@pytest.fixture(scope="module")
def systems() -> Iterator[Mapping[str, RehearsedSystem]]:
    with launched(LINDEMAN, today=date(2026, 11, 22), only_examples=True) as running:
        yield running


@contextmanager
def mail_server(says: bytes = b"220 here\r\n") -> Iterator[int]:
    """A server that greets one visitor like a mail server, and says yes to all."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            visitor, _ = listening.accept()
            with visitor, visitor.makefile("rb") as heard:
                visitor.sendall(says)
                for line in heard:
                    visitor.sendall(
                        b"221 bye\r\n" if line[:4].lower() == b"quit" else b"250 yes\r\n"
                    )

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def installation(
    state: Path, systems: Mapping[str, RehearsedSystem], mail: int, **more: str
) -> dict[str, str]:
    return {
        "BALIE_STATE": str(state),
        "BALIE_PRIVATE_SYSTEMS": "127.0.0.1",
        "BALIE_PUBLIC_URL": "https://my.example.com",
        "BALIE_TRUSTED_PROXIES": "10.0.0.0/8",
        "BALIE_MAIL_URL": f"smtp://127.0.0.1:{mail}",
        "BALIE_MAIL_FROM": "service@example.com",
        **settings(LINDEMAN, systems),
        **more,
    }


def seen(folder: Path, code: int, **environment: str) -> dict[str, list[tuple[str, str]]]:
    """What was seen: about -> (verdict, what it says)."""
    done = balie("doctor", folder, "--json", **environment)
    assert (done.returncode, done.stderr) == (code, ""), done.stdout
    told: dict[str, list[tuple[str, str]]] = {}
    for one in json.loads(done.stdout)["seen"]:
        told.setdefault(one["about"], []).append((one["verdict"], one["says"]))
    assert SECRET not in done.stdout
    return told


def test_a_whole_installation_is_told_part_by_part(
    tmp_path: Path, systems: Mapping[str, RehearsedSystem]
):
    state = tmp_path / "state"
    balie("people", "import", _nobody(tmp_path), BALIE_STATE=str(state))
    with mail_server() as mail:
        told = seen(LINDEMAN, 0, **installation(state, systems, mail))
    assert told["settings"] == [("fine", "all that is needed is set")]
    assert told["address"] == [("fine", "https://my.example.com, behind 1 known network")]
    assert told["state folder"] == [("fine", f"{state} can be written to, by its owner only")]
    assert told["key"] == [("fine", "1 key; keep a copy elsewhere")]
    assert told["database"] == [("fine", "answers, and its tables are up to date")]
    assert told["mail server"] == [
        ("look at this", f"127.0.0.1:{mail} answers, without encryption")
    ]
    assert told["contract erp"] == [
        ("fine", "Business Central still has all that the blueprint uses")
    ]
    for system in ("erp", "crm", "carrier"):
        verdict, says = told[f"system {system}"][0]
        assert (verdict, "answers and lets us in" in says) == ("fine", True)


def _nobody(folder: Path) -> Path:
    file = folder / "people.csv"
    file.write_text("mail\n", "utf-8")
    return file


def test_what_is_broken_is_told_with_what_to_do_and_never_with_a_secret(
    tmp_path: Path, systems: Mapping[str, RehearsedSystem]
):
    state = tmp_path / "state"
    balie("people", "import", _nobody(tmp_path), BALIE_STATE=str(state))
    (state / "keys").chmod(0o644)
    wrong = {
        "BALIE_MAIL_URL": f"smtp://somebody:{SECRET}@127.0.0.1:1?tls=starttls",
        "BALIE_PUBLIC_URL": "http://my.example.com",
        "CARRIER_KEY": SECRET,
    }
    told = seen(LINDEMAN, 1, **installation(state, systems, 1, **wrong))
    assert told["key"] == [("broken", f"others on this machine can read {state / 'keys'}")]
    assert told["mail server"] == [
        ("broken", "127.0.0.1:1 does not answer as a mail server: Connection refused")
    ]
    assert told["address"] == [
        ("broken", "http://my.example.com is not encrypted: sign-ins can be read on the way")
    ]
    ((verdict, says),) = told["system carrier"]
    assert verdict == "broken"
    assert "does not let us in (status 401)" in says
    assert told["system erp"][0][0] == "fine"


def test_a_changed_contract_names_the_pages_that_would_break(
    tmp_path: Path, systems: Mapping[str, RehearsedSystem]
):
    mine = tmp_path / "mine"
    shutil.copytree(LINDEMAN, mine)
    contract = mine / "contracts" / "erp.metadata.xml"
    things = mine / "things.yaml"
    xml, words = contract.read_text("utf-8"), things.read_text("utf-8")
    old = 'Name="requestedDeliveryDate"'
    assert xml.count(old) >= 1
    contract.write_text(xml.replace(old, 'Name="wantedDate"'), "utf-8")
    assert words.count("requestedDeliveryDate") == 1
    things.write_text(words.replace("requestedDeliveryDate", "wantedDate"), "utf-8")
    with mail_server() as mail:
        told = seen(mine, 1, **installation(tmp_path / "state", systems, mail))
    assert told["contract erp"] == [
        (
            "broken",
            "erp.salesOrders.wantedDate is gone; would break: /bestellingen/{order.number}",
        )
    ]


def test_without_settings_each_one_that_is_missing_is_named(tmp_path: Path):
    told = seen(LINDEMAN, 1, BALIE_STATE=str(tmp_path / "state"))
    missing = {says for verdict, says in told["settings"] if verdict == "broken"}
    assert {"ERP_URL is not set", "CRM_URL is not set", "CARRIER_URL is not set"} <= missing
    assert "BALIE_MAIL_URL is missing or cannot be meant" in missing
    assert told["database"] == [("look at this", "there is none yet: no people, nothing kept")]
    assert not (tmp_path / "state").exists()  # it changes nothing


def test_advice_of_several_lines_stands_on_several_lines(tmp_path: Path):
    told = balie("doctor", LINDEMAN, BALIE_STATE=str(tmp_path / "state")).stdout.splitlines()
    at = next(n for n, line in enumerate(told) if "BALIE_MAIL_URL is missing" in line)
    assert [line.strip() for line in told[at + 1 : at + 5]] == [
        "Customers sign in with a code that we mail to them, and I have no mail server.",
        "BALIE_MAIL_URL=smtp://user:password@mail.example.com:587?tls=starttls",
        "BALIE_MAIL_FROM=service@example.com",
        "To look around first, without mail:  balie run --demo",
    ]
    assert len({len(line) - len(line.lstrip()) for line in told[at + 1 : at + 5]}) == 1


def test_people_of_a_demo_in_an_installation_are_broken(
    tmp_path: Path, systems: Mapping[str, RehearsedSystem]
):
    state, people = tmp_path / "state", tmp_path / "people.csv"
    people.write_text("mail,name,staff roles\nmila@example.nl,Mila,service\n", "utf-8")
    balie("people", "import", people, BALIE_STATE=str(state))
    _mark_as_demo(state / "balie.db")
    with mail_server() as mail:
        told = seen(LINDEMAN, 1, **installation(state, systems, mail))
    assert told["people"] == [("broken", "people of a demo could sign in")]


def _mark_as_demo(database: Path) -> None:
    with closing(sqlite3.connect(database)) as people, people:
        people.execute("UPDATE person SET is_demo = 1")


def test_a_slow_system_costs_its_own_line_only(
    tmp_path: Path, systems: Mapping[str, RehearsedSystem]
):
    systems["crm"].mode(latency_ms=5000)
    try:
        done = balie(
            "doctor",
            LINDEMAN,
            "--within",
            "2",
            **installation(tmp_path / "state", systems, 1, BALIE_DEMO="public"),
        )
    finally:
        systems["crm"].mode(latency_ms=0)
    assert done.returncode == 1
    assert "no answer within 2 seconds" in done.stdout
    assert "Business Central answers and lets us in" in done.stdout


def test_a_blueprint_with_errors_is_told_first():
    done = balie("doctor", LINDEMAN / "broken")
    assert done.returncode == 1
    assert done.stdout.startswith("broken        blueprint  ")
    assert "balie check" in done.stdout


def test_a_folder_that_is_not_there_is_wrong_use(tmp_path: Path):
    done = balie("doctor", tmp_path / "nowhere")
    assert done.returncode == 2
