"""The systems start together, stop together, and stop when whoever started them is gone."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from balie.rehearsal.launch import launched, settings
from balie.rehearsal.trouble import RehearsalError
from tests.ports import free_ports
from tests.rehearsal.conftest import BLUEPRINT, TODAY

COMMAND = "import sys; from balie.commands.main import main; sys.exit(main(sys.argv[1:]))"


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/_rehearsal", timeout=1).status_code == 200
    except httpx.TransportError:
        return False


def rehearsing(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "rehearse", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def why_not(folder: Path, first_port: int | None = None) -> str:
    """Why the systems of this folder do not start."""
    with (
        pytest.raises(RehearsalError) as problem,
        launched(folder, first_port=first_port, today=TODAY),
    ):
        pass
    return str(problem.value)


def test_ports_follow_the_order_of_the_systems_and_logs_are_kept(tmp_path: Path) -> None:
    first = free_ports(3)
    with launched(BLUEPRINT, first_port=first, today=TODAY, log_dir=tmp_path) as systems:
        assert {name: system.url for name, system in systems.items()} == {
            "erp": f"http://127.0.0.1:{first}",
            "crm": f"http://127.0.0.1:{first + 1}",
            "carrier": f"http://127.0.0.1:{first + 2}",
        }
        httpx.get(f"{systems['crm'].url}/contacts")
        assert f"erp cannot be rehearsed. Port {first} cannot be used" in why_not(BLUEPRINT, first)
        urls = [system.url for system in systems.values()]
    assert not any(answers(url) for url in urls)
    (line,) = (tmp_path / "crm.jsonl").read_text().splitlines()
    assert json.loads(line)["status"] == 401


def test_every_name_of_the_files_gets_a_setting_and_the_same_one_every_time(
    tmp_path: Path,
) -> None:
    with launched(BLUEPRINT, today=TODAY, only_examples=True) as systems:
        found = settings(BLUEPRINT, systems)
        again = settings(BLUEPRINT, systems)
        assert found == again
        assert set(found) == {
            "ERP_URL",
            "ERP_TOKEN_URL",
            "ERP_COMPANY",
            "ERP_CLIENT_ID",
            "ERP_CLIENT_SECRET",
            "CRM_URL",
            "CRM_CLIENT_ID",
            "CRM_CLIENT_SECRET",
            "CRM_WEBHOOK_KEY",
            "CARRIER_URL",
            "CARRIER_KEY",
            "CARRIER_WEBHOOK_KEY",
        }
        assert found["ERP_TOKEN_URL"] == systems["erp"].url + "/oauth2/token"
        assert len(systems["erp"].rows("salesOrders")) == 3


def test_two_launches_hold_the_same_bytes_and_a_killed_system_comes_back() -> None:
    def held() -> dict[str, bytes]:
        return {
            f"{name}/{table}": httpx.get(f"{system.url}/_rehearsal/rows/{table}").content
            for name, system in systems.items()
            for table in httpx.get(f"{system.url}/_rehearsal").json()["rows"]
        }

    with launched(BLUEPRINT, today=TODAY) as systems:
        first = held()
        assert len(first) == 14
        crm = systems["crm"]
        crm.kill()
        assert not crm.runs
        assert not answers(crm.url)
        crm.restart()
        assert answers(crm.url)
    with launched(BLUEPRINT, today=TODAY) as systems:
        assert held() == first


@pytest.mark.parametrize(
    ("folder", "words"),
    [("nowhere", "There is no folder"), ("empty", "cannot be read as a blueprint")],
)
def test_a_folder_that_is_no_blueprint_is_refused(tmp_path: Path, folder: str, words: str) -> None:
    (tmp_path / "empty").mkdir()
    assert words in why_not(tmp_path / folder)


def test_a_mistake_in_the_examples_is_said_before_anything_is_served(tmp_path: Path) -> None:
    for file in BLUEPRINT.rglob("*"):
        if file.is_file() and "examples" not in file.parts:
            copy = tmp_path / file.relative_to(BLUEPRINT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "rows.yaml").write_text("crm.contcts: []")
    assert "erp cannot be rehearsed. There is no table `crm.contcts`." in why_not(tmp_path)


def test_the_command_says_where_and_stops_when_asked() -> None:
    with rehearsing(str(BLUEPRINT), "--port", "0", "--today", "2026-11-22", "--json") as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        assert said["today"] == "2026-11-22"
        assert [system["name"] for system in said["systems"]] == ["erp", "crm", "carrier"]
        assert said["settings"]["CRM_URL"] == said["systems"][1]["url"]
        assert all(answers(system["url"]) for system in said["systems"])
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
    assert not any(answers(system["url"]) for system in said["systems"])


def test_the_systems_stop_when_their_parent_is_killed() -> None:
    with rehearsing(str(BLUEPRINT), "--port", "0", "--today", "2026-11-22", "--json") as process:
        assert process.stdout is not None
        urls = [system["url"] for system in json.loads(process.stdout.readline())["systems"]]
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
    until = time.monotonic() + 10
    while any(answers(url) for url in urls):
        assert time.monotonic() < until, "a rehearsed system outlived its parent"
        time.sleep(0.1)


def test_the_command_for_people_says_how_to_go_on() -> None:
    with rehearsing(str(BLUEPRINT), "--port", "0", "--today", "2026-11-22") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().rstrip() for _ in range(5)]
        process.terminate()
        rest = process.stdout.read()
        assert process.wait(timeout=10) == 0
    assert lines[0] == "Rehearsing on 2026-11-22. Stop with Ctrl+C."
    assert lines[2].split() == ["Business", "Central", lines[2].split()[2]]
    assert "export CARRIER_KEY='" in rest


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nowhere"], 2, "There is no folder nowhere."),
        ([str(BLUEPRINT), "--port", "65535"], 1, "There are no 3 ports from 65535 on. Try 8001."),
        (
            [str(BLUEPRINT), "--today", "tomorrow"],
            2,
            "'tomorrow' is no day; write it as 2026-11-22",
        ),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], code: int, words: str) -> None:
    process = rehearsing(*arguments)
    _, told = process.communicate(timeout=20)
    assert process.returncode == code
    assert words in told
