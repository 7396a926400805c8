"""One round: load for some seconds, the CPU that it took, and the calls that arrived."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Failed, Load, Request, wrk
from benchmarks.processes import Process

AT_ONCE = 16
LEAST_REQUESTS = 6
"""For each that is under way at once: what is not finished when a round ends is not divided by."""
MOST_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Round:
    """What a round cost. cpu: milliseconds an answered request; calls: an answered request."""

    load: Load
    cpu: float
    calls: float


def measured(
    process: Process,
    port: int,
    request: Request,
    *,
    seconds: int,
    state: Path,
    at_once: int = AT_ONCE,
    calls: Callable[[], int] = lambda: 0,
) -> Round:
    """A round that is long enough; it is made longer until it is. Raises Failed."""
    while True:
        called, cpu = calls(), process.cpu
        load = wrk(port, request, at_once=at_once, seconds=seconds, state=state)
        if load.requests >= LEAST_REQUESTS * at_once or seconds >= MOST_SECONDS:
            break
        seconds = min(MOST_SECONDS, 2 * seconds)
    if not load.requests:
        raise Failed(f"{process.name}: no answer in {seconds} seconds to {request.path}")
    each = load.requests
    return Round(load, (process.cpu - cpu) * 1000 / each, (calls() - called) / each)
