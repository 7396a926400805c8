"""Passkeys in Chromium, with an authenticator that the browser itself plays."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from tests.running import PASSWORD, portal

CHROMIUM = "/usr/bin/chromium"
SANNE = "sanne@example.nl"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.proof,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"{CHROMIUM} is not there"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    switched_on = {"BALIE_HEADLESS": "yes"}
    with portal(tmp_path_factory.mktemp("state"), settings=switched_on) as here:
        # Browsers make no passkeys for a number: this machine has a name.
        yield here.url.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def device(page: Page) -> CDPSession:
    """A device that asks for a finger, and gets it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


def watched(context: BrowserContext) -> list[str]:
    """What the browser complains of."""
    said: list[str] = []
    context.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    return said


def test_a_passkey_is_made_and_signs_in_by_itself(address: str, chromium: Browser) -> None:
    context = chromium.new_context(base_url=address, locale="nl-NL")
    complaints, page = watched(context), context.new_page()
    device(page)
    page.goto("/accounts/login/")
    page.fill("#login", SANNE)
    page.fill("#password", PASSWORD)
    page.click("form:has(#password) button")
    page.wait_for_url(re.compile(r"localhost:\d+/$"))
    page.goto("/accounts/")
    page.click("a:has-text('Passkey maken')")
    page.fill("#name", "Mijn telefoon")
    page.click("button:has-text('Passkey maken')")
    page.wait_for_url("**/accounts/")
    assert "Mijn telefoon" in page.inner_text("main")

    page.goto("/accounts/logout/")
    page.click("main button")
    page.goto("/accounts/login/?next=/bestellingen")
    page.click("button:has-text('Inloggen met een passkey')")
    page.wait_for_url(re.compile(r"localhost:\d+/bestellingen$"))
    page.goto("/accounts/")
    assert "Laatst gebruikt" in page.inner_text("main")

    page.click("a:has-text('Naam wijzigen')")
    page.fill("#name", "Oude telefoon")
    page.click("main button")
    page.wait_for_url("**/accounts/")
    page.click("a:has-text('Verwijderen')")
    assert "Oude telefoon verwijderen?" in page.inner_text("h1")
    page.click("main button")
    page.wait_for_url("**/accounts/")
    assert "U heeft nog geen passkey" in page.inner_text("main")

    page.goto("/accounts/logout/")
    page.click("main button")
    page.goto("/accounts/login/")
    page.click("button:has-text('Inloggen met een passkey')")
    page.wait_for_url("**/accounts/login/")
    page.wait_for_selector("main [role=alert]:visible")
    assert "Deze passkey klopte niet" in page.inner_text("main")
    assert [line for line in complaints if "Content Security" in line] == []
    context.close()


FRONT_END = """async (steps) => {
  const at = "/_allauth/browser/v1/auth/";
  const send = (path, method, body) => fetch(at + path, {method,
    headers: {"Content-Type": "application/json"}, body: body && JSON.stringify(body)});
  const told = [];
  for (const [path, method, body] of steps) {
    if (method !== "passkey") { told.push((await send(path, method, body)).status); continue; }
    const asked = (await (await send(path, "GET")).json()).data.request_options;
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.publicKey);
    const credential = await navigator.credentials.get({publicKey});
    told.push((await send(path, "POST", {credential: credential.toJSON()})).status);
  }
  return told;
}"""
"""What a front end of one's own does, in a page of the same host."""


def test_a_front_end_signs_in_by_code_and_with_a_passkey(address: str, chromium: Browser) -> None:
    context = chromium.new_context(base_url=address, locale="nl-NL")
    complaints, page = watched(context), context.new_page()
    device(page)
    page.goto("/accounts/cookies/")
    asked = page.evaluate(FRONT_END, [["code/request", "POST", {"email": "bram@example.nl"}]])
    assert asked == [401]
    page.goto("/accounts/outbox/")
    code = re.search(r"^[A-Z]{4}-[A-Z]{4}$", page.inner_text("main"), re.MULTILINE)
    assert code
    assert page.evaluate(FRONT_END, [["code/confirm", "POST", {"code": code[0]}]]) == [200]
    page.goto("/accounts/passkeys/add/")
    page.click("button:has-text('Passkey maken')")
    page.wait_for_url("**/accounts/")

    out = ["session", "DELETE", None]
    by_passkey = ["webauthn/login", "passkey", None]
    who = ["session", "GET", None]
    assert page.evaluate(FRONT_END, [out, who, by_passkey, who]) == [401, 401, 200, 200]
    page.goto("/accounts/")
    assert "Laatst gebruikt" in page.inner_text("main")
    assert [line for line in complaints if "Content Security" in line] == []
    context.close()


def test_without_a_script_the_page_says_what_to_do_instead(address: str, chromium: Browser) -> None:
    context = chromium.new_context(base_url=address, locale="nl-NL", java_script_enabled=False)
    page = context.new_page()
    page.goto("/accounts/login/")
    assert not page.is_visible("button:has-text('Inloggen met een passkey')")
    assert page.is_visible("text=Zet dat aan, of log in met een code.")
    context.close()


def test_whoever_comes_with_a_code_for_the_first_time_is_offered_a_passkey(
    address: str, chromium: Browser
) -> None:
    context = chromium.new_context(base_url=address, locale="nl-NL")
    page = context.new_page()
    device(page)
    page.goto("/accounts/login/")
    page.fill("#email", "joost@example.nl")
    page.click("text=Stuur mij een code")
    asked = page.url
    page.goto("/accounts/outbox/")
    code = re.search(r"^[A-Z]{4}-[A-Z]{4}$", page.inner_text("main"), re.MULTILINE)
    assert code
    page.goto(asked)
    page.fill("#code", code[0])
    page.click("main form >> nth=0 >> button")
    page.wait_for_url("**/accounts/passkeys/offer/")
    page.click("text=Passkey maken")
    page.click("button:has-text('Passkey maken')")
    page.wait_for_url(re.compile(r"localhost:\d+/$"))
    page.goto("/accounts/logout/")
    page.click("main button")
    page.goto("/accounts/login/")
    page.click("button:has-text('Inloggen met een passkey')")
    page.wait_for_url(re.compile(r"localhost:\d+/$"))
    context.close()
