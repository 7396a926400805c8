"""Who comes in, what they get, and what is said to everybody else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from httpx import ASGITransport, AsyncClient, Response

from balie.access.viewer import Viewer, Visitor
from balie.backstage.arrangement import NEWEST_FIRST, Arrangement, Wrong
from balie.backstage.handing import Handed, NoDocument
from balie.backstage.page import MenuItem, Page
from balie.backstage.ports import IncidentKind
from tests.frontstage.markup import read
from tests.frontstage.site import AT, COOKIE, FROM_HERE, Site, site
from tests.semantics.world import world

PAGES = ["/", "/bestellingen", "/bestellingen/VO-26088", "/facturen", "/retour"]
RUBBISH = [
    "/bestellingen/%00",
    "/bestellingen/%ff%fe",
    "/bestellingen/%",
    "/bestellingen/%zz",
    "/bestellingen/" + "9" * 5000,
    "/bestellingen/..%2f..%2fetc%2fpasswd",
    "/bestellingen/VO-26088/",
    "//evil.example/",
    "/" + "a/" * 900,
    "/bestellingen/VO-26088%0d%0aset-cookie:x=y",
    "/\u00e9\u20ac",
    "/demo",
    "/demo/systems/erp",
]


@pytest.fixture(scope="module")
def portal() -> Site:
    return site()


@asynccontextmanager
async def raw(portal: Site, who: str = "") -> AsyncIterator[AsyncClient]:
    """A visitor whose mistakes in an answer are not hidden by an exception."""
    transport = ASGITransport(portal.app, raise_app_exceptions=True)
    cookies = {COOKIE: who} if who else {}
    async with AsyncClient(transport=transport, base_url=AT, cookies=cookies) as visit:
        yield visit


def said(answer: Response) -> str:
    return next(read(answer.text).all("main")).text


@pytest.mark.parametrize("path", PAGES)
async def test_a_customer_gets_the_page_with_its_content(portal: Site, path: str) -> None:
    async with portal.visit("sanne") as visit:
        answer = await visit.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["vary"] == "Accept, Accept-Language, Cookie"
    assert len(list(read(answer.text).all("h1"))) == 1


async def test_the_answer_stands_in_the_headline(portal: Site) -> None:
    async with portal.visit("sanne") as visit:
        answer = await visit.get("/bestellingen/VO-26088")
    assert [h.text for h in read(answer.text).all("h1")] == ["Verzonden"]


@pytest.mark.parametrize("path", PAGES)
async def test_who_is_signed_out_is_led_to_sign_in_and_back(portal: Site, path: str) -> None:
    async with portal.visit() as visit:
        answer = await visit.get(path + "?after=abc")
    assert answer.status_code == 303
    encoded = path.replace("/", "%2F")
    assert answer.headers["location"] == f"/accounts/login/?next={encoded}%3Fafter%3Dabc"


@pytest.mark.parametrize("who", ["", "sanne", "mila"])
async def test_an_unknown_address_is_not_found_for_anybody(portal: Site, who: str) -> None:
    async with portal.visit(who) as visit:
        answer = await visit.get("/no/such/page")
    assert answer.status_code == 404
    assert "Deze pagina bestaat niet" in said(answer)


async def test_what_is_somebody_elses_looks_like_what_does_not_exist(portal: Site) -> None:
    async with portal.visit("sanne") as visit:
        foreign = await visit.get("/bestellingen/VO-26107")
        missing = await visit.get("/bestellingen/VO-99999")
        unknown = await visit.get("/bestellingen/VO-26088/x")
    assert {a.status_code for a in (foreign, missing, unknown)} == {404}
    assert foreign.text.replace("VO-26107", "N") == missing.text.replace("VO-99999", "N")
    assert said(foreign) == said(unknown)


async def test_a_step_that_is_not_for_this_kind_of_customer_does_not_exist(portal: Site) -> None:
    async with portal.visit("bram") as visit:
        assert (await visit.get("/facturen")).status_code == 404


async def test_staff_have_their_own_first_page_and_no_customers_pages(portal: Site) -> None:
    async with portal.visit("mila") as visit:
        home = await visit.get("/")
        orders = await visit.get("/bestellingen")
    assert (home.status_code, home.headers["location"]) == (303, "/staff")
    assert orders.status_code == 404


@pytest.mark.parametrize("path", PAGES)
async def test_head_says_the_same_without_a_body(portal: Site, path: str) -> None:
    async with portal.visit("sanne") as visit:
        head, get = await visit.head(path), await visit.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_pages_can_only_be_read(portal: Site, method: str) -> None:
    async with portal.visit("sanne", **FROM_HERE) as visit:
        answer = await visit.request(method, "/bestellingen")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert "Deze pagina kunt u alleen bekijken." in said(answer)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {},
    ],
)
async def test_what_another_website_sends_is_refused(portal: Site, headers: dict[str, str]) -> None:
    async with portal.visit("sanne", **headers) as visit:
        answer = await visit.post("/bestellingen")
    assert answer.status_code == 403
    assert "doen we niets met een verzoek dat van een andere website komt" in said(answer)


async def test_an_old_browser_is_known_by_its_origin(portal: Site) -> None:
    async with portal.visit("sanne", origin=AT) as visit:
        assert (await visit.post("/bestellingen")).status_code == 405


@pytest.mark.parametrize("who", ["", "sanne"])
@pytest.mark.parametrize("path", RUBBISH)
async def test_rubbish_is_answered_with_words_and_never_with_a_failure(
    portal: Site, path: str, who: str
) -> None:
    async with raw(portal, who) as visit:
        answer = await visit.get(AT + path)
    assert answer.status_code in (303, 404)
    if answer.status_code == 404:
        assert "Deze pagina bestaat niet" in said(answer)
    assert "x" not in answer.cookies


@pytest.mark.parametrize(
    "query",
    [
        "after=" + "x" * 9000,
        "after=%00%ff",
        "after=eyJhIjoxfQ",
        "after=" + "\u00e9",
        "after=..%2f&after=abc",
    ],
)
async def test_a_cursor_that_is_not_ours_is_not_found(portal: Site, query: str) -> None:
    async with raw(portal, "sanne") as visit:
        answer = await visit.get(f"/bestellingen?{query}")
    assert answer.status_code == 404


@pytest.mark.parametrize("query", ["&&==", "lang=xx", "theme=%00", "x=" + "y" * 20_000, "%"])
async def test_a_strange_query_changes_nothing(portal: Site, query: str) -> None:
    async with raw(portal, "sanne") as visit:
        answer = await visit.get(f"/bestellingen?{query}")
    assert answer.status_code == 200


async def test_huge_headers_do_no_harm(portal: Site) -> None:
    headers = {"accept-language": "nl," * 20_000, "accept": "a" * 50_000}
    async with portal.visit("sanne", **headers) as visit:
        assert (await visit.get("/bestellingen")).status_code == 200


# ---- languages and colours


async def test_a_language_is_chosen_by_a_link_and_kept(portal: Site) -> None:
    async with portal.visit("sanne") as visit:
        chosen = await visit.get("/bestellingen?lang=en&after=")
        assert (chosen.status_code, chosen.headers["location"]) == (303, "/bestellingen?after=")
        assert "lang=en" in chosen.headers["set-cookie"]
        assert "HttpOnly" in chosen.headers["set-cookie"]
        page = read((await visit.get("/bestellingen")).text)
    assert next(page.all("html")).attributes["lang"] == "en"
    assert next(page.all("h1")).text == "My orders"
    switch = next(a for a in page.all("a") if a.attributes.get("hreflang"))
    assert switch.attributes["href"] == "/bestellingen?lang=nl"
    assert switch.text == "Nederlands NL"


async def test_without_a_choice_the_browser_is_asked(portal: Site) -> None:
    async with portal.visit("sanne", **{"accept-language": "en-GB,nl;q=0.5"}) as visit:
        page = read((await visit.get("/bestellingen")).text)
    assert next(page.all("html")).attributes["lang"] == "en"


async def test_a_language_that_nobody_reads_gives_the_blueprints_own(portal: Site) -> None:
    async with portal.visit("sanne", **{"accept-language": "fr"}) as visit:
        page = read((await visit.get("/bestellingen")).text)
    assert next(page.all("html")).attributes["lang"] == "nl"


async def test_light_or_dark_is_chosen_by_a_link_and_kept(portal: Site) -> None:
    async with portal.visit("sanne") as visit:
        chosen = await visit.get("/?theme=dark")
        assert (chosen.status_code, chosen.headers["location"]) == (303, "/")
        dark = read((await visit.get("/")).text)
        await visit.get("/?theme=auto")
        auto = read((await visit.get("/")).text)
    assert next(dark.all("html")).attributes["data-theme"] == "dark"
    assert "data-theme" not in next(auto.all("html")).attributes
    current = [a.text for a in dark.all("a") if "theme=dark" in a.attributes.get("href", "")]
    assert current == ["donker"]


async def test_a_choice_never_leads_to_another_host(portal: Site) -> None:
    async with raw(portal) as visit:
        answer = await visit.get(f"{AT}//evil.example/?lang=en")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/evil.example/"


# ---- somebody whom no system knows


async def test_whom_no_system_knows_reads_so_with_a_number_and_a_way_out() -> None:
    async with site().visit("nobody") as visit:
        answer = await visit.get("/")
        data = await visit.get("/", headers={"accept": "application/json"})
        elsewhere = await visit.get("/bestellingen")
    assert answer.status_code == 200
    assert "We kennen u (nog) niet als klant" in said(answer)
    assert "030 - 555 01 23" in said(answer)
    assert 'class="btn" href="/accounts/activate/"' in answer.text  # with a letter they are known
    assert "/accounts/logout/" in answer.text
    assert "/bestellingen" not in answer.text
    assert data.headers["content-type"] == "application/problem+json"
    assert (data.status_code, data.json()["title"]) == (404, "We kennen u (nog) niet als klant")
    assert elsewhere.status_code == 404


# ---- when it goes wrong inside


class Broken:
    """A service in which everything fails, with somebody's name in the message."""

    def match(self, path: str) -> object | None:
        return path

    async def viewer(self, visitor: Visitor, path: str = "") -> Viewer:
        raise RuntimeError("Sanne Visser, Vechtkade 18")

    def is_document(self, path: str) -> bool:
        return path.endswith(".pdf")

    async def document(self, path: str, viewer: Viewer, language: str) -> Handed | NoDocument:
        raise NotImplementedError

    def menu(self, viewer: Viewer, language: str) -> tuple[MenuItem, ...]:
        raise NotImplementedError

    async def open(
        self,
        path: str,
        viewer: Viewer,
        language: str,
        after: str = "",
        *,
        newest: bool = False,
        arrangement: Arrangement | Wrong = NEWEST_FIRST,
    ) -> Page | None:
        raise NotImplementedError


async def test_a_failure_inside_is_one_calm_page_and_no_name_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    portal = site(service=Broken())
    async with portal.visit("sanne") as visit:
        answer = await visit.get("/bestellingen")
        problem = await visit.get("/bestellingen", headers={"accept": "application/json"})
    assert answer.status_code == 500
    assert "Er ging bij ons iets mis Het ligt niet aan u." in said(answer)
    assert problem.status_code == 500
    assert problem.json()["title"] == "Er ging bij ons iets mis"
    assert "RuntimeError at test_the_doors.py" in caplog.text
    assert "Sanne" not in caplog.text
    (noted,) = portal.incidents.noted()
    assert (noted.about.kind, noted.count) == (IncidentKind.FAILED, 2)
    assert "Sanne" not in noted.about.about


async def test_a_system_that_is_away_costs_its_part_and_never_the_page() -> None:
    running = world()
    portal = site(running)
    async with portal.visit("sanne") as visit:
        await visit.get("/bestellingen")
        running.systems["erp"].down = True
        running.hands.on(minutes=6)
        answer = await visit.get("/bestellingen")
    assert answer.status_code == 200
    assert "Ons systeem ligt er even uit. Dit wisten we om 10:30." in said(answer)
    assert "VO-26120" in said(answer)


async def test_who_cannot_be_recognised_now_is_not_told_that_they_have_nothing() -> None:
    running = world()
    running.systems["crm"].down = True
    portal = site(running)
    async with portal.visit("sanne") as visit:
        answer = await visit.get("/bestellingen")
    assert answer.status_code == 200
    assert "We kunnen nu niet zien wie u bent bij ons" in said(answer)
    assert "Hier staat nog niets" not in said(answer)
