"""The same findings for people, programs and reviews."""

import json
from pathlib import Path

from balie.blueprint.check import check
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.reader import read
from balie.blueprint.report import as_github, as_json, as_text
from balie.blueprint.source import Span
from tests.blueprint.examples import broken_in, good_contracts


def one(at: Span, message: str = "this is wrong") -> Finding:
    return Finding(
        code="BP999",
        severity=Severity.WARNING,
        message=message,
        where=(Place(at, "here"),),
        help=("mend it", "or not"),
    )


def test_programs_get_every_place_with_its_end(tmp_path: Path) -> None:
    reading = read(broken_in(tmp_path))
    assert reading.blueprint is not None
    findings = check(reading.blueprint, good_contracts(), reading.findings)
    told = json.loads(as_json(findings))
    assert len(told) == 18
    assert told[1]["where"][0] == {
        "file": "story.yaml",
        "line": 80,
        "column": 24,
        "end": 34,
        "label": "promised here",
    }


def test_a_review_gets_a_line_for_each_finding() -> None:
    told = as_github([one(Span("story.yaml", 3, 5, 9))], "services/mine")
    assert told == (
        "::warning file=services/mine/story.yaml,line=3,col=5,endColumn=9,title=BP999"
        "::this is wrong%0Amend it%0Aor not\n"
    )


def test_a_long_line_is_clipped_around_the_place() -> None:
    line = "a" * 200 + "HERE" + "b" * 200
    told = as_text([one(Span("x.yaml", 1, 201, 205))], {"x.yaml": line})
    shown, marks = told.split("\n")[3:5]
    assert len(shown) < 100
    assert shown[marks.index("^") :].startswith("HERE")


def test_a_terminal_is_told_no_tricks() -> None:
    told = as_text([one(Span("x.yaml", 1, 1, 4), "\x1b[31mred\u202e")], {"x.yaml": "\x1b]0;a\x07b"})
    assert "\x1b" not in told
    assert "\x07" not in told
    assert "\u202e" not in told


def test_colours_are_for_terminals_only() -> None:
    finding = one(Span("x.yaml", 1, 1, 2))
    assert "\x1b[1;33m" in as_text([finding], {"x.yaml": "abc"}, colour=True)
    assert "\x1b" not in as_text([finding], {"x.yaml": "abc"})


def test_a_place_outside_of_every_file_is_told_too() -> None:
    assert "nowhere.yaml:7:3" in as_text([one(Span("nowhere.yaml", 7, 3, 5))], {})
