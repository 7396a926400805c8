"""Starts a blueprint's rehearsed systems, each in a process of its own, and stops them."""

import json
import os
import select
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from balie.rehearsal.backoffice import BackOffice, back_offices, settings_of
from balie.rehearsal.journal import Line
from balie.rehearsal.trouble import RehearsalError
from balie.systems.rehearsed import Deed, Effect
from balie.systems.rows import Raw, Row

PATIENCE = 30.0  # seconds until a system should listen
LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Happening:
    """What can be made to happen. says: language -> words, "" for the language of the blueprint;
    none of a plain event. rows: key -> what people call it, the newest first.
    """

    name: str
    says: Mapping[str, str]
    rows: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class RehearsedSystem:
    """A rehearsed system that runs, and its switches. url has no slash at the end."""

    name: str
    title: str
    url: str
    _command: Sequence[str] = field(repr=False)
    _process: "subprocess.Popen[bytes]" = field(repr=False)

    def mode(self, **changes: Raw) -> Mapping[str, Raw]:
        """Changes switches, such as `down=True`; without any, only reads them."""
        if not changes:
            return _an_object(self._control("GET", "mode"))
        return _an_object(self._control("PUT", "mode", changes))

    def log(self, after: int = 0) -> tuple[Line, ...]:
        """What it was asked and did, the rehearsal's own switches left out."""
        lines = (_line(said) for said in _objects(self._control("GET", f"log?after={after}")))
        return tuple(line for line in lines if not line.control)

    def effects(self, after: int = 0) -> tuple[Effect, ...]:
        """What was changed by those who asked it, in order."""
        return tuple(effect for line in self.log(after) for effect in line.effects)

    def rows(self, table: str) -> tuple[Row, ...]:
        """Every row of a table, by the blueprint's name of it."""
        return _objects(self._control("GET", f"rows/{quote(table, safe='')}"))

    def change_row(self, table: str, key: str, fields: Row) -> Row:
        """Changes a row as somebody in the back office would; adds it when there is none."""
        place = f"rows/{quote(table, safe='')}/{quote(key, safe='')}"
        return _an_object(self._control("PUT", place, dict(fields)))

    def change_rows(self, table: str, changes: Mapping[str, Row]) -> None:
        """Changes rows that are there, by key; nobody is told of it."""
        body = {key: dict(fields) for key, fields in changes.items()}
        self._control("PUT", f"rows/{quote(table, safe='')}", body)

    def remove_row(self, table: str, key: str) -> None:
        """Takes a row away."""
        self._control("DELETE", f"rows/{quote(table, safe='')}/{quote(key, safe='')}")

    def tells(self, portal: str) -> None:
        """Tells its news to the portal at this address from now on; "" for nobody."""
        self._control("PUT", "listener", {"url": portal.rstrip("/")})

    def tell(self, event: str, key: str) -> bool:
        """Tells one event about the row with this key; whether it was heard."""
        return (
            _an_object(self._control("POST", "tell", {"event": event, "key": key}))["heard"] is True
        )

    def happenings(self) -> tuple[Happening, ...]:
        """What can be made to happen now, by `happen`."""
        return tuple(_happening(said) for said in _objects(self._control("GET", "happenings")))

    def happen(self, name: str, key: str) -> bool:
        """Has something happen to the row with this key; whether it was heard, when told.

        Raises RehearsalError when that cannot happen now.
        """
        said = self._control("POST", "happenings", {"name": name, "key": key})
        return _an_object(said)["heard"] is True

    def reset(self) -> None:
        """Back to the rows and the good behaviour of the start; the log stays."""
        self._control("POST", "reset")

    def kill(self) -> None:
        """Kills its process, as a power cut would."""
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Starts it again on the same port, with the rows of the start."""
        self.stop()
        port = self.url.rpartition(":")[2]
        self._process = _start([*self._command, "--port", port])
        _listening(self.name, self._process)

    def stop(self) -> None:
        """Stops it, and waits until it has."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def runs(self) -> bool:
        """Whether its process is there."""
        return self._process.poll() is None

    def __enter__(self) -> "RehearsedSystem":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _control(self, method: str, path: str, body: Mapping[str, Raw] | None = None) -> Raw:
        request = urllib.request.Request(  # noqa: S310  our own address
            f"{self.url}/_rehearsal/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
                content = response.read()
        except urllib.error.HTTPError as error:
            problem = json.loads(error.read()).get("problem", error.reason)
            raise RehearsalError(f"{self.name}: {problem}") from error
        except urllib.error.URLError as error:
            raise RehearsalError(f"{self.name} does not answer at {self.url}.") from error
        said: Raw = json.loads(content) if content else None
        return said


def _an_object(said: Raw) -> dict[str, Raw]:
    if not isinstance(said, dict):
        raise RehearsalError(f"A rehearsed system said {said!r}, which is no object.")
    return said


def _objects(said: Raw) -> tuple[dict[str, Raw], ...]:
    return tuple(_an_object(item) for item in said) if isinstance(said, list) else ()


def _happening(said: Mapping[str, Raw]) -> Happening:
    return Happening(
        name=str(said["name"]),
        says={language: str(text) for language, text in _an_object(said["says"]).items()},
        rows={str(row["key"]): str(row["called"]) for row in _objects(said["rows"])},
    )


def _line(said: Mapping[str, Raw]) -> Line:
    status = said["status"]
    return Line(
        seq=int(str(said["seq"])),
        time=str(said["time"]),
        method=str(said["method"]),
        path=str(said["path"]),
        query=str(said["query"]),
        status=status if isinstance(status, int) else None,
        did=str(said["did"]),
        control=said["control"] is True,
        effects=tuple(_effect(one) for one in _objects(said["effects"])),
    )


def _effect(said: Mapping[str, Raw]) -> Effect:
    fields = said["fields"]
    return Effect(
        deed=Deed(str(said["deed"])),
        table=str(said["table"]),
        key=str(said["key"]),
        fields=tuple(map(str, fields)) if isinstance(fields, list) else (),
    )


@contextmanager
def launched(
    folder: Path,
    *,
    first_port: int | None = None,
    today: date,
    log_dir: Path | None = None,
    only_examples: bool = False,
) -> Iterator[Mapping[str, RehearsedSystem]]:
    """The systems of a blueprint, running, by name and in the order of `systems:`.

    first_port: the systems take this port and those after it; None takes ports that are free.
    log_dir: each system writes its log there too, as <system>.jsonl.
    only_examples: the rows that are written down, none that are made.
    They stop when the context ends, and when this process does. Raises RehearsalError.
    """
    offices = back_offices(folder)
    _check_ports(first_port, len(offices))
    commands = [_command(folder, office, today, log_dir, only_examples) for office in offices]
    with ExitStack() as stack:
        running = {}
        for place, (office, command) in enumerate(zip(offices, commands, strict=True)):
            port = 0 if first_port is None else first_port + place
            process = _start([*command, "--port", str(port)])
            running[office.name] = stack.enter_context(
                RehearsedSystem(
                    name=office.name, title=office.title, url="", _command=command, _process=process
                )
            )
        for system in running.values():
            system.url = f"http://127.0.0.1:{_listening(system.name, system._process)}"
        yield running


def settings(folder: Path, systems: Mapping[str, RehearsedSystem]) -> Mapping[str, str]:
    """A value for every `${NAME}` in systems.yaml and the profiles, so that they are found.

    Keys and secrets are made up, the same every time; the rehearsed systems check them.
    """
    urls = {name: system.url for name, system in systems.items()}
    return settings_of(back_offices(folder), urls)


def _check_ports(first: int | None, many: int) -> None:
    if first is not None and not 1 <= first <= LAST_PORT - many + 1:
        raise RehearsalError(f"There are no {many} ports from {first} on. Try 8001.")


def _command(
    folder: Path, office: BackOffice, today: date, log_dir: Path | None, only_examples: bool
) -> list[str]:
    command = [sys.executable, "-m", "balie.rehearsal", str(folder.resolve()), office.name]
    command += ["--today", today.isoformat()]
    if log_dir is not None:
        try:
            log_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RehearsalError(
                f"{log_dir} cannot be a folder for logs: {error.strerror}.\n"
                "    Name another one with --log."
            ) from error
        command += ["--log", str(log_dir.resolve() / f"{office.name}.jsonl")]
    return [*command, "--only-examples"] if only_examples else command


def _start(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """A process that stops when we do: it watches its input, which we never write to.

    A session of its own keeps the terminal's Ctrl+C from it: it stops after us, not before.
    """
    return subprocess.Popen(  # noqa: S603  our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )


def _listening(name: str, process: "subprocess.Popen[bytes]") -> int:
    """The port on which it listens. Raises RehearsalError when it does not."""
    said = json.loads(_first_line(process) or "{}")
    if "port" in said:
        return int(said["port"])
    problem = said.get("problem", f"it did not start within {PATIENCE:.0f} seconds")
    raise RehearsalError(f"{name} cannot be rehearsed. {problem}")


def _first_line(process: "subprocess.Popen[bytes]") -> bytes:
    """Its first line, whole, or "" when it is not said in time."""
    until = time.monotonic() + PATIENCE
    line = b""
    while process.stdout is not None and not line.endswith(b"\n"):
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
        piece = os.read(process.stdout.fileno(), 65_536) if ready else b""
        if not piece:
            return b""
        line += piece
    return line
