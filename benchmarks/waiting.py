"""How long customers wait: when a system is slow, when all are, and when one is dead."""

import time

from benchmarks.figures import table
from benchmarks.load import Load, Request, wrk
from benchmarks.people import numbers
from benchmarks.portal import Office, Portal, ask, back_office, portal
from benchmarks.run import CUSTOMERS, Run

SLOW = 800  # milliseconds
USUAL = 50
UNTIL_OPEN = 60  # seconds
LONGEST_CALL = 10  # seconds; pages still wait for the calls that were under way when it opened
HEADS = ["", "p50 ms", "p95 ms", "p99 ms", "pages"]


def slow_and_dead_systems(run: Run) -> None:
    """The pages of 64 customers, 16 at once, while systems misbehave."""
    who, report = numbers("C", CUSTOMERS), run.report
    with (
        back_office(run.state) as office,
        portal(run.state, office, [f"C:{CUSTOMERS}"]) as balie,
    ):
        for number in who:
            for path in ("/warm/{number}", "/cold/{number}", "/soon/{number}"):
                ask(balie.port, path, number)
        report.heading("Time to answer, 16 at once")
        report.line(table(HEADS, [*_slow(run, office, balie), *_all(run, office, balie)]))
        report.line("")
        report.line(table(HEADS, _dead(run, office, balie)))


def _load(run: Run, balie: Portal, path: str, seconds: int = 0) -> Load:
    request = Request(path, numbers("C", CUSTOMERS))
    taken = seconds or run.pace.seconds * 2
    return wrk(balie.port, request, at_once=16, seconds=taken, state=run.state)


def _slow(run: Run, office: Office, balie: Portal) -> list[list[str]]:
    """Known pages while the ERP takes 800 ms: of before, refreshed behind the page, and too old."""
    office.set(erp_delay=SLOW)
    known = _load(run, balie, "/warm/{number}")
    busy = _load(run, balie, "/soon/{number}", seconds=10)
    too_old = _load(run, balie, "/cold/{number}")
    office.set(erp_delay=0)
    run.report.found["known p95"] = known.p95
    return [
        _row("known, the ERP at 800 ms", known),
        _row("known, at most 4 seconds old, the ERP at 800 ms", busy),
        _row("older than it may be, the ERP at 800 ms (waits for it)", too_old),
    ]


def _all(run: Run, office: Office, balie: Portal) -> list[list[str]]:
    """Cold, with each of the four systems at 50 ms."""
    office.set(delay=USUAL)
    cold = _load(run, balie, "/cold/{number}")
    run.report.found |= {"4 sources p95": cold.p95, "slowest source": USUAL}
    return [_row("cold, each of 4 systems at 50 ms", cold)]


def _dead(run: Run, office: Office, balie: Portal) -> list[list[str]]:
    """One of the four takes every call and answers none; before, and after the breaker opened."""
    office.set(delay=USUAL)
    alive = _load(run, balie, "/cold/{number}")
    office.set(helpdesk_silent=1)
    waited = _until_open(run, office, balie)
    dead = _load(run, balie, "/cold/{number}")
    office.set(helpdesk_silent=0, delay=0)
    run.report.found |= {"alive p95": alive.p95, "dead p95": dead.p95}
    return [
        _row("cold, all four alive", alive),
        _row(f"cold, one dead, its breaker open (after {waited:.0f} s)", dead),
    ]


def _until_open(run: Run, office: Office, balie: Portal) -> float:
    """Asks for pages until hardly any call goes to the dead system; seconds that it took."""
    began = time.monotonic()
    while time.monotonic() - began < UNTIL_OPEN:
        calls = office.calls()["helpdesk"]
        load = _load(run, balie, "/cold/{number}", seconds=2)
        if load.requests > 20 and office.calls()["helpdesk"] - calls < load.requests / 10:
            break
    opened = time.monotonic() - began
    _load(run, balie, "/cold/{number}", seconds=LONGEST_CALL)
    return opened


def _row(name: str, load: Load) -> list[str]:
    return [name, *(f"{ms:.0f}" for ms in (load.p50, load.p95, load.p99)), str(load.requests)]
