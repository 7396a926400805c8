"""What is said of known holes in what we depend on: none, some, or that nobody looked."""

from datetime import date

import pytest
from tools.supply_chain import NOT_RUN, read_accepted, told

HOLE = {"id": "PYSEC-2026-1", "fix_versions": ["2.0"], "aliases": [], "description": ""}


def package(name: str, *holes: object) -> dict[str, object]:
    return {"name": name, "version": "1.0", "vulns": [*holes]}


def test_a_known_hole_is_told_with_what_mends_it(capsys: pytest.CaptureFixture[str]) -> None:
    report = {"dependencies": [package("django"), package("msgspec", HOLE)]}
    assert told(report, frozenset()) == 1
    assert capsys.readouterr().out == (
        "  msgspec 1.0: PYSEC-2026-1, mended in 2.0\n"
        "supply chain: 2 looked up, 0 not, 1 with a hole\n"
    )


def test_without_a_hole_it_is_fine() -> None:
    assert told({"dependencies": [package("django")]}, frozenset()) == 0


def test_when_nothing_could_be_looked_up_it_was_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    """pip-audit says "no known vulnerabilities" then too: that would be a lie."""
    skipped = {"name": "django", "version": "1.0", "skip_reason": "not found"}
    assert told({"dependencies": [skipped]}, frozenset()) == NOT_RUN
    assert "not run" in capsys.readouterr().out


def test_a_hole_that_does_not_touch_us_is_passed_over_until_its_day() -> None:
    said = "# heading\n\nPYSEC-2026-1 until 2026-12-31: only on Windows\n"
    before, after = date(2026, 12, 31), date(2027, 1, 1)
    report = {"dependencies": [package("msgspec", HOLE)]}
    assert told(report, read_accepted(said, before)) == 0
    assert told(report, read_accepted(said, after)) == 1
