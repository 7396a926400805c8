"""Which kinds of connectors are installed."""

from importlib.resources import files

import pytest

from balie.systems.kinds import QUESTIONS, Quality, installed


def test_every_folder_with_a_manifest_is_a_kind() -> None:
    folders = {
        folder.name
        for folder in files("balie.connectors").iterdir()
        if (folder / "connector.toml").is_file()
    }
    assert set(installed()) == folders
    assert {"http", "odata"} <= folders


def test_kinds_are_in_the_order_of_the_alphabet_and_read_once() -> None:
    assert list(installed()) == sorted(installed())
    assert installed() is installed()


@pytest.mark.parametrize("name", sorted(installed()))
def test_a_kind_answers_every_question_about_its_quality(name: str) -> None:
    kind = installed()[name]
    assert kind.summary
    assert set(kind.quality.answers) == set(QUESTIONS)
    for level, questions in QUESTIONS.items():
        assert set(kind.quality.answers[level]) == set(questions)
        for answer in kind.quality.answers[level].values():
            assert answer == "yes" or answer.startswith(("yes: ", "no: "))


@pytest.mark.parametrize("name", sorted(installed()))
def test_a_kind_is_a_whole_folder(name: str) -> None:
    folder = files(installed()[name].package)
    for part in ("README.md", "connector.py", "recorded", f"test_{name}.py"):
        assert folder.joinpath(part).is_file() or folder.joinpath(part).is_dir(), part


@pytest.mark.parametrize("name", sorted(installed()))
def test_a_kind_that_says_that_writes_survive_a_repeat_has_a_writer(name: str) -> None:
    kind = installed()[name]
    answer = kind.quality.answers["excellent"]["writes survive a repeat"]
    assert answer.startswith("yes") == (kind.writer is not None)


def answers(**levels: str) -> Quality:
    return Quality(
        {level: dict.fromkeys(QUESTIONS[level], answer) for level, answer in levels.items()}
    )


def test_a_level_is_reached_when_all_of_its_questions_have_a_yes() -> None:
    assert answers(works="yes").level == "works"
    assert answers(works="yes", dependable="yes: since 1.0").level == "dependable"
    assert answers(works="yes", dependable="yes", excellent="no: later").level == "dependable"


def test_no_level_is_reached_over_one_that_is_not() -> None:
    assert answers(works="no: not yet", dependable="yes", excellent="yes").level == "none"
    assert Quality({}).level == "none"
