"""Whatever schemathesis makes of our descriptions of APIs: never a fault of our own.

The service's, and that for front ends that sign people in (switched on here).
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.running import ROOT, Portal, portal

SCHEMATHESIS = ROOT / "var" / "schemathesis" / "bin" / "schemathesis"
SECONDS = 30  # for each who asks

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not SCHEMATHESIS.exists(), reason="tests/proving/api/install.sh makes it"),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    switched_on = {"BALIE_HEADLESS": "yes"}
    with portal(tmp_path_factory.mktemp("state"), settings=switched_on) as here:
        yield here


@pytest.mark.parametrize("mail", ["sanne@example.nl", "bram@example.nl", None])
def test_nothing_that_is_asked_is_a_fault_of_ours(
    running: Portal, mail: str | None, tmp_path: Path
) -> None:
    code, said = _run(running, _cookie(running, mail), tmp_path)
    assert code == 0, said  # 1 for any status from 500 on
    tested = re.search(r"(\d+) generated, (\d+) passed", said)
    assert tested is not None, said
    assert int(tested[1]) == int(tested[2]) > 500
    sys.stdout.write(f"\n{mail or 'nobody'}: {tested[0]}\n")


def test_no_front_end_makes_a_fault_of_ours(running: Portal, tmp_path: Path) -> None:
    code, said = _run(running, "", tmp_path, "/_allauth/openapi.json")
    assert code == 0, said
    tested = re.search(r"(\d+) generated, (\d+) passed", said)
    assert tested is not None, said
    assert int(tested[1]) == int(tested[2]) > 300
    sys.stdout.write(f"\nfront ends: {tested[0]}\n")
    # Everything still works after it, and nobody was locked out by it.
    assert _cookie(running, "sanne@example.nl")
    assert httpx.get(running.url + "/_allauth/browser/v1/auth/session").status_code == 401


def _cookie(running: Portal, mail: str | None) -> str:
    if mail is None:
        return ""
    with closing(running.signed_in(mail)) as browser:
        return "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)


def _run(
    running: Portal, cookie: str, folder: Path, described: str = "/api/openapi.json"
) -> tuple[int, str]:
    headers = ["Accept:application/json", "Sec-Fetch-Site:same-origin"]
    headers += [f"Cookie:{cookie}"] if cookie else []
    description = f"{running.url}{described}"
    ran = subprocess.run(
        [
            *(SCHEMATHESIS, "run", description, "--checks", "not_a_server_error"),
            *("--max-time", str(SECONDS), "--seed", "1", "--no-color"),
            *(part for header in headers for part in ("-H", header)),
        ],
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
        timeout=SECONDS * 4,
    )
    return ran.returncode, ran.stdout + ran.stderr
