"""Every check has its page, and no page says what is no longer so."""

from pathlib import Path

from balie.blueprint.checks.found import about
from balie.blueprint.explained.documented import explained, pages, write_pages

FOLDER = Path(__file__).parents[2] / "docs" / "reference" / "checks"


def test_the_pages_are_complete_and_current() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == pages()  # else: python -m balie.blueprint.explained docs/reference/checks


def test_a_page_shows_the_message_that_its_example_gets() -> None:
    for code in about():
        page = explained(code)
        assert page is not None
        assert f"[{code}]: " in page


def test_nobody_explains_a_check_that_does_not_exist() -> None:
    assert explained("BP999") is None


def test_writing_the_pages_mends_what_is_old_and_leaves_what_is_current(tmp_path: Path) -> None:
    write_pages(tmp_path)
    (tmp_path / "BP101.md").write_text("old")
    (tmp_path / "BP999.md").write_text("gone")
    assert write_pages(tmp_path) == ("BP101.md", "BP999.md")
    assert write_pages(tmp_path) == ()
