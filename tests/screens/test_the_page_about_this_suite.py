"""The page about the browser suite says what the suite does."""

from tests.running import ROOT
from tests.screens.faults import FAULTS
from tests.screens.test_every_page import CHECKS

PAGE = (ROOT / "docs" / "reference" / "browser-suite.md").read_text()


def test_every_planted_fault_stands_in_the_table_with_what_must_notice_it() -> None:
    table = PAGE.partition("| planted fault |")[2].partition("|---|---|\n")[2].partition("\n\n")[0]
    rows = dict(line.strip("| ").split(" | ") for line in table.splitlines())
    for fault in FAULTS:
        assert set(fault.noticed_by) <= set(rows[fault.name].split(", "))
    assert f"{len(FAULTS)} faults are planted" in PAGE


def test_every_check_is_explained() -> None:
    assert [check for check in CHECKS if check not in PAGE] == []
