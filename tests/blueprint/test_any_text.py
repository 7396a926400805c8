"""Whatever somebody types, reading and checking end in words and within a second of work."""

import shutil
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from balie.blueprint.check import check
from balie.blueprint.conditions import parse as parse_condition
from balie.blueprint.durations import parse as parse_duration
from balie.blueprint.grammar import NotUnderstood
from balie.blueprint.reader import read
from balie.blueprint.relations import parse as parse_relation
from balie.blueprint.report import as_github, as_json, as_text
from balie.blueprint.source import Text
from tests.blueprint.examples import GOOD, good_contracts

FILES = ("story.yaml", "things.yaml", "systems.yaml", "brand.yaml", "profiles/erp.yaml")
TEXTS = {name: (GOOD / name).read_text(encoding="utf-8").split("\n") for name in FILES}
WORDS = sorted({word for lines in TEXTS.values() for line in lines for word in line.split()})

ODD = st.sampled_from(
    (
        *("", "-", ":", "[", "]", "{", "}", "&a", "*a", "!!x", "|", ">", "#", " #x", "'", '"'),
        *("\t", "%", "\x00", "\x07", "\x1b", "\ufeff", "\u2028", "\x85", "é", "𝄞", "? ", "---"),
        *("<<", "- - -", "no", "~", "1.10"),
    )
)
NEW_TEXT = st.one_of(ODD, st.sampled_from(WORDS), st.text(max_size=12))


@st.composite
def mutation(draw: st.DrawFn) -> dict[str, list[str]]:
    """The example's files with a few lines deleted, doubled, moved, retyped or spoilt."""
    files = {name: list(lines) for name, lines in TEXTS.items()}
    for _ in range(draw(st.integers(1, 4))):
        lines = files[draw(st.sampled_from(FILES))]
        at = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(("delete", "double", "swap", "retype", "spoil", "indent"))):
            case "delete":
                del lines[at : at + draw(st.integers(1, 12))]
                lines.append("")
            case "double":
                lines.insert(at, lines[other])
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "retype":
                word, colon, _ = lines[at].partition(":")
                lines[at] = word + colon + " " + draw(NEW_TEXT)
            case "spoil":
                column = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:column] + draw(NEW_TEXT) + lines[at][column:]
            case "indent":
                lines[at] = " " * draw(st.integers(0, 6)) + lines[at].lstrip()
    return files


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy of the example, whose text files are written again for each try."""
    return Path(shutil.copytree(GOOD, tmp_path_factory.mktemp("any") / "blueprint"))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=mutation())
def test_any_change_of_the_example_is_told_in_words(
    folder: Path, files: dict[str, list[str]]
) -> None:
    for name, lines in files.items():
        (folder / name).write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    started = time.process_time()
    reading = read(folder)
    findings = reading.findings
    if reading.blueprint is not None:
        findings = check(reading.blueprint, good_contracts(), findings)
    told = as_text(findings, reading.texts, colour=True)
    assert time.process_time() - started < 1
    assert bool(told) == bool(findings)
    assert len(as_github(findings).splitlines()) == len(findings)
    assert as_json(findings).startswith("[")
    assert reading.blueprint is not None or findings


SIGNS = list("ab._ \"'()[]&|=<>!+-*/,19\\")
PIECES = st.lists(st.sampled_from([*SIGNS, ".all(b,", "has(", " in ", " and ", "today()"]))


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_any_text_is_a_condition_or_is_not_understood(pieces: list[str]) -> None:
    text = Text("".join(pieces))
    for parse in (parse_condition, parse_relation, parse_duration):
        with suppress(NotUnderstood):
            parse(text)
