"""`balie` on the command line: what it says, and with which exit code it ends."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.ports import free_ports

BLUEPRINT = Path(__file__).parents[2] / "blueprints" / "lindeman"


def balie(*arguments: object, folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Runs the command in a folder, with these settings and no others of ours."""
    return subprocess.run(
        [sys.executable, "-m", "balie.commands.main", *map(str, arguments)],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def environment(**settings: str) -> dict[str, str]:
    ours = ("BALIE_", "DJANGO_", "ERP_", "CRM_", "CARRIER_")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)} | settings


PROXY = {"host": "my.example.com", "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
MAIL = {"BALIE_MAIL_URL": "smtp://localhost", "BALIE_MAIL_FROM": "service@example.com"}


def test_without_a_command_it_says_what_there_is(tmp_path: Path) -> None:
    done = balie(folder=tmp_path)

    assert done.returncode == 2
    assert "balie run --demo" in done.stdout


def test_it_says_its_version(tmp_path: Path) -> None:
    assert balie("--version", folder=tmp_path).stdout.startswith("balie 0.")


@pytest.mark.parametrize("command", ["run", "people", "draw", "rehearse", "try", "check"])
def test_every_command_has_help(tmp_path: Path, command: str) -> None:
    done = balie(command, "--help", folder=tmp_path)

    assert done.returncode == 0
    assert command in done.stdout


def test_run_without_a_blueprint_says_how_to_name_one(tmp_path: Path) -> None:
    done = balie("run", folder=tmp_path)

    assert done.returncode == 2
    assert "balie run blueprints/my-service" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command", [["check"], ["draw"], ["run"], ["rehearse"], ["try", "/", "--as", "a@example.nl"]]
)
def test_a_folder_that_is_not_there_is_wrong_use_of_every_command(
    tmp_path: Path, command: list[str]
) -> None:
    done = balie(*command, tmp_path / "none", folder=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"There is no folder {tmp_path / 'none'}." in done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A blueprint of one's own, to be changed."""
    return Path(shutil.copytree(BLUEPRINT, tmp_path / "copy"))


STARTS = [["run"], ["run", "--demo"], ["rehearse"], ["try", "/", "--as", "a@example.nl"]]


@pytest.mark.parametrize("command", STARTS)
def test_a_wrong_blueprint_is_told_whole_and_before_any_setting(
    copy: Path, command: list[str]
) -> None:
    file = copy / "story.yaml"
    file.write_text(file.read_text().replace("order.placed_on,", "order.placed_no,"))
    done = balie(*command, copy, folder=copy.parent)

    assert done.returncode == 1
    assert "error[BP100]" in done.stderr
    assert "did you mean" in done.stderr
    assert "SETTING" not in done.stderr


@pytest.mark.parametrize("command", STARTS[-2:])
@pytest.mark.parametrize(
    ("written", "instead", "names"),
    [
        ("zone: Europe/Amsterdam", "zone: Europe/Amsterdm", "Europe/Amsterdm"),
        ("also: [en]", "also: [en, xx]", "xx"),
    ],
)
def test_a_zone_or_a_language_that_is_not_here_is_refused_in_words(
    copy: Path, command: list[str], written: str, instead: str, names: str
) -> None:
    for file in copy.glob("*.yaml"):
        file.write_text(file.read_text().replace(written, instead))
    done = balie(*command, copy, folder=copy.parent)

    assert done.returncode == 1
    assert names in done.stderr
    assert "Traceback" not in done.stderr


def test_run_names_each_missing_value_of_the_systems_with_its_place(tmp_path: Path) -> None:
    done = balie("run", BLUEPRINT, folder=tmp_path, **MAIL, BALIE_PORT=str(free_ports()))

    assert done.returncode == 1
    assert "systems.yaml:9  ${ERP_URL}" in done.stderr
    assert "export ERP_URL=..." in done.stderr
    assert "ERP_COMPANY" in done.stderr  # of the profile's path
    assert "CRM_WEBHOOK_KEY" in done.stderr  # of what it tells by itself
    assert "Traceback" not in done.stderr


def test_run_tells_where_a_broken_blueprint_is_broken(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(BLUEPRINT, broken)
    (broken / "story.yaml").write_text("service: Shop\nstory: [\n")
    done = balie("run", broken, folder=tmp_path, **MAIL, BALIE_PORT=str(free_ports()))

    assert done.returncode == 1
    assert "story.yaml:" in done.stderr
    assert "Traceback" not in done.stderr


def test_people_are_imported_all_or_none(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(
        "mail,name,staff roles\nmila@example.com,Mila,returns service\nx@example.com,,\n"
    )
    bad.write_text("mail,name\ny@example.com,Y\nno address,Z\n")

    first = balie("people", "import", good, folder=tmp_path)
    again = balie("people", "import", good, folder=tmp_path)
    refused = balie("people", "import", bad, folder=tmp_path)

    assert (first.returncode, "2 people, of whom 2 are new" in first.stdout) == (0, True)
    assert "2 people, of whom 0 are new" in again.stdout
    assert refused.returncode == 1
    assert "bad.csv:3: 'no address' is no mail address; nobody was added" in refused.stderr


def test_a_role_that_the_blueprint_does_not_know_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("mail,name,staff roles\nmila@example.com,Mila,returns servise\n")
    done = balie("people", "import", file, folder=tmp_path, BALIE_BLUEPRINT=str(BLUEPRINT))

    assert done.returncode == 1
    assert "the blueprint has no team 'servise'; nobody was added" in done.stderr
    assert "returns, accounts, service" in done.stderr


def test_somebody_is_closed_by_their_mail_address(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("mail\nmila@example.com\n")
    balie("people", "import", file, folder=tmp_path)

    assert balie("people", "close", "Mila@example.com", folder=tmp_path).returncode == 0
    assert balie("people", "close", "nobody@example.com", folder=tmp_path).returncode == 1


@dataclass(frozen=True)
class Demo:
    """A demo that ran behind a proxy, and what it left behind."""

    folder: Path
    page: str
    signed_in: httpx.Response
    orders: httpx.Response
    said: str
    code: int
    written: bytes


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Runs a demo, signs in as its proxy would pass it on, and stops it."""
    folder, port = tmp_path_factory.mktemp("demo"), free_ports(4)
    command = [sys.executable, "-m", "balie.commands.main", "run", "--demo", str(BLUEPRINT)]
    settings = environment(
        BALIE_STATE="state",
        BALIE_PUBLIC_URL="https://my.example.com",
        BALIE_TRUSTED_PROXIES="127.0.0.1",
        BALIE_DEMO="public",
    )
    with subprocess.Popen(
        [*command, "--port", str(port)], cwd=folder, env=settings, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            page = _until_it_answers(f"http://127.0.0.1:{port}/demo")
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=PROXY) as proxy:
                signed_in = _sign_in(proxy)
                cookie = _session_cookie(signed_in).partition(";")[0]
                orders = proxy.get("/bestellingen", headers={"cookie": cookie})
        finally:
            running.send_signal(signal.SIGTERM)
            said, _ = running.communicate(timeout=20)
    written = b"".join(file.read_bytes() for file in (folder / "state").iterdir())
    return Demo(folder, page, signed_in, orders, said, running.returncode, written)


def test_a_demo_shows_who_one_can_be_and_stops_when_asked(demo: Demo) -> None:
    assert "/accounts/demo/sanne%40example.nl" in demo.page
    assert "balie-demo-2026" in demo.said
    assert demo.code == 0


def test_behind_a_proxy_the_cookie_is_bound_to_the_host_and_to_https(demo: Demo) -> None:
    assert demo.signed_in.status_code == 302
    cookie = _session_cookie(demo.signed_in)
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert demo.orders.status_code == 200
    assert demo.orders.headers["strict-transport-security"].startswith("max-age=")


def test_the_people_of_a_demo_never_get_into_a_real_installation(demo: Demo) -> None:
    settings = {"BALIE_STATE": "state", "BALIE_PORT": str(free_ports()), **MAIL}
    real = balie("run", BLUEPRINT, folder=demo.folder, **settings)
    assert real.returncode == 1
    assert "DEMO PEOPLE" in real.stderr
    assert "sanne@example.nl" in real.stderr

    removed = balie("people", "remove-demo", folder=demo.folder, BALIE_STATE="state")
    assert removed.stdout == "5 people of the demo were taken away.\n"
    assert "DEMO PEOPLE" not in balie("run", BLUEPRINT, folder=demo.folder, **settings).stderr


def test_the_files_of_an_installation_are_its_owners_alone(demo: Demo) -> None:
    state = demo.folder / "state"

    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    files = [file for file in state.rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {"balie.db", "cache.db", "keys"}
    assert {file.name: oct(stat.S_IMODE(file.stat().st_mode)) for file in files} == {
        file.name: "0o600" for file in files
    }


def test_no_answer_of_a_system_can_be_read_in_any_file(demo: Demo) -> None:
    """What sanne saw of her orders stands in the file of answers, and cannot be read there."""
    number = re.search(r'href="/bestellingen/([^"?]+)"', demo.orders.text)
    assert number

    assert b"sanne@example.nl" in demo.written  # of the people, so this is where it would be
    assert number[1].encode() not in demo.written


def _session_cookie(answer: httpx.Response) -> str:
    cookies: list[str] = answer.headers.get_list("set-cookie")
    return next(cookie for cookie in cookies if cookie.startswith("__Host-balie="))


def _sign_in(proxy: httpx.Client) -> httpx.Response:
    html = proxy.get("/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html.text)
    assert token
    form = {"login": "sanne@example.nl", "password": "balie-demo-2026"}
    return proxy.post(
        "/accounts/login/",
        data={**form, "csrfmiddlewaretoken": token[1]},
        headers={
            "cookie": html.headers["set-cookie"].partition(";")[0],
            "origin": "https://my.example.com",
        },
    )


def _until_it_answers(url: str) -> str:
    until = time.monotonic() + 40
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                found: str = answer.read().decode()
                return found
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("BALIE_DATABASE_URL", "sqlite:////not/there/x.db", "THE DATABASE CANNOT BE USED"),
        ("BALIE_STATE", "/proc/not-there", "NO PLACE FOR WHAT IS KEPT"),
        ("BALIE_STATE", __file__, "NO PLACE FOR WHAT IS KEPT"),
    ],
)
def test_a_place_that_cannot_be_used_is_told_in_words(
    tmp_path: Path, setting: str, value: str, says: str
) -> None:
    done = balie("run", BLUEPRINT, "--demo", "--port", "0", folder=tmp_path, **{setting: value})
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
