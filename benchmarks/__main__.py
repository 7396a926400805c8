"""What a page costs: CPU of the portal's process per request, beside `/healthz` on the same server.

    make bench

Starts `balie run --demo` with its rehearsed systems. Answers are compared before they are timed.
The kinds of request take turns in short rounds, so that a busy machine troubles all alike.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from tests.running import Portal, portal

ROUNDS = 5
AT_ONCE = 8
REQUESTS = 200
TICK = os.sysconf("SC_CLK_TCK")
SLOW_ERP = 800  # milliseconds


@dataclass
class Measured:
    """One kind of request: CPU ms per request of each round, and seconds of each request."""

    name: str
    path: str
    accept: str
    cpu: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def main() -> int:
    with tempfile.TemporaryDirectory() as state, portal(Path(state)) as here:
        asyncio.run(_measure(here))
    return 0


async def _measure(here: Portal) -> None:
    kinds = [
        Measured("/healthz, the floor of this server", "/healthz", "*/*"),
        Measured("overview, known (HTML)", "/", "text/html"),
        Measured("list of 20, known (HTML)", "/bestellingen", "text/html"),
        Measured("list of 20, known (JSON)", "/bestellingen", "application/json"),
        Measured("one order, known (HTML)", "/bestellingen/VO-26088", "text/html"),
        Measured("not found (HTML)", "/bestellingen/VO-26107", "text/html"),
    ]
    async with _browser(here) as client:
        for kind in kinds:
            answer = await client.get(kind.path, headers={"Accept": kind.accept})
            assert answer.status_code in (200, 404), kind.path
        with _slow(here, "erp"):
            for _ in range(ROUNDS):
                for kind in kinds:
                    await _round(here, client, kind)
    _print(kinds)


def _browser(here: Portal) -> httpx.AsyncClient:
    signed_in = here.signed_in("sanne@example.nl")
    cookies = dict(signed_in.cookies)
    signed_in.close()
    return httpx.AsyncClient(base_url=here.url, cookies=cookies, timeout=20)


@contextmanager
def _slow(here: Portal, system: str) -> Iterator[None]:
    """The ERP answers in 800 ms: a known page must not notice."""
    here.switch(system, latency_ms=SLOW_ERP)
    yield
    here.switch(system, latency_ms=0)


async def _round(here: Portal, client: httpx.AsyncClient, kind: Measured) -> None:
    before = _cpu(here.process.pid)
    turns = asyncio.Semaphore(AT_ONCE)

    async def ask() -> None:
        async with turns:
            began = time.perf_counter()
            await client.get(kind.path, headers={"Accept": kind.accept})
            kind.seconds.append(time.perf_counter() - began)

    await asyncio.gather(*(ask() for _ in range(REQUESTS)))
    kind.cpu.append((_cpu(here.process.pid) - before) * 1000 / REQUESTS)


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _print(kinds: list[Measured]) -> None:
    floor = statistics.median(kinds[0].cpu)
    print(f"ERP at {SLOW_ERP} ms, {AT_ONCE} at once, {ROUNDS} rounds of {REQUESTS}; medians")
    print(f"{'what':40} {'CPU ms':>8} {'min-max':>14} {'ratio':>6} {'p95 ms':>8}")
    for kind in kinds:
        cpu = statistics.median(kind.cpu)
        p95 = sorted(kind.seconds)[int(len(kind.seconds) * 0.95)] * 1000
        spread = f"{min(kind.cpu):.2f}-{max(kind.cpu):.2f}"
        print(f"{kind.name:40} {cpu:8.2f} {spread:>14} {cpu / floor:6.1f} {p95:8.0f}")


if __name__ == "__main__":
    sys.exit(main())
