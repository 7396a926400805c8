"""What must not grow: calls with rows, CPU with steps and with customers. And T5."""

from contextlib import ExitStack

from benchmarks.figures import Figure, short, table
from benchmarks.grown import STEPS, grown
from benchmarks.load import Request, wrk
from benchmarks.peers import HTML, minimal_asgi
from benchmarks.people import numbers
from benchmarks.portal import Office, Portal, back_office, portal
from benchmarks.processes import Process
from benchmarks.run import CUSTOMERS, Run

ROWS = {"A": 10, "B": 100, "D": 1000}
MANY_STEPS = 1000
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
            before = sum(office.calls().values())
            cpu, pages = _cpu(run, balie.process, balie.port, Request(path, who), at_once=1)
            calls = (sum(office.calls().values()) - before) / pages
            told.append([f"{count} orders and invoices: {name}", f"{calls:.2f}", short(cpu)])
    run.report.line(table(["rows of the customer", "calls a page", "CPU ms"], told))
    run.report.line("A system that gives 200 rows at a time is asked five times for 1,000.\n")


def _steps(run: Run, few: Portal, many: Portal) -> None:
    """The same page of a blueprint of 5 steps and of 1,000, in turns."""
    request = Request("/warm/{number}", numbers("C", CUSTOMERS))
    figures = {STEPS: Figure(), MANY_STEPS: Figure()}
    for _ in range(1 + run.pace.rounds):
        for steps, one in ((STEPS, few), (MANY_STEPS, many)):
            figures[steps].add(_cpu(run, one.process, one.port, request)[0])
    _tell(run, "steps of the blueprint, warm page", figures)


def _customers(run: Run, balie: Portal) -> None:
    """The same page for 100 customers in turn and for 10,000, in turns. Warm is not told: what is
    known of 10,000 customers does not fit in the memory that is allowed for it."""
    figures = {FEW: Figure(), MANY: Figure()}
    for _ in range(1 + run.pace.rounds):
        for count in (FEW, MANY):
            request = Request("/cold/{number}", numbers("C", count))
            figures[count].add(_cpu(run, balie.process, balie.port, request)[0])
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
    hello, ours, warm = Figure(), Figure(), Figure()
    for _ in range(1 + run.pace.rounds):
        hello.add(_cpu(run, peer.process, peer.port, Request("/healthz", who))[0])
        ours.add(_cpu(run, balie.process, balie.port, Request("/healthz", who))[0])
        warm.add(_cpu(run, balie.process, balie.port, Request("/warm/{number}", who, HTML))[0])
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


def _cpu(
    run: Run, process: Process, port: int, request: Request, at_once: int = 16
) -> tuple[float, int]:
    """CPU milliseconds a request of a process, and how many requests that was."""
    before = process.cpu
    load = wrk(port, request, at_once=at_once, seconds=run.pace.seconds, state=run.state)
    return (process.cpu - before) * 1000 / max(1, load.requests), max(1, load.requests)
