"""Eighteen mistakes, each planted once, each told once, in exactly these words."""

import re
from pathlib import Path

from balie.blueprint.check import check, has_errors
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.reader import read
from balie.blueprint.report import as_text
from tests.blueprint.examples import BROKEN, GOOD, broken_in, good, good_contracts

EXPECTED = (BROKEN / "expected.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| \d+ \| (\S+) \| (BP\d{3}) \|")


def findings_of(folder: Path) -> tuple[Finding, ...]:
    reading = read(folder)
    assert reading.blueprint is not None
    return check(reading.blueprint, good_contracts(), reading.findings)


def test_every_mistake_is_found_at_its_place_and_nothing_else_is(tmp_path: Path) -> None:
    found = findings_of(broken_in(tmp_path))
    assert [(str(one.where[0].at), one.code) for one in found] == ROW.findall(EXPECTED)


def test_the_messages_are_word_for_word_as_promised(tmp_path: Path) -> None:
    folder = broken_in(tmp_path)
    found = findings_of(folder)
    assert as_text(found, read(folder).texts) == EXPECTED.split("```\n")[1]


def test_the_good_example_has_neither_error_nor_warning() -> None:
    assert check(good(), good_contracts(), read(GOOD).findings) == ()


def test_a_blueprint_with_an_error_may_not_start(tmp_path: Path) -> None:
    found = findings_of(broken_in(tmp_path))
    assert has_errors(found)
    assert {one.severity for one in found} == {Severity.ERROR}


def test_without_contracts_only_the_comparisons_with_them_are_left_out(tmp_path: Path) -> None:
    reading = read(broken_in(tmp_path))
    assert reading.blueprint is not None
    found = {one.code for one in check(reading.blueprint, {}, reading.findings)}
    every = {code for _, code in ROW.findall(EXPECTED)}
    assert every - found == {"BP112", "BP120", "BP131"}
