"""Each check speaks on its own example, and is silent on the nearest correct text."""

from pathlib import Path

import pytest

from balie.blueprint.check import check
from balie.blueprint.checks.check import About, Change
from balie.blueprint.checks.found import about
from balie.blueprint.explained.samples import CONTRACTS, tried, write
from balie.blueprint.finding import Finding
from balie.blueprint.reader import read
from balie.blueprint.report import as_text

EVERY = list(about().values())


def findings(folder: Path, change: Change | None) -> tuple[Finding, ...]:
    write(change, folder / "sample")
    reading = read(folder / "sample")
    if reading.blueprint is None:
        return reading.findings
    return check(reading.blueprint, CONTRACTS, reading.findings)


def test_the_sample_itself_is_without_fault(tmp_path: Path) -> None:
    assert findings(tmp_path, None) == ()


@pytest.mark.parametrize("about", EVERY, ids=lambda about: about.code)
def test_a_check_finds_its_example_and_nothing_else_does(about: About) -> None:
    found, texts = tried(about, about.example)
    assert {finding.code for finding in found} == {about.code}, as_text(found, texts)
    assert {finding.severity for finding in found} == {about.severity}


@pytest.mark.parametrize("about", EVERY, ids=lambda about: about.code)
def test_the_near_miss_of_a_check_is_silent(about: About) -> None:
    found, texts = tried(about, about.near_miss)
    assert found == (), as_text(found, texts)


@pytest.mark.parametrize("about", EVERY, ids=lambda about: about.code)
def test_a_finding_points_at_a_place_that_exists(about: About) -> None:
    found, texts = tried(about, about.example)
    for place in (place for finding in found for place in finding.where):
        line = texts.get(place.at.file, "").split("\n")[place.at.line - 1]
        assert place.at.column <= len(line) + 1
        assert place.label


def test_an_error_that_may_not_be_accepted_stays(tmp_path: Path) -> None:
    without_owner = Change("things.yaml", "    owner: memberNumber = me.member\n", "")
    write(without_owner, tmp_path / "sample")
    story = tmp_path / "sample" / "story.yaml"
    accepting = "        title: My loans\n        accepts: [BP310 because it is fine]\n"
    story.write_text(story.read_text().replace("        title: My loans\n", accepting))
    reading = read(tmp_path / "sample")
    assert reading.blueprint is not None
    found = check(reading.blueprint, CONTRACTS, reading.findings)
    assert [finding.code for finding in found] == ["BP310"]


def test_a_warning_that_is_meant_is_accepted_with_a_reason(tmp_path: Path) -> None:
    change = Change(
        "story.yaml",
        "          when: wish.status becomes granted\n",
        "          when: wish.status becomes given\n",
    )
    write(change, tmp_path / "sample")
    story = tmp_path / "sample" / "story.yaml"
    accepting = "        title: Keep it longer\n        accepts: BP132 because it comes in May\n"
    story.write_text(story.read_text().replace("        title: Keep it longer\n", accepting))
    reading = read(tmp_path / "sample")
    assert reading.blueprint is not None
    assert check(reading.blueprint, CONTRACTS, reading.findings) == ()


def test_the_same_message_in_several_places_is_said_once(tmp_path: Path) -> None:
    change = Change(
        "things.yaml",
        "due_on: {name: Bring back by, from: {running: dueDate}, empty: Not known}",
        "due_on: {name: Bring back by}",
    )
    found = findings(tmp_path, change)
    assert [finding.where[0].label for finding in found] == ["shown here, and in 2 more places"]
