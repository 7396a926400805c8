"""The tutorial on a company is walked in a browser as it is read: it says what is so."""

import re
from pathlib import Path

import pytest
from tools.company_pictures import walked

from tests.running import LINDEMAN, ROOT

PAGE = (ROOT / "docs" / "tutorial" / "a-company.md").read_text("utf-8")
PICTURES = set(re.findall(r"pictures/company/([\w-]+)\.png", PAGE))


def test_the_lines_that_it_shows_are_those_of_the_example() -> None:
    told = PAGE.partition("```yaml\n")[2].partition("```")[0]
    lines = (LINDEMAN / "story.yaml").read_text("utf-8").splitlines()
    said = [line.partition("#")[0].strip() for line in lines]
    first, *more = told.splitlines()
    assert said[said.index(first) + 1 :][: len(more)] == [line.strip() for line in more]


@pytest.mark.proof
def test_every_step_is_walked_and_has_its_picture(tmp_path: Path) -> None:
    walked(tmp_path, tmp_path / "pictures", "en")
    made = {file.stem for file in (tmp_path / "pictures").glob("*.png")}
    assert made >= PICTURES
    kept = {file.stem for file in (ROOT / "docs" / "pictures" / "company").glob("*.png")}
    assert kept == made
