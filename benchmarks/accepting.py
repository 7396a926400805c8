"""How fast what customers send is accepted, beside a plain Django view with a task queue.

Both keep it in SQLite, durable before they answer, eight at once, on one core; HTTP is not counted.
Ours keeps the action and two errands, encrypted, and a line of audit, in one transaction. The view
keeps one row as it is, and enqueues a task with django-tasks-db in the same transaction.
"""

import asyncio
import json
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from pkgutil import resolve_name

from cryptography.fernet import Fernet
from tests.carrying.accepting import action

from balie.site import installation
from balie.site.configuration import Configuration
from benchmarks.figures import percentile, table
from benchmarks.portal import HERE, ROOT
from benchmarks.processes import MEASURED, clean
from benchmarks.run import Run

AT_ONCE = 8
PEER = ROOT / "var" / "benchmarks" / "tasks" / "bin" / "python"


def accepting(run: Run) -> None:
    """Submissions per second and how long one waits, ours and theirs in turn."""
    report, count = run.report, 400 * run.pace.rounds
    report.heading("Accepting what customers send, SQLite, eight at once, one core")
    ours = [sys.executable, "-m", "benchmarks.accepting", run.state / "accepting", count]
    rows = [_row("Balie", *_measured(ours, ROOT))]
    if PEER.exists():
        folder = HERE / "peers" / "tasks"
        theirs = [PEER, folder / "portal.py", run.state / "tasks.db", count, AT_ONCE]
        rows.append(_row("Django view, django-tasks-db", *_measured(theirs, folder)))
    else:
        report.line("django-tasks-db is not here: make bench-install")
    report.line(table(["", "a second", "half within, ms", "95 % within, ms"], rows))
    report.found["accepted p95"] = float(rows[0][3])


def _measured(command: "list[str | Path | int]", folder: Path) -> tuple[float, list[float]]:
    """Seconds for all of them, and milliseconds for each."""
    done = subprocess.run(
        ["taskset", "-c", str(MEASURED), *map(str, command)],
        cwd=folder,
        env=clean({"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    whole, *each = json.loads(done.stdout.splitlines()[-1])
    return whole, each


def _row(name: str, whole: float, each: list[float]) -> list[str]:
    middle, most = percentile(each, 0.5), percentile(each, 0.95)
    return [name, f"{len(each) / whole:.0f}", f"{middle:.1f}", f"{most:.1f}"]


# ---- ours, in a process of its own


async def _accept(read: Configuration, count: int) -> list[float]:
    make = resolve_name("balie.site.accepting:accepting")
    async with AsyncExitStack() as closing:
        actions = make(read, closing)
        numbers, took = iter(range(count + AT_ONCE * 4)), []

        async def customer() -> None:
            for number in numbers:
                sent = action(number)
                began = time.perf_counter()
                await actions.accept(sent)
                took.append((time.perf_counter() - began) * 1000)
                if len(took) == AT_ONCE * 4:  # warm
                    took.append(time.perf_counter())

        await asyncio.gather(*(customer() for _ in range(AT_ONCE)))
        began = took[AT_ONCE * 4]
        return [time.perf_counter() - began, *took[AT_ONCE * 4 + 1 :]]


def main(state: Path, count: int) -> None:
    """Accepts so many in a new database, and prints how long that took."""
    environment = {
        "BALIE_STATE": str(state / str(time.time_ns())),
        "BALIE_DEMO": "1",
        "BALIE_PAGES_A_MINUTE": "0",
        "BALIE_KEYS": Fernet.generate_key().decode(),
    }
    read = installation.ready(environment)
    print(json.dumps(asyncio.run(_accept(read, count))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
