"""Every page, in every state of trust and every language, is sound markup."""

import itertools
import re
from dataclasses import replace
from functools import cache

import pytest

from balie.backstage.lineage.origins import Origins
from balie.backstage.page import Page, Trust
from balie.frontstage.trust import told
from tests.frontstage import pages
from tests.frontstage.markup import Element, read
from tests.frontstage.site import Site, site
from tests.semantics.world import contracts_of, world

MADE = {
    f"{kind} {trust}": make(state=pages.freshness(trust))
    for (kind, make), trust in itertools.product(
        (
            ("overview", pages.overview_page),
            ("list", pages.listing_page),
            ("details", pages.details_page),
        ),
        Trust,
    )
} | {
    "an empty list": pages.listing_page(rows=0),
    "a list with broken rows": pages.listing_page(broken=2),
    "a page with the blueprint's words": pages.details_page(
        state=pages.freshness(Trust.KNOWN, pages.SAYS)
    ),
    "a page without the carrier": pages.details_page(carrier=pages.freshness(Trust.HIDDEN)),
}


@pytest.fixture(scope="module")
def looks() -> Site:
    return site(now=pages.NOW)


@cache
def all_origins() -> Origins:
    blueprint = world().blueprint
    return Origins(blueprint, contracts_of(blueprint))


def html(page: Page, around: Site, language: str, *, origins: bool = False) -> str:
    lineage = all_origins().page(page.step, page.kind, language) if origins else None
    chrome = around.surroundings.around(page, around.chrome(language, page.address))
    return around.looks.render(
        f"{page.kind}.html", chrome, page=page, told=told(page, chrome.t), lineage=lineage
    )


@pytest.fixture(params=[(n, lang) for n in MADE for lang in ("nl", "en")], ids=" in ".join)
def tree(request: pytest.FixtureRequest, looks: Site) -> Element:
    name, language = request.param
    return read(html(MADE[name], looks, language, origins=True))


def test_a_page_has_one_first_heading_and_skips_no_level(tree: Element) -> None:
    levels = [int(heading.tag[1]) for heading in tree.all("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


def test_every_id_is_there_once_and_every_reference_finds_one(tree: Element) -> None:
    ids = [element.attributes["id"] for element in tree.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    referred = {
        name
        for element in tree.all()
        for attribute in ("aria-labelledby", "aria-describedby", "for")
        for name in element.attributes.get(attribute, "").split()
    }
    assert referred <= set(ids)


def test_nothing_is_styled_or_scripted_inside_the_page(tree: Element) -> None:
    for element in tree.all():
        assert element.tag != "style"
        assert "style" not in element.attributes
        assert not [name for name in element.attributes if name.startswith("on")]
        assert element.tag != "script" or element.attributes["src"].startswith("/static/")


def test_a_page_says_its_language_and_has_its_landmarks(tree: Element) -> None:
    (document,) = tree.all("html")
    assert document.attributes["lang"] in ("nl", "en")
    (body,) = tree.all("body")
    assert [e.tag for e in body.children if e.tag in ("header", "main", "footer")] == [
        "header",
        "main",
        "footer",
    ]
    names = [nav.attributes["aria-label"] for nav in tree.all("nav")]
    assert len(names) == len(set(names))


def test_everything_to_press_has_a_name(tree: Element) -> None:
    for element in tree.all("a", "button", "summary"):
        assert element.text or element.attributes.get("aria-label"), element


def test_tables_name_their_columns_and_rows(tree: Element) -> None:
    for header in tree.all("th"):
        assert header.attributes["scope"] in ("col", "row")


def test_every_picture_is_beside_words(tree: Element) -> None:
    for drawing in tree.all("svg"):
        assert "aria-hidden" in drawing.attributes or any(
            "aria-hidden" in e.attributes for e in tree.all() if drawing in list(e.all("svg"))
        )


def test_a_page_that_is_not_fresh_never_says_that_there_is_nothing(tree: Element) -> None:
    title = tree.text
    if "Even geen" in title or "kunnen we nu niet laten zien" in title:
        assert "Hier staat nog niets" not in title


@pytest.mark.parametrize("name", MADE)
def test_customers_never_read_a_system_or_a_code(name: str, looks: Site) -> None:
    said = read(html(MADE[name], looks, "nl")).text
    assert not re.search(r"\b(erp|crm|carrier|on_its_way|confirmed|salesOrders|fresh|away)\b", said)


def test_where_a_value_comes_from_is_shown_when_it_is_asked_for(looks: Site) -> None:
    page = pages.details_page()
    with_origins = read(html(page, looks, "nl", origins=True))
    assert "Business Central : salesOrders.number" in with_origins.text
    asked = [button.text for button in with_origins.all("button")]
    assert "? Herkomst Bestelnummer" in asked
    assert "salesOrders" not in html(page, looks, "nl")


def test_the_bars_of_a_figure_have_their_table(looks: Site) -> None:
    tree = read(html(pages.overview_page(), looks, "nl"))
    table = next(d for d in tree.all("details") if "Bekijk als tabel" in d.text)
    assert "augustus 2026 € 318,00" in table.text
    heights = [svg.attributes["height"] for svg in tree.all("svg") if "height" in svg.attributes]
    assert heights == ["37.9%", "0%", "100.0%", "28.3%", "20.3%", "74.7%"]


def test_a_long_menu_has_four_entries_in_sight_and_the_rest_behind_more(looks: Site) -> None:
    page = replace(pages.overview_page(), menu=pages.menu("/contracten", 7))
    tree = read(html(page, looks, "nl"))
    nav = next(n for n in tree.all("nav") if n.attributes["aria-label"] == "Hoofdmenu")
    assert len(list(nav.children[0].children)) == 5
    more = next(nav.all("details"))
    assert [a.text for a in more.all("a")] == ["Vragen", "Mijn documenten", "Contracten"]
    assert next(more.all("summary")).attributes["class"] == "current"
