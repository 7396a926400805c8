"""A new check is one new file in the folder of the checks, and nothing else anywhere."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import balie

NEW = '''"""A field that is called after a colour."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity

ABOUT = About(
    code="BP199",
    severity=Severity.ERROR,
    title="A field is called after a colour",
    why="Nobody knows what it means.",
    example=Change("things.yaml", "from: {running: dueDate}", "from: {running: blue}"),
    near_miss=Change("things.yaml", "name: Fee", "name: blue"),
    follows_from=("BP112",),
)


def check(subject: Subject) -> Iterator[Finding]:
    for thing, field in subject.fields:
        for line in field.from_:
            if line.path == "blue":
                yield ABOUT.finding("this is a colour", place(line.path, "here"))
'''
ASK = """
from balie.blueprint.checks.found import about
from balie.blueprint.explained.documented import pages
from balie.blueprint.explained.samples import tried

new = about()["BP199"]
found, _ = tried(new, new.example)
print([finding.code for finding in found], "BP199.md" in pages())
"""


def asked(folder: Path, check: str) -> str:
    """What a copy of Balie with one more check says of the check's own example."""
    copy = shutil.copytree(Path(balie.__file__).parent, folder / "balie")
    (copy / "blueprint" / "checks" / "bp199.py").write_text(check, encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-c", ASK],
        env=os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def test_one_new_file_is_found_run_and_documented(tmp_path: Path) -> None:
    alone = NEW.replace('    follows_from=("BP112",),\n', "")
    assert asked(tmp_path, alone) == "['BP112', 'BP199'] True"


def test_a_check_says_itself_what_it_follows_from(tmp_path: Path) -> None:
    assert asked(tmp_path, NEW) == "['BP112'] True"
