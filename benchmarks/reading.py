"""How long reading and checking takes, by how many steps the blueprint has."""

import subprocess
import sys

from benchmarks.figures import short, table
from benchmarks.grown import grown
from benchmarks.portal import ROOT
from benchmarks.processes import MEASURED
from benchmarks.run import Run


def reading_blueprints(run: Run) -> None:
    """12 steps and 1,000."""
    run.report.heading("Reading and checking a blueprint, with its systems' contracts")
    rows = []
    run.state.mkdir(parents=True, exist_ok=True)
    for steps in (12, 1000):
        folder = grown(run.state / f"of-{steps}", steps)
        command = ["taskset", "-c", str(MEASURED), sys.executable, "-m", "benchmarks.checking"]
        done = subprocess.run(
            [*command, str(folder)], capture_output=True, text=True, cwd=ROOT, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        first, median = map(float, done.stdout.split())
        run.report.found[f"check {steps}"] = median
        rows.append([f"{steps:,} steps", short(median), short(first)])
    run.report.line(table(["", "CPU ms, median of 5", "first in its process"], rows))
