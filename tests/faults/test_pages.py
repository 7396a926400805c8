"""T1 through the whole product, with faults of the network: every page, every person, every fault.

The blueprint is a copy in which nothing may be older than a second, so that every page asks.
"""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.faults.fault import Fault, Plan
from tests.faults.portal import (
    Behind,
    Shown,
    behind_proxies,
    nothing_is_missing_unsaid,
    pages_of,
    shown,
    trusts,
)
from tests.running import LINDEMAN, SYSTEMS, impatient

pytestmark = pytest.mark.proof

PEOPLE = tuple(f"{name}@example.nl" for name in ("sanne", "bram", "fatima", "joost"))
A_PROMISE = 4.0  # seconds: more than any page of the blueprint promises, on a busy machine
OLD = 1.1  # seconds after which everything is asked again
STATUSES = (Fault.TOO_MANY, Fault.UNAVAILABLE)


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    folder = impatient(LINDEMAN, tmp_path_factory.mktemp("blueprint") / "copy")
    with behind_proxies(tmp_path_factory.mktemp("state"), folder) as here:
        yield here


@pytest.fixture(scope="module")
def people(behind: Behind) -> Iterator[dict[str, httpx.Client]]:
    clients = {mail: behind.portal.signed_in(mail) for mail in PEOPLE}
    yield clients
    for client in clients.values():
        client.close()


@pytest.fixture(scope="module")
def addresses(people: dict[str, httpx.Client]) -> dict[str, tuple[str, ...]]:
    return {mail: pages_of(client) for mail, client in people.items()}


@pytest.fixture
def known(
    behind: Behind, people: dict[str, httpx.Client], addresses: dict[str, tuple[str, ...]]
) -> Iterator[dict[tuple[str, str], Shown]]:
    """Every page while all is well; afterwards all is well again."""
    behind.behave()
    time.sleep(OLD)
    yield {(m, a): _fresh(people[m], a) for m, pages in addresses.items() for a in pages}
    behind.behave()


def _fresh(client: httpx.Client, address: str) -> Shown:
    """A page that is fresh; a breaker that opened before closes by itself."""
    for _ in range(80):
        page = shown(client, address)
        if trusts(page) == {"fresh"}:
            return page
        time.sleep(0.5)
    raise AssertionError(f"{address} does not get fresh again: {page}")


def test_there_is_something_to_be_missed(addresses: dict[str, tuple[str, ...]]) -> None:
    assert all(len(pages) >= 4 for pages in addresses.values()), addresses


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_fault_costs_no_page_and_is_said(
    behind: Behind,
    people: dict[str, httpx.Client],
    known: dict[tuple[str, str], Shown],
    system: str,
    fault: Fault,
) -> None:
    behind.proxies[system].plan = Plan(faults=(fault,), retry_after=1)
    time.sleep(OLD)
    told = set()
    for (mail, address), before in known.items():
        began = time.monotonic()
        assert people[mail].get(address).status_code == 200
        assert time.monotonic() - began < A_PROMISE, (mail, address)
        now = shown(people[mail], address)
        nothing_is_missing_unsaid(before, now)
        told |= trusts(now)
    assert told - {"fresh"}, "nobody was told anything"
    assert behind.proxies[system].met().get(fault), "no request met the fault"


def test_a_fifth_of_all_calls_fails_and_no_page_does(
    behind: Behind, people: dict[str, httpx.Client], known: dict[tuple[str, str], Shown]
) -> None:
    for seed, proxy in enumerate(behind.proxies.values()):
        proxy.journal.clear()
        proxy.plan = Plan(faults=tuple(Fault), share=0.2, seed=seed, retry_after=1)
    for _ in range(4):
        time.sleep(OLD)
        for (mail, address), before in known.items():
            nothing_is_missing_unsaid(before, shown(people[mail], address))
    met = [proxy.met() for proxy in behind.proxies.values()]
    assert sum(sum(one.values()) for one in met) > 20, met
    behind.behave()
    for (mail, address), before in known.items():
        after = _fresh(people[mail], address)
        assert after["blocks"].keys() == before["blocks"].keys()
        nothing_is_missing_unsaid(before, after)  # no fault was kept as if it were data


@pytest.mark.parametrize("fault", STATUSES)
def test_a_system_that_says_when_to_come_back_is_left_alone_until_then(
    behind: Behind,
    people: dict[str, httpx.Client],
    known: dict[tuple[str, str], Shown],
    fault: Fault,
) -> None:
    proxy = behind.proxies["erp"]
    proxy.journal.clear()
    proxy.plan = Plan(faults=(fault,), retry_after=3)
    until = time.monotonic() + 6
    while time.monotonic() < until:
        for mail, address in list(known)[:6]:
            shown(people[mail], address)
    refused = sorted(passage.at for passage in proxy.journal if passage.fault is fault)
    assert len(refused) >= 2
    first = refused[0]
    early = [at - first for at in refused if 0.5 < at - first < 2.9]  # the first were sent together
    assert not early


def test_a_quota_is_not_fought(
    behind: Behind, people: dict[str, httpx.Client], known: dict[tuple[str, str], Shown]
) -> None:
    proxy = behind.proxies["erp"]
    proxy.journal.clear()
    proxy.plan = Plan(quota=(5, 2.0), retry_after=2)
    for _ in range(3):
        time.sleep(OLD)
        for (mail, address), before in known.items():
            nothing_is_missing_unsaid(before, shown(people[mail], address))
    heard = sum(passage.was_heard for passage in proxy.journal)
    refused = len(proxy.journal) - heard
    assert heard >= 5
    assert refused <= heard, (heard, refused)
