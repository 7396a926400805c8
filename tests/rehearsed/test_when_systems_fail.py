"""T1, T2, T4 and T12 through the whole product: pages over HTTP, systems in their own processes.

The blueprint is a copy in which nothing may be older than a second, so that every page asks.
"""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from balie.frontstage.languages import read_words
from tests.running import SYSTEMS, Portal, impatient, portal
from tests.telling import Telling

pytestmark = pytest.mark.proof

SANNE, BRAM, JOOST, MILA = (f"{name}@example.nl" for name in ("sanne", "bram", "joost", "mila"))
PAGES = {
    SANNE: ("/", "/bestellingen", "/bestellingen/VO-26088", "/facturen", "/retour", "/vraag"),
    BRAM: ("/", "/bestellingen", "/bestellingen/VO-26071", "/retour", "/retour/R-000042"),
    "fatima@example.nl": ("/", "/facturen", "/vraag"),
    JOOST: ("/", "/bestellingen", "/bestellingen/VO-26098", "/retour"),
}
TROUBLES = {
    "down": {"down": True},
    "slow": {"latency_ms": 4000},
    "rubbish": {"garbage_rate": 1.0},
    "failing": {"failure_rate": 1.0},
}
ORDERS = {  # number -> key of the row
    "VO-26107": "00000000-0000-4000-8000-000000000101",
    "VO-26098": "00000000-0000-4000-8000-000000000102",
}
RUBBISH = "geen-datum-maar-geheim"
# What a page says of when it was made differs from page to page; nothing else may.
WHEN = re.compile(r"<time[^>]*>.*?</time>|\"as_of\":\"[^\"]*\"", re.DOTALL)
NOTHING_THERE = read_words("nl", "u").say("list.empty_title")


@pytest.fixture(scope="module")
def running(telling: Telling, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = impatient(telling.folder, tmp_path_factory.mktemp("blueprint") / "copy")
    with portal(tmp_path_factory.mktemp("state"), folder, telling=telling) as here:
        yield here


@pytest.fixture(scope="module")
def people(running: Portal) -> Iterator[dict[str, httpx.Client]]:
    clients = {who: running.signed_in(who) for who in PAGES}
    yield clients
    for client in clients.values():
        client.close()


@pytest.fixture(autouse=True)
def all_is_well(running: Portal, people: dict[str, httpx.Client]) -> Iterator[None]:
    """Every page was seen once while all was well; afterwards all is well again."""
    running.behave()
    time.sleep(1.1)
    for who, client in people.items():
        for page in PAGES[who]:
            _patiently(client, page)
    yield
    running.behave()


def _patiently(client: httpx.Client, page: str) -> httpx.Response:
    """A page that is fresh; a breaker that opened in the test before closes by itself."""
    for _ in range(60):
        answer = client.get(page, headers={"Accept": "application/json"})
        assert answer.status_code == 200, (page, answer.text)
        if answer.json()["trust"] == "fresh":
            return answer
        time.sleep(0.5)
    raise AssertionError(f"{page} does not get fresh again: {answer.text}")


def _shown(client: httpx.Client, page: str) -> dict[str, Any]:
    answer = client.get(page, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    return dict(answer.json())


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_in_trouble_costs_no_page_and_says_so(
    running: Portal, people: dict[str, httpx.Client], system: str, trouble: str
) -> None:
    before = {(w, p): _shown(c, p) for w, c in people.items() for p in PAGES[w]}
    running.switch(system, **TROUBLES[trouble])
    time.sleep(1.1)
    told = set()
    for (who, page), known in before.items():
        began = time.monotonic()
        html = people[who].get(page)
        assert time.monotonic() - began < 4, (who, page)
        assert html.status_code == 200
        if any(block.get("records") for block in known["blocks"].values()):
            assert NOTHING_THERE not in html.text, (who, page)
        shown = _shown(people[who], page)
        told |= _trusts(shown)
        assert shown["headline"] == known["headline"], (who, page)
        _nothing_is_missing_unsaid(known, shown)
    assert told - {"fresh"}, "nobody was told anything"


def _trusts(page: dict[str, Any]) -> set[str]:
    notices = {notice["trust"] for notice in page["notices"]}
    return notices | {block["freshness"]["trust"] for block in page["blocks"].values()}


def _nothing_is_missing_unsaid(known: dict[str, Any], shown: dict[str, Any]) -> None:
    """Whatever was there before is there still, or its own block says why not."""
    for id_, block in known["blocks"].items():
        now = shown["blocks"].get(id_)  # None: hidden, as the blueprint says
        if now and now["freshness"]["trust"] == "fresh" and not now.get("broken"):
            assert now.get("records") == block.get("records"), id_


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_page_of_before_is_shown_with_its_time(
    running: Portal, people: dict[str, httpx.Client], system: str
) -> None:
    running.switch(system, down=True)
    time.sleep(1.1)
    page = {"erp": "/bestellingen", "crm": "/retour", "carrier": "/bestellingen/VO-26071"}[system]
    html = people[BRAM].get(page).text
    says = {
        "erp": "Ons systeem ligt er even uit. Dit wisten we om",
        "crm": "Ons systeem ligt er even uit. Dit wisten we om",
        "carrier": "De vervoerder laat even niets weten.",
    }[system]
    assert says in html


@pytest.mark.parametrize("system", SYSTEMS)
def test_rubbish_in_half_of_the_answers_fails_no_page(
    running: Portal, people: dict[str, httpx.Client], system: str
) -> None:
    running.switch(system, garbage_rate=0.5)
    for _ in range(3):
        time.sleep(1.1)
        for who, client in people.items():
            for page in PAGES[who]:
                assert client.get(page).status_code == 200


def test_one_broken_record_costs_itself_alone_and_is_told(
    running: Portal, people: dict[str, httpx.Client]
) -> None:
    before = _numbers(_shown(people[BRAM], "/bestellingen"))
    others = [number for number in before if number != "VO-26107"]
    assert len(others) == len(before) - 1
    running.change("erp", "salesOrders", ORDERS["VO-26107"], orderDate=RUBBISH)
    time.sleep(1.1)
    shown = _shown(people[BRAM], "/bestellingen")
    assert shown["blocks"]["order"]["broken"] == 1
    assert _numbers(shown)[: len(others)] == others  # after these the next page moves up
    html = people[BRAM].get("/bestellingen").text
    assert "1 regel kunnen we nu niet laten zien." in html
    assert "VO-26107" not in html
    assert RUBBISH not in html


def _numbers(page: dict[str, Any]) -> list[str]:
    records = page["blocks"]["order"]["records"]
    return [record["fields"]["number"]["text"] for record in records]


def test_staff_read_which_field_of_which_table_was_broken_and_not_its_value(
    running: Portal, people: dict[str, httpx.Client]
) -> None:
    running.change("erp", "salesOrders", ORDERS["VO-26107"], orderDate=RUBBISH)
    time.sleep(1.1)
    assert _shown(people[BRAM], "/bestellingen")["blocks"]["order"]["broken"] == 1
    with closing(running.signed_in(MILA)) as staff:
        for _ in range(40):  # findings are written behind the pages
            text = staff.get("/staff/operations").text
            if "orderDate" in text:
                break
            time.sleep(0.25)
    assert "salesOrders" in text
    assert "orderDate" in text
    assert RUBBISH not in text
    assert "VO-26107" not in text


@pytest.mark.parametrize("system", [*SYSTEMS, "all"])
def test_filters_that_are_ignored_change_no_byte(
    running: Portal, people: dict[str, httpx.Client], system: str
) -> None:
    before = _every_page(people)
    for each in SYSTEMS if system == "all" else (system,):
        running.switch(each, ignore_filters=True)
    time.sleep(1.1)
    for who, client in people.items():
        for page in PAGES[who]:
            _patiently(client, page)
    assert _every_page(people) == before


def test_a_broken_row_of_somebody_else_changes_no_byte_when_filters_are_ignored(
    running: Portal, people: dict[str, httpx.Client]
) -> None:
    others = {who: client for who, client in people.items() if who != JOOST}
    before = _every_page(others)
    running.change("erp", "salesOrders", ORDERS["VO-26098"], orderDate=RUBBISH)
    running.switch("erp", ignore_filters=True)
    time.sleep(1.1)
    for who, client in others.items():
        for page in PAGES[who]:
            _patiently(client, page)
    assert _every_page(others) == before


def test_somebody_elses_row_is_not_found_also_when_filters_are_ignored(
    running: Portal, people: dict[str, httpx.Client]
) -> None:
    for system in SYSTEMS:
        running.switch(system, ignore_filters=True)
    time.sleep(1.1)
    for address in ("/bestellingen/VO-26107", "/retour/R-000042", "/bestellingen/VO-26098"):
        theirs, nobodys = people[SANNE].get(address), people[SANNE].get(address + "9")
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.text.replace(address, "") == nobodys.text.replace(address + "9", "")


def test_a_list_takes_three_calls(running: Portal, people: dict[str, httpx.Client]) -> None:
    before = len(running.asked("erp"))
    time.sleep(1.1)
    _patiently(people[BRAM], "/bestellingen")
    assert len(running.asked("erp")) - before <= 3


def _every_page(people: dict[str, httpx.Client]) -> dict[tuple[str, str, str], str]:
    return {
        (who, page, kind): WHEN.sub("", client.get(page, headers={"Accept": kind}).text)
        for who, client in people.items()
        for page in PAGES[who]
        for kind in ("text/html", "application/json")
    }
