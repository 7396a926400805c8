"""Measures Balie beside others that do the same work. See README.md.

python -m benchmarks                  quick: what is installed, a few minutes
python -m benchmarks --all            more rounds, and the result is kept in benchmarks/results
python -m benchmarks pages shares     these parts only
"""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import load, machine
from benchmarks.goals import verdicts
from benchmarks.load import Failed
from benchmarks.pages import Differs
from benchmarks.parts import PARTS
from benchmarks.peers import missing
from benchmarks.run import Pace, Report, Run

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Runs the parts asked for, prints as it goes, and says which goals are met."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped, too
    if not load.is_there():
        print("wrk is needed: make bench-install, or apt-get install wrk", file=sys.stderr)
        return 2
    report = Report(_say)
    began = time.monotonic()
    report.heading("Balie beside others")
    report.line(machine.described())
    for peer, wants in missing().items():
        report.line(f"left out: {peer} ({wants})")
    state = Path(tempfile.mkdtemp(prefix="balie-bench-"))
    pace = Pace.thorough() if asked.all else Pace.quick()
    try:
        stopped = [name for name in asked.parts or PARTS if not _done(name, state, pace, report)]
    finally:
        shutil.rmtree(state, ignore_errors=True)
    report.heading("Goals")
    report.line(verdicts(report.found))
    report.line(f"\nThe whole run took {(time.monotonic() - began) / 60:.1f} minutes.")
    if asked.all:
        file = RESULTS / machine.name_of_result()
        RESULTS.mkdir(exist_ok=True)
        file.write_text(report.text)
        _say(f"Kept in {file.relative_to(Path.cwd())}" if file.is_relative_to(Path.cwd()) else "")
    return 1 if stopped else 0


def _done(name: str, state: Path, pace: Pace, report: Report) -> bool:
    """Whether a part came to its end. One that stopped says why, and the others go on."""
    began = time.monotonic()
    try:
        PARTS[name](Run(state / name, pace, report))
    except (Failed, Differs, RuntimeError, OSError, subprocess.SubprocessError) as error:
        report.line(f"\nThe part {name} stopped: {type(error).__name__}: {error}")
        return False
    report.progress(f"{name} took {time.monotonic() - began:.0f} seconds")
    return True


def _say(text: str) -> None:
    print(text, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", help=f"of: {', '.join(PARTS)}")
    parser.add_argument("--all", action="store_true", help="more rounds; the result is kept")
    asked = parser.parse_args()
    unknown = [name for name in asked.parts if name not in PARTS]
    if unknown:
        parser.error(f"no such part: {unknown[0]}; there are {', '.join(PARTS)}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
