"""T14: whoever is put out is out in every process within a second, on SQLite and on PostgreSQL."""

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from balie.rehearsal.launch import launched
from balie.rehearsal.launch import settings as systems_at
from tests.postgresql import AVAILABLE, postgresql
from tests.running import BALIE, LINDEMAN, Portal, portal_on, second_step

pytestmark = pytest.mark.proof

SANNE, BRAM, FATIMA, MILA = (f"{n}@example.nl" for n in ("sanne", "bram", "fatima", "mila"))
SOON = 1.0  # seconds
OVER = 5.0


@dataclass(frozen=True)
class Nodes:
    """Two processes on one database. settings: what a third one needs to be there too."""

    each: tuple[Portal, Portal]
    settings: Mapping[str, str]

    def signed_in(self, mail: str, at: int = 0) -> httpx.Client:
        """A browser that signed in at one of them, and goes to either."""
        return self.each[at].signed_in(mail)

    def command(self, *said: str) -> None:
        """Another process changes something."""
        ours = {k: v for k, v in os.environ.items() if not k.startswith("BALIE_")}
        subprocess.run([BALIE, *said], check=True, env=ours | self.settings, capture_output=True)

    def seen(self, browser: httpx.Client, address: str) -> set[int]:
        """What both answer to this browser."""
        return {
            browser.get(node.url + address, follow_redirects=False).status_code
            for node in self.each
        }

    def out_after(self, browser: httpx.Client, address: str, refused: int) -> float:
        """Seconds from now until both refuse."""
        began = time.monotonic()
        while self.seen(browser, address) != {refused}:
            assert time.monotonic() - began < OVER, f"{address} is still open"
            time.sleep(0.02)
        return time.monotonic() - began


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def nodes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nodes]:
    state = tmp_path_factory.mktemp(request.param)
    if request.param == "PostgreSQL" and not AVAILABLE:
        pytest.skip("no PostgreSQL server here")
    with ExitStack() as stack:
        is_file = request.param == "SQLite"
        url = f"sqlite:///{state / 'shared.db'}" if is_file else stack.enter_context(postgresql())
        systems = stack.enter_context(launched(LINDEMAN, today=date.today()))  # noqa: DTZ011
        shared = {
            "BALIE_DATABASE_URL": url,
            "BALIE_KEYS": Fernet.generate_key().decode(),
            **systems_at(LINDEMAN, systems),
        }
        each = tuple(
            stack.enter_context(portal_on(state / f"node{n}", LINDEMAN, shared)) for n in (1, 2)
        )
        yield Nodes((each[0], each[1]), {
            **shared, "BALIE_STATE": str(state / "command"), "BALIE_BLUEPRINT": str(LINDEMAN),
        })  # fmt: skip


@pytest.mark.parametrize("at", [0, 1])
def test_a_session_that_is_ended_from_another_browser_is_out_everywhere(
    nodes: Nodes, at: int
) -> None:
    with closing(nodes.signed_in(SANNE)) as phone, closing(nodes.signed_in(SANNE, at)) as laptop:
        assert nodes.seen(phone, "/bestellingen") == {200}
        sessions = nodes.each[at].url + "/accounts/sessions/"
        token = token_on(laptop, sessions)
        ended = laptop.post(
            sessions,
            data={"csrfmiddlewaretoken": token, "mark": "all"},
            headers={"Referer": sessions},
        )
        assert ended.status_code == 302
        assert nodes.out_after(phone, "/bestellingen", 303) < SOON
        assert nodes.seen(laptop, "/bestellingen") == {200}


def test_who_signs_out_is_out_everywhere(nodes: Nodes) -> None:
    with closing(nodes.signed_in(SANNE)) as browser:
        assert nodes.seen(browser, "/bestellingen") == {200}
        kept = dict(browser.cookies)
        leave = nodes.each[0].url + "/accounts/logout/"
        token = token_on(browser, leave)
        browser.post(leave, data={"csrfmiddlewaretoken": token}, headers={"Referer": leave})
        with httpx.Client(cookies=kept) as thief:
            assert nodes.out_after(thief, "/bestellingen", 303) < SOON


def test_a_proof_counts_everywhere_and_the_cookie_of_before_nowhere(nodes: Nodes) -> None:
    with closing(httpx.Client(base_url=nodes.each[0].url)) as browser:
        origin = {"origin": nodes.each[0].url}
        browser.post(f"/accounts/demo/{FATIMA}", headers=origin)
        before = dict(browser.cookies)
        assert nodes.seen(browser, "/facturen") == {303}
        second_step(browser, "/accounts/two-steps/?next=/facturen")
        assert nodes.seen(browser, "/facturen") == {200}
        with httpx.Client(cookies=before) as thief:
            assert nodes.out_after(thief, "/accounts/sessions/", 302) < SOON


def closed(nodes: Nodes, _: Path) -> None:
    """Lets Bram in no more."""
    nodes.command("people", "close", BRAM)


def without_roles(nodes: Nodes, folder: Path) -> None:
    """Takes the roles of Mila away."""
    (folder / "people.csv").write_text(f"mail,name,staff roles\n{MILA},Mila,\n")
    nodes.command("people", "import", str(folder / "people.csv"))


@pytest.mark.parametrize(
    ("mail", "address", "refused", "change"),
    [
        (BRAM, "/bestellingen", 303, closed),
        (MILA, "/staff", 404, without_roles),
    ],
)
def test_who_is_put_out_by_another_process_is_out_everywhere(
    nodes: Nodes,
    tmp_path: Path,
    mail: str,
    address: str,
    refused: int,
    change: Callable[[Nodes, Path], None],
) -> None:
    with closing(nodes.signed_in(mail)) as one, closing(nodes.signed_in(mail, 1)) as other:
        assert nodes.seen(one, address) | nodes.seen(other, address) == {200}
        change(nodes, tmp_path)
        assert nodes.out_after(one, address, refused) < SOON
        assert nodes.out_after(other, address, refused) < SOON


def token_on(browser: httpx.Client, address: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(address).text)
    assert found, address
    return found[1]
