"""Cookies of others: none without the word, nothing before a yes, both answers alike."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from balie.backstage.consent import Consent, origin_of
from balie.site.blueprints import checked
from balie.site.headers import POLICY
from balie.store.models import Audit
from tests.browser import Browser
from tests.site.conftest import BLUEPRINT, Running

ORIGIN = {"origin": "http://127.0.0.1:8000"}
SCRIPT = "https://stats.example.com/count.js"
DECLARED = f"""
cookies:
  visits:
    name: Bezoek tellen
    what for: We zien welke pagina's worden gebruikt.
    by: Statistiek BV, in Nederland
    script: {SCRIPT}
    kept for: 6 maanden
"""
TRANSLATED = {
    "Bezoek tellen": "Counting visits",
    "We zien welke pagina's worden gebruikt.": "We see which pages are used.",
    "Statistiek BV, in Nederland": "Statistics Ltd, in the Netherlands",
    "6 maanden": "6 months",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, with a cookie of somebody else."""
    folder = tmp_path_factory.mktemp("blueprint") / "lindeman"
    shutil.copytree(BLUEPRINT, folder)
    (folder / "cookies.yaml").write_text(DECLARED)
    for words in (folder / "words").glob("en*"):
        lines = "".join(f'"{said}": "{other}"\n' for said, other in TRANSLATED.items())
        words.write_text(words.read_text() + lines)
    return folder


@pytest.fixture
def browser_of(run: Callable[..., Running], folder: Path) -> Browser:
    browser = run(found=checked(folder)).browser()
    browser.loop.run(browser.client.post("/accounts/demo/sanne@example.nl", headers=ORIGIN))
    return browser


def say(browser: Browser, what: str, **headers: str) -> int:
    data = {"say": what, "next": "/bestellingen"}
    sent = browser.client.post("/accounts/cookies/", data=data, headers={**ORIGIN, **headers})
    return int(browser.loop.run(sent).status_code)


def test_without_the_word_there_is_no_banner_and_nothing_to_answer(browser: Browser) -> None:
    browser.loop.run(browser.client.post("/accounts/demo/sanne@example.nl", headers=ORIGIN))
    page = browser.get("/bestellingen").text
    assert 'action="/accounts/cookies/"' not in page
    assert say(browser, "yes") == 404
    assert "Er zijn geen cookies van anderen." in browser.get("/accounts/cookies/").text


def test_before_an_answer_nothing_of_others_is_there(browser_of: Browser) -> None:
    answer = browser_of.get("/bestellingen")
    assert SCRIPT not in answer.text
    assert answer.headers["content-security-policy"] == POLICY
    buttons = re.findall(r"<button([^>]*)>(?:Nee, liever niet|Ja, dat mag)</button>", answer.text)
    classes = [re.findall(r'class="([^"]*)"', button) for button in buttons]
    assert classes == [["btn alt"], ["btn alt"]], "both answers look alike"


def test_a_yes_opens_just_that_host_and_a_no_closes_it_again(browser_of: Browser) -> None:
    assert say(browser_of, "yes") == 303
    answer = browser_of.get("/bestellingen")
    assert f'<script defer src="{SCRIPT}"></script>' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self' https://stats.example.com;" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "Nee, liever niet" not in answer.text, "nobody is asked twice"

    page = browser_of.get("/accounts/cookies/")
    assert "U zei ja." in page.text
    assert SCRIPT not in page.text
    assert page.headers["content-security-policy"] == POLICY, "never where people sign in"

    assert say(browser_of, "no") == 303
    answer = browser_of.get("/bestellingen")
    assert SCRIPT not in answer.text
    assert answer.headers["content-security-policy"] == POLICY
    assert [
        *Audit.objects.filter(what="cookies").order_by("id").values_list("more", flat=True)
    ] == [
        "yes",
        "no",
    ]


def test_no_other_website_says_yes_for_anybody(browser_of: Browser) -> None:
    assert say(browser_of, "yes", origin="https://evil.example") == 403
    assert say(browser_of, "yes", **{"sec-fetch-site": "cross-site"}) == 403
    browser_of.client.cookies.set("cookies", "yes.000000000000")
    assert SCRIPT not in browser_of.get("/bestellingen").text


def test_the_page_tells_who_gets_what_and_for_how_long(browser_of: Browser) -> None:
    page = browser_of.get("/accounts/cookies/").text
    assert page.count(">Ja, dat mag</button>") == 1, "there the banner is not needed"
    for text in ("Bezoek tellen", "Statistiek BV, in Nederland", "6 maanden", "U heeft nog niets"):
        assert text in page
    assert '<a href="/accounts/cookies/">Cookies</a>' in browser_of.get("/bestellingen").text


def test_an_answer_counts_for_what_was_asked_and_no_more(folder: Path, tmp_path: Path) -> None:
    before = Consent(checked(folder).blueprint)
    again = tmp_path / "lindeman"
    shutil.copytree(folder, again)
    more = (again / "cookies.yaml").read_text().replace("count.js", "follow.js")
    (again / "cookies.yaml").write_text(more)
    after = Consent(checked(again).blueprint)
    kept = before.kept(said_yes=True)
    assert (before.answer(kept), after.answer(kept)) == (True, None)
    assert after.policy(POLICY, kept) == POLICY


def test_staff_are_not_asked_for_nothing_is_loaded_there(
    run: Callable[..., Running], folder: Path
) -> None:
    browser = run(found=checked(folder)).browser()
    browser.loop.run(browser.client.post("/accounts/demo/mila@example.nl", headers=ORIGIN))
    page = browser.get("/staff").text
    assert "<h1" in page
    assert "/accounts/cookies/" not in page


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://stats.example.com/a.js", "https://stats.example.com"),
        ("https://stats.example.com:8443/a.js", "https://stats.example.com:8443"),
        ("http://stats.example.com/a.js", ""),
        ("https://u:p@stats.example.com/a.js", ""),
        ("https://stats.example.com:x/a.js", ""),
        ("/a.js", ""),
        ("", ""),
    ],
)
def test_only_a_plain_https_host_is_ever_let_in(address: str, origin: str) -> None:
    assert origin_of(address) == origin
