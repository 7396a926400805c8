"""The site of the documents: whole, reachable, and of nobody else's host."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from balie.blueprint.explained.documented import write_pages

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


class Page(HTMLParser):
    """What an HTML page leads to, what it loads, and where it can be led to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.anchors |= {said[name] for name in ("id", "name") if name in said}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag == "link" and said.get("rel") in ("stylesheet", "icon", "preload"):
            self.loaded.append(said["href"])
        elif "src" in said:
            self.loaded.append(said["src"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, made without a warning."""
    write_pages(DOCS / "reference" / "checks")
    out = tmp_path_factory.mktemp("site")
    strict = ("--fail-on-warning", "--nitpicky", "--quiet")
    made = subprocess.run(
        [sys.executable, "-m", "sphinx", *strict, "-c", ROOT / "tools" / "site", DOCS, out],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (made.returncode, made.stderr) == (0, "")
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path.read_text("utf-8")) for path in site.rglob("*.html")}


def test_every_document_is_in_the_site_and_the_way_to_it_begins_at_the_first_page(
    site: Path, pages: dict[Path, Page]
):
    reached, waiting = set(), [site / "index.html"]
    while waiting:
        here = waiting.pop()
        if here in pages and here not in reached:
            reached.add(here)
            links = (urlsplit(link) for link in pages[here].links)
            waiting += [(here.parent / link.path).resolve() for link in links if not link.scheme]
    written = {site / path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")}
    assert len(written) > 80
    assert written - reached == set()


def test_every_link_in_the_site_leads_to_a_page_and_a_place_on_it(
    site: Path, pages: dict[Path, Page]
):
    broken = []
    for path, page in pages.items():
        for link in map(urlsplit, page.links):
            if link.scheme or link.netloc:
                continue
            target = (path.parent / unquote(link.path)).resolve() if link.path else path
            there = pages.get(target)
            has_place = (
                there is None or not link.fragment or unquote(link.fragment) in there.anchors
            )
            if not target.exists() or not has_place:
                broken.append((str(path.relative_to(site)), link.geturl()))
    assert broken == []


def test_no_page_loads_anything_from_another_host(pages: dict[Path, Page]):
    loaded = {(link, urlsplit(link).netloc) for page in pages.values() for link in page.loaded}
    assert len(loaded) > 5
    assert {link for link, host in loaded if host} == set()


def test_no_style_loads_anything_from_another_host(site: Path):
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]
    assert styles
    assert not any(re.search(r"(@import|url\()\s*['\"]?(https?:)?//", style) for style in styles)


def test_the_search_knows_the_words_of_the_language(site: Path):
    index = (site / "searchindex.js").read_text("utf-8")
    assert "reference/words-of-the-language" in index
    assert (site / "search.html").is_file()
