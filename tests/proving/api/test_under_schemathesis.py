"""Whatever schemathesis makes of our descriptions of APIs: never a fault of our own.

The service's, and that for front ends that sign people in (switched on here).
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.running import PASSWORD, ROOT, Portal, portal

SCHEMATHESIS = ROOT / "var" / "schemathesis" / "bin" / "schemathesis"
SANNE, BRAM, FATIMA = "sanne@example.nl", "bram@example.nl", "fatima@example.nl"
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


@pytest.fixture(scope="module")
def cookies(running: Portal) -> Mapping[str | None, str]:
    """Of each who asks. Made first: what is asked later counts as tries to sign in, too many."""
    return {
        None: "",
        SANNE: _cookie(running, SANNE),
        BRAM: _cookie(running, BRAM),
        FATIMA: _halfway(running, FATIMA),
    }


@pytest.mark.parametrize("mail", [SANNE, BRAM, None])
def test_nothing_that_is_asked_is_a_fault_of_ours(
    running: Portal, cookies: Mapping[str | None, str], mail: str | None, tmp_path: Path
) -> None:
    code, said = _run(running, cookies[mail], tmp_path)
    assert code == 0, said  # 1 for any status from 500 on
    tested = re.search(r"(\d+) generated, (\d+) passed", said)
    assert tested is not None, said
    assert int(tested[1]) == int(tested[2]) > 500
    sys.stdout.write(f"\n{mail or 'nobody'}: {tested[0]}\n")


@pytest.mark.parametrize("mail", [None, FATIMA])
def test_no_front_end_makes_a_fault_of_ours(
    running: Portal, cookies: Mapping[str | None, str], mail: str | None, tmp_path: Path
) -> None:
    # Several at once: each of them writes a session.
    code, said = _run(running, cookies[mail], tmp_path, "/_allauth/openapi.json", workers=4)
    assert code == 0, said
    tested = re.search(r"(\d+) generated, (\d+) passed", said)
    assert tested is not None, said
    assert int(tested[1]) == int(tested[2]) > 50
    sys.stdout.write(f"\nfront ends, {mail or 'nobody'}: {tested[0]}\n")
    still = httpx.get(running.url, headers={"Cookie": cookies[SANNE]})
    assert (still.status_code, "Dag Sanne" in still.text) == (200, True)


def _halfway(running: Portal, mail: str) -> str:
    """The cookie of somebody of whom the second step is asked."""
    body = {"email": mail, "password": PASSWORD}
    here = {"Origin": running.url}
    asked = httpx.post(f"{running.url}/_allauth/browser/v1/auth/login", json=body, headers=here)
    assert asked.status_code == 401
    flows = asked.json()["data"]["flows"]
    assert [one["id"] for one in flows if one.get("is_pending")] == ["mfa_authenticate"]
    return "; ".join(f"{one.name}={one.value}" for one in asked.cookies.jar)


def _cookie(running: Portal, mail: str) -> str:
    with closing(running.signed_in(mail)) as browser:
        return "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)


def _run(
    running: Portal,
    cookie: str,
    folder: Path,
    described: str = "/api/openapi.json",
    workers: int = 1,
) -> tuple[int, str]:
    headers = ["Accept:application/json", "Sec-Fetch-Site:same-origin"]
    headers += [f"Cookie:{cookie}"] if cookie else []
    description = f"{running.url}{described}"
    ran = subprocess.run(
        [
            *(SCHEMATHESIS, "run", description, "--checks", "not_a_server_error"),
            *("--max-time", str(SECONDS), "--seed", "1", "--no-color"),
            *("--workers", str(workers)),
            *(part for header in headers for part in ("-H", header)),
        ],
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
        timeout=SECONDS * 4,
    )
    return ran.returncode, ran.stdout + ran.stderr
