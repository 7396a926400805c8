"""Looks at recorded screens in a browser: without scripts, in every variant, and then with them."""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from playwright.async_api import Browser, CDPSession, Page, Playwright, Route, async_playwright

from tests.screens.recorder import WELL
from tests.screens.screen import File, Recording, Screen
from tests.screens.texts import Rules, text_findings
from tests.screens.tools import AXE, CHECKS, chromium

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OF_COLOURS = ("color-contrast", "link-in-text-block")
_CHECKS = CHECKS.read_text().partition("\n")[2].strip()
_AS_IN_FRONT = (
    "--no-sandbox",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
)
_MOST_STOPS = 150
_PATIENCE = 120_000  # milliseconds
_AT_ONCE = 3  # pages of the browser
FITS = {"overflow": "overflow", "cut": "overflow", "covered": "overflow"}
SEEN = {
    "smallTargets": "targets",
    "smallControls": "targets",
    "colourOnly": "state by colour only",
    "edges": "edges",
}
WHOLE = {
    "ways": "dead links",
    "faultsAreTied": "faults tied to fields",
    "visible": "content without scripts",
    "data": "data by itself",
}
HEIGHTS = {320: 640, 390: 844, 1280: 900}
WALKED_IN = "nl"
_OF_THIS_RUN = re.compile(r"[\w=-]{20,}|[A-Z0-9]{4}-[A-Z0-9]{4}|/\d+/")  # in an address


@dataclass(frozen=True)
class Variant:
    """How a page is looked at: width and height in CSS pixels, colours."""

    width: int
    height: int
    scheme: str = "light"

    def __str__(self) -> str:
        return f"{self.width}x{self.height} {self.scheme}"


VARIANTS = tuple(
    Variant(width, height, scheme)
    for scheme in ("light", "dark")
    for width, height in HEIGHTS.items()
)
QUICK = (Variant(390, 844), Variant(1280, 900, "dark"))
WALKS = (Variant(390, 844), Variant(1280, 900), Variant(320, 256))


@dataclass(frozen=True, order=True)
class Finding:
    """What is wrong with a page."""

    check: str
    says: str
    screen: str
    variant: str = ""

    def __str__(self) -> str:
        return f"{self.check}: {self.screen} {self.variant}: {self.says}"


@dataclass
class Report:
    """What was looked at, and what was found."""

    findings: set[Finding] = field(default_factory=set)
    looks: int = 0

    def of(self, check: str) -> list[str]:
        """The findings of one check, as sentences."""
        return [str(finding) for finding in sorted(self.findings) if finding.check == check]


@dataclass(frozen=True)
class Looks:
    """In which variants a screen is looked at, and in which its keys are tried."""

    variants: Sequence[Variant]
    walks: Sequence[Variant]


Plan = Callable[[Screen], Looks]


def every_variant(screen: Screen) -> Looks:
    """The whole matrix; keys in one language, for they are the same in the other."""
    return Looks(VARIANTS, WALKS if screen.language == WALKED_IN else ())


def in_turn(screens: Iterable[Screen]) -> Plan:
    """All variants of a page while all is well; of its other situations one, in one language, both
    in turn. Of the other language the words are read, which are all that differs.

    Which one follows from the page and its situation, so every run looks at the same ones.
    """
    languages: dict[str, set[str]] = defaultdict(set)
    for screen in screens:
        languages[_page(screen)].add(screen.language)

    def plan(screen: Screen) -> Looks:
        if screen.situation == WELL:
            return every_variant(screen)
        turn, spoken = crc32(_page(screen).encode()), sorted(languages[_page(screen)])
        if screen.language != spoken[turn % len(spoken)]:
            return Looks((), ())
        turn //= len(spoken)
        return Looks((VARIANTS[turn % len(VARIANTS)],), (WALKS[turn % len(WALKS)],))

    return plan


def _page(screen: Screen) -> str:
    return _OF_THIS_RUN.sub("…", f"{screen.who} {screen.address} {screen.situation}")


async def look_at_all(
    recording: Recording,
    rules: Rules,
    plan: Plan = every_variant,
) -> Report:
    """Looks at every screen of a recording, several at once."""
    async with async_playwright() as playwright:
        browser = await open_browser(playwright)
        report = await look_in(browser, recording, rules, plan)
        await browser.close()
    return report


async def look_in(browser: Browser, recording: Recording, rules: Rules, plan: Plan) -> Report:
    """The same in a browser that is open already."""
    report, waiting = Report(), iter(recording.screens)

    async def looks() -> None:
        async with window_on(browser, recording, report) as eye:
            for screen in waiting:  # shared: each screen is looked at once
                looks_at = plan(screen)
                eye.turn_to(screen)
                await eye.without_scripts(rules, looks_at.variants, looks_at.walks)
                if looks_at.variants:
                    await eye.with_scripts()

    windows = min(_AT_ONCE, len(recording.screens))
    await asyncio.gather(*(looks() for _ in range(windows)))
    return report


async def open_browser(playwright: Playwright) -> Browser:
    """Debian's Chromium, every page of it as quick as the one in front."""
    return await playwright.chromium.launch(executable_path=chromium(), args=list(_AS_IN_FRONT))


@asynccontextmanager
async def window_on(browser: Browser, recording: Recording, report: Report) -> AsyncIterator["Eye"]:
    """Somebody who looks at one screen after another, in one window."""
    context = await browser.new_context(locale="nl", reduced_motion="no-preference")
    page = await context.new_page()
    eye = Eye(page, await context.new_cdp_session(page), recording, report)
    await page.route("**/*", eye.serve)
    page.on("console", lambda said: eye.hear(said.type, said.text))
    page.on("pageerror", lambda error: eye.find("errors of scripts", str(error)[:200]))
    yield eye
    await context.close()


@cache
def _axe() -> str:
    return AXE.read_text()


async def _fulfil(route: Route, file: File) -> None:
    await route.fulfill(status=file.status, headers=dict(file.headers), body=file.body)


@dataclass
class Eye:
    """Looks at a screen, and writes down what it finds.

    whole: the widths at which all rules of axe were asked of this screen.
    """

    page: Page
    browser: CDPSession
    recording: Recording
    report: Report
    screen: Screen = field(init=False)
    variant: str = ""
    content: Sequence[str] = ()
    whole: set[int] = field(default_factory=set)

    def turn_to(self, screen: Screen) -> None:
        """Looks at another screen from now on."""
        self.screen, self.content, self.whole = screen, (), set()

    def find(self, check: str, *said: str) -> None:
        """Notes what a check found."""
        for says in said:
            self.report.findings.add(Finding(check, says, self.screen.name, self.variant))

    def hear(self, kind: str, text: str) -> None:
        """What the browser itself says of a page."""
        if kind in ("error", "warning") and "the server responded with a status of" not in text:
            policy = "Content Security Policy" in text
            self.find("policy on content" if policy else "console", text[:160])

    async def serve(self, route: Route) -> None:
        """Serves what was recorded; any other request is a finding."""
        address = urlsplit(route.request.url)
        here = urlsplit(self.recording.origin)
        if address.hostname not in (here.hostname, "portal.example"):
            self.find("requests to elsewhere", route.request.url[:120])
            await route.abort()
        elif route.request.is_navigation_request():
            await _fulfil(route, self.screen.served)
        elif address.path in self.recording.files:
            await _fulfil(route, self.recording.files[address.path])
        elif address.path != "/favicon.ico":
            self.find("dead links", f"asks for {address.path}, which is not there")
            await route.fulfill(status=404)

    async def without_scripts(
        self, rules: Rules, variants: Sequence[Variant], walks: Sequence[Variant]
    ) -> None:
        """All that the page must be before any script has come."""
        await self.open(scripts=False)
        await self._whole(rules)
        if not variants:
            return
        await self._scripts(True)
        await self.page.evaluate(f"{_axe()};0")
        for variant in variants:
            await self._see(variant)
        await self._closely()
        await self._otherwise()
        for walk in walks:
            await self._walk(walk)

    async def with_scripts(self) -> None:
        """With scripts nothing breaks, and the page says the same."""
        await self.open(scripts=True)
        self.variant = "with scripts"
        if await self.ask("content") != self.content:
            self.find("content without scripts", "scripts change what the page says")
        await self.page.keyboard.press("Escape")

    async def ask(self, check: str, *given: str) -> Any:
        """Asks one of the checks in `checks.js`."""
        said: Any = await self.page.evaluate(f"given => looks.{check}(...given)", list(given))
        return said

    async def note(self, check: str, name: str = "", *given: str) -> None:
        """Asks a check of the browser and notes what it says."""
        self.find(name or check, *await self.ask(check, *given))

    async def open(self, *, scripts: bool) -> None:
        """Loads the page afresh."""
        await self._scripts(scripts)
        self.variant = ""
        address = self.recording.origin + self.screen.address
        await self.page.goto(address, wait_until="load", timeout=_PATIENCE)
        await self.page.evaluate(f"globalThis.looks = {_CHECKS}; 0")

    async def _scripts(self, on: bool) -> None:
        await self.browser.send("Emulation.setScriptExecutionDisabled", {"value": not on})

    async def put(self, variant: Variant) -> None:
        """Gives the window this size and these colours."""
        self.variant = str(variant)
        await self.page.set_viewport_size({"width": variant.width, "height": variant.height})
        await self.page.emulate_media(color_scheme=variant.scheme)

    async def _whole(self, rules: Rules) -> None:
        """What does not depend on the window."""
        await self.put(Variant(1280, 900))
        self.variant = ""
        self.content = await self.ask("content")
        await self.note("outline", "outline", self.screen.language)
        await self.several(WHOLE)
        for check, says in text_findings(
            self.screen, await self.ask("texts"), await self.ask("labels"), rules
        ):
            self.find(check, says)

    async def _see(self, variant: Variant) -> None:
        """One width, one set of colours."""
        self.report.looks += 1
        await self.put(variant)
        await self.several(FITS | SEEN)
        await self._stretch(variant)
        only = OF_COLOURS if variant.width in self.whole else RULES
        self.whole.add(variant.width)
        await self.note("axe", "axe", *only)

    async def _stretch(self, variant: Variant) -> None:
        """Makes the window as high as the page: then nothing lies below a bar at its bottom.

        Whether that bar hides what has the focus, the walk with the keyboard tells.
        """
        height = max(variant.height, await self.page.evaluate("document.body.scrollHeight"))
        await self.page.set_viewport_size({"width": variant.width, "height": height})

    async def several(self, checks: Mapping[str, str]) -> None:
        """Asks several checks of the browser at once. checks: in `checks.js` -> what we call it."""
        for check, said in await self.ask("several", *checks):
            self.find(checks[check], *said)

    async def _closely(self) -> None:
        """At 400 %, and with letters twice as large."""
        await self.put(Variant(320, 256))
        await self.several(FITS)
        for width in (390, 1280):
            await self.put(Variant(width, HEIGHTS[width]))
            self.variant += " text 200 %"
            await self.ask("letters", "32px")
            await self.several(FITS)
            await self.ask("letters", "")

    async def _otherwise(self) -> None:
        """Forced colours, no movement, on paper."""
        await self.put(Variant(390, 844))
        self.variant = "forced colours"
        await self.page.emulate_media(forced_colors="active")
        await self.note("forced", "forced colours")
        await self.note("overflow")
        await self.page.emulate_media(forced_colors="none", reduced_motion="reduce")
        self.variant = "reduced motion"
        await self.note("moves", "movement")
        await self.page.set_viewport_size({"width": 794, "height": 1123})
        await self.page.emulate_media(media="print", color_scheme="dark", reduced_motion=None)
        self.variant = "print"
        await self.note("paper", "on paper")
        await self.note("overflow")
        await self.page.emulate_media(media="screen", color_scheme="light")

    async def _walk(self, variant: Variant) -> None:
        """With the Tab key: everything is reached, in sight, with a ring."""
        await self.put(variant)
        self.variant += " keyboard"
        await self.ask("fromTheTop")
        for _ in range(_MOST_STOPS):
            await self.page.keyboard.press("Tab")
            stop = await self.ask("focused")
            if stop is None or stop["again"]:
                break
            self._judge(stop)
        await self.note("never", "keyboard")

    def _judge(self, stop: dict[str, Any]) -> None:
        if stop["inside"]:
            return
        if not stop["free"]:
            self.find("keyboard", f"is covered when it has the focus: {stop['name']}")
        if not stop["ring"]:
            self.find("keyboard", f"shows no ring: {stop['name']}")
        elif stop["ratio"] < 3:
            said = f"its ring stands out {stop['ratio']:.2f} to 1: {stop['name']}"
            self.find("keyboard", said)
