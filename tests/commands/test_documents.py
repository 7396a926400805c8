"""What the documents promise is there, and what is there is in the documents."""

import argparse
import re
import runpy
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from balie.commands.main import _commands
from balie.systems.kinds import installed

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CHECKS = DOCS / "reference" / "checks"
MADE = [*CHECKS.glob("BP*.md"), CHECKS / "list.md"]
"""Pages that are made on request (`make docs`) and not kept: a clean clone has none of them."""
PAGES = sorted({*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"} - set(MADE))


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Every command's own parser."""
    subparsers = argparse.ArgumentParser().add_subparsers()
    for module in _commands():
        module.add(subparsers)
    return dict(subparsers.choices)


def text(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def test_every_command_and_each_of_its_options_is_documented():
    page = text("reference/commands.md")
    for name, parser in parsers().items():
        section = page.partition(f"## balie {name} ")[2].partition("\n## ")[0]
        assert section, name
        for option in parser._option_string_actions:
            assert option in {"-h", "--help"} or option in section, f"{name} {option}"


def test_the_help_of_every_command_says_what_it_is_for():
    assert {"check", "draw", "people", "rehearse", "run", "try"} <= parsers().keys()
    for name, parser in parsers().items():
        assert parser.description, name


def test_every_setting_is_documented():
    sources = [path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py")]
    settings = {name for source in sources for name in re.findall(r"\bBALIE_[A-Z_]+", source)}
    assert len(settings) > 10
    documented = set(re.findall(r"BALIE_[A-Z_]+", text("reference/settings.md")))
    assert documented == settings


def test_every_kind_of_connector_has_its_page_and_a_line_in_the_list():
    listed = text("reference/connectors/README.md")
    for name, kind in installed().items():
        if kind.package.startswith("balie."):
            assert text(f"reference/connectors/{name}.md").startswith("# "), name
            assert f"| [`{name}`]({name}.md) |" in listed, name


def test_every_dependency_has_its_reason_and_its_licence():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *chain(*project["project"]["optional-dependencies"].values()),
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    ]
    names = {re.split(r"[\[<>=~; ]", line)[0] for line in wanted}
    page = text("decisions/0008-dependencies.md")
    assert set(re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)) == names


def test_every_decision_is_in_the_list_and_has_its_parts():
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", text("decisions/README.md"))
    files = sorted(path.name for path in (DOCS / "decisions").glob("0*.md"))
    assert listed == files
    for name in files:
        page = text(f"decisions/{name}")
        for part in ("**What.**", "**What we will not do.**", "**When to look again.**"):
            assert part in page, f"{name} {part}"


def test_the_page_of_words_is_up_to_date_and_has_an_example_of_each():
    tool = runpy.run_path(str(ROOT / "tools" / "words_page.py"))
    assert tool["missing"]() == [], "give each an example in UNUSED of tools/words_page.py"
    made = tool["page"]() == text("reference/words-of-the-language.md")
    assert made, "run tools/words_page.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(page: Path):
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / link).exists(), link
        assert (page.parent / link).resolve() not in MADE, (
            f"{link} is made on request: link to its folder's README.md"
        )


def test_what_the_table_of_changes_names_is_there():
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    table = page.partition("## Where to make changes")[2].partition("## House rules")[0]
    for name in re.findall(r"`([\w./-]+)`", table):
        if "/" not in name or "<" in name:
            continue
        places = (ROOT / name, ROOT / "src" / "balie" / name)
        assert any(place.exists() for place in places), name


def test_no_source_knows_the_words_of_an_example():
    words = re.compile("lindeman|bestelling|retour|fietsen", re.IGNORECASE)
    guilty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "src").rglob("*")
        if path.suffix in {".py", ".toml", ".html", ".css", ".js"}
        and words.search(path.read_text("utf-8"))
    ]
    assert guilty == []
