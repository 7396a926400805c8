"""Who asks, and may they: the session and the access check of one request, without the page.

Read the sign-in of a cookie, say who that is to the systems, find the page of an address and see
whether it is for them: what every request of a customer's page begins with. In a process of its
own, on one core, with everybody in turn. While nothing is written to the database; with a write
before each to another table, such as what customers send; and with a write before each to the
sign-ins, so that each is read from the file: nobody's portal is like that.
"""

import asyncio
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from pkgutil import resolve_name

from cryptography.fernet import Fernet

from balie.access.viewer import Viewer
from balie.access.visibility import may_open
from balie.backstage.service import Service
from balie.site import installation
from balie.site.blueprints import checked
from balie.site.configuration import Configuration
from benchmarks.figures import table
from benchmarks.people import cookie_of, numbers, sign_in
from benchmarks.portal import BLUEPRINT, ROOT, Office, back_office, settings
from benchmarks.processes import MEASURED, clean
from benchmarks.run import Run

PEOPLE = (100, 10_000)
_TURNS = 2_000
SIGN_IN = "a sign-in written before each"
WRITES = {
    "nothing written": None,
    "something else written before each": "UPDATE django_migrations SET applied = ? WHERE id = 1",
    SIGN_IN: "UPDATE viewer_session SET why = ? WHERE rowid = 1",
}
"""What happens before each request. The goal is for all but the last."""


def who_and_whether(run: Run) -> None:
    """Microseconds of CPU for a request's session and access check."""
    run.report.heading("Session and access check of a request, without the page")
    rows, most = [], 0.0
    with back_office(run.state) as office:
        for people in PEOPLE:
            for name, each in _asked(run, office, people).items():
                rows.append([f"{people:,} people in turn, {name}", f"{each:.1f}"])
                most = max(most, 0.0 if name == SIGN_IN else each)
    run.report.line(table(["", "CPU us"], rows))
    run.report.found["session and access"] = most


def _asked(run: Run, office: Office, people: int) -> dict[str, float]:
    state = run.state / str(people)
    words = ["-m", "benchmarks.access", people, run.pace.rounds]
    done = subprocess.run(
        ["taskset", "-c", str(MEASURED), sys.executable, *map(str, words)],
        cwd=ROOT,
        env=clean(
            {
                **settings(office, state, 1),
                "BALIE_KEYS": Fernet.generate_key().decode(),
                "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            }
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


# ---- in a process of its own


class _Gate:
    """What stands before every page, as the site puts it together."""

    def __init__(self, service: Service, file: Path) -> None:
        self._service = service
        self._read = resolve_name("balie.identity.reader:SqliteReader")(file)

    async def passed(self, cookie: str, path: str) -> bool:
        """Whether whoever has this cookie may open the page at this path."""
        visitor = await self._read(cookie)
        viewer: Viewer = await self._service.viewer(visitor, path)
        match = self._service.match(path)
        return may_open(match.plan.step, viewer)

    async def close(self) -> None:
        """Lets go of the file."""
        await self._read.close()


async def _measure(
    gate: _Gate, who: Sequence[str], writer: sqlite3.Connection, write: str | None
) -> float:
    """CPU microseconds of one. write: done before each, outside of what is counted."""
    spent = 0
    for turn in range(_TURNS):
        if write is not None and writer.execute(write, (f"{turn}",)).rowcount != 1:
            raise RuntimeError(f"nothing was written by: {write}")
        number = who[turn % len(who)]
        cookie, path = cookie_of(number), f"/warm/{number}"
        began = time.process_time_ns()
        passed = await gate.passed(cookie, path)
        spent += time.process_time_ns() - began
        if not passed:
            raise RuntimeError(f"{path} is not for its own customer")
    return spent / _TURNS / 1000


async def _measured(read: Configuration, who: Sequence[str], rounds: int) -> dict[str, float]:
    start, stop = (resolve_name(f"balie.site.bootstrap:{word}") for word in ("start", "stop"))
    portal = await start(checked(BLUEPRINT), read)
    gate = _Gate(portal.service, read.state / "balie.db")
    writer = sqlite3.connect(read.state / "balie.db", isolation_level=None)
    try:
        await _measure(gate, who, writer, None)  # warm
        return {
            name: statistics.median(
                [await _measure(gate, who, writer, write) for _ in range(rounds)]
            )
            for name, write in WRITES.items()
        }
    finally:
        writer.close()
        await gate.close()
        await stop(portal)


def main(people: int, rounds: int) -> None:
    """Signs so many in, and prints the microseconds by what happens meanwhile."""
    who = numbers("C", people)
    sign_in(who)
    read = installation.ready(os.environ)
    print(json.dumps(asyncio.run(_measured(read, who, rounds))))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
