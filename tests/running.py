"""A whole portal for tests: `balie run --demo` in a process of its own, on free ports."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx

from tests.ports import free_ports
from tests.telling import AS_WRITTEN, LINDEMAN, Telling

ROOT = Path(__file__).parents[1]
BALIE = Path(sys.executable).parent / "balie"
PASSWORD = "balie-demo-2026"
SYSTEMS = ("erp", "crm", "carrier")
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


_CODE = re.compile(r'<strong class="tnum">(\d{6})</strong>')


@dataclass(frozen=True)
class Portal:
    """A running portal and the switches of its rehearsed systems."""

    url: str
    systems: Mapping[str, str]  # name -> address
    process: subprocess.Popen[bytes]
    telling: Telling = AS_WRITTEN

    def signed_out(self, address: str, accept: str = "*/*") -> httpx.Response:
        """What somebody gets who did not sign in."""
        with self.telling.browser(self.url) as client:
            return client.get(address, headers={"Accept": accept})

    def at(self, address: str) -> str:
        """Where a page of the original is in this telling."""
        return self.telling.address(address)

    def signed_in(self, mail: str) -> httpx.Client:
        """A browser of somebody who signed in with mail address and password."""
        client = self.telling.browser(self.url)
        form = client.get("/accounts/login/")
        token = _TOKEN.search(form.text)
        assert token is not None, form.text
        answer = client.post(
            "/accounts/login/",
            data={"login": mail, "password": PASSWORD, "csrfmiddlewaretoken": token[1]},
            headers={"Referer": self.url + "/accounts/login/"},
        )
        assert answer.status_code in (302, 303), answer.text
        if answer.headers["location"].startswith("/accounts/two-step/enter/"):
            second_step(client, answer.headers["location"])
        return client

    def switch(self, system: str, **mode: Any) -> None:
        """Changes how a rehearsed system behaves."""
        request = urllib.request.Request(
            f"{self.systems[system]}/_rehearsal/mode",
            data=json.dumps(mode).encode(),
            method="PUT",
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10):
            pass

    def change(self, system: str, table: str, key: str, **fields: Any) -> None:
        """Changes one row of a rehearsed system, into what its contract forbids if so wished."""
        name = self.telling.table(system, table)
        request = urllib.request.Request(
            f"{self.systems[system]}/_rehearsal/rows/{name}/{key}",
            data=json.dumps(self.telling.row(system, table, fields)).encode(),
            method="PUT",
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10):
            pass

    def behave(self) -> None:
        """Every system on, as at the start."""
        for system in self.systems:
            request = urllib.request.Request(
                f"{self.systems[system]}/_rehearsal/reset", data=b"", method="POST"
            )
            with urllib.request.urlopen(request, timeout=10):
                pass

    def asked(self, system: str) -> list[dict[str, Any]]:
        """What a rehearsed system was asked for: reads of its rows, in order."""
        with urllib.request.urlopen(f"{self.systems[system]}/_rehearsal/log", timeout=10) as answer:
            lines: list[dict[str, Any]] = json.load(answer)
        return [line for line in lines if "_rehearsal" not in line["path"]]


def second_step(client: httpx.Client, address: str) -> None:
    """Enters the code that the demo prompts on this page."""
    page = client.get(address)
    token, code = _TOKEN.search(page.text), _CODE.search(page.text)
    assert token is not None, page.text
    assert code is not None, page.text
    form = {"code": code[1], "csrfmiddlewaretoken": token[1]}
    answer = client.post(address, data=form, headers={"Referer": str(page.url)})
    assert answer.status_code in (302, 303), answer.text


@contextmanager
def portal(
    state: Path,
    folder: Path = LINDEMAN,
    *,
    port: int | None = None,
    systems: tuple[str, ...] = SYSTEMS,
    telling: Telling = AS_WRITTEN,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Portal]:
    """A portal with rehearsed systems, until the end of the block; `folder` tells as `telling`."""
    port = port or free_ports(1 + len(systems))
    addresses = {n: f"http://127.0.0.1:{port + 1 + i}" for i, n in enumerate(systems)}
    process = start(state, folder, port, settings=settings)
    try:
        yield Portal(when_it_answers(process, state, port), addresses, process, telling)
    finally:
        stop(process)


@contextmanager
def portal_on(state: Path, folder: Path, systems: Mapping[str, str]) -> Iterator[Portal]:
    """A portal on systems that run already, with the demo's people. systems: its settings."""
    port = free_ports(1)
    allowed = {"BALIE_DEMO": "1", "BALIE_PRIVATE_SYSTEMS": "127.0.0.1"}
    process = start(state, folder, port, arguments=(), settings=allowed | dict(systems))
    try:
        yield Portal(when_it_answers(process, state, port), {}, process)
    finally:
        stop(process)


def start(
    state: Path,
    folder: Path,
    port: int,
    arguments: tuple[str, ...] = ("--demo",),
    settings: Mapping[str, str] = MappingProxyType({}),
) -> "subprocess.Popen[bytes]":
    """Starts the portal; its output goes to a file beside its state."""
    state.mkdir(parents=True, exist_ok=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BALIE_")}
    ours = {"BALIE_PORT": str(port), "BALIE_STATE": str(state / "balie"),
            "BALIE_PAGES_A_MINUTE": "0"}  # programs ask here, not people  # fmt: skip
    with (state / "output.txt").open("ab") as output:
        return subprocess.Popen(
            [BALIE, "run", folder, *arguments],
            env=environment | ours | settings,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Asks the portal to stop, and waits until it has."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def when_it_answers(process: "subprocess.Popen[bytes]", state: Path, port: int) -> str:
    """Where the portal is, once it answers there."""
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        if process.poll() is not None:
            raise AssertionError((state / "output.txt").read_text())
        try:
            if httpx.get(url + "/readyz", timeout=2).status_code == 200:
                return url
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the portal did not start:\n" + (state / "output.txt").read_text())


def impatient(folder: Path, copy: Path) -> Path:
    """A copy of a blueprint in which nothing may be older than a second: pages ask again."""
    shutil.copytree(folder, copy)
    for name in ("story.yaml", "systems.yaml"):
        file = copy / name
        text = re.sub(r"at most old: \d+ \w+", "at most old: 1 second", file.read_text())
        file.write_text(text.replace("news: asked every 2 minutes", "news: told at once"))
    return copy
