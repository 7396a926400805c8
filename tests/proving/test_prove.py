"""`balie prove`: nothing of the example leaks, and what would leak is seen."""

import json
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

from tools.mutate_access import MUTATIONS, SOURCES, elsewhere, variant

from tests.generated.making import made
from tests.generated.writing import write
from tests.telling import LINDEMAN

BALIE = Path(sys.executable).parent / "balie"


def proved(folder: Path, *more: str) -> tuple[int, dict[str, Any]]:
    """The exit code of `balie prove --json`, and what it says."""
    ran = subprocess.run(
        [BALIE, "prove", folder, "--json", *more],
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
    )
    assert ran.stdout, ran.stderr
    return ran.returncode, json.loads(ran.stdout)


def test_nothing_of_the_example_leaks() -> None:
    code, said = proved(LINDEMAN, "--quick")
    assert said["findings"] == []
    assert code == 0
    counts = said["counts"]
    assert counts["page"]["refusals"] > 800
    assert counts["document"]["refusals"] > 300
    assert counts["list"]["lists whole"] > 10
    assert counts["form"]["forms refused"] > 300
    assert counts["form"]["accepted from their owner"] > 10
    assert counts["form"]["drafts kept"] > 5
    assert counts["form"]["files put in"] > 0
    assert counts["receipt"]["refusals"] > 200
    assert counts["staff's page"]["refusals"] > 100
    assert counts["identifier or token"]["refusals"] > 400
    assert counts["identifier or token"]["worked for their owner"] > 30


def test_nothing_of_a_service_on_tryton_leaks() -> None:
    code, said = proved(LINDEMAN.parent / "fietsen", "--quick")
    assert said["findings"] == []
    assert code == 0
    counts = said["counts"]
    assert counts["page"]["refusals"] > 200
    assert counts["document"]["refusals"] > 50
    assert counts["list"]["lists whole"] > 10
    assert counts["form"]["accepted from their owner"] > 3
    assert counts["rows that arrived"]["looked through"] > 3


def test_a_service_that_nobody_wrote_does_not_leak_either(tmp_path: Path) -> None:
    write(made(Random(3)), tmp_path)  # noqa: S311
    code, said = proved(tmp_path, "--quick")
    errors = [one for one in said["findings"] if one["severity"] == "error"]
    assert errors == []
    assert code == 0


def test_every_way_to_break_access_still_fits_the_code(tmp_path: Path) -> None:
    for mutation in MUTATIONS:
        places = [(mutation.file, mutation.old), *elsewhere(mutation)]
        for file, old in places:
            assert (SOURCES / file).read_text().count(old) == 1, (mutation.name, file)
    assert variant(tmp_path).is_dir()
    names = [mutation.name for mutation in MUTATIONS]
    assert len(names) == len(set(names)) >= 80


def test_a_folder_that_is_no_blueprint_is_wrong_use(tmp_path: Path) -> None:
    ran = subprocess.run(
        [BALIE, "prove", tmp_path / "nothing"],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 2
    assert "There is no folder" in ran.stderr
