"""A portal whose processes are killed, on systems that are not: what these did is counted there."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from cryptography.fernet import Fernet

from balie.rehearsal.launch import RehearsedSystem, launched, settings
from balie.systems.rehearsed import Deed
from tests.carrying.accepting import marker
from tests.running import BALIE, ROOT
from tests.telling import LINDEMAN

TABLES = {"crm": ("cases", "subject"), "carrier": ("labels", "reference")}
"""What each action makes: system -> its table, and the field with the marker of the action."""

Process = subprocess.Popen[bytes]


@dataclass
class World:
    """Processes that accept and carry, and the systems under them."""

    folder: Path
    state: Path
    systems: Mapping[str, RehearsedSystem]
    environment: dict[str, str]
    carrier: Process | None = None
    kills: int = 0

    # ---- carrying

    def start(self) -> None:
        """Starts the carrier, or starts it again, and waits until it carries."""
        before = self.told().count("carrying what")
        self.carrier = self._process([BALIE, "carry", self.folder], self.state / "carrier.txt")
        for _ in range(600):
            if self.told().count("carrying what") > before or self.carrier.poll() is not None:
                return
            time.sleep(0.05)
        raise AssertionError(self.told())

    def kill(self) -> None:
        """Kills the carrier, as a power cut would."""
        self.kills += self._ended(self.carrier)
        self.carrier = None

    def stop(self) -> None:
        """Asks the carrier to stop, and waits until it has."""
        if self.carrier is not None and self.carrier.poll() is None:
            self.carrier.send_signal(signal.SIGTERM)
            assert self.carrier.wait(timeout=30) == 0, self.told()

    def keep_going(self) -> None:
        """What `balie run` does: starts the carrier again when it died. Counts the death."""
        if self.carrier is None or self.carrier.poll() is not None:
            self.kills += self.carrier is not None
            self.start()

    # ---- accepting

    def begin_to_accept(self, first: int, count: int, pause: float = 0.0) -> Process:
        """Accepts these in a process of its own, which says of each that it did."""
        command = [sys.executable, "-m", "tests.carrying.accepting", count, first, pause]
        return self._process(list(map(str, command)), self.state / "accepted.txt")

    def accept(self, first: int, count: int) -> None:
        """Accepts these, as somebody who sends the same form until it is taken."""
        for _ in range(10):
            left = sorted(set(range(first, first + count)) - self.accepted)
            if not left:
                return
            code = self.begin_to_accept(left[0], left[-1] - left[0] + 1).wait(timeout=60)
            self.kills += code == -signal.SIGKILL
        raise AssertionError((self.state / "accepted.txt").read_text()[-3000:])

    @property
    def accepted(self) -> set[int]:
        """Those of which it was said that they are accepted."""
        file = self.state / "accepted.txt"
        lines = file.read_text().splitlines() if file.exists() else []
        return {int(line) for line in lines if line.isdigit()}

    # ---- what was done

    def effects(self) -> Mapping[str, Counter[str]]:
        """System -> marker -> how many rows were made for it, by the system's own log."""
        return {name: self._made(name) for name in TABLES}

    def _made(self, name: str) -> Counter[str]:
        table, path = TABLES[name]
        made = [one.key for one in self.systems[name].effects() if one.deed is Deed.MADE]
        markers = {str(row["id"]): str(row[path]) for row in self.systems[name].rows(table)}
        return Counter(markers[key] for key in made)

    def wait_until_done(self, seconds: float) -> None:
        """Waits until all that was accepted is there, and keeps the carrier going."""
        until = time.monotonic() + seconds
        wanted = {marker(number) for number in self.accepted}
        while not all(wanted <= made.keys() for made in self.effects().values()):
            assert time.monotonic() < until, f"{self.counted()}\n{self.told()[-3000:]}"
            self.keep_going()
            time.sleep(0.25)

    def counted(self) -> str:
        """What a reader of the proof wants to know."""
        wanted = {marker(number) for number in self.accepted}
        parts = [f"{len(wanted)} accepted, {self.kills} kills"]
        for name, made in self.effects().items():
            lost = len(wanted - made.keys())
            double = sum(1 for count in made.values() if count > 1)
            parts.append(f"{name}: {len(made)} done, {lost} lost, {double} done twice")
        return "; ".join(parts)

    def nothing_is_lost_or_double(self) -> None:
        """What this is all about."""
        wanted = Counter({marker(number): 1 for number in self.accepted})
        for made in self.effects().values():
            assert made == wanted, self.counted()

    def nothing_is_written_in_the_clear(self) -> None:
        """What was filled in stands in no file of ours: rows, engine's tables, logs."""
        for file in self.state.rglob("*"):
            if file.is_file():
                assert b"Text of Proof" not in file.read_bytes(), file

    def told(self) -> str:
        """What the carrier said."""
        file = self.state / "carrier.txt"
        return file.read_text() if file.exists() else ""

    # ---- processes

    def _process(self, command: "list[str | Path]", output: Path) -> Process:
        with output.open("ab") as opened:
            return subprocess.Popen(
                command,
                env=self.environment,
                stdout=opened,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _ended(self, process: Process | None) -> bool:
        """Kills a process; whether it was there."""
        if process is None or process.poll() is not None:
            return False
        process.kill()
        process.wait()
        return True

    def kill_at_random(self, kills: int, seed: int, each: int = 3) -> None:
        """Kills so many times, each at a moment of its own; now and then who accepts as well.

        each: how many are accepted between two kills.
        """
        chance = random.Random(seed)  # noqa: S311 - it hides nothing
        for round_ in range(kills):
            self.keep_going()
            accepting = self.begin_to_accept(round_ * each, each, pause=0.2)
            time.sleep(chance.uniform(0.0, 2.5))
            self.kill()
            if round_ % 3 == 0:
                self.kills += self._ended(accepting)
            accepting.wait(timeout=60)
            self.accept(round_ * each, each)


@contextmanager
def world(
    state: Path, folder: Path = LINDEMAN, said: Mapping[str, str] = MappingProxyType({})
) -> Iterator[World]:
    """Systems that run, and a place for a portal. said: more settings."""
    state.mkdir(parents=True, exist_ok=True)
    today = datetime.now(UTC).date()
    with launched(folder, today=today, only_examples=True) as systems:
        ours = {k: v for k, v in os.environ.items() if not k.startswith(("BALIE_", "DJANGO_"))}
        environment = {
            **ours,
            **settings(folder, systems),
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "BALIE_BLUEPRINT": str(folder),
            "BALIE_DEMO": "1",
            "BALIE_KEYS": Fernet.generate_key().decode(),
            "BALIE_PRIVATE_SYSTEMS": "127.0.0.1",
            "BALIE_STATE": str(state / "balie"),
            **said,
        }
        made = World(folder, state, systems, environment)
        try:
            yield made
        finally:
            made.kill()


def troubled(world: World, *, failures: float, lost: float, notices: bool = True) -> None:
    """Systems fail so often, and lose so many replies. notices: whether the CRM notices repeats."""
    for name in TABLES:
        world.systems[name].mode(failure_rate=failures, lost_reply_rate=lost)
    world.systems["crm"].mode(notices_repeats=notices)
