"""The pictures of becoming known: a letter with a code, and a change of provider.

A portal runs on rehearsed systems, with two look-alikes of parties beside it. Chromium walks
without JavaScript, at 320 and 1280 pixels.
"""

import argparse
import csv
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright
from tests.identity.providers.provider import CLIENT, SECRET, Provider
from tests.running import BALIE, LINDEMAN, ROOT, portal_on

from balie.rehearsal.launch import launched, settings
from balie.systems.transport import Request

PICTURES = ROOT / "docs" / "pictures" / "linking"
CHROMIUM = "/usr/bin/chromium"
WIDTHS = (320, 1280)
NUMBER, POSTCODE, MAIL = "10085", "3512 AB", "sanne.thuis@example.com"


class Party(ThreadingHTTPServer):
    """A provider that a browser can go to: whoever presses its button is Sanne."""

    def __init__(self, name: str, subject: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.name = name
        here = f"http://127.0.0.1:{self.server_port}"
        self.provider = Provider(issuer=here)
        self.provider.person |= {"sub": subject, "email": MAIL}


class _Answers(BaseHTTPRequestHandler):
    server: Party

    def do_GET(self) -> None:
        if urlsplit(self.path).path != "/auth":
            self._pass_on(b"")
            return
        asked = parse_qs(urlsplit(self.path).query)
        back = f"{asked['redirect_uri'][0]}?{self.server.provider.authorise(self.path)}"
        page = f'<!doctype html><title>{self.server.name}</title><a href="{back}">Sanne</a>'
        self._say(200, "text/html", page.replace("&", "&amp;").encode())

    def do_POST(self) -> None:
        self._pass_on(self.rfile.read(int(self.headers["content-length"])))

    def _pass_on(self, body: bytes) -> None:
        request = Request(
            method=self.command,
            url=f"{self.server.provider.issuer}{self.path}",
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            template=self.path,
        )
        coming = self.server.provider.send(request)
        try:
            coming.send(None)
        except StopIteration as done:
            self._say(done.value.status, "application/json", done.value.body)

    def _say(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def party(name: str, subject: str) -> Iterator[Party]:
    """A party, until the end of the block."""
    server = Party(name, subject)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class Walk:
    """Two browsers, a narrow and a wide one, of which the narrow one walks."""

    def __init__(self, browser: Browser, url: str, folder: Path, language: str) -> None:
        context = browser.new_context(locale=language, java_script_enabled=False)
        self.page: Page = context.new_page()
        self.url, self.folder = url, folder
        self.opens(f"/accounts/login/?lang={language}")

    def opens(self, address: str) -> None:
        self.page.goto(self.url + address)

    def presses(self, what: str) -> None:
        self.page.locator(what).first.click()
        self.page.wait_for_load_state()

    def photographs(self, name: str) -> None:
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 800})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                raise SystemExit(f"{name} is {wide} wide on a screen of {width}")
            tall = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size({"width": width, "height": tall})
            self.page.screenshot(path=self.folder / f"{name}-{width}.png")
        print(name)

    def enters_the_code(self) -> None:
        """Reads the code in the outbox of the demo, and enters it."""
        here = self.page.url
        self.opens("/accounts/outbox/")
        text = self.page.inner_text("main article >> nth=0")
        code = next(line for line in text.splitlines() if _is_code(line.strip()))
        self.page.goto(here)
        self.page.fill("[name=code]", code.strip())
        self.presses("main form .btn")

    def must_show(self, text: str) -> None:
        if text not in self.page.inner_text("main"):
            raise SystemExit(f"{self.page.url} does not show {text}")


def letter(walk: Walk, code: str) -> None:
    """Somebody whose address no system knows becomes known by a letter."""
    walk.opens("/accounts/activate/")
    walk.photographs("letter-1-form")
    walk.page.fill("[name=number]", NUMBER)
    walk.page.fill("[name=postcode]", POSTCODE)
    walk.page.fill("[name=code]", "AAAAA-22222")
    walk.page.fill("[name=email]", MAIL)
    walk.presses("main form .btn")
    walk.photographs("letter-2-wrong")
    walk.page.fill("[name=code]", code)
    walk.presses("main form .btn")
    walk.photographs("letter-3-address")
    walk.presses("main form .btn")
    walk.enters_the_code()
    walk.opens("/bestellingen")
    walk.must_show("VO-26088")
    walk.photographs("letter-4-known")


def change(walk: Walk, environment: Mapping[str, str], old: Party, new: Party) -> None:
    """The customer comes by one party, is moved, and comes by the other."""
    for one in (old, new):
        balie(environment, "logins", "add", one.name.lower(), "--issuer", one.provider.issuer,
              "--client-id", CLIENT, "--secret-file", str(_secret(environment)),
              "--title", one.name)  # fmt: skip
    walk.opens("/accounts/with/oldlogin/")
    walk.presses("a")
    walk.opens("/bestellingen")
    walk.must_show("VO-26088")
    told = balie(
        environment, "logins", "move", "--from", "oldlogin", "--to", "newlogin", "--finish"
    )
    print(told)
    walk.opens("/bestellingen")
    walk.opens("/accounts/with/oldlogin/")
    walk.photographs("change-1-old")
    walk.opens("/accounts/with/newlogin/")
    walk.presses("a")
    walk.opens("/bestellingen")
    walk.must_show("VO-26088")
    walk.photographs("change-2-new")


def balie(environment: Mapping[str, str], *arguments: str) -> str:
    """One run of the command line."""
    done = subprocess.run([BALIE, *arguments], env={**os.environ, **environment}, check=True,
                          capture_output=True, text=True)  # fmt: skip
    return done.stdout


def main() -> None:
    """Walks both, and photographs them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", default="nl", choices=("en", "nl"))
    parser.add_argument("--folder", type=Path, default=PICTURES)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as state,
        launched(LINDEMAN, today=date(2026, 11, 22), only_examples=True) as systems,
        party("Oldlogin", "o-1") as old,
        party("Newlogin", "n-1") as new,
        sync_playwright() as playwright,
    ):
        more = {"BALIE_PRIVATE_LOGINS": "127.0.0.1", **settings(LINDEMAN, systems)}
        with portal_on(Path(state), LINDEMAN, more) as running:
            environment = {
                "BALIE_STATE": str(Path(state) / "balie"),
                "BALIE_PRIVATE_SYSTEMS": "127.0.0.1",
                "BALIE_BLUEPRINT": str(LINDEMAN),
                "BALIE_PUBLIC_URL": running.url,
                "BALIE_DEMO": "1",
                **more,
            }
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            out = Path(state) / "letters.csv"
            balie(environment, "letters", "make", "--for", NUMBER, "--out", str(out))
            (row,) = csv.DictReader(out.read_text().splitlines())
            letter(Walk(chromium, running.url, asked.folder, asked.language), row["code"])
            again = Walk(chromium, running.url, asked.folder, asked.language)
            change(again, environment, old, new)
            chromium.close()


def _secret(environment: Mapping[str, str]) -> Path:
    file = Path(environment["BALIE_STATE"]) / "secret"
    file.write_text(SECRET)
    return file


def _is_code(line: str) -> bool:
    bare = line.replace("-", "")
    return len(bare) >= 3 and bare.isalnum() and bare.upper() == bare and " " not in line


if __name__ == "__main__":
    main()
