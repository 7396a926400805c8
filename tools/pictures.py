"""Pictures of pages as people see them: phone and desk, light and dark.

python tools/pictures.py http://127.0.0.1:8000 pictures / /invoices --as sanne@example.nl
"""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"


@dataclass(frozen=True)
class Screen:
    """What somebody looks at: its width in CSS pixels and its colours."""

    width: int
    scheme: str

    @property
    def size(self) -> dict[str, int]:
        return {"width": self.width, "height": 844 if self.width < 700 else 900}


def main() -> None:
    asked = _asked()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for screen in _screens(asked):
            with _visit(browser, screen, asked) as context:
                page = context.new_page()
                page.on("console", lambda said: print(f"  says: {said.text[:200]}"))
                for address in asked.addresses:
                    _take(page, asked, address, screen)
        browser.close()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", help="http://127.0.0.1:8000")
    parser.add_argument("folder", type=Path)
    parser.add_argument("addresses", nargs="+", help="/ /invoices")
    parser.add_argument("--as", dest="mail", help="somebody of the demo")
    parser.add_argument("--cookie", help="name=value")
    parser.add_argument("--widths", default="390,1280")
    parser.add_argument("--schemes", default="light,dark")
    parser.add_argument("--name", default="", help="begins the name of each file")
    parser.add_argument("--fold", action="store_true", help="only what fits on the screen")
    return parser.parse_args()


def _screens(asked: argparse.Namespace) -> Iterator[Screen]:
    for width in asked.widths.split(","):
        for scheme in asked.schemes.split(","):
            yield Screen(int(width), scheme)


def _visit(browser: Browser, screen: Screen, asked: argparse.Namespace) -> BrowserContext:
    context = browser.new_context(
        viewport=screen.size, color_scheme=screen.scheme, reduced_motion="reduce", locale="nl-NL"
    )
    if asked.cookie:
        name, _, value = asked.cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": asked.site}])
    if asked.mail:
        page = context.new_page()
        page.goto(f"{asked.site}/demo")
        page.locator(f'form[action="/accounts/demo/{quote(asked.mail)}"] button').click()
        page.close()
    return context


def _take(page: Page, asked: argparse.Namespace, address: str, screen: Screen) -> None:
    page.goto(asked.site + address)
    name = re.sub(r"[^\w]+", "-", address).strip("-") or "home"
    file = asked.folder / f"{asked.name}{name}-{screen.width}-{screen.scheme}.png"
    page.screenshot(path=file, full_page=not asked.fold)
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    print(file, f"OVERFLOWS by {over}" if over > 0 else "")


if __name__ == "__main__":
    main()
