"""The pictures of one return, from form to refund: docs/pictures/return. `make pictures`.

A demo runs; a customer has a phone and a colleague a desk, both without JavaScript. Whatever
others do is done with the demo's own buttons.
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

PICTURES = ROOT / "docs" / "pictures" / "return"
CHROMIUM = "/usr/bin/chromium"
CUSTOMER, COLLEAGUE = "sanne@example.nl", "mila@example.nl"
ORDER = "VO-26088"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 720}
MOST_BYTES = 150_000
_BARS = 140  # CSS pixels at the foot of a screen, for the demo's own bar and the menu
_TALLEST = 1300  # CSS pixels of a picture


@dataclass(frozen=True, slots=True)
class Screen:
    """Somebody's browser. size: what it shows at once; folder: where its pictures go."""

    page: Page
    url: str
    folder: Path
    size: ViewportSize

    def opens(self, address: str) -> None:
        """Goes to an address of the portal."""
        self.page.goto(self.url + address)

    def signs_in(self, mail: str, language: str) -> None:
        """Signs in as somebody, who reads this language."""
        self.opens("/accounts/login/")
        self.page.fill("[name=login]", mail)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_load_state()
        self.opens(f"/?lang={language}")

    def presses(self, what: str) -> None:
        """Presses the first of these, and waits for the page that comes."""
        self.page.locator(what).first.click()
        self.page.wait_for_load_state()

    def opens_until(self, address: str, there: str, seconds: float = 90) -> None:
        """Opens a page again and again, until this is on it."""
        end = time.monotonic() + seconds
        self.opens(address)
        while not self.page.locator(there).count():
            if time.monotonic() > end:
                raise SystemExit(f"{address} never had {there}")
            time.sleep(1)
            self.opens(address)

    def photographs(self, name: str) -> None:
        """A picture of the whole page, as one tall screen."""
        self.page.wait_for_load_state("networkidle")
        footer = self.page.locator("footer.foot").bounding_box()
        tall = int(footer["y"]) if footer else 0
        height = min(max(tall + _BARS, 400), _TALLEST)
        self.page.set_viewport_size({"width": self.size["width"], "height": height})
        file = self.folder / f"{name}.png"
        self.page.screenshot(path=file)
        self.page.set_viewport_size(self.size)
        size = file.stat().st_size
        print(f"{file.name}: {size // 1000} kB")
        if size > MOST_BYTES:
            raise SystemExit(f"{file} has {size} bytes, more than {MOST_BYTES}")

    def says(self, pattern: str) -> str:
        """What the page says, as far as it fits the pattern."""
        found = re.search(pattern, self.page.inner_text("main"))
        if found is None:
            raise SystemExit(f"{self.page.url} does not say {pattern}")
        return found[0]


def main() -> None:
    """Walks one return, and photographs it."""
    asked = _asked()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with (
            portal(Path(state) / "state", LINDEMAN) as running,
            _screen(browser, running.url, asked, PHONE, CUSTOMER) as customer,
            _screen(browser, running.url, asked, DESK, COLLEAGUE) as colleague,
            _screen(browser, running.url, asked, DESK, "") as others,
        ):
            walk(customer, colleague, others)
        browser.close()


def walk(customer: Screen, colleague: Screen, others: Screen) -> None:
    """One return from form to refund. others: whoever plays the systems and their people."""
    receipt = _form(customer, others)
    colleague.opens("/staff")
    colleague.photographs("04-desk-while-the-crm-is-away")
    _switches(others, "crm", "on")
    customer.opens_until(receipt, "main .facts + .btns a.btn")
    customer.photographs("05-passed-on")
    number = customer.says(r"R-\d+")
    page = f"/retour/{number}"
    colleague.opens_until("/staff", "main a[href^='/staff/work/']")
    colleague.photographs("06-work-for-the-desk")
    colleague.presses("main a[href^='/staff/work/']")
    colleague.photographs("07-decide")
    colleague.presses("main form .btn")
    customer.opens_until(page, f"main a.btn[href='{page}/label']")
    customer.photographs("08-approved")
    customer.opens_until("/accounts/outbox/", "main article")
    customer.photographs("09-mail")
    customer.opens_until(f"{page}/label", "main .pic img")
    customer.photographs("10-label")
    _happens(others, "carrier", number, "11-parcel-received")
    customer.opens_until(page, f"main a.btn[href='{page}/terugbetaling']")
    _happens(others, "erp", number)
    customer.opens_until(page, "main .tl li:last-child.done")
    customer.opens(f"{page}/terugbetaling")
    customer.photographs("12-refund")


def _form(customer: Screen, others: Screen) -> str:
    """Fills in and sends the form while the CRM is away; the receipt's address."""
    customer.opens(f"/bestellingen/{ORDER}")
    customer.presses("main a[href^='/retour/nieuw']")
    customer.page.check("[name=lines]")
    customer.page.locator(".short").first.fill("2")
    customer.page.check("[name=reason][value=DEFECT]")
    customer.photographs("01-form")
    customer.presses("main form .btn")
    customer.presses("main form .btn")  # no photo
    customer.photographs("02-check")
    _switches(others, "crm", "off")
    customer.presses("button[name=confirm]")
    receipt = customer.page.url.removeprefix(customer.url)
    time.sleep(3)  # it is tried, and waits
    customer.opens(receipt)
    customer.photographs("03-receipt-while-the-crm-is-away")
    return receipt


def _switches(others: Screen, system: str, mode: str) -> None:
    """Presses a switch of the demo."""
    others.opens("/demo")
    others.presses(f"main form[action*='{system}'] button[value={mode}]")


def _happens(others: Screen, system: str, number: str, name: str = "") -> None:
    """Presses the button of a happening of this system that is about this return."""
    button = f"main form:has(input[name=system][value={system}]) button:has-text('{number}')"
    others.opens_until("/demo/happenings", button)
    if name:
        others.photographs(name)
    others.presses(button)


@contextmanager
def _screen(
    browser: Browser, url: str, asked: argparse.Namespace, size: ViewportSize, mail: str
) -> Iterator[Screen]:
    context = browser.new_context(
        viewport=size,
        locale=asked.language,
        java_script_enabled=False,
        reduced_motion="reduce",
    )
    screen = Screen(context.new_page(), url, asked.folder, size)
    if mail:
        screen.signs_in(mail, asked.language)
    else:
        screen.opens(f"/demo?lang={asked.language}")
    yield screen
    context.close()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", default="en", choices=("en", "nl"))
    parser.add_argument("--folder", type=Path, default=PICTURES)
    return parser.parse_args()


if __name__ == "__main__":
    main()
