"""`balie draw`."""

from pathlib import Path

from defusedxml.ElementTree import fromstring

from tests.commands.running import LINDEMAN, balie


def test_a_blueprint_is_drawn_in_its_own_language():
    drawn = balie("draw", LINDEMAN)
    assert drawn.returncode == 0
    assert drawn.stderr == ""
    assert fromstring(drawn.stdout).get("lang") == "nl"


def test_two_runs_give_the_same_bytes():
    assert balie("draw", LINDEMAN).stdout == balie("draw", LINDEMAN).stdout


def test_it_is_written_to_a_file_in_another_language(tmp_path: Path):
    file = tmp_path / "out.svg"
    drawn = balie("draw", LINDEMAN, "-o", file, "--language", "en")
    assert (drawn.returncode, drawn.stdout, drawn.stderr) == (0, "", "")
    assert "line of visibility" in file.read_text("utf-8")


def test_the_table_has_the_same_content():
    table = balie("draw", LINDEMAN, "--table", "--language", "en")
    assert table.returncode == 0
    assert table.stdout.startswith('<table class="blueprint-table" lang="en">')


def test_a_language_that_the_blueprint_does_not_have_is_refused_with_a_way_out():
    refused = balie("draw", LINDEMAN, "--language", "de")
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert 'This blueprint is written in nl, en, not in "de".' in refused.stderr
    assert "To add a language, write  words/de.yaml" in refused.stderr


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path):
    refused = balie("draw", LINDEMAN, "-o", tmp_path / "no" / "out.svg")
    assert refused.returncode == 2
    assert refused.stderr.endswith("out.svg cannot be written: No such file or directory\n")


def test_what_cannot_be_read_is_told_with_its_place_and_without_a_traceback(tmp_path: Path):
    (tmp_path / "story.yaml").write_bytes(b"service: [\xff\n")
    refused = balie("draw", tmp_path)
    assert refused.returncode == 1
    assert "this file is not UTF-8" in refused.stderr
    assert "story.yaml:1:1" in refused.stderr
    assert f"balie check {tmp_path}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_rubbish_never_gives_a_traceback(tmp_path: Path):
    for rubbish in ("", "\0", "- - - -", "service: {a: b}", "story: 3\nservice: x", "[" * 5000):
        (tmp_path / "story.yaml").write_text(rubbish, "utf-8")
        told = balie("draw", tmp_path)
        assert told.returncode in {0, 1}
        assert "Traceback" not in told.stderr
