"""A whole site as visitors meet it, its carrier beside it, and a clock that a test sets.

Pages, `/staff` and `/in` are asked over ASGI; systems are asked over HTTP. Nothing is known here of
what stands behind an address, but for the logs that the systems keep themselves.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx
from django.db import connection

from balie.identity.models import DemoMail
from balie.rehearsal.launch import RehearsedSystem, settings
from balie.site import configuration, demo, systems
from balie.site.blueprints import Checked
from balie.site.bootstrap import Portal, start, stop
from balie.site.carrying import carrier_of, opened
from balie.systems.news import News
from tests.browser import Browser, Loop
from tests.identity.test_second_steps import connect
from tests.stories.world import Hands, Noticed, Town
from tests.telling import LINDEMAN

Fields = Mapping[str, str | Sequence[str]]
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
_BLANKS = re.compile(r"\s+")


@dataclass(repr=False)
class Whole:
    """A site, and what is behind it. town: its carrier, its systems and its clock."""

    loop: Loop
    portal: Portal
    town: Town
    news: Mapping[str, News]
    since: dict[str, int] = field(default_factory=dict)
    staff: dict[str, Browser] = field(default_factory=dict)

    def browser(self, mail: str = "") -> Browser:
        """A browser: of somebody who signed in, or of a stranger."""
        browser = Browser(self.loop, self.portal.application)
        if mail:
            answer = browser.sign_in(mail, demo.PASSWORD)
            assert answer.status_code in (302, 303), answer.text
        return browser

    def of_staff(self, mail: str) -> Browser:
        """A browser of a colleague who took both steps, until the next beginning."""
        if mail not in self.staff:
            self.staff[mail] = self.browser(mail)
            connect(self.staff[mail])
            DemoMail.objects.filter(to=mail).delete()  # which tells them that it is connected
        return self.staff[mail]

    def tells(self, system: str, event: str, **said: str) -> int:
        """What a system sends when it tells something, signed at this moment; the answer's status.

        The row's field stands in `said`.
        """
        body = json.dumps(said).encode()
        headers = dict(self.news[system].signed(body, self.town.clock.now()))
        client = Browser(self.loop, self.portal.application).client
        answer = self.loop.run(client.post(f"/in/{system}/{event}", content=body, headers=headers))
        return int(answer.status_code)

    def settles(self) -> None:
        """Whatever can be done now is done."""
        self.loop.run(self.town.settle())

    def passes(self, **length: float) -> None:
        """Time passes, and what is due happens at its moment."""
        self.loop.run(self.town.passes(**length))

    def stands_still(self, **length: float) -> None:
        """Time passes while nothing is carried; then whatever is due by now is done."""
        self.town.clock.at += timedelta(**length)
        self.settles()

    def begins(self) -> None:
        """Systems as they were at the start, and nothing known of them; from now on logs count."""
        self.staff.clear()
        for name, system in self.town.systems.items():
            system.reset()
            for service in (self.portal.service, self.town.connected.service):
                service.hear(name)
            self.since[name] = max((line.seq for line in system.log()), default=0)

    def done_in(self, system: str) -> list[str]:
        """What a system changed since, by its own log: deed, table and fields."""
        effects = self.town.systems[system].effects(self.since[system])
        return [f"{one.deed.value} {one.table}: {', '.join(one.fields)}" for one in effects]

    def mails(self) -> list[tuple[str, str]]:
        """Every mail that was sent: to whom, and its subject."""
        return list(DemoMail.objects.order_by("pk").values_list("to", "subject"))


def posted(browser: Browser, address: str, fields: Fields, **files: "File") -> httpx.Response:
    """Sends a form from this site."""
    here = {"origin": str(browser.client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    return browser.loop.run(
        browser.client.post(address, data=dict(fields), files=files or None, headers=here)
    )


File = tuple[str, bytes, str]
"""A file as a browser sends it: its name, what is in it, its type."""


def brought_along(page: httpx.Response) -> dict[str, list[str]]:
    """What the page holds for the next step of its form."""
    fields: dict[str, list[str]] = {}
    for name, value in _HIDDEN.findall(page.text):
        fields.setdefault(html.unescape(name), []).append(html.unescape(value))
    return fields


def words_of(page: httpx.Response) -> str:
    """What somebody reads on a page's own part, in a line."""
    main = re.search(r"<main\b.*?</main>", page.text, re.DOTALL)
    text = _MARKUP.sub(" ", main[0] if main else page.text)
    return _BLANKS.sub(" ", html.unescape(text)).strip()


@contextmanager
def whole(
    loop: Loop, found: Checked, running: Mapping[str, RehearsedSystem], state: Path
) -> Iterator[Whole]:
    """The site on these systems and on the database of the tests."""
    hands, chosen = Hands(), _chosen(running, state)
    behind = AsyncExitStack()
    portal = loop.run(start(found, chosen, clock=hands.clock))
    carrying = loop.run(opened(found, chosen, behind, hands.clock))
    town = Town(
        found,
        chosen,
        carrying.connected,
        carrying.actions,
        carrying.stories,
        carrier_of(carrying),
        running,
        hands,
        Noticed(),
    )
    news = systems.news(found.blueprint, chosen.values)
    try:
        yield Whole(loop, portal, town, news)
    finally:
        loop.run(behind.aclose())
        loop.run(stop(portal))


def _chosen(running: Mapping[str, RehearsedSystem], state: Path) -> configuration.Configuration:
    read = configuration.read(
        {
            **settings(LINDEMAN, running),
            "BALIE_BLUEPRINT": str(LINDEMAN),
            "BALIE_PRIVATE_SYSTEMS": "127.0.0.1",
            "BALIE_DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
            "BALIE_STATE": str(state),
        }
    )
    configuration.make_key(read)
    return replace(configuration.read(dict(read.values)), demo=False)
