"""The reference pages of connectors: every kind, every word of a profile, every example."""

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from balie.systems import authentication, many, profile
from balie.systems.kinds import installed

PAGES = Path(__file__).parents[2] / "docs" / "reference" / "connectors"
READS = {"text", "texts", "number", "section", "paging_word", "_paging"}


def words_of(source: str) -> set[str]:
    """The words of a profile that this source reads."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {
        argument.value
        for call in calls
        if _name(call.func) in READS
        for argument in call.args[:2]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        if argument.value and "{" not in argument.value and not argument.value.isdigit()
    }


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.mark.parametrize("name", sorted(installed()))
def test_every_kind_has_a_page_with_every_word_that_it_reads(name: str) -> None:
    folder = Path(str(files(installed()[name].package)))
    own = next(page for page in (PAGES / f"{name}.md", folder / "README.md") if page.is_file())
    page = own.read_text() + (PAGES / "README.md").read_text()
    sources = [file for file in folder.glob("*.py") if file.name not in {"rehearse.py"}]
    words = set().union(
        *(words_of(file.read_text()) for file in sources if not file.name.startswith("test_"))
    )
    assert "page size" in words
    assert {word for word in words if word not in page} == set()


def test_the_words_that_all_kinds_know_are_on_the_first_page() -> None:
    page = (PAGES / "README.md").read_text()
    modules = (authentication, many, profile)
    words = set().union(*(words_of(Path(str(one.__file__)).read_text()) for one in modules))
    assert {"auth", "headers", "many keys", "no value"} <= words
    assert {word for word in words if word not in page} == set()


def test_every_kind_that_has_a_page_here_is_on_the_first_page() -> None:
    page = (PAGES / "README.md").read_text()
    names = [file.stem for file in PAGES.glob("*.md") if file.stem != "README"]
    assert set(names) <= set(installed())
    for name in names:
        assert f"[`{name}`]({name}.md)" in page


@pytest.mark.parametrize("name", ["README", "http", "odata"])
def test_every_example_is_yaml(name: str) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (PAGES / f"{name}.md").read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        for part in re.split(r"\n(?=auth:)", block):
            assert yaml.safe_load(part)
