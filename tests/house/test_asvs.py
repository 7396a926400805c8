"""The list of ASVS names every number once, and no test that is not there."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "asvs.md").read_text()
LINE = re.compile(r"^\| (V[\d.]+) \| ([12]) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
REASONS = ("Does not apply: ", "**Not there**: ", "**Yours**: ", "Written down: ")

# How many of levels 1 and 2 each chapter has in 5.0.0.
CHAPTERS = {
    "V1": 27,
    "V2": 11,
    "V3": 19,
    "V4": 10,
    "V5": 9,
    "V6": 35,
    "V7": 18,
    "V8": 7,
    "V9": 7,
    "V10": 29,
    "V11": 14,
    "V12": 9,
    "V13": 13,
    "V14": 9,
    "V15": 13,
    "V16": 16,
    "V17": 7,
}


def test_every_number_of_the_first_two_levels_stands_there_once() -> None:
    lines = LINE.findall(PAGE)
    numbers = [number for number, *_ in lines]
    assert len(set(numbers)) == len(numbers) == 253
    assert Counter(level for _, level, *_ in lines) == {"1": 70, "2": 183}
    assert Counter(number.split(".")[0] for number in numbers) == CHAPTERS


def test_every_number_has_a_test_that_is_there_or_a_reason() -> None:
    for number, _, _, shown in LINE.findall(PAGE):
        assert TEST.search(shown) or shown.startswith(REASONS), number
        for file, test in TEST.findall(shown):
            assert (ROOT / file).is_file(), (number, file)
            assert not test or f"def {test}(" in (ROOT / file).read_text(), (number, test)


def test_a_page_that_it_points_to_is_there() -> None:
    for name in re.findall(r"Written down: \[[^]]+\]\(([^)]+)\)", PAGE):
        assert (ROOT / "docs" / "reference" / name).resolve().is_file(), name


def test_what_it_counts_in_words_is_what_it_lists() -> None:
    shown = [shown for *_, shown in LINE.findall(PAGE)]
    told = Counter(next((one for one in REASONS if text.startswith(one)), "") for text in shown)
    for reason, words in (
        ("", "are shown by tests"),
        ("Written down: ", "are written down"),
        ("Does not apply: ", "do not apply"),
        ("**Yours**: ", "are yours"),
        ("**Not there**: ", "are not there"),
    ):
        assert f"{told[reason]} {words}" in PAGE


def test_every_test_of_the_threat_model_is_there() -> None:
    page = (ROOT / "docs" / "reference" / "threat-model.md").read_text()
    files = [file for file, _ in TEST.findall(page)]
    assert len(files) > 40
    assert [file for file in files if not (ROOT / file).is_file()] == []
