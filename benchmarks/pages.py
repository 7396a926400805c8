"""The page, cold and warm, as JSON and HTML, by Balie and by each peer: CPU per request."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks import rounds
from benchmarks.answers import Difference, html_differences, json_differences, raw_differences
from benchmarks.figures import Figure
from benchmarks.load import Failed, Request, wrk
from benchmarks.peers import CLEAR, HTML, JSON, Server
from benchmarks.portal import Office, ask
from benchmarks.rounds import AT_ONCE

KINDS = {
    "cold JSON": ("/cold/{number}", JSON),
    "cold HTML": ("/cold/{number}", HTML),
    "cold, unchanged JSON": ("/cold/{number}", JSON),
    "cold, unchanged HTML": ("/cold/{number}", HTML),
    "warm JSON": ("/warm/{number}", JSON),
    "warm HTML": ("/warm/{number}", HTML),
}
LEAST_CALLS_COLD = 3.9
MOST_CALLS_WARM = 0.02
SETTLE = 0.3  # seconds: what was under way in the turn before comes to its end
Say = Callable[[str], None]


class Differs(Exception):
    """A peer does not answer what we answer, so timing them side by side says nothing."""


@dataclass
class Measured:
    """One kind of request of one server. cpu: milliseconds a request; calls: those that arrived."""

    cpu: Figure = field(default_factory=Figure)
    calls: Figure = field(default_factory=Figure)
    p50: Figure = field(default_factory=Figure)
    p99: Figure = field(default_factory=Figure)
    a_second: Figure = field(default_factory=Figure)
    bytes: int = 0


Results = Mapping[str, Mapping[str, Measured]]  # kind of request -> server -> what was measured


def asked(server: Server, kind: str, number: str) -> bytes:
    """One server's answer to one customer."""
    path, accept = KINDS[kind]
    return ask(server.port, _path(server, path), number, accept, server.query)


def _path(server: Server, path: str) -> str:
    return "/graphql" if server.query else path


def compare(servers: Sequence[Server], numbers: Sequence[str]) -> Iterator[str]:
    """Compares the answers to each customer, field by field. Raises Differs."""
    ours, *peers = servers
    for kind in KINDS:
        for peer in peers:
            if kind in peer.does:
                for number in numbers:
                    here, there = asked(ours, kind, number), asked(peer, kind, number)
                    _same(f"{peer.name}, {kind} of {number}", _differences(peer, kind), here, there)
                yield f"{peer.name}: {kind} of {len(numbers)} customers is the same as ours"


Compares = Callable[[bytes, bytes], list[Difference]]


def _differences(peer: Server, kind: str) -> Compares:
    if peer.query:
        return partial(raw_differences, clear=CLEAR)
    return html_differences if kind.endswith("HTML") else json_differences


def _same(what: str, differences: Compares, ours: bytes, theirs: bytes) -> None:
    differing = differences(ours, theirs)
    if differing:
        told = "\n".join(f"  {one}" for one in differing[:5])
        raise Differs(f"{what} differs in {len(differing)} places:\n{told}")


def warm_up(servers: Sequence[Server], numbers: Sequence[str]) -> None:
    """Every customer's page is known to everybody who remembers."""
    for kind in KINDS:
        for server in servers:
            if kind.startswith("warm") and kind in server.does:
                for number in numbers:
                    asked(server, kind, number)


def measure(
    servers: Sequence[Server],
    office: Office,
    numbers: Sequence[str],
    *,
    times: int,
    seconds: int,
    state: Path,
    say: Say,
) -> Results:
    """Rounds in turns: in each round every server has its turn at every kind of request."""
    found: dict[str, dict[str, Measured]] = defaultdict(lambda: defaultdict(Measured))
    for n in range(times):
        for kind in KINDS:
            for server in servers:
                if kind in server.does:
                    office.set(changing=float(kind.startswith("cold ")))
                    turn(found[kind][server.name], server, kind, office, numbers, seconds, state)
        say(f"round {n + 1} of {times} done")
    office.set(changing=0)
    return found


def turn(
    measured: Measured,
    server: Server,
    kind: str,
    office: Office,
    numbers: Sequence[str],
    seconds: int,
    state: Path,
) -> None:
    """One server's turn: a moment to warm up, then what it costs."""
    path, accept = KINDS[kind]
    request = Request(_path(server, path), numbers, accept, server.query)
    if not measured.cpu.rounds:
        wrk(server.port, request, at_once=AT_ONCE, seconds=1, state=state)
    time.sleep(SETTLE)
    one = rounds.measured(
        server.process, server.port, request, seconds=seconds, state=state, calls=office.all_calls
    )
    as_meant(server, kind, one.calls)
    measured.cpu.add(one.cpu)
    measured.calls.add(one.calls)
    measured.p50.add(one.load.p50)
    measured.p99.add(one.load.p99)
    measured.a_second.add(one.load.requests / one.load.seconds)
    measured.bytes = measured.bytes or len(asked(server, kind, numbers[0]))


def as_meant(server: Server, kind: str, calls: float) -> None:
    """Raises Failed when a warm page was asked for after all, or a cold one was not."""
    if kind.startswith("warm") and calls > MOST_CALLS_WARM:
        raise Failed(f"{server.name}: a warm page, and yet {calls:.2f} calls for each")
    if kind.startswith("cold") and calls < LEAST_CALLS_COLD:
        raise Failed(f"{server.name}: a cold page, and yet only {calls:.2f} calls for each")
