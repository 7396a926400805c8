"""A connector, a check, a computed field, a page, a language: each is one new file or folder.

The guides that say so are walked in a clone: their commands run, and what they show comes out.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "how-to"
WALKED = (
    "add-a-connector",
    "add-a-check",
    "add-a-computed-field",
    "override-a-page",
    "add-a-language",
)
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Clone:
    """Balie's source in a folder of its own, under git, with nothing changed yet."""

    home: Path

    def run(self, script: str) -> str:
        """What a script says, also on standard error. Fails the test when it fails."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.home,
            env=os.environ
            | {
                "PATH": f"{self.home / '.bin'}:{BIN}:{os.environ['PATH']}",
                "PYTHONPATH": f"{self.home / 'src'}:{self.home}",
                "PYTEST_ADDOPTS": "-p no:cacheprovider",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def changed(self) -> list[str]:
        """What `git status` says."""
        return self.run("git status --short").splitlines()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    home = tmp_path_factory.mktemp("source") / "balie"
    leave_out = shutil.ignore_patterns(
        ".git", ".venv", "var", "__pycache__", ".*_cache", "node_modules", ".hypothesis"
    )
    shutil.copytree(ROOT, home, ignore=leave_out)
    clone = Clone(home)
    author = "-c user.name=a -c user.email=a@example.nl"
    clone.run(f"git init -q && git add -A && git {author} commit -q -m source")
    return clone


@pytest.fixture
def clone(source: Clone, tmp_path: Path) -> Clone:
    source.run(f"git clone -q --local . {tmp_path / 'balie'}")
    here = Clone(tmp_path / "balie")
    (here.home / ".git" / "info" / "exclude").write_text(".bin/\n")
    (here.home / ".bin").mkdir()
    command = here.home / ".bin" / "balie"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m balie.commands.main "$@"\n')
    command.chmod(0o755)
    return here


def steps(guide: str) -> Iterator[tuple[str, str, str]]:
    """(kind, title, text) of every block of a guide."""
    yield from BLOCK.findall((GUIDES / f"{guide}.md").read_text("utf-8"))


@pytest.mark.parametrize("guide", WALKED)
def test_a_guide_works_as_it_is_written(clone: Clone, guide: str) -> None:
    said = ""
    ran = 0
    for kind, title, text in steps(guide):
        if kind == "sh":
            said, ran = clone.run(text), ran + 1
        elif kind == "diff":
            (clone.home / "change.diff").write_text(text)
            clone.run("git apply change.diff && rm change.diff")
        elif kind == "text":
            assert [line for line in text.splitlines() if line not in said] == [], said
        elif title:
            (clone.home / title).write_text(text)
    assert ran >= 2


@pytest.mark.parametrize(
    ("command", "place"),
    [
        ("connector stock_list", "src/balie/connectors/stock_list/"),
        ("check BP498", "src/balie/blueprint/checks/bp498.py"),
        ("check BP098", "src/balie/blueprint/checks/bp098.py"),
        ("function pay_before blueprints/lindeman", "blueprints/lindeman/functions/pay_before.py"),
        ("page my-orders blueprints/fietsen", "blueprints/fietsen/pages/"),
        ("language eo", "src/balie/words/eo/"),
        ("language eo blueprints/fietsen", "blueprints/fietsen/words/eo.yaml"),
    ],
)
def test_what_is_begun_is_one_new_place_and_never_written_over(
    clone: Clone, command: str, place: str
) -> None:
    said = clone.run(f"balie new {command}")
    assert said.startswith(f"new: {place.rstrip('/')}")
    assert clone.changed() == [f"?? {place}"]
    clone.run(f"git add -A; ! balie new {command}")
    assert clone.changed() == [line for line in clone.changed() if line.startswith("A ")]


def test_all_that_is_begun_is_written_as_the_house_writes(clone: Clone) -> None:
    clone.run("balie new connector stock_list && balie new check BP498 && balie new check BP098")
    clone.run("balie new function pay_before blueprints/lindeman")
    clone.run("ruff check src blueprints && ruff format --check src blueprints && lint-imports")
    clone.run("pytest -q tests/blueprint/test_every_check.py -k 'BP498 or BP098'")
    clone.run("mypy src/balie/connectors/stock_list src/balie/blueprint/checks/bp098.py")


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("connector Stock", 2, 'cannot be called "Stock"'),
        ("connector http", 1, "is there already"),
        ("connector ../x", 2, "cannot be called"),
        ("check BP9", 2, "is no number of a check"),
        ("check BP101", 1, "BP101 is taken"),
        ("function class blueprints/lindeman", 2, 'cannot be called "class"'),
        ("function pay_before nowhere", 2, "There is no folder nowhere"),
        ("page no-such blueprints/lindeman", 2, 'There is no step "no-such"'),
        ("language zz", 2, "is no code of a language"),
        ("language nl", 1, "Texts that it lacks: 0"),
        ("language nl blueprints/lindeman", 2, "is written in"),
        ("language en blueprints/lindeman", 1, "is there already"),
        ("", 2, "usage: balie new"),
    ],
)
def test_what_cannot_be_begun_is_refused_in_words(
    source: Clone, command: str, code: int, words: str
) -> None:
    said = source.run(f"{sys.executable} -m balie.commands.main new {command} || echo code $?")
    assert words in said
    assert said.rstrip().endswith(f"code {code}")


def test_a_part_of_balie_is_begun_in_a_checkout_of_it(source: Clone, tmp_path: Path) -> None:
    command = f"{sys.executable} -m balie.commands.main new connector stock_list"
    said = source.run(f"cd {tmp_path}; {command} || echo code $?")
    assert "--package" in said
    assert said.rstrip().endswith("code 2")


ENTRY = "[balie.connectors]\nstock_list = balie_stock_list\n"


def test_a_connector_can_be_a_package_of_its_own(source: Clone, tmp_path: Path) -> None:
    """What `pip install` would do: the package is on the path, its entry point beside it."""
    source.run(
        f"cd {tmp_path}; {sys.executable} -m balie.commands.main new connector stock_list --package"
    )
    home = tmp_path / "balie-stock_list"
    assert sorted(path.name for path in home.iterdir()) == ["pyproject.toml", "src"]
    known = home / "src" / "balie_stock_list-0.1.0.dist-info"
    known.mkdir()
    (known / "entry_points.txt").write_text(ENTRY)
    (known / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: balie-stock_list\nVersion: 0.1.0\n"
    )
    path = f"PYTHONPATH={home / 'src'}:$PYTHONPATH"
    ask = (
        "from balie.systems.kinds import installed; print(installed()['stock_list'].quality.level)"
    )
    assert source.run(f'{path} python -c "{ask}"').strip() == "works"
    source.run(f"cd {home} && {path} python -m pytest -q src")


# ---- a whole language: pages come out in it

TRANSLATE = """
import re, sys
from pathlib import Path
for file in Path("src/balie/words/eo").iterdir():
    text = file.read_text("utf-8")
    file.write_text(re.sub(r'""  # (.*)$', r'"@\\1"', text, flags=re.M), "utf-8")
words = Path("blueprints/lindeman/words/eo.yaml")
words.write_text(re.sub(r'^"(.*)": ""$', r'"\\1": "@\\1"', words.read_text("utf-8"), flags=re.M))
for mail in Path("blueprints/lindeman/mails").glob("*.eo.md"):
    mail.write_text(mail.read_text("utf-8").replace("subject:", "subject: @", 1), "utf-8")
"""
MAILS = ("antwoord", "gegevens-gewijzigd", "herinnering", "herroepen", "onderweg")
LOOK = """
import asyncio
from tests.frontstage.site import site
from tests.semantics.world import world

async def look():
    async with site(world()).visit("sanne", **{"accept-language": "eo"}) as visit:
        print((await visit.get("/bestellingen")).text)

asyncio.run(look())
"""


def test_a_language_of_balie_and_of_a_blueprint_is_on_every_page(clone: Clone) -> None:
    clone.run("balie new language eo && balie new language eo blueprints/lindeman")
    clone.run(f"{sys.executable} - <<'END'\n{TRANSLATE}\nEND")
    mails = [f"?? blueprints/lindeman/mails/{name}.eo.md" for name in MAILS]
    words = ["?? blueprints/lindeman/words/eo.yaml", "?? src/balie/words/eo/"]
    assert clone.changed() == [*mails, *words]
    assert "There is a folder" in clone.run("balie new language eo || true")
    assert "nothing is wrong" in clone.run("balie check blueprints/lindeman")
    page = clone.run(f"DJANGO_SETTINGS_MODULE=balie.site.settings python - <<'END'\n{LOOK}\nEND")
    assert '<html lang="eo"' in page
    assert "@Mijn bestellingen" in page
    assert "@Skip to content" in page
    assert ">Esperanto<" not in page
    assert "2026-Novembro-" in page
