"""What only a browser shows: what overflows, what is covered, what a script is needed for."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from balie.site.headers import with_headers
from tests.frontstage.site import COOKIE, site

CHROMIUM = "/usr/bin/chromium"
PAGES = ["/", "/bestellingen", "/bestellingen/VO-26071", "/retour/R-000042", "/nothing", "/demo"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"{CHROMIUM} is not there"),
]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ANYTHING = "'a, button, summary, input'"
TOO_SMALL = """(least) => [...document.querySelectorAll('a, button, summary, input')]
    .filter(e => e.type !== 'hidden' && e.checkVisibility() && !e.closest('.skip'))
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([e, r]) => r.width && (r.width < Math.min(least, 24) || r.height < least - .5))
    .map(([e, r]) => `${e.outerHTML.slice(0, 80)} ${r.width}x${r.height}`)"""
FOCUSED = """() => {
    const e = document.activeElement;
    if (e === document.body || e === document.documentElement) return null;
    const r = e.getBoundingClientRect();
    const top = document.elementFromPoint(r.left + r.width / 2, r.top + Math.min(r.height / 2, 20));
    return {
        name: e.outerHTML.slice(0, 90),
        seen: !!top && (top === e || e.contains(top) || top.contains(e)),
        ringed: getComputedStyle(e).outlineStyle !== 'none',
    };
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = with_headers(site(demo=True).app)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(5)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def visit(browser: Browser, address: str, width: int, height: int = 844, **more: object) -> Page:
    """A page of a browser in which Bram is signed in."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height}, locale="nl-NL", **more
    )
    context.add_cookies([{"name": COOKIE, "value": "bram", "url": address}])
    return context.new_page()


@pytest.mark.parametrize(
    ("width", "height", "text"),
    [(320, 256, 16), (390, 844, 16), (640, 450, 16), (1280, 900, 16), (390, 844, 32),
     (1280, 900, 32)],
)  # fmt: skip
def test_nothing_overflows(
    browser: Browser, address: str, width: int, height: int, text: int
) -> None:
    page = visit(browser, address, width, height)
    over = {}
    for path in PAGES:
        page.goto(address + path)
        page.evaluate(f"document.documentElement.style.fontSize = '{text}px'")
        over[path] = page.evaluate(OVERFLOW)
    page.context.close()
    assert over == dict.fromkeys(PAGES, 0)


@pytest.mark.parametrize("width", [390, 1280])
def test_everything_can_be_hit_with_a_thumb(browser: Browser, address: str, width: int) -> None:
    page = visit(browser, address, width)
    small = {}
    for path in PAGES:
        page.goto(address + path)
        small[path] = page.evaluate(TOO_SMALL, 24)
    buttons = page.evaluate(TOO_SMALL.replace(ANYTHING, "'.btn, .nav a, .tool'"), 44)
    page.context.close()
    assert small == {path: [] for path in PAGES}
    assert buttons == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_a_keyboard_reaches_everything_and_shows_where_it_is(
    browser: Browser, address: str, path: str, width: int
) -> None:
    page = visit(browser, address, width)
    page.goto(address + path)
    stops = []
    for _ in range(80):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            break
        stops.append(stop)
    page.context.close()
    assert 'class="skip"' in stops[0]["name"]
    assert [stop for stop in stops if not (stop["seen"] and stop["ringed"])] == []
    assert len(stops) > 5


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_on_content_is_never_broken(browser: Browser, address: str, path: str) -> None:
    page = visit(browser, address, 1280)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address + path)
    page.locator("summary:visible").first.click()
    page.keyboard.press("Escape")
    page.context.close()
    assert [said for said in complaints if "404" not in said] == []


def test_all_of_it_works_without_a_script(browser: Browser, address: str) -> None:
    page = visit(browser, address, 390, java_script_enabled=False)
    page.goto(address + "/bestellingen")
    page.locator("tr.link").first.click()
    assert page.url == f"{address}/bestellingen/VO-26107"
    page.locator(".tools summary").click()
    assert page.get_by_text("Uitloggen").is_visible()
    page.locator(".demo summary").click()
    page.locator(".demo form").first.get_by_text("Uit", exact=True).click()
    assert page.url == f"{address}/bestellingen/VO-26107"
    pressed = page.locator(".demo form").first.locator("button[aria-pressed=true]")
    assert pressed.text_content() == "Uit"
    page.locator(".demo summary").click()
    page.locator(".demo form").first.get_by_text("Aan", exact=True).click()
    page.context.close()


def test_a_menu_closes_with_escape_and_by_pressing_elsewhere(
    browser: Browser, address: str
) -> None:
    page = visit(browser, address, 1280)
    page.goto(address)
    menu = page.locator(".tools details")
    menu.locator("summary").click()
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    menu.locator("summary").click()
    page.locator("h1").click()
    assert menu.get_attribute("open") is None
    page.context.close()


def test_the_age_on_an_open_page_goes_on(browser: Browser, address: str) -> None:
    page = visit(browser, address, 1280)
    page.clock.install(time="2026-11-22T09:30:05Z")
    page.goto(address)
    age = page.locator(".head time")
    assert age.inner_text() == "zojuist"
    page.clock.fast_forward(3 * 60_000)
    assert age.inner_text() == "3 minuten geleden"
    page.context.close()


def test_dark_is_for_who_chose_it_and_light_too(browser: Browser, address: str) -> None:
    page = visit(browser, address, 1280, color_scheme="dark", java_script_enabled=False)
    page.goto(address)
    by_device = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    page.get_by_role("link", name="licht").click()
    chosen = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    page.context.close()
    assert _lightness(by_device) < 30
    assert _lightness(chosen) > 240


def test_on_paper_there_is_nothing_to_press(browser: Browser, address: str) -> None:
    page = visit(browser, address, 1280, color_scheme="dark")
    page.goto(address + "/bestellingen/VO-26071")
    page.emulate_media(media="print", color_scheme="dark")
    hidden = [page.locator(part).first.is_visible() for part in (".nav", ".tools", ".demo")]
    ink = page.locator("h1").evaluate("e => getComputedStyle(e).color")
    page.context.close()
    assert hidden == [False, False, False]
    assert _lightness(ink) < 60


def _lightness(colour: str) -> float:
    channels = [float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    return sum(channels) / 3
