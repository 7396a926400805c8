"""The pictures of a company: a buyer, a bookkeeper who approves and looks after her colleagues, and
a service desk: docs/pictures/company. `make pictures`.

A demo runs; everybody is in a browser without JavaScript, the buyer on a narrow phone.
"""

import argparse
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from tests.running import LINDEMAN, PASSWORD, ROOT, portal

PICTURES = ROOT / "docs" / "pictures" / "company"
CHROMIUM = "/usr/bin/chromium"
BUYER, BOOKKEEPER, DESK = "bram@example.nl", "fatima@example.nl", "mila@example.nl"
SOMEBODY_NEW = "lotte@example.nl"
ALL_OF_IT = "25"  # pieces of 7.85: 196.25 euros
ORDER, APPROVALS, ORGANISATION = "VO-26071", "/goedkeuren", "/accounts/organisation/"
PHONE: ViewportSize = {"width": 320, "height": 720}
DESKTOP: ViewportSize = {"width": 1280, "height": 720}
_BARS = 140  # CSS pixels at the foot of a screen, for the demo's own bar and the menu
_TALLEST = 1500  # CSS pixels of a picture


@dataclass(frozen=True, slots=True)
class Screen:
    """Somebody's browser. size: what it shows at once; folder: where its pictures go."""

    page: Page
    url: str
    folder: Path
    size: ViewportSize

    def opens(self, address: str) -> None:
        """Goes to an address of the portal, and takes the second step where it is asked."""
        self.page.goto(self.url + address)
        if self.takes_the_second_step():
            self.page.goto(self.url + address)

    def takes_the_second_step(self) -> bool:
        """Enters the code that the demo prompts; False where none is asked."""
        code = self.page.locator("form strong.tnum")
        if "/accounts/two-step" not in self.page.url or not code.count():
            return False
        self.page.fill("input[name=code]", code.inner_text())
        with self.page.expect_navigation():
            self.page.press("input[name=code]", "Enter")
        return True

    def presses(self, what: str) -> None:
        """Presses the first of these, and waits for the page that comes."""
        self.page.locator(what).first.click()
        self.page.wait_for_load_state()

    def opens_until(self, address: str, there: str, seconds: float = 60) -> None:
        """Opens a page again and again, until this is on it."""
        end = time.monotonic() + seconds
        self.opens(address)
        while not self.page.locator(there).count():
            if time.monotonic() > end:
                raise SystemExit(f"{address} never had {there}")
            time.sleep(1)
            self.opens(address)

    def must_say(self, pattern: str) -> str:
        """What the page says, as far as it fits the pattern."""
        found = re.search(pattern, self.page.inner_text("main"))
        if found is None:
            raise SystemExit(f"{self.page.url} does not say {pattern}")
        return found[0]

    def finds_nothing_at(self, address: str) -> None:
        """There is no such page for them."""
        answer = self.page.goto(self.url + address)
        if answer is None or answer.status != 404:
            raise SystemExit(f"{address} is there, and should not be")

    def photographs(self, name: str) -> None:
        """A picture of the whole page, as one tall screen."""
        self.page.wait_for_load_state("networkidle")
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > self.size["width"]:
            raise SystemExit(f"{name} is {wide} wide on a screen of {self.size['width']}")
        footer = self.page.locator("footer.foot").bounding_box()
        tall = int(footer["y"]) if footer else 0
        height = min(max(tall + _BARS, 400), _TALLEST)
        self.page.set_viewport_size({"width": self.size["width"], "height": height})
        self.page.screenshot(path=self.folder / f"{name}.png", full_page=True)
        self.page.set_viewport_size(self.size)
        print(name)


def main() -> None:
    """Walks it, and photographs it."""
    asked = _asked()
    with tempfile.TemporaryDirectory() as state:
        walked(Path(state), asked.folder, asked.language)


def walked(state: Path, folder: Path, language: str) -> None:
    """Walks all of it in a demo of its own. Raises SystemExit when something is not as told."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with (
            portal(state / "state", LINDEMAN) as running,
            _screen(browser, running.url, folder, language, PHONE) as buyer,
            _screen(browser, running.url, folder, language, DESKTOP) as bookkeeper,
            _screen(browser, running.url, folder, language, DESKTOP) as desk,
        ):
            _signs_in(buyer, BUYER)
            _signs_in(bookkeeper, BOOKKEEPER)
            _signs_in(desk, DESK)
            approval(buyer, bookkeeper)
            dropping(buyer, bookkeeper, desk)
            colleagues(buyer, bookkeeper)
        browser.close()


def approval(buyer: Screen, bookkeeper: Screen) -> None:
    """A large return waits for the bookkeeper, who approves it."""
    buyer.finds_nothing_at(APPROVALS)
    reference = _returns(buyer, "01-form")
    buyer.photographs("02-waits")
    bookkeeper.opens("/")
    bookkeeper.photographs("03-menu")
    bookkeeper.opens_until("/accounts/outbox/", "main article")
    bookkeeper.opens(APPROVALS)
    bookkeeper.photographs("04-list")
    bookkeeper.opens(f"{APPROVALS}/{reference}")
    bookkeeper.photographs("05-decide")
    bookkeeper.page.fill("[name=words]", "Klopt met de factuur.")
    bookkeeper.presses("button[name=answer][value=approve]")
    bookkeeper.photographs("06-approved")
    buyer.finds_nothing_at(f"{APPROVALS}/{reference}")
    buyer.opens_until(f"/ontvangst/{reference}", "main .facts + .btns a.btn")
    buyer.photographs("07-passed-on")


def dropping(buyer: Screen, bookkeeper: Screen, desk: Screen) -> None:
    """The buyer calls: it was a mistake. The service desk takes it back before it is approved."""
    reference = _returns(buyer)
    desk.opens("/staff/search")
    desk.page.fill("main input[type=search], main input.in", reference)
    desk.presses("main form .btn")
    desk.photographs("08-desk")
    desk.presses("main details.way:last-of-type summary")
    desk.presses("main details.way:last-of-type button")
    desk.presses("main form .btn")
    bookkeeper.opens(APPROVALS)
    bookkeeper.photographs("09-dropped")
    buyer.opens(f"/ontvangst/{reference}")
    buyer.photographs("10-dropped")


def colleagues(buyer: Screen, bookkeeper: Screen) -> None:
    """The bookkeeper invites a colleague, and reads who did what."""
    buyer.finds_nothing_at(ORGANISATION)
    bookkeeper.opens(ORGANISATION)
    bookkeeper.photographs("11-people")
    bookkeeper.opens(f"{ORGANISATION}invite/")
    bookkeeper.page.fill("[name=email]", SOMEBODY_NEW)
    bookkeeper.page.locator("[name=role]").select_option("buyer")
    bookkeeper.photographs("12-invite")
    bookkeeper.presses("main form .btn")
    bookkeeper.must_say(re.escape(SOMEBODY_NEW))
    bookkeeper.opens(f"{ORGANISATION}done/")
    bookkeeper.photographs("13-done")


def _returns(buyer: Screen, picture: str = "") -> str:
    """Sends the whole of an order back; the reference of the receipt."""
    buyer.opens(f"/retour/nieuw?order={ORDER}")
    buyer.page.check("[name=lines]")
    buyer.page.locator(".short").first.fill(ALL_OF_IT)
    buyer.page.check("[name=reason][value=REGRET]")
    if picture:
        buyer.photographs(picture)
    buyer.presses("main form .btn")
    buyer.presses("button[name=confirm]")
    return buyer.must_say(r"[A-Z0-9]{4}-[A-Z0-9]{4}")


def _signs_in(screen: Screen, mail: str) -> None:
    screen.opens("/accounts/login/")
    screen.page.fill("[name=login]", mail)
    screen.page.fill("[name=password]", PASSWORD)
    with screen.page.expect_navigation():
        screen.page.press("[name=password]", "Enter")
    screen.takes_the_second_step()
    screen.opens("/")


@contextmanager
def _screen(
    browser: Browser, url: str, folder: Path, language: str, size: ViewportSize
) -> Iterator[Screen]:
    context = browser.new_context(
        viewport=size, locale=language, java_script_enabled=False, reduced_motion="reduce"
    )
    screen = Screen(context.new_page(), url, folder, size)
    screen.opens(f"/accounts/login/?lang={language}")
    yield screen
    context.close()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", default="en", choices=("en", "nl"))
    parser.add_argument("--folder", type=Path, default=PICTURES)
    return parser.parse_args()


if __name__ == "__main__":
    main()
