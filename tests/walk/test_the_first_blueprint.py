"""The tutorial is walked as it is read: its files written, its commands run, its answers had."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

from tests.commands.running import KEPT
from tests.ports import free_ports

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial" / "first-blueprint.md").read_text("utf-8")
BLOCK = re.compile(r"(?P<before>[^\n]*)\n\n```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)
BALIE = Path(sys.executable).with_name("balie")


def blocks() -> Iterator[tuple[str, str, str]]:
    """Each block of the page: the line before it, its kind, its text."""
    for found in BLOCK.finditer(PAGE):
        yield found["before"], found["kind"], found["text"]


def test_every_step_of_the_tutorial_does_what_it_says(tmp_path: Path):
    done = []
    for before, kind, text in blocks():
        if kind == "yaml":
            _write(tmp_path, before, text)
        else:
            command, *answers = text.rstrip().splitlines()
            done.append(command)
            run = _serves if " run " in command else _says
            run(tmp_path, command.removeprefix("$ balie ").split(), answers)
    assert len(done) == 9
    assert (tmp_path / "library.svg").read_text("utf-8").startswith("<svg")


def _write(folder: Path, before: str, text: str) -> None:
    """Writes the file that is named before a block, or adds the block to its end."""
    named = re.search(r"`(library/[^`]+)`", before)
    assert named, before
    file = folder / named[1]
    file.parent.mkdir(parents=True, exist_ok=True)
    written = file.read_text("utf-8") if "add:" in before else ""
    file.write_text(written + text, "utf-8")


def _says(folder: Path, arguments: list[str], answers: list[str]) -> None:
    told = subprocess.run(
        [BALIE, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=folder,
        env=KEPT,
    )
    assert told.stderr == ""
    assert told.returncode == (1 if any("error" in line for line in answers) else 0)
    _in_order(told.stdout, answers)


def _serves(folder: Path, arguments: list[str], answers: list[str]) -> None:
    port = free_ports(2)  # its own, and that of the shelf
    with subprocess.Popen(
        [BALIE, *arguments, "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**KEPT, "BALIE_STATE": str(folder / "state")},
    ) as portal:
        try:
            assert portal.stdout is not None
            told = ""
            while "Rehearsed systems" not in told:
                line = portal.stdout.readline()
                assert line, told
                told += line
            told += portal.stdout.readline()
            with urlopen(f"http://127.0.0.1:{port}/") as page:
                assert "My library" in page.read().decode()
        finally:
            portal.terminate()
    _in_order(told.replace(str(port), "8000"), answers)


def _in_order(told: str, answers: list[str]) -> None:
    """Every line of the page comes in what was told, one after the other; others may be between."""
    rest = " ".join(told.split())
    for answer in answers:
        before, found, rest = rest.partition(" ".join(answer.split()))
        assert found, f"{answer!r} is not in {before!r}"
