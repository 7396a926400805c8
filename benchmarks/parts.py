"""The parts of a run. Each starts what it measures, tells what it found, and stops it again."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import pages
from benchmarks.figures import Figure, short, table
from benchmarks.peers import start_all
from benchmarks.people import numbers
from benchmarks.portal import back_office, portal

CUSTOMERS = 64


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a run takes. rounds of so many seconds; compared: customers per answer."""

    rounds: int
    seconds: int
    compared: int

    @classmethod
    def quick(cls) -> "Pace":
        """To see where we are."""
        return cls(rounds=1, seconds=2, compared=2)

    @classmethod
    def thorough(cls) -> "Pace":
        """To be kept."""
        return cls(rounds=3, seconds=3, compared=8)


@dataclass
class Report:
    """What is told, as text, and what was found, by name."""

    say: Callable[[str], None]
    text: str = ""
    found: dict[str, float] = field(default_factory=dict)

    def heading(self, text: str) -> None:
        """A new part."""
        self.line(f"\n{text}\n{'=' * len(text)}")

    def line(self, text: str) -> None:
        """A line of the report."""
        self.text += text + "\n"
        self.say(text)

    def progress(self, text: str) -> None:
        """Said, and not kept."""
        self.say(f"  ... {text}")


@dataclass(frozen=True, slots=True)
class Run:
    """What a part gets: a folder of its own, how long it may take, and where to tell."""

    state: Path
    pace: Pace
    report: Report


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
            rounds=run.pace.rounds,
            seconds=run.pace.seconds,
            state=run.state,
            say=report.progress,
        )
    _tell_pages(report, found)


def _tell_pages(report: Report, found: pages.Results) -> None:
    for kind, by_server in found.items():
        ours = by_server["Balie"].cpu
        report.line(f"\n{kind}, {pages.AT_ONCE} at once")
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


PARTS: Mapping[str, Callable[[Run], None]] = {"pages": beside_others}
