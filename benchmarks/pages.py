"""The page, cold and warm, as JSON and HTML, by Balie and by each peer: CPU per request."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.answers import Difference, html_differences, json_differences, raw_differences
from benchmarks.figures import Figure
from benchmarks.load import Failed, Load, Request, wrk
from benchmarks.peers import CLEAR, HTML, JSON, Server
from benchmarks.portal import Office, ask

AT_ONCE = 16
LEAST_REQUESTS = 48
MOST_SECONDS = 20
KINDS = {
    "cold JSON": ("/cold/{number}", JSON),
    "cold HTML": ("/cold/{number}", HTML),
    "cold, unchanged JSON": ("/cold/{number}", JSON),
    "cold, unchanged HTML": ("/cold/{number}", HTML),
    "warm JSON": ("/warm/{number}", JSON),
    "warm HTML": ("/warm/{number}", HTML),
}
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
    rounds: int,
    seconds: int,
    state: Path,
    say: Say,
) -> Results:
    """Rounds in turns: in each round every server has its turn at every kind of request."""
    found: dict[str, dict[str, Measured]] = defaultdict(lambda: defaultdict(Measured))
    for n in range(rounds):
        for kind in KINDS:
            for server in servers:
                if kind in server.does:
                    office.set(changing=float(kind.startswith("cold ")))
                    turn(found[kind][server.name], server, kind, office, numbers, seconds, state)
        say(f"round {n + 1} of {rounds} done")
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
    load, calls, cpu = _enough(server, request, office, seconds, state)
    measured.cpu.add(cpu * 1000 / load.requests)
    measured.calls.add(calls / load.requests)
    measured.p50.add(load.p50)
    measured.p99.add(load.p99)
    measured.a_second.add(load.requests / load.seconds)
    measured.bytes = measured.bytes or len(asked(server, kind, numbers[0]))


def _enough(
    server: Server, request: Request, office: Office, seconds: int, state: Path
) -> tuple[Load, int, float]:
    """A round with enough requests to divide by, the calls that arrived, and its CPU seconds."""
    while True:
        calls, cpu = sum(office.calls().values()), server.process.cpu
        load = wrk(
            server.port, request, at_once=AT_ONCE, seconds=seconds, state=state, strict=False
        )
        if load.failed:
            raise Failed(f"{server.name}: {load.failed} of {load.requests} requests failed")
        if load.requests >= LEAST_REQUESTS:
            return load, sum(office.calls().values()) - calls, server.process.cpu - cpu
        if seconds > MOST_SECONDS:
            raise Failed(f"{server.name}: {load.requests} answers in {seconds} seconds")
        seconds *= 2
