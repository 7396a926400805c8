"""A real Tryton for tests and for the demo: installed once, started with a fresh copy of its data.

    with TrytonOffice(port=18101) as office:
        ...  # office.url, office.password

From a shell: `start.sh [port]` and `stop.sh [port]`.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import Request, urlopen

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
DATABASE = "tryton"
USER = "portal"
HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds, for a machine that is busy with something else


def home() -> Path:
    """Where Tryton and its data are kept."""
    return Path(os.environ.get("TRYTON_HOME", ROOT / "var" / "tryton"))


def installed() -> None:
    """Installs and loads Tryton unless that was done. Minutes the first time, then nothing."""
    subprocess.run([str(HERE / "install.sh")], check=True, stdout=sys.stderr)


def passwords() -> dict[str, str]:
    """Of `admin` and of `portal`; made anew by every load."""
    found: dict[str, str] = json.loads((home() / "loaded" / "passwords.json").read_text())
    return found


@dataclass
class TrytonOffice:
    """One Tryton on loopback, with its own copy of the demo shop."""

    port: int = 18101
    process: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        return home() / f"office-{self.port}"

    @property
    def url(self) -> str:
        """The address of the database, as a blueprint's `at:` wants it."""
        return f"http://{HOST}:{self.port}/{DATABASE}"

    @property
    def user(self) -> str:
        """Who may read, and no more."""
        return USER

    @property
    def password(self) -> str:
        return passwords()[USER]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts, and returns when it answers. Its data is what the last stop left, or fresh.

        Raises RuntimeError when it does not start, or when the port is somebody else's.
        """
        if listens(self.port):
            raise RuntimeError(f"Port {self.port} is taken")
        if not self.folder.exists():
            self._copy()
        self.process = self._serve()
        self._wait()

    def stop(self) -> None:
        """Stops it at once, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def restore(self) -> None:
        """Puts the data back as it was loaded. A running office is stopped and started."""
        running = self.process is not None
        self.stop()
        self._copy()
        if running:
            self.start()

    def _copy(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        shutil.copy(home() / "loaded" / f"{DATABASE}.sqlite", self.folder)
        template = (HERE / "trytond.conf").read_text()
        (self.folder / "trytond.conf").write_text(template.format(folder=self.folder))

    def _serve(self) -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "TRYTOND_CONFIG": str(self.folder / "trytond.conf"),
            "TRYTOND_DATABASE_NAMES": DATABASE,
        }
        server = home() / "venv" / "bin" / "waitress-serve"
        listen = f"--listen={HOST}:{self.port}"
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(server), listen, "--threads=4", "trytond.application:app"],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._runs():
            if listens(self.port) and self._runs():
                self._warm()
                return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"Tryton did not start on port {self.port}; see {self.folder / 'log'}")

    def _warm(self) -> None:
        """The first calls after a start take seconds: better here than in front of a customer."""
        who = [self.user, {"password": self.password}]
        user, key, *_ = self._call("common.db.login", who, {})
        session = b64encode(f"{self.user}:{user}:{key}".encode()).decode()
        fields = ["number", "total_amount", "lines.product.name", "shipments.state"]
        asked = [[], 0, 1, None, fields, {}]
        signed_in = {"Authorization": f"Session {session}"}
        self._call("model.sale.sale.search_read", asked, signed_in)

    def _call(self, method: str, parameters: list[Any], headers: dict[str, str]) -> list[Any]:
        call = json.dumps({"id": 1, "method": method, "params": parameters}).encode()
        headers = headers | {"Content-Type": "application/json"}
        request = Request(f"{self.url}/rpc/", data=call, headers=headers)
        with urlopen(request, timeout=PATIENCE) as answer:
            result: list[Any] = json.loads(answer.read())["result"]
            return result

    def _runs(self) -> bool:
        return self.process is not None and self.process.poll() is None


def listens(port: int) -> bool:
    """Whether somebody answers on this port."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


# ---- from a shell


def begin(port: int) -> None:
    """Starts an office that lives on, and says how to reach it, for `eval` in a shell."""
    installed()
    office = TrytonOffice(port)
    end(port)
    office.restore()
    office.start()
    if office.process is not None:
        (office.folder / "pid").write_text(str(office.process.pid))
    sys.stdout.write(
        f"export TRYTON_URL={office.url}\n"
        f"export TRYTON_USER={office.user}\n"
        f"export TRYTON_PASSWORD={office.password}\n"
    )


def end(port: int) -> None:
    """Stops the office that `begin` started, and returns when its port is free."""
    mark = TrytonOffice(port).folder / "pid"
    if not mark.exists():
        return
    with suppress(ProcessLookupError):
        os.kill(int(mark.read_text()), signal.SIGKILL)
    mark.unlink()
    deadline = time.monotonic() + PATIENCE
    while listens(port) and time.monotonic() < deadline:
        time.sleep(0.1)


if __name__ == "__main__":
    action, at = sys.argv[1], int(sys.argv[2])
    begin(at) if action == "start" else end(at)
