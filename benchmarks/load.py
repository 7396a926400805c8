"""The load: `wrk` on the core of the others, every request another customer's."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.people import cookie_of
from benchmarks.processes import OTHERS

SESSION = "balie"
_SCRIPT = Path(__file__).parent / "load.lua"


class Failed(Exception):
    """Some requests were not answered with 200, so there is nothing to be measured."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a round. Times in milliseconds. failed: not 200, or no answer."""

    requests: int
    failed: int
    seconds: float
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, over and over: {number} in the path is each customer's in turn."""

    path: str
    numbers: Sequence[str]
    accept: str = "application/json"
    body: str = ""


def is_there() -> bool:
    """Whether wrk is installed."""
    return shutil.which("wrk") is not None


def wrk(port: int, request: Request, *, at_once: int, seconds: int, state: Path) -> Load:
    """A round of load. Raises Failed when a request failed."""
    wanted = state / "requests.txt"
    wanted.write_text("\n".join([request.accept, request.body, *_lines(request)]) + "\n")
    done = subprocess.run(
        [
            *("taskset", "-c", str(OTHERS), "wrk", "-t1", f"-c{at_once}", f"-d{seconds}s"),
            *(
                "--timeout",
                "20s",
                "-s",
                str(_SCRIPT),
                f"http://127.0.0.1:{port}",
                "--",
                str(wanted),
            ),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or "{" not in done.stdout:
        raise Failed(done.stdout + done.stderr)
    load = Load(**json.loads(done.stdout[done.stdout.rindex("{") :]))
    if load.failed:
        raise Failed(f"{load.failed} of {load.requests} requests failed: {request.path}")
    return load


def _lines(request: Request) -> list[str]:
    """One line a customer: the path, a tab, the cookie, a tab, the number."""
    return [
        f"{request.path.format(number=number)}\t{SESSION}={cookie_of(number)}\t{number}"
        for number in request.numbers
    ]
