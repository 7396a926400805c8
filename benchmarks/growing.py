"""What must not grow: calls with rows, CPU with steps and with customers. And T5."""

from collections.abc import Iterable
from contextlib import ExitStack

from benchmarks import rounds
from benchmarks.figures import Figure, short, table
from benchmarks.grown import STEPS, grown
from benchmarks.load import Request
from benchmarks.peers import HTML, minimal_asgi
from benchmarks.people import numbers
from benchmarks.portal import Office, Portal, ask, back_office, portal
from benchmarks.processes import Process
from benchmarks.run import CUSTOMERS, Run

ROWS = {"A": 10, "B": 100, "D": 1000}
MANY_STEPS = 1000
SAID_OF_ROWS = """\
These systems give 200 rows at a time, and cannot be asked for rows up to a date: a list then reads
up to 1,000 rows, and so does a page that shows all of them (docs/limits.md, Many rows).
"""
FEW, MANY = 100, 10_000


def cost_does_not_grow(run: Run) -> None:
    """Calls and CPU per page, with more rows, more steps and more customers."""
    with ExitStack() as stack:
        office = stack.enter_context(back_office(run.state))
        people = [f"C:{MANY}", *(f"{letter}:8" for letter in ROWS)]
        balie = stack.enter_context(portal(run.state, office, people))
        run.report.heading("Cost does not grow")
        _rows(run, office, balie)
        big = stack.enter_context(
            portal(
                run.state / "grown",
                office,
                [f"C:{CUSTOMERS}"],
                grown(run.state / "blueprint", MANY_STEPS),
                name="balie_grown",
            )
        )
        _steps(run, balie, big)
        _customers(run, balie)
        _hello(run, stack, office, balie)


def _rows(run: Run, office: Office, balie: Portal) -> None:
    """Calls and CPU of a page, by how many rows the customer has."""
    told = []
    for letter, count in ROWS.items():
        who = numbers(letter, 8)
        for name, path in (("the whole file", "/cold/{number}"), ("list of 20 orders", "/orders")):
            one = rounds.measured(
                balie.process,
                balie.port,
                Request(path, who),
                seconds=run.pace.seconds,
                state=run.state,
                at_once=1,
                calls=office.all_calls,
            )
            label = f"{count} orders and invoices: {name}"
            told.append([label, f"{one.calls:.2f}", short(one.cpu)])
    run.report.line(table(["rows of the customer", "calls a page", "CPU ms"], told))
    run.report.line(SAID_OF_ROWS)


def _steps(run: Run, few: Portal, many: Portal) -> None:
    """The same page of a blueprint of 5 steps and of 1,000, in turns."""
    who = numbers("C", CUSTOMERS)
    for state in ("warm", "cold"):
        request = Request(f"/{state}/{{number}}", who)
        figures = {STEPS: Figure(), MANY_STEPS: Figure()}
        _make_known((few, many), request)
        for _ in range(run.pace.rounds):
            for steps, one in ((STEPS, few), (MANY_STEPS, many)):
                figures[steps].add(_cpu(run, one.process, one.port, request))
        _tell(run, f"steps of the blueprint, {state} page", figures)


def _make_known(portals: Iterable[Portal], request: Request) -> None:
    """Every customer has seen the page once."""
    for one in portals:
        for number in request.numbers:
            ask(one.port, request.path, number, request.accept)


def _customers(run: Run, balie: Portal) -> None:
    """The same page for 100 customers in turn and for 10,000, in turns."""
    figures = {FEW: Figure(), MANY: Figure()}
    for n in range(1 + run.pace.rounds):
        for count in (FEW, MANY):
            cpu = _cpu(
                run, balie.process, balie.port, Request("/cold/{number}", numbers("C", count))
            )
            if n:  # the first time everybody must be recognised, too
                figures[count].add(cpu)
    _tell(run, "customers in turn, cold page", figures)


def _tell(run: Run, about: str, figures: dict[int, Figure]) -> None:
    least = min(figures)
    rows = [
        [
            f"{count:,} {about}",
            short(one.middle),
            one.range,
            f"{short(one.middle / figures[least].middle)} x",
        ]
        for count, one in figures.items()
    ]
    run.report.line(table(["", "CPU ms", "min-max", "of the first"], rows))
    run.report.line("")


def _hello(run: Run, stack: ExitStack, office: Office, balie: Portal) -> None:
    """T5: a warm page beside a hello on the same uvicorn."""
    peer = stack.enter_context(minimal_asgi(run.state, office, balie))
    who = numbers("C", CUSTOMERS)
    page = Request("/warm/{number}", who, HTML)
    _make_known([balie], page)
    hello, ours, warm = Figure(), Figure(), Figure()
    for _ in range(run.pace.rounds):
        hello.add(_cpu(run, peer.process, peer.port, Request("/healthz", who)))
        ours.add(_cpu(run, balie.process, balie.port, Request("/healthz", who)))
        warm.add(_cpu(run, balie.process, balie.port, page))
    rows = [
        [name, short(one.middle), one.range, f"{short(one.middle / hello.middle)} x"]
        for name, one in (
            ("hello, ASGI on the same uvicorn", hello),
            ("Balie's /healthz", ours),
            ("warm page, HTML", warm),
        )
    ]
    run.report.line(table(["T5", "CPU ms", "min-max", "of hello"], rows))
    run.report.found |= {"hello": hello.middle, "warm HTML beside hello": warm.middle}


def _cpu(run: Run, process: Process, port: int, request: Request) -> float:
    """CPU milliseconds a request of a process."""
    seconds, state = run.pace.seconds, run.state
    return rounds.measured(process, port, request, seconds=seconds, state=state).cpu
