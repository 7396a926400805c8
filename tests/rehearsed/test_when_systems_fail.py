"""T1, T2, T4 and T12 through the whole product: pages over HTTP, systems in their own processes.

The blueprint is a copy in which nothing may be older than a second, so that every page asks.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.running import LINDEMAN, SYSTEMS, Portal, impatient, portal

pytestmark = pytest.mark.proof

SANNE, BRAM = "sanne@example.nl", "bram@example.nl"
PAGES = {
    SANNE: ("/", "/bestellingen", "/bestellingen/VO-26088", "/facturen", "/retour", "/vraag"),
    BRAM: ("/", "/bestellingen", "/bestellingen/VO-26071", "/retour", "/retour/R-000042"),
    "fatima@example.nl": ("/", "/facturen", "/vraag"),
    "joost@example.nl": ("/", "/bestellingen", "/bestellingen/VO-26098", "/retour"),
}
TROUBLES = {
    "down": {"down": True},
    "slow": {"latency_ms": 4000},
    "rubbish": {"garbage_rate": 1.0},
    "failing": {"failure_rate": 1.0},
}
# What a page says of when it was made differs from page to page; nothing else may.
WHEN = re.compile(r"<time[^>]*>.*?</time>|\"as_of\":\"[^\"]*\"", re.DOTALL)
NOTHING_THERE = ("geen bestellingen", "geen facturen", "nog niets")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = impatient(LINDEMAN, tmp_path_factory.mktemp("blueprint") / "copy")
    with portal(tmp_path_factory.mktemp("state"), folder) as here:
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
            assert not any(words in html.text.casefold() for words in NOTHING_THERE), (who, page)
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
def test_one_broken_record_of_many_costs_only_itself(
    running: Portal, people: dict[str, httpx.Client], system: str
) -> None:
    """Half of the answers hold rubbish somewhere: no page fails, and nothing is told as none."""
    running.switch(system, garbage_rate=0.5)
    for _ in range(3):
        time.sleep(1.1)
        for who, client in people.items():
            for page in PAGES[who]:
                assert client.get(page).status_code == 200


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
