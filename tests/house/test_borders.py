"""The borders of the code are checked by a machine, and the machine notices."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "balie"

PLANTED = {
    "the core takes a framework": ("backstage/planted.py", "import django\n"),
    "a lower layer imports a higher one": ("blueprint/planted.py", "import balie.backstage.page\n"),
    "a connector looks at the blueprint": (
        "connectors/odata/planted.py",
        "import balie.blueprint.model\n",
    ),
    "one connector imports another": (
        "connectors/odata/planted.py",
        "import balie.connectors.http.connector\n",
    ),
    "one step kind imports another": ("steps/list/planted.py", "import balie.steps.details.step\n"),
    "a page reaches for the store": ("frontstage/planted.py", "import balie.store\n"),
    "an import hides in a function": (
        "access/planted.py",
        "def peek() -> None:\n    import balie.store\n",
    ),
    "an import hides under TYPE_CHECKING": (
        "mapping/planted.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import aiohttp\n",
    ),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [program, "--no-cache", "--config", folder / "pyproject.toml"],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    ignored = shutil.ignore_patterns("__pycache__", "static")
    shutil.copytree(ROOT / "src", folder / "src", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_borders_are_kept(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_violation_is_caught(copy: Path, what: str) -> None:
    path, text = PLANTED[what]
    planted = copy / "src" / "balie" / path
    planted.write_text(text)
    try:
        done = lint(copy)
    finally:
        planted.unlink()
    assert done.returncode == 1, done.stdout
    assert "planted" in done.stdout


def test_only_access_builds_a_question_to_a_system() -> None:
    """`Query(...)` stands in balie.access, and in the tests that connectors inherit."""
    builders = {
        str(file.relative_to(SRC))
        for file in SRC.rglob("*.py")
        if not file.name.startswith("test_")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and _name(node.func) == "Query"
    }
    assert builders <= {"access/scope.py", "systems/conformance.py"}


def test_only_access_makes_a_scope() -> None:
    makers = {
        str(file.relative_to(SRC))
        for file in SRC.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and _name(node.func) == "Scope"
    }
    assert makers == {"access/scope.py"}


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_the_source_knows_no_word_of_the_examples() -> None:
    words = ("linde" + "man", "bestel" + "ling", "fiet" + "sen")
    found = [
        str(file.relative_to(SRC))
        for file in SRC.rglob("*")
        if file.is_file() and file.suffix in (".py", ".html", ".toml", ".css", ".js", ".md", ".txt")
        for word in words
        if word in file.read_text().casefold()
    ]
    assert found == []
