"""`balie audit` says whether the audit is whole, lists it, and seals it."""

import csv
import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from balie.backstage.auditing import Line
from balie.commands.main import main
from balie.identity.people import enrol
from balie.site import configuration
from balie.site.sealing import keep_seal, seal_file, trail_of
from balie.store.append_only import leave
from balie.store.audit import Trail
from balie.store.models import Audit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> configuration.Configuration:
    """An installation with a state folder of its own."""
    monkeypatch.setenv("BALIE_STATE", str(tmp_path))
    return configuration.read(os.environ)


@pytest.fixture
def trail(chosen: configuration.Configuration) -> Trail:
    """Three lines: one of Mila about Sanne, one of Sanne, one of Balie itself."""
    trail = trail_of(chosen)
    mila, sanne = (enrol(f"{name}@example.nl", verified=True)[0].pk.hex for name in "ms")
    trail.note("looked along", who=mila, about=sanne, more="calls", record="/orders/7")
    trail.note("accepted", who=sanne, about="a1")
    trail.note("settled", who="", about="a1")
    return trail


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    code = main(["audit", *map(str, arguments)])
    return code, capsys.readouterr().out


def test_a_whole_audit_is_told_whole(trail: Trail, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "verify") == (
        0,
        "The audit is whole: 3 lines in 1 chain, compared with no seals.\n",
    )
    code, text = said(capsys, "verify", "--json")
    assert (code, json.loads(text)) == (
        0,
        {
            "whole": True,
            "lines": 3,
            "archived": 0,
            "chains": 1,
            "seals": 0,
            "findings": [],
            "more": False,
        },
    )


def test_each_fault_is_told_with_its_line(trail: Trail, capsys: pytest.CaptureFixture[str]) -> None:
    Audit.objects.filter(number=1).update(more="wrote")
    Audit.objects.filter(number=2).delete()
    code, text = said(capsys, "verify")
    assert code == 1
    assert text.splitlines() == [
        "The audit is NOT whole: 2 lines in 1 chain, compared with no seals.",
        "  chain 1: line 1 was changed after it was written",
        "  chain 1: line 2 is missing",
    ]
    code, text = said(capsys, "verify", "--json")
    assert json.loads(text)["findings"] == [
        {"fault": "changed", "lane": 1, "number": 1, "until": 1},
        {"fault": "missing", "lane": 1, "number": 2, "until": 2},
    ]


def test_a_seal_that_was_kept_tells_of_an_end_that_is_gone(
    trail: Trail, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "elsewhere"
    file.write_text(said(capsys, "seal")[1])
    assert said(capsys, "verify", "--seal", file)[0] == 0
    Audit.objects.filter(number__gte=2).delete()
    assert said(capsys, "verify")[0] == 0
    code, text = said(capsys, "verify", "--seal", file)
    assert (code, text.splitlines()[1:]) == (
        1,
        ["  chain 1: lines 2 to 3 are missing at the end: a seal says that they were there"],
    )


def test_the_seal_that_the_carrier_keeps_is_always_compared_with(
    trail: Trail, chosen: configuration.Configuration, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keep_seal(chosen) == 1
    assert keep_seal(chosen) == 0, "nothing was added since"
    assert seal_file(chosen).stat().st_mode & 0o077 == 0
    Audit.objects.filter(number=3).delete()
    code, text = said(capsys, "verify")
    assert (code, "line 3 is missing at the end" in text) == (1, True)


def test_what_holds_no_seals_is_said(
    trail: Trail, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shopping").write_text("milk\n")
    assert main(["audit", "verify", "--seal", str(tmp_path / "shopping")]) == 2
    assert main(["audit", "verify", "--seal", str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.count("holds no seals") == 2


@pytest.mark.parametrize(
    ("choice", "whats"),
    [
        ([], ["looked along", "accepted", "settled"]),
        (["--who", "m@example.nl"], ["looked along"]),
        (["--about", "s@example.nl"], ["looked along"]),
        (["--about", "a1"], ["accepted", "settled"]),
        (["--what", "settled"], ["settled"]),
        (["--since", "2999-01-01"], []),
        (["--most", "1"], ["settled"]),
    ],
)
def test_lines_are_listed(
    trail: Trail, choice: list[str], whats: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = said(capsys, "list", "--json", *choice)
    assert (code, [line["what"] for line in json.loads(text)]) == (0, whats)


def test_all_of_it_goes_to_a_spreadsheet_and_to_programs(
    trail: Trail, capsys: pytest.CaptureFixture[str]
) -> None:
    trail.note("looked", who="=1+1")
    rows = list(csv.DictReader(io.StringIO(said(capsys, "export", "--csv")[1])))
    assert [row["line"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[0]["record"] == "/orders/7"
    assert rows[3]["who"] == "'=1+1", "no spreadsheet takes it for a formula"
    lines = [json.loads(line) for line in said(capsys, "export")[1].splitlines()]
    assert [line["what"] for line in lines] == ["looked along", "accepted", "settled", "looked"]


def test_lines_of_before_the_chain_are_chained_in_their_order() -> None:
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes("store")
    before = executor.loader.project_state([("store", "0005_inbox")]).apps
    executor.migrate([("store", "0005_inbox")])
    old = before.get_model("store", "Audit")
    for number in range(3):
        old.objects.create(at="2026-11-01T00:00:00Z", who="m", what="looked", about=f"a{number}")
    executor = MigrationExecutor(connection)
    executor.migrate(newest)
    with connection.schema_editor() as editor:
        leave(editor)
    trail = trail_of(settings.BALIE)
    assert list(trail.faults()) == []
    assert list(Audit.objects.order_by("number").values_list("lane", "number", "about")) == [
        (1, 1, "a0"), (1, 2, "a1"), (1, 3, "a2"),
    ]  # fmt: skip
    trail.note("looked", who="m")
    assert list(trail.faults()) == []


def test_the_oldest_lines_go_into_a_file_that_verify_reads(
    chosen: configuration.Configuration, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trail, file = trail_of(chosen), tmp_path / "until-2025"
    old = datetime(2024, 12, 31, tzinfo=UTC)
    for number in range(3):
        trail.add(Line(who="m", what="looked", about=f"a{number}"), old)
    trail.note("looked", who="m", about="a3")
    try:
        code, text = said(capsys, "archive", "--before", "2025-01-01", file)
    finally:
        with connection.schema_editor() as editor:
            leave(editor)
    assert (code, text.partition(" are in")[0]) == (0, "3 lines")
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_text().splitlines()) == 4  # and how far it was
    whole = "The audit is whole: 2 lines in 1 chain, compared with no seals"
    told = f"{whole}; 3 lines were taken out before.\n"
    assert said(capsys, "verify") == (0, told)
    assert said(capsys, "verify", "--archive", file) == (0, told)
    changed = tmp_path / "changed"
    changed.write_text(file.read_text().replace('"about":"a1"', '"about":"a2"'))
    code, text = said(capsys, "verify", "--archive", changed)
    assert (code, "line 2 was changed" in text) == (1, True)
    assert said(capsys, "verify", "--archive", tmp_path)[0] == 2
    assert said(capsys, "archive", "--before", "2025-01-01", tmp_path / "more")[0] == 1
    assert not (tmp_path / "more").exists()


def test_what_is_young_or_not_whole_or_would_be_lost_is_not_taken_out(
    trail: Trail, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert said(capsys, "archive", "--before", yesterday, tmp_path / "a")[0] == 2
    old = datetime(2024, 12, 31, tzinfo=UTC)
    Audit.objects.update(at=old)
    assert said(capsys, "archive", "--before", "2025-01-01", tmp_path / "a")[0] == 1
    Audit.objects.all().delete()
    for number in range(3):
        trail.add(Line(who="m", what="looked", about=f"a{number}"), old)
    taken = tmp_path / "taken"
    taken.touch()
    assert said(capsys, "archive", "--before", "2025-01-01", taken)[0] == 1
    assert Audit.objects.count() == 3
    assert not (tmp_path / "a").exists()
