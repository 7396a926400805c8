"""`balie describe`: a system that is asked what it is."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from balie.systems.loopback import Answer, Asked, served
from tests.commands.running import ROOT, balie

FIETSEN = ROOT / "blueprints" / "fietsen"
NUMBER = {"type": "char", "string": "Number", "searchable": True, "sortable": True}


def answer(_at: str, asked: Asked) -> Answer:
    """A Tryton whose models all have one field."""
    call = json.loads(asked.body)
    if call["method"] == "common.db.login":
        result: object = [7, "key", None]
    else:
        assert call["method"].endswith(".fields_get")
        result = {"number": NUMBER}
    body = json.dumps({"id": call["id"], "result": result}).encode()
    return Answer(headers={"Content-Type": "application/json"}, body=body)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(FIETSEN, tmp_path / "fietsen")


def described(folder: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    """`balie describe` while that Tryton is up."""

    async def run() -> "subprocess.CompletedProcess[str]":
        async with served(answer) as tryton:
            return await asyncio.to_thread(
                balie,
                "describe",
                folder,
                "tryton",
                *more,
                TRYTON_URL=f"{tryton.at}/shop",
                TRYTON_USER="portal",
                TRYTON_PASSWORD="secret",
                BALIE_PRIVATE_SYSTEMS="127.0.0.1",
            )

    return asyncio.run(run())


def tables_of(folder: Path) -> set[str]:
    written = json.loads((folder / "contracts" / "tryton.json").read_bytes())
    assert written["languages"] == ["nl", "en"]
    return set(written["tables"])


def test_what_is_described_already_is_described_again_and_more_when_asked(folder: Path) -> None:
    before = tables_of(folder)
    done = described(folder, "--table", "stock.lot")
    assert (done.returncode, done.stderr) == (0, "")
    assert tables_of(folder) == {*before, "stock.lot"}


def test_the_first_time_it_describes_the_tables_of_the_blueprint(folder: Path) -> None:
    (folder / "contracts" / "tryton.json").unlink()
    assert described(folder).returncode == 0
    assert tables_of(folder) >= {"party.party", "sale.sale"}


@pytest.mark.parametrize("broken", ['{"format": "balie', "[]", ""])
def test_a_contract_that_cannot_be_read_is_left_alone(folder: Path, broken: str) -> None:
    file = folder / "contracts" / "tryton.json"
    file.write_text(broken)
    done = described(folder, "--table", "stock.lot")
    assert done.returncode == 1
    assert "tryton.json is there and cannot be read" in done.stderr
    assert "Nothing was written: the tables that stand in it would be lost." in done.stderr
    assert file.read_text() == broken


def test_a_system_that_does_not_answer_is_told_and_nothing_is_written(folder: Path) -> None:
    before = (folder / "contracts" / "tryton.json").read_bytes()
    settings = {"TRYTON_USER": "portal", "TRYTON_PASSWORD": "secret"}
    done = balie("describe", folder, "tryton", TRYTON_URL="http://127.0.0.1:1/shop", **settings)
    assert done.returncode == 1
    assert "Tryton does not say what it is" in done.stderr
    assert "Traceback" not in done.stderr
    assert (folder / "contracts" / "tryton.json").read_bytes() == before


@pytest.mark.parametrize(
    ("folder", "system", "says"),
    [
        (FIETSEN, "erp", 'no system "erp"'),
        (ROOT / "blueprints" / "lindeman", "crm", "not described by asking"),
        (ROOT / "nowhere", "erp", "no folder"),
    ],
)
def test_wrong_use_is_said(folder: Path, system: str, says: str) -> None:
    done = balie("describe", folder, system)
    assert done.returncode == 2
    assert says in done.stderr


def test_a_missing_setting_is_named(folder: Path) -> None:
    done = balie("describe", folder, "tryton", TRYTON_URL="https://tryton.example/shop")
    assert done.returncode == 1
    assert "TRYTON_USER" in done.stderr
