"""Balie and the simulated back office as they are measured: each on a core of its own."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.backoffice import SYSTEMS
from benchmarks.people import cookie_of
from benchmarks.processes import OTHERS, Process, clean, free_ports, running, wait_for

HERE = Path(__file__).parent
BLUEPRINT = HERE / "blueprint"
ROOT = HERE.parent
SESSION = "balie"


@dataclass(frozen=True)
class Office:
    """The running back office."""

    first_port: int
    process: Process

    @property
    def addresses(self) -> Mapping[str, str]:
        """system -> address."""
        return {name: f"http://127.0.0.1:{self.first_port + n}" for n, name in enumerate(SYSTEMS)}

    def set(self, **words: float) -> None:
        """Changes how it behaves: `set(changing=1)`, `set(erp_delay=800)`, `set(delay=50)`."""
        asked = "&".join(f"{name}={value:g}" for name, value in _steering(words))
        self._steer(f"/set?{asked}")

    def calls(self) -> Mapping[str, int]:
        """system -> how many calls arrived since the start."""
        return self._steer("/counts")

    def all_calls(self) -> int:
        """How many calls arrived at all of them together."""
        return sum(self.calls().values())

    def _steer(self, path: str) -> Mapping[str, int]:
        port = self.first_port + len(SYSTEMS)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return json.load(answer)


def _steering(words: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    for word, value in words.items():
        system, _, what = word.rpartition("_")
        for name in [system] if system else SYSTEMS:
            yield (word if word == "changing" else f"{name}.{what}"), value


@contextmanager
def back_office(state: Path) -> Iterator[Office]:
    """The four systems, until the end of the block."""
    port = free_ports(len(SYSTEMS) + 1)
    command = [sys.executable, "-m", "benchmarks.backoffice", str(port)]
    with running("backoffice", command, state=state, core=OTHERS, folder=ROOT) as process:
        wait_for(f"http://127.0.0.1:{port + len(SYSTEMS)}/counts", process)
        yield Office(port, process)


@dataclass(frozen=True)
class Portal:
    """A running Balie."""

    port: int
    state: Path
    process: Process
    began: float  # when it was started, on the monotonic clock

    @property
    def database(self) -> Path:
        """Its file with people and sessions."""
        return self.state / "balie" / "balie.db"


def settings(office: Office, state: Path, port: int) -> dict[str, str]:
    """What Balie reads from its environment."""
    systems = {f"{name.upper()}_URL": at for name, at in office.addresses.items()}
    return {
        **systems,
        "BALIE_BLUEPRINT": str(BLUEPRINT),
        "BALIE_STATE": str(state / "balie"),
        "BALIE_PORT": str(port),
        "BALIE_PRIVATE_SYSTEMS": "127.0.0.1",
        "BALIE_MAIL_URL": "smtp://127.0.0.1:1",
        "BALIE_MAIL_FROM": "desk@example.nl",
        "BALIE_LOG": "warning",
        "BALIE_PAGES_A_MINUTE": "0",  # few sign-ins ask for thousands of pages a second
    }


BALIE = (sys.executable, "-m", "balie.commands.main")


@contextmanager
def portal(
    state: Path,
    office: Office,
    people: Sequence[str],
    blueprint: Path = BLUEPRINT,
    *,
    name: str = "balie",
    program: Sequence[str] = BALIE,
    waits: bool = True,
) -> Iterator[Portal]:
    """Balie on the measured core, with these people signed in, until the end of the block.

    program: what runs it. waits: until it answers.
    """
    port = free_ports(1)
    environment = {**settings(office, state, port), "BALIE_BLUEPRINT": str(blueprint)}
    subprocess.run(
        [sys.executable, "-m", "benchmarks.people", *people],
        env=clean(environment),
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    began = time.monotonic()
    command = [*program, "run", str(blueprint)]
    with running(name, command, state=state, environment=environment, folder=ROOT) as process:
        if waits:
            wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield Portal(port, state, process, began)


def ask(
    port: int, path: str, number: str, accept: str = "application/json", body: str = ""
) -> bytes:
    """One answer to a customer. Raises urllib.error.HTTPError for anything but 200.

    body: of a POST, with NUMBER in it.
    """
    headers = {"Accept": accept, "Cookie": f"{SESSION}={cookie_of(number)}"}
    data = body.replace("NUMBER", number).encode() or None
    if data:
        headers["Content-Type"] = "application/json"
    address = f"http://127.0.0.1:{port}{path.format(number=number)}"
    request = urllib.request.Request(address, data, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        said: bytes = answer.read()
        return said
