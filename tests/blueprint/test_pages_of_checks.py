"""Every check has its page, made from the check itself."""

from pathlib import Path

from balie.blueprint.checks.found import about
from balie.blueprint.explained.documented import SERIES, explained, pages, write_pages

ROOT = Path(__file__).parents[2]
README = ROOT / "docs" / "reference" / "checks" / "README.md"


def test_every_check_has_a_page_and_a_line_in_the_list() -> None:
    assert set(pages()) == {"list.md"} | {f"{code}.md" for code in about()}
    for code in about():
        assert f"[{code}]({code}.md)" in pages()["list.md"]


def test_what_is_made_is_not_kept_beside_what_it_is_made_from() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"docs/reference/checks/BP*.md", "docs/reference/checks/list.md"} <= set(ignored)


def test_the_kinds_of_checks_are_explained() -> None:
    page = README.read_text(encoding="utf-8")
    for number, title in SERIES.items():
        assert f"| BP{number}.. | {title[0].lower()}{title[1:]} |" in page


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
