"""The part with the peers: the page, cold and warm, by everybody who can make it."""

from contextlib import ExitStack

from benchmarks import pages
from benchmarks.figures import Figure, short, table
from benchmarks.peers import start_all
from benchmarks.people import numbers
from benchmarks.portal import back_office, portal
from benchmarks.rounds import AT_ONCE
from benchmarks.run import CUSTOMERS, Report, Run


def beside_others(run: Run) -> None:
    """The page, cold and warm, by everybody who can make it."""
    who, report = numbers("C", CUSTOMERS), run.report
    report.heading("The page: customer, 20 orders, 20 invoices, 5 questions; 4 calls; 41 KB raw")
    with ExitStack() as stack:
        office = stack.enter_context(back_office(run.state))
        balie = stack.enter_context(portal(run.state, office, [f"C:{CUSTOMERS}"]))
        servers = start_all(stack, run.state, office, balie, who)
        for line in pages.compare(servers, who[: run.pace.compared]):
            report.progress(line)
        names = [server.name for server in servers[1:]]
        report.line(f"Compared field by field, and the same: {', '.join(names)}")
        pages.warm_up(servers, who)
        found = pages.measure(
            servers,
            office,
            who,
            times=run.pace.rounds,
            seconds=run.pace.seconds,
            state=run.state,
            say=report.progress,
        )
    _tell_pages(report, found)


def _tell_pages(report: Report, found: pages.Results) -> None:
    for kind, by_server in found.items():
        ours = by_server["Balie"].cpu
        report.line(f"\n{kind}, {AT_ONCE} at once")
        rows = [_page_row(name, one, ours) for name, one in by_server.items()]
        heads = ["", "CPU ms", "min-max", "Balie is", "min-max", "p50 ms", "p99 ms", "a second"]
        report.line(table([*heads, "calls", "bytes"], rows))
        for name, one in by_server.items():
            report.found[f"{kind} {name}"] = one.cpu.middle


def _page_row(name: str, one: pages.Measured, ours: Figure) -> list[str]:
    ratios = Figure([a / b for a, b in zip(ours.rounds, one.cpu.rounds, strict=True) if b])
    return [
        name,
        short(one.cpu.middle),
        one.cpu.range,
        f"{short(ours.middle / one.cpu.middle)} x",
        ratios.range,
        short(one.p50.middle),
        short(one.p99.middle),
        f"{one.a_second.middle:.0f}",
        f"{one.calls.middle:.2f}",
        str(one.bytes),
    ]
