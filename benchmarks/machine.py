"""What this was measured on: the processor and the versions, and nothing that names a place."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.processes import CORES, MEASURED, OTHERS

PACKAGES = ("uvicorn", "uvloop", "httptools", "starlette", "aiohttp", "orjson", "msgspec", "jinja2")
ROOT = Path(__file__).parents[1]


def described() -> str:
    """A few lines about machine and versions."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    load = Path("/proc/loadavg").read_text().split()[0]
    return "\n".join(
        [
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit()}",
            f"{_processor()}, {len(CORES)} cores, {_memory()}, Linux {platform.release()[:4]}",
            f"what is measured: core {MEASURED}; load and simulated systems: core {OTHERS}",
            f"load average when it began: {load}" + _warning(float(load)),
            f"Python {platform.python_version()}, {packages}",
            f"wrk {_said('wrk', '-v')}, {_nginx()}, Node {_said('node', '--version')}",
        ]
    )


def name_of_result() -> str:
    """The name of the file with the result."""
    return f"{datetime.now(UTC):%Y-%m-%d}-{commit()}.txt"


def commit() -> str:
    """The short commit, with a plus when the tree has changes of its own."""
    short = _said("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD")
    changed = _said("git", "-C", str(ROOT), "status", "--porcelain", "--", "src", "benchmarks/*.py")
    return f"{short}+" if changed else short


def _warning(load: float) -> str:
    busy = load > len(CORES) / 2
    return "  (others are at work on this machine: only ratios mean anything)" if busy else ""


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    found = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(found, platform.machine())


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"


def _nginx() -> str:
    said = _said(shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx", "-v")
    return f"nginx {said.rpartition('/')[2]}" if "/" in said else "no nginx"


def _said(*command: str) -> str:
    """The first line that a program says, or "none" when it is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "none"
    words = (done.stdout + done.stderr).strip().splitlines()
    return words[0].removeprefix("wrk ").split(" Copyright")[0] if words else ""
