"""Processes of a measurement: on a core of their own, with their CPU, memory and end."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CORES = sorted(os.sched_getaffinity(0))
MEASURED = CORES[0]
OTHERS = CORES[-1]
"""The core of what is measured, and that of the load and the simulated systems."""

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Process:
    """A running process with all of its children. output: the file that it writes to."""

    name: str
    popen: "subprocess.Popen[bytes]"
    output: Path

    @property
    def tree(self) -> list[int]:
        """Its id and those of everything below it."""
        return _below(self.popen.pid, _children())

    @property
    def cpu(self) -> float:
        """Seconds of CPU of the whole tree, ended children that were waited for included."""
        return sum(_cpu(pid) for pid in self.tree)

    @property
    def memory(self) -> float:
        """Megabytes of the whole tree (PSS): what several share is counted once."""
        return sum(_memory(pid) for pid in self.tree)

    def check(self) -> None:
        """Raises RuntimeError with what it said when it has ended."""
        if self.popen.poll() is not None:
            raise RuntimeError(f"{self.name} ended:\n{self.output.read_text()[-3000:]}")


@contextmanager
def running(
    name: str,
    command: Sequence[str | Path],
    *,
    state: Path,
    core: int | None = MEASURED,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Iterator[Process]:
    """A process until the end of the block."""
    state.mkdir(parents=True, exist_ok=True)
    output = state / f"{name}.txt"
    with output.open("wb") as file:
        popen = subprocess.Popen(
            ["taskset", "-c", str(core), *map(str, command)] if core is not None else list(command),
            env=clean(environment or {}),
            cwd=folder,
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        yield Process(name, popen, output)
    finally:
        _stop(popen)


def clean(added: Mapping[str, str]) -> dict[str, str]:
    """Our environment without settings that were meant for something else, and these added."""
    ours = {n: v for n, v in os.environ.items() if not n.startswith(("BALIE_", "DJANGO_"))}
    return ours | dict(added)


def _stop(popen: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(popen.pid, signal.SIGTERM)
    try:
        popen.wait(timeout=15)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(popen.pid, signal.SIGKILL)
        popen.wait()


def wait_for(url: str, process: Process, seconds: float = 60) -> None:
    """Returns when an address answers anything at all below 500. Raises RuntimeError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        process.check()
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise RuntimeError(f"{process.name} does not answer at {url}:\n{process.output.read_text()}")


_handed_out = 21000 + os.getpid() % 500 * 20


def free_ports(count: int) -> int:
    """The first of this many free ports in a row; no port is given out twice."""
    global _handed_out
    first = _handed_out
    while not all(_is_free(first + n) for n in range(count)):
        first += count
    _handed_out = first + count
    return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _children() -> Mapping[int, list[int]]:
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int(_stat(int(folder.name))[1])
                children.setdefault(parent, []).append(int(folder.name))
    return children


def _below(pid: int, children: Mapping[int, list[int]]) -> list[int]:
    return [pid, *(below for child in children.get(pid, []) for below in _below(child, children))]


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name: state is 0, the parent 1."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _cpu(pid: int) -> float:
    try:
        return sum(int(ticks) for ticks in _stat(pid)[11:15]) / _TICK
    except OSError:
        return 0.0


def _memory(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
