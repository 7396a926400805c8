"""Whatever schemathesis makes of our description of the API: never a fault of our own.

allauth's headless API is not switched on in Balie, so there is none to look at.
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
    with portal(tmp_path_factory.mktemp("state")) as here:
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


def test_the_headless_api_of_allauth_is_not_there(running: Portal) -> None:
    for path in ("/_allauth/browser/v1/config", "/_allauth/app/v1/auth/session"):
        assert httpx.get(running.url + path).status_code == 404


def _cookie(running: Portal, mail: str | None) -> str:
    if mail is None:
        return ""
    with closing(running.signed_in(mail)) as browser:
        return "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)


def _run(running: Portal, cookie: str, folder: Path) -> tuple[int, str]:
    headers = ["Accept:application/json", "Sec-Fetch-Site:same-origin"]
    headers += [f"Cookie:{cookie}"] if cookie else []
    description = f"{running.url}/api/openapi.json"
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
