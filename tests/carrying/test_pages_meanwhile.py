"""Pages while the ERP is off and customers send what must go there: as fast as before, memory flat.

A whole portal in processes of its own, in real time. The hour itself passes in `test_an_hour_away`.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.carrying.customers import cookie_of, mail_of, written
from tests.ports import free_ports
from tests.running import ROOT, Portal, portal
from tests.telling import LINDEMAN

CUSTOMERS = 200  # who send while it is off; as many others send before
EVERY = 0.2  # seconds
KNOWN, ELSEWHERE = "/bestellingen", "/retour"  # of the ERP, and of the CRM alone
SESSION = "balie"
AS_DATA = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Office:
    """A portal, and where it keeps what it keeps."""

    portal: Portal
    carrier: int  # process id

    def memory(self) -> tuple[float, float]:
        """RSS of the process that serves pages, and of the one that carries, in MB."""
        return _rss(self.portal.process.pid), _rss(self.carrier)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("blueprint") / "lindeman"
    shutil.copytree(LINDEMAN, folder)
    written(folder, 2 * CUSTOMERS)
    state, port = tmp_path_factory.mktemp("state"), free_ports(4)
    with portal(state, folder, port=port) as running:
        there = {"BALIE_BLUEPRINT": str(folder), "BALIE_STATE": str(state / "balie")}
        command = [sys.executable, "-m", "tests.carrying.customers", str(2 * CUSTOMERS)]
        subprocess.run(command, check=True, cwd=ROOT, env=os.environ | there)
        yield Office(running, _carrier_of(running.process.pid))


def _carrier_of(parent: int) -> int:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    (carrier,) = [
        int(one) for one in children if b"carry" in Path(f"/proc/{one}/cmdline").read_bytes()
    ]
    return carrier


def _rss(process: int) -> float:
    found = re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text(), re.M)
    assert found is not None
    return int(found[1]) / 1024


def send(url: str, number: int) -> tuple[str, float]:
    """Somebody moves: the address of the receipt, and how many milliseconds it took to come."""
    with httpx.Client(base_url=url, cookies={SESSION: cookie_of(number)}, timeout=30) as client:
        said = {
            "email": mail_of(number),
            "mobile": "0612345678",
            "street": f"Nieuwe weg {number}",
            "postcode": "3512 JC",
            "city": "Utrecht",
        }
        began = time.perf_counter()
        answer = client.post("/gegevens", json=said, headers=AS_DATA | {"Idempotency-Key": "move"})
        took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 201, answer.text
    return str(answer.json()["address"]), took


def meanwhile(office: Office, numbers: Sequence[int]) -> tuple[list[float], dict[str, list[float]]]:
    """They send one after another while somebody reads: milliseconds of receipts, and of pages."""
    url, pages = office.portal.url, {KNOWN: list[float](), ELSEWHERE: list[float]()}
    with (
        ThreadPoolExecutor(8) as pool,
        closing(office.portal.signed_in("sanne@example.nl")) as sanne,
    ):
        for page in pages:
            assert sanne.get(page).status_code == 200
        sent = []
        for number in numbers:
            due = time.perf_counter() + EVERY
            sent.append(pool.submit(send, url, number))
            for page, took in pages.items():
                began = time.perf_counter()
                assert sanne.get(page).status_code == 200
                took.append((time.perf_counter() - began) * 1000)
            time.sleep(max(0.0, due - time.perf_counter()))
        return [one.result()[1] for one in sent], pages


def p95(took: Sequence[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)]


def changed_in(office: Office, system: str, table: str) -> Counter[str]:
    """How often each row of a table was really changed, by the system's own log."""
    return Counter(
        effect["key"]
        for line in office.portal.asked(system)
        for effect in line["effects"]
        if (effect["deed"], effect["table"]) == ("changed", table)
    )


def all_are_delivered(office: Office, count: int, seconds: float) -> float:
    """Until so many rows changed in both systems, each once: how many seconds it took."""
    began = time.monotonic()
    while sum(changed_in(office, "erp", "customers").values()) < count:
        assert time.monotonic() - began < seconds, changed_in(office, "erp", "customers")
        time.sleep(1)
    return time.monotonic() - began


@pytest.mark.proof
def test_pages_while_the_erp_is_off_are_as_fast_as_before(office: Office) -> None:
    receipts, pages = meanwhile(office, range(CUSTOMERS))
    all_are_delivered(office, CUSTOMERS, 60)
    before = office.memory()

    office.portal.switch("erp", down=True)
    receipts_off, pages_off = meanwhile(office, range(CUSTOMERS, 2 * CUSTOMERS))
    during = office.memory()
    office.portal.switch("erp", down=False)
    seconds = all_are_delivered(office, 2 * CUSTOMERS, 300)
    after = office.memory()

    lines = [
        (
            f"p95 in ms, ERP on / off: receipt {p95(receipts):.1f} / {p95(receipts_off):.1f}; "
            f"known page of the ERP {p95(pages[KNOWN]):.1f} / {p95(pages_off[KNOWN]):.1f}; page of "
            f"the CRM {p95(pages[ELSEWHERE]):.1f} / {p95(pages_off[ELSEWHERE]):.1f}"
        ),
        (
            f"memory (RSS, MB) of pages + carrier: {_both(before)} before, {_both(during)} after "
            f"{CUSTOMERS} submissions with the ERP off, {_both(after)} once all was delivered, "
            f"{seconds:.0f} s after it was back"
        ),
    ]
    sys.stdout.write("\n" + "\n".join(lines) + "\n")
    for system, table in (("crm", "contacts"), ("erp", "customers")):
        assert set(changed_in(office, system, table).values()) == {1}
        assert len(changed_in(office, system, table)) == 2 * CUSTOMERS
    for page in (KNOWN, ELSEWHERE):
        assert p95(pages_off[page]) < 2 * p95(pages[page]) + 10
    assert sum(after) - sum(before) < 30
    assert p95(receipts_off) < 1000


def _both(memory: tuple[float, float]) -> str:
    return f"{memory[0]:.0f} + {memory[1]:.0f}"
