"""The example `fietsen` on a real Tryton behind a proxy with the faults of networks: T1, T8."""

import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from tests.backoffices.tryton.demo import BLUEPRINT, settings
from tests.backoffices.tryton.office import TrytonOffice, installed
from tests.faults.fault import Fault, Plan
from tests.faults.portal import Shown, nothing_is_missing_unsaid, pages_of, shown, trusts
from tests.faults.proxy import FaultProxy
from tests.ports import free_ports
from tests.running import Portal, impatient, portal_on

pytestmark = pytest.mark.proof

ANNA, BRAM = "anna@fietsen.example", "bram@fietsen.example"
OLD = 1.1  # seconds after which everything is asked again
A_PROMISE = 4.0  # seconds: more than any page of the blueprint promises, on a busy machine


@pytest.fixture(scope="module")
def proxy() -> Iterator[FaultProxy]:
    installed()
    with TrytonOffice(free_ports(1)) as office, FaultProxy(office.url) as here:
        yield here


@pytest.fixture(scope="module")
def portal(proxy: FaultProxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = impatient(BLUEPRINT, tmp_path_factory.mktemp("blueprint") / "copy")
    there = settings(TrytonOffice(), proxy.url)
    with portal_on(tmp_path_factory.mktemp("state"), folder, there) as here:
        yield here


@pytest.fixture(scope="module", params=[ANNA, BRAM])
def browser(portal: Portal, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    with closing(portal.signed_in(request.param)) as client:
        yield client


@pytest.fixture
def known(browser: httpx.Client, proxy: FaultProxy) -> Iterator[dict[str, Shown]]:
    """Every page while all is well; afterwards all is well again."""
    proxy.behave()
    yield {address: _fresh(browser, address) for address in pages_of(browser)}
    proxy.behave()


def _fresh(browser: httpx.Client, address: str) -> Shown:
    for _ in range(80):
        page = shown(browser, address)
        if trusts(page) == {"fresh"}:
            return page
        time.sleep(0.5)
    raise AssertionError(f"{address} does not get fresh: {page}")


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_costs_no_page_is_said_and_is_not_kept(
    browser: httpx.Client, proxy: FaultProxy, known: dict[str, Shown], fault: Fault
) -> None:
    proxy.journal.clear()
    proxy.plan = Plan(faults=(fault,), retry_after=1)
    time.sleep(OLD)
    told = set()
    for address, before in known.items():
        began = time.monotonic()
        assert browser.get(address).status_code == 200
        assert time.monotonic() - began < A_PROMISE, address
        now = shown(browser, address)
        nothing_is_missing_unsaid(before, now)
        told |= trusts(now)
    assert told - {"fresh"}, "nobody was told anything"
    assert proxy.met().get(fault), "no request met the fault"
    proxy.behave()
    for address, before in known.items():
        after = _fresh(browser, address)
        assert after["blocks"].keys() == before["blocks"].keys()
        nothing_is_missing_unsaid(before, after)


def test_a_fifth_of_all_calls_fails_and_no_page_does(
    browser: httpx.Client, proxy: FaultProxy, known: dict[str, Shown]
) -> None:
    proxy.journal.clear()
    proxy.plan = Plan(faults=tuple(Fault), share=0.2, retry_after=1)
    for _ in range(6):
        time.sleep(OLD)
        for address, before in known.items():
            nothing_is_missing_unsaid(before, shown(browser, address))
    assert sum(proxy.met().values()) >= 3, proxy.met()
