"""Signing in at, and out of, a certified OpenID Provider: without a browser, and in Chromium."""

import os
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from tests.running import BALIE, ROOT, Portal, free_ports, portal
from tests.telling import LINDEMAN

HERE = Path(__file__).parent / "real"
SECRET = "a secret: with % & signs"
SANNE = "sanne@example.nl"
CHROMIUM = next((Path(p) for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser")
                 if Path(p).exists()), None)  # fmt: skip

pytestmark = pytest.mark.proof


@dataclass(frozen=True)
class Both:
    """A portal, and a provider that knows it."""

    portal: Portal
    issuer: str
    database: Path


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    if not (HERE / "node_modules").is_dir():
        pytest.skip("tests/identity/providers/real/install.sh was not run")
    state, first = tmp_path_factory.mktemp("real"), free_ports(6)
    issuer, pushed = (f"http://127.0.0.1:{first + place}" for place in (4, 5))
    allowed = {"BALIE_PRIVATE_LOGINS": "127.0.0.1"}
    folder = _asking_two_steps(state / "blueprint")
    with (
        portal(state, folder, port=first, settings=allowed) as running,
        provider(first + 4, running.url),
        provider(first + 5, running.url, "pushed"),
    ):
        _connect(state, running.url, issuer, pushed, allowed)
        yield Both(running, issuer, state / "balie" / "balie.db")


def _asking_two_steps(to: Path) -> Path:
    """The example, in which whoever changes their details proved two steps just now."""
    shutil.copytree(LINDEMAN, to)
    story = (to / "story.yaml").read_text("utf-8")
    step = "      - step: change-details\n"
    assert story.count(step) == 1
    asks = f"{step}        extra check: two steps within 10 minutes\n"
    (to / "story.yaml").write_text(story.replace(step, asks), "utf-8")
    return to


@contextmanager
def provider(port: int, url: str, *how: str) -> Iterator[None]:
    """The provider, until the end of the block."""
    command = ["node", str(HERE / "provider.mjs"), str(port), url, *how]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        _wait(f"http://127.0.0.1:{port}/.well-known/openid-configuration")
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            if httpx.get(address, timeout=1).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the provider did not start")


def _connect(state: Path, url: str, issuer: str, pushed: str, allowed: dict[str, str]) -> None:
    ours = {"BALIE_STATE": str(state / "balie"), "BALIE_PUBLIC_URL": url, **allowed}
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    where = ["--client-id", "portal", "--secret-file", "-"]
    ends = ["--logout", "rp", "--logout", "back"]
    proofs = ["--step-up", "claims", "--two-steps", "urn:example:two"]
    wish = ["--step-up", "acr_values", "--two-steps", "urn:example:two"]
    for name, at, asks in (("real", issuer, proofs), ("wish", issuer, wish), ("pushed", pushed, []),
                           ("unknown", issuer, [])):  # fmt: skip
        asked = [*where, "--issuer", at, *ends, *asks, "--title", name.title()]
        command = [BALIE, "logins", "add", name, *asked]
        subprocess.run(command, input=SECRET, text=True, check=True, env=kept | ours)

    def look(name: str) -> tuple[int, str]:
        command = [BALIE, "logins", "test", name]
        looked = subprocess.run(
            command, capture_output=True, text=True, check=False, env=kept | ours
        )
        return looked.returncode, looked.stdout

    code, told = look("real")
    assert code == 0, told
    lines = (
        "It knows us as portal.",
        "urn:example:two is asked, by claims.",
        "It is registered, and we may ask for our scopes.",
        "Our clocks differ by",
    )
    assert [line for line in lines if line not in told] == []
    code, told = look("pushed")
    assert code == 0, told
    assert "It is registered" in told
    code, told = look("unknown")
    assert code == 1
    assert f"Register it letter by letter:  {url}/accounts/with/unknown/back/" in told


def _sign_in(both: Both, name: str = "real") -> httpx.Client:
    """The whole code flow, as a browser goes it."""
    client = httpx.Client(follow_redirects=True, timeout=20)
    page = client.get(f"{both.portal.url}/accounts/with/{name}/")
    page = _submit(client, page, login=SANNE, password="anything")
    return _arrive(client, page)


def _arrive(client: httpx.Client, page: httpx.Response) -> httpx.Client:
    page = _submit(client, page)  # consent
    assert page.status_code == 200, page.text
    return client


def _submit(client: httpx.Client, page: httpx.Response, **typed: str) -> httpx.Response:
    form = re.search(r'<form[^>]*action="([^"]+)"', page.text)
    assert form, page.text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    return client.post(urljoin(str(page.url), unescape(form[1])), data={**hidden, **typed})


def _is_in(both: Both, client: httpx.Client) -> bool:
    return client.get(f"{both.portal.url}/accounts/sessions/").url.path == "/accounts/sessions/"


def test_a_customer_signs_in_with_the_real_flow(both: Both) -> None:
    with closing(_sign_in(both)) as client:
        assert _is_in(both, client)
        page = client.get(f"{both.portal.url}/accounts/sessions/").text
        assert "real" in page


def test_what_is_asked_goes_over_its_own_address_where_the_provider_requires_it(
    both: Both,
) -> None:
    with httpx.Client(timeout=20) as client:
        there = client.get(f"{both.portal.url}/accounts/with/pushed/").headers["location"]
        asked = parse_qs(urlsplit(there).query)
        assert sorted(asked) == ["client_id", "request_uri"]
        plain = there.partition("?")[0] + "?client_id=portal&response_type=code&scope=openid"
        refused = client.get(plain, headers={"accept": "application/json"})
        assert refused.status_code == 400
    with closing(_sign_in(both, "pushed")) as client:
        assert _is_in(both, client)


def test_the_end_of_a_session_there_ends_it_here(both: Both) -> None:
    """Signs out at the provider itself, which tells us by the back channel."""
    with closing(_sign_in(both)) as one, closing(_sign_in(both)) as other:
        page = one.get(f"{both.issuer}/session/end")
        _submit(one, page, logout="yes")
        until = time.monotonic() + 10
        while _is_in(both, one) and time.monotonic() < until:
            time.sleep(0.1)
        assert not _is_in(both, one)
        assert _is_in(both, other)


@pytest.mark.browser
def test_in_chromium_there_and_back_and_out_again(both: Both) -> None:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        complaints: list[str] = []
        page.on(
            "console", lambda said: complaints.append(said.text) if said.type == "error" else None
        )
        page.goto(f"{both.portal.url}/accounts/with/real/")
        page.fill("input[name=login]", SANNE)
        page.fill("input[name=password]", "anything")
        page.click("button[type=submit]")
        page.click("button[type=submit]")  # consent
        page.wait_for_url(f"{both.portal.url}/**")
        page.goto(f"{both.portal.url}/accounts/logout/")
        page.click("main form button")
        page.wait_for_url(f"{both.issuer}/**")  # by itself: the policy on forms does not hold it
        page.click("button[value=yes]")
        page.wait_for_url(f"{both.portal.url}/accounts/signed-out/**")
        assert not [text for text in complaints if "Content Security Policy" in text]
        browser.close()


PICTURES = ROOT / "var" / "pictures" / "two-steps"
_FORGET_IT = "update viewer_session set level_at = level_at - 1000 where level = 2"


@pytest.mark.browser
def test_two_steps_in_the_middle_of_a_form(both: Both) -> None:
    """Asked when it is opened, and when it is sent: the proof of before is too old by then."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(locale="nl-NL")
        complaints: list[str] = []
        page.on(
            "console", lambda said: complaints.append(said.text) if said.type == "error" else None
        )
        page.goto(f"{both.portal.url}/accounts/with/real/?next=/gegevens")
        page.fill("input[name=login]", SANNE)
        page.fill("input[name=password]", "anything")
        page.click("button[type=submit]")
        page.click("button[type=submit]")  # consent
        page.wait_for_url("**/accounts/two-steps/**")
        pictures(page, "asked")
        before = {one["name"]: one["value"] for one in page.context.cookies(both.portal.url)}

        # A level that is only a wish is not fulfilled, and what comes back is not believed.
        page.evaluate(
            f"location.href = '/accounts/two-steps/with/wish/{page.url.rpartition('/')[2]}'"
        )
        page.wait_for_url("**/accounts/with/wish/back/**")
        assert page.inner_text("h1") == "Er is nog één stap nodig"
        pictures(page, "not-enough")
        page.click("main a.btn")  # try again
        page.click("main a.btn")
        page.fill("input[name=code]", "123456")
        page.click("button[type=submit]")
        page.wait_for_url(f"{both.portal.url}/gegevens")
        after = {one["name"]: one["value"] for one in page.context.cookies(both.portal.url)}
        assert after["balie"] != before["balie"]

        street = page.get_by_label("Straat")
        street.fill("Kade 99")
        with sqlite3.connect(both.database, timeout=20) as database:
            assert database.execute(_FORGET_IT).rowcount == 1
        page.locator("main form button").last.click()
        page.wait_for_url("**/accounts/two-steps/**")
        page.click("main a.btn")  # the provider has seen both steps minutes ago, and asks nothing
        page.wait_for_url(f"{both.portal.url}/gegevens")
        assert page.get_by_label("Straat").input_value() == "Kade 99"
        pictures(page, "kept")
        with sqlite3.connect(both.database, timeout=20) as database:
            assert database.execute("select count(*) from action").fetchone() == (0,)
        assert not [text for text in complaints if "Content Security Policy" in text]
        browser.close()


def pictures(page: Page, name: str) -> None:
    """The page at the width of a phone and of a desk."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
