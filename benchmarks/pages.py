"""The page, cold and warm, as JSON and HTML, by Balie and by each peer: CPU per request."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.answers import Difference, html_differences, json_differences
from benchmarks.figures import Figure
from benchmarks.load import Failed, Load, Request, wrk
from benchmarks.peers import HTML, JSON, Server
from benchmarks.portal import Office, ask

AT_ONCE = 16
LEAST_REQUESTS = 48
MOST_SECONDS = 20
KINDS = {
    "cold JSON": ("/cold/{number}", JSON),
    "cold HTML": ("/cold/{number}", HTML),
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


def compare(servers: Sequence[Server], numbers: Sequence[str]) -> Iterator[str]:
    """Compares the answers to each customer, field by field. Raises Differs."""
    ours, *peers = servers
    for kind, (path, accept) in KINDS.items():
        for peer in peers:
            if kind in peer.does:
                for number in numbers:
                    at = path.format(number=number)
                    here = ask(ours.port, at, number, accept)
                    _same(f"{peer.name}, {at}", here, ask(peer.port, at, number, accept), accept)
                yield f"{peer.name}: {kind} of {len(numbers)} customers is the same as ours"


def _same(what: str, ours: bytes, theirs: bytes, accept: str) -> None:
    differing: list[Difference] = (html_differences if accept == HTML else json_differences)(
        ours, theirs
    )
    if differing:
        told = "\n".join(f"  {one}" for one in differing[:5])
        raise Differs(f"{what} differs in {len(differing)} places:\n{told}")


def warm_up(servers: Sequence[Server], numbers: Sequence[str]) -> None:
    """Every customer's page is known to everybody who remembers."""
    for kind, (path, accept) in KINDS.items():
        for server in servers:
            if kind.startswith("warm") and kind in server.does:
                for number in numbers:
                    ask(server.port, path.format(number=number), number, accept)


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
                    office.set(changing=float(kind.startswith("cold")))
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
    request = Request(path, numbers, accept)
    if not measured.cpu.rounds:
        wrk(server.port, request, at_once=AT_ONCE, seconds=1, state=state)
    load, calls, cpu = _enough(server, request, office, seconds, state)
    measured.cpu.add(cpu * 1000 / load.requests)
    measured.calls.add(calls / load.requests)
    measured.p50.add(load.p50)
    measured.p99.add(load.p99)
    measured.a_second.add(load.requests / load.seconds)
    measured.bytes = measured.bytes or len(
        ask(server.port, path.format(number=numbers[0]), numbers[0], accept)
    )


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
