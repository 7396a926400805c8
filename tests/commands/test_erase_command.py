"""`balie erase` erases what Balie holds of somebody, says what, and leaves what is under way."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BALIE = Path(sys.executable).parent / "balie"
PEOPLE = "mail,name,staff roles\nsanne@example.nl,Sanne,\nbram@example.nl,Bram,\n"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """An installation with two people."""
    (tmp_path / "people.csv").write_text(PEOPLE)
    done = balie(tmp_path, "people", "import", str(tmp_path / "people.csv"))
    assert done.returncode == 0, done.stderr
    return tmp_path


def balie(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "BALIE_STATE": str(state / "state")}
    return subprocess.run(
        [BALIE, *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_somebody_is_erased_and_it_says_what(state: Path) -> None:
    erased = balie(state, "erase", "Sanne@example.nl")
    assert erased.returncode == 0, erased.stderr
    assert "1  account" in erased.stdout
    assert "all that was remembered of systems" in erased.stdout
    again = balie(state, "erase", "sanne@example.nl")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "Nobody here has the address sanne@example.nl.\n"
    held = b"".join(file.read_bytes() for file in (state / "state").glob("balie.db*"))
    assert b"bram@example.nl" in held
    assert b"sanne@example.nl" not in held


def test_for_programs_it_is_json(state: Path) -> None:
    erased = balie(state, "erase", "bram@example.nl", "--json")
    assert json.loads(erased.stdout) == {"gone": [{"what": "account", "number": 1}], "left": []}
