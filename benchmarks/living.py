"""How long it takes to start, and what it takes in memory, idle and after much work."""

import time
import urllib.error

from benchmarks.figures import Figure, short
from benchmarks.load import Request, wrk
from benchmarks.people import numbers
from benchmarks.portal import Portal, ask, back_office, portal
from benchmarks.run import Run

STARTS = 3
PAGES, OF_CUSTOMERS = 10_000, 1_000
AT_MOST = 60  # seconds for all those pages


def memory_and_start(run: Run) -> None:
    """Start to the first page; memory then, and after 10,000 pages of 1,000 customers."""
    report, starts, idle = run.report, Figure(), Figure()
    report.heading("Start and memory")
    with back_office(run.state) as office:
        for n in range(STARTS):
            people = [f"C:{OF_CUSTOMERS}"] if n == 0 else []
            with portal(run.state, office, people, waits=False) as balie:
                starts.add(_first_page(balie.port) - balie.began)
                time.sleep(1)
                idle.add(balie.process.memory)
                if n == STARTS - 1:
                    (made, each), after = _work(run, balie), balie.process.memory
    report.line(f"start to first page: {starts.middle:.2f} s ({starts.range}), {STARTS} starts")
    report.line(f"memory (PSS), idle after one page: {idle.middle:.0f} MB ({idle.range})")
    report.line(f"memory after {made:,} pages of {OF_CUSTOMERS:,} customers: {after:.0f} MB")
    report.line(f"CPU of a warm page by then, {OF_CUSTOMERS:,} customers in turn: {short(each)} ms")
    report.found |= {"start": starts.middle, "memory idle": idle.middle, "memory after": after}


def _first_page(port: int) -> float:
    """When the first page was there."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            ask(port, "/warm/{number}", "C00000")
        except (OSError, urllib.error.URLError):
            time.sleep(0.01)
        else:
            return time.monotonic()
    raise RuntimeError("no page within a minute of the start")


def _work(run: Run, balie: Portal) -> tuple[int, float]:
    """Asks for the pages of all customers in turn: how many were made, and CPU ms of the last."""
    who, made, each = numbers("C", OF_CUSTOMERS), 0, 0.0
    until = time.monotonic() + AT_MOST
    while made < PAGES and time.monotonic() < until:
        turn = made % OF_CUSTOMERS  # where the load before this one ended
        request = Request("/warm/{number}", [*who[turn:], *who[:turn]], "text/html")
        cpu = balie.process.cpu
        load = wrk(balie.port, request, at_once=16, seconds=5, state=run.state)
        made += load.requests
        each = (balie.process.cpu - cpu) * 1000 / max(1, load.requests)
    return made, each
