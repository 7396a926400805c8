"""Lists in another order and searched, as people and programs ask for them over HTTP."""

import logging
from urllib.parse import quote

import pytest

from tests.frontstage.site import Site, site
from tests.semantics.test_reading import many
from tests.semantics.world import world

JSON = {"accept": "application/json"}
PAGES = {"accept": "text/html"}
ODD = [
    "", " ", "\0", "%", "\u202e", "🧾", "{{ 7 * 7 }}", "'\"><script>", "a" * 100,
    "\\", "&q=b", "é" * 100,
]  # fmt: skip


@pytest.fixture(scope="module")
def portal() -> Site:
    return site(world(rows=many(60)))


async def text(portal: Site, address: str, who: str = "sanne", language: str = "nl") -> str:
    async with portal.visit(who, **PAGES, **{"accept-language": language}) as visit:
        answer = await visit.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_heads_of_columns_sort_and_say_how_the_list_stands(portal: Site) -> None:
    page = await text(portal, "/bestellingen?sort=-placed_on")
    way = 'class="sort" href="/bestellingen?sort=placed_on" aria-label="Sorteer op Besteld op: oud'
    assert f'aria-sort="descending">Besteld op<a {way}' in page
    assert page.count("aria-sort") == 1
    assert 'href="/bestellingen?sort=number"' in page
    assert "Gesorteerd op Besteld op: nieuwste eerst" in page
    assert '<option value="-placed_on" selected>' in page
    assert '<a href="/bestellingen">Weer de gewone volgorde</a>' in page


async def test_pages_of_another_order_are_the_previous_and_the_next(portal: Site) -> None:
    page = await text(portal, "/bestellingen?sort=number", language="en")
    assert 'rel="next" href="/bestellingen?sort=number&amp;after=' in page
    assert ">Next<" in page
    assert "Older" not in page


async def test_a_search_keeps_the_order_and_an_order_keeps_the_search(portal: Site) -> None:
    page = await text(portal, "/bestellingen?sort=number&q=VO+0004")
    assert "11 resultaten voor “<bdi>VO 0004</bdi>”" in page
    assert 'href="/bestellingen?sort=-number&amp;q=VO+0004"' in page
    assert '<a href="/bestellingen?sort=number">Zoekwoorden wissen</a>' in page
    assert 'href="/bestellingen?sort=number&amp;q=VO+0004&amp;newest=1"' in page  # refresh
    assert 'href="/bestellingen?sort=number&amp;q=VO+0004&amp;lang=en"' in page


async def test_nothing_found_is_said_in_its_own_words(portal: Site) -> None:
    page = await text(portal, "/bestellingen?q=" + quote("<b>fiets & co"), language="en")
    assert "Nothing found for “<bdi>&lt;b&gt;fiets &amp; co</bdi>”" in page
    assert "<b>fiets" not in page
    assert "Nothing here yet" not in page
    assert '<a class="btn alt" href="/bestellingen">Clear the search</a>' in page


async def test_a_short_list_asks_nothing_and_a_long_one_does(portal: Site) -> None:
    few = site()
    assert 'role="search"' not in await text(few, "/bestellingen")
    assert 'role="search"' in await text(few, "/bestellingen?sort=number")
    assert 'role="search"' in await text(portal, "/bestellingen")


async def test_lists_inside_a_page_stand_as_they_stand(portal: Site) -> None:
    async with portal.visit("sanne", **JSON) as visit:
        blocks = (await visit.get("/bestellingen/VO-00001?sort=number")).json()["blocks"]
    lists = [block for block in blocks.values() if block["type"] == "list"]
    assert lists
    assert all(block["arranged"] is None for block in lists)


async def test_a_program_reads_the_same_and_finds_its_way(portal: Site) -> None:
    async with portal.visit("sanne", **JSON) as visit:
        block = (await visit.get("/bestellingen?sort=-number&q=vo")).json()["blocks"]["order"]
        older = (await visit.get(block["older"])).json()["blocks"]["order"]
        other = (await visit.get(block["arranged"]["by"]["status"]["up"])).json()["blocks"]["order"]
    assert block["arranged"]["found"] == 60
    numbers = [r["fields"]["number"]["value"] for r in (*block["records"], *older["records"])]
    assert numbers == [f"VO-{n:05}" for n in range(59, 19, -1)]
    assert (other["arranged"]["sort"], other["arranged"]["query"]) == ("status", "vo")


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("sort=nothing", "Zo kunnen we deze lijst niet sorteren"),
        ("sort=-", "Zo kunnen we deze lijst niet sorteren"),
        ("sort=" + "x" * 2000, "Zo kunnen we deze lijst niet sorteren"),
        ("sort=number&sort=status", "Dit adres vraagt twee dingen tegelijk"),
        ("q=a&q=a", "Dit adres vraagt twee dingen tegelijk"),
        ("q=" + "a" * 101, "Dat is te lang om te zoeken"),
    ],
)
async def test_what_cannot_be_done_is_refused_in_words(
    portal: Site, asked: str, title: str
) -> None:
    async with portal.visit("sanne") as visit:
        page = await visit.get(f"/bestellingen?{asked}", headers=PAGES)
        problem = await visit.get(f"/bestellingen?{asked}", headers=JSON)
    assert (page.status_code, problem.status_code) == (400, 400)
    assert f"<h1>{title}</h1>" in page.text
    assert '<a class="btn" href="/bestellingen">Naar de hele lijst</a>' in page.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["title"] == title


@pytest.mark.parametrize("words", ODD, ids=ascii)
@pytest.mark.parametrize("kind", [PAGES, JSON], ids=["page", "data"])
async def test_no_words_break_a_page(portal: Site, words: str, kind: dict[str, str]) -> None:
    async with portal.visit("sanne", **kind) as visit:
        answer = await visit.get(f"/bestellingen?q={quote(words)}")
    assert answer.status_code == 200
    if kind is PAGES:
        assert "<script>" not in answer.text  # ours has a source


async def test_what_somebody_searches_for_is_not_logged(
    portal: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="balie")
    await text(portal, "/bestellingen?q=geheimpje")
    async with portal.visit("sanne") as visit:
        await visit.get("/bestellingen?q=geheimpje&sort=nothing")
    assert "geheimpje" not in caplog.text
    assert "geheimpje" not in repr(portal.incidents.noted())
