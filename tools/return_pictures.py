"""The pictures of one return, from form to refund: docs/pictures/return. `make pictures`.

A demo runs, a customer holds a phone and somebody of staff sits at a desk, both without
JavaScript. Nothing is done but what they can do, and what the demo has buttons for.
"""

import argparse
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from tests.running import LINDEMAN, PASSWORD, ROOT, portal

PICTURES = ROOT / "docs" / "pictures" / "return"
CHROMIUM = "/usr/bin/chromium"
CUSTOMER, COLLEAGUE = "sanne@example.nl", "mila@example.nl"
FORM = "/retour/nieuw?order=VO-26088"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
MOST_BYTES = 150_000


@dataclass
class Screen:
    """Somebody's browser, at one portal. folder: where its pictures go."""

    page: Page
    url: str
    folder: Path
    language: str

    def opens(self, address: str) -> None:
        self.page.goto(self.url + address)

    def signs_in(self, mail: str) -> None:
        self.opens("/accounts/login/")
        self.page.fill("[name=login]", mail)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_load_state()
        self.opens(f"/?lang={self.language}")

    def presses(self, button: str = "main .btn:not(.alt)") -> None:
        self.page.locator(button).first.click()
        self.page.wait_for_load_state()

    def photographs(self, name: str) -> None:
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        file = self.folder / f"{name}-{width}.png"
        self.page.screenshot(path=file, full_page=True)
        size = file.stat().st_size
        print(f"{file.name}: {size // 1000} kB")
        if size > MOST_BYTES:
            raise SystemExit(f"{file} has {size} bytes, more than {MOST_BYTES}")

    def until(self, words: str, seconds: float = 90) -> None:
        """Opens the page again until it says this."""
        end = time.monotonic() + seconds
        while not re.search(words, self.page.inner_text("main")):
            if time.monotonic() > end:
                raise SystemExit(f"{self.page.url} never said {words!r}")
            time.sleep(1)
            self.page.reload()
