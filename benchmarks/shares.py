"""Where the time of Balie's own page goes."""

import json
import os
import signal
import sys
from pathlib import Path

from benchmarks.figures import table
from benchmarks.load import Request, wrk
from benchmarks.pages import KINDS
from benchmarks.people import numbers
from benchmarks.portal import ask, back_office, portal
from benchmarks.run import CUSTOMERS, Run

FORMS = ("cold JSON", "cold HTML", "warm JSON", "warm HTML")


def shares_of_a_page(run: Run) -> None:
    """Each part's share of a page, by looking at what is at work every two milliseconds."""
    found = {kind: _sampled(run, kind) for kind in FORMS}
    total = {kind: sum(counts.values()) or 1 for kind, counts in found.items()}
    parts = {part: sum(counts.get(part, 0) for counts in found.values()) for counts in
             found.values() for part in counts}  # fmt: skip
    rows = [
        [part, *(f"{100 * found[kind].get(part, 0) / total[kind]:.0f} %" for kind in FORMS)]
        for part in sorted(parts, key=lambda part: -parts[part])
    ]
    run.report.heading("Each part's share of Balie's own page")
    run.report.line(table(["", *FORMS], rows))


def _sampled(run: Run, kind: str) -> dict[str, int]:
    """part -> how often it was seen at work."""
    path, accept = KINDS[kind]
    who, state = numbers("C", CUSTOMERS), run.state / kind.replace(" ", "-")
    file = state / "samples.json"
    program = [sys.executable, "-m", "benchmarks.sampled", str(file)]
    with (
        back_office(state) as office,
        portal(state, office, [f"C:{CUSTOMERS}"], program=program) as balie,
    ):
        for number in who:
            ask(balie.port, path, number, accept)
        os.kill(balie.process.popen.pid, signal.SIGUSR1)
        request = Request(path, who, accept)
        wrk(balie.port, request, at_once=16, seconds=run.pace.seconds, state=state)
    return _read(file)


def _read(file: Path) -> dict[str, int]:
    counts: dict[str, int] = json.loads(file.read_text())
    return counts
