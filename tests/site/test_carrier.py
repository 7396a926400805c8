"""The carrier is a process of its own: started, watched, one for a database, and never left behind.

Each test looks at real processes of a real portal.
"""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.running import BALIE, LINDEMAN, Portal, portal

SOON = 30.0  # seconds, on a busy machine


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path) as running:
        yield running


def carriers_of(parent: int) -> list[int]:
    """The processes that this one started to carry."""
    return [pid for pid in processes() if _parent(pid) == parent and "carry" in _command(pid)]


def processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return 0


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def is_there(pid: int) -> bool:
    return "carry" in _command(pid)


def within(seconds: float, found: Callable[[], object]) -> None:
    until = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def carrier_of(running: Portal) -> int:
    within(SOON, lambda: carriers_of(running.process.pid))
    (pid,) = carriers_of(running.process.pid)
    return pid


def holds_the_place(state: Path) -> bool:
    """Whether somebody carries on this database."""
    file = state / "balie" / "balie.db.carrier"
    if not file.exists():
        return False
    with file.open("a") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_a_carrier_that_dies_is_started_again_and_never_outlives_its_portal(
    running: Portal, tmp_path: Path
) -> None:
    first = carrier_of(running)
    within(SOON, lambda: holds_the_place(tmp_path))
    os.kill(first, signal.SIGKILL)
    within(SOON, lambda: not is_there(first))
    assert httpx.get(running.url + "/readyz").status_code == 200
    second = carrier_of(running)
    assert second != first
    within(SOON, lambda: holds_the_place(tmp_path))
    running.process.send_signal(signal.SIGTERM)
    within(SOON, lambda: not is_there(second))
    assert not holds_the_place(tmp_path)


def test_only_one_carries_and_the_next_goes_on_when_a_whole_portal_is_killed(
    running: Portal, tmp_path: Path
) -> None:
    first = carrier_of(running)
    within(SOON, lambda: holds_the_place(tmp_path))
    settings = dict(
        line.split("=", 1)
        for line in Path(f"/proc/{first}/environ").read_text().split("\0")
        if line
    )
    with subprocess.Popen(
        [BALIE, "carry", LINDEMAN], env=settings, stdout=subprocess.PIPE, text=True
    ) as second:
        try:
            assert second.stdout is not None
            assert second.stdout.readline().startswith("Another carrier works on this database")
            running.process.kill()
            within(SOON, lambda: not is_there(first))
            assert "carrying what customers send" in second.stdout.readline()
            assert holds_the_place(tmp_path)
        finally:
            second.send_signal(signal.SIGINT)
            assert second.wait(timeout=SOON) == 0


def test_a_carrier_that_cannot_start_says_why(tmp_path: Path) -> None:
    done = subprocess.run(
        [BALIE, "carry", LINDEMAN],
        env={k: v for k, v in os.environ.items() if not k.startswith("BALIE_")}
        | {"BALIE_STATE": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "BALIE_MAIL_URL" in done.stderr
    assert "Traceback" not in done.stderr
