"""Walks a running portal as every person in every language, and keeps each page as it was served.

Nothing is listed by hand: people come from the demo's first page, pages from the links between
them, routes from the portal's own description.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote, urlsplit

import httpx

from tests.running import Portal, second_step
from tests.screens.screen import (
    Audience,
    File,
    Recording,
    Screen,
    Shape,
    is_ours,
    outline,
    shape,
)

_ENTERS = re.compile(r'action="/accounts/demo/([^"]+)"')
_ALIKE = 6  # kinds of looks of one address pattern in one situation
_FOLLOWED = 40  # rows of one address pattern that are followed
_NEVER_FOLLOWED = ("/accounts/logout/",)
_KEPT = ("content-type", "content-security-policy", "x-content-type-options", "cache-control")
LANGUAGES = ("nl", "en")
WELL = "all is well"
Keep = Callable[[str, httpx.Response], httpx.Response]
"""Keeps an answer in a situation, and gives it back."""


@dataclass(frozen=True)
class Person:
    """Somebody of the demo with a browser, in one language."""

    mail: str
    language: str
    client: httpx.Client


@dataclass
class Recorder:
    """routes: of the story, as the portal describes them: `/orders/{order.number}`.

    proved: the sign-ins of those who took two steps, which can be done twice a minute.
    """

    portal: Portal
    recording: Recording
    routes: Sequence[str] = ()
    shapes: dict[tuple[str, ...], set[Shape]] = field(default_factory=dict)
    first: set[tuple[str, ...]] = field(default_factory=set)
    clients: list[httpx.Client] = field(default_factory=list)
    proved: dict[str, httpx.Cookies] = field(default_factory=dict)

    def client(self, language: str) -> httpx.Client:
        """A browser of nobody yet."""
        client = httpx.Client(
            base_url=self.portal.url,
            headers={"accept-language": language, "accept": "text/html", "origin": self.portal.url},
            timeout=30,
        )
        self.clients.append(client)
        return client

    def close(self) -> None:
        """Closes every browser."""
        for client in self.clients:
            client.close()

    def somebody(self, mail: str, language: str) -> Person:
        """Signed in by the button on the demo's first page."""
        client = self.client(language)
        if mail in self.proved:
            client.cookies.update(self.proved[mail])
            return Person(mail, language, client)
        answer = client.post(f"/accounts/demo/{quote(mail)}")
        assert answer.status_code == 302, answer.text
        asked = client.get("/", follow_redirects=True)
        if asked.url.path == "/accounts/two-steps/":
            self.keep(screen_of(asked, mail, language, "two steps are asked"))
            second_step(client, asked.url.raw_path.decode())
            self.proved[mail] = client.cookies
        return Person(mail, language, client)

    def route(self, path: str) -> str:
        """The address pattern of a path; the path itself where it is nobody's row."""
        if path in self.routes:
            return path
        return next((route for route in self.routes if _fits(route, path)), path)

    def keep(self, screen: Screen) -> None:
        """Keeps a screen with the files that it asks for."""
        self.recording.screens.append(replace(screen, route=self.route(screen.path)))
        for file in outline(screen.html).files:
            if file.startswith("/") and file not in self.recording.files:
                self.recording.files[file] = _file(httpx.get(self.portal.url + file))

    def keeper(self, mail: str, language: str) -> Keep:
        """Keeps what somebody is answered, each in its situation."""

        def keep(situation: str, answer: httpx.Response) -> httpx.Response:
            self.keep(screen_of(answer, mail, language, situation))
            return answer

        return keep

    def walk(self, person: Person, situation: str, start: str = "/") -> None:
        """Every page that links lead to. A link that leads nowhere is written down."""
        queue, seen = [(start, "the address bar")], {start}
        followed: dict[str, int] = {}
        while queue:
            address, source = queue.pop(0)
            answer = person.client.get(address, follow_redirects=True)
            if answer.status_code >= 400:
                self.recording.dead.append(f"{person.mail}: {source} leads to {address}: {answer}")
                continue
            arrived = answer.url.raw_path.decode()
            if "html" not in answer.headers.get("content-type", ""):
                continue
            self.offer(person, arrived, situation, answer)
            for link in _links(answer.text):
                route = self.route(urlsplit(link).path)
                if link in seen or followed.get(route, 0) >= _FOLLOWED:
                    continue
                seen.add(link)
                followed[route] = followed.get(route, 0) + 1
                queue.append((link, arrived))

    def offer(self, person: Person, address: str, situation: str, answer: httpx.Response) -> None:
        """Keeps the first page of a route for each person, and those that look like no other."""
        route = self.route(urlsplit(address).path)
        known = self.shapes.setdefault((person.language, route, situation), set())
        mine = (self._whose(person, route, situation), person.language, route, situation)
        looks = shape(answer.text)
        if mine not in self.first or (len(known) < _ALIKE and looks not in known):
            self.first.add(mine)
            self.keep(screen_of(answer, person.mail, person.language, situation, address))
        known.add(looks)

    def _whose(self, person: Person, route: str, situation: str) -> str:
        """The person, where a page is theirs and all is well; else one stands for all."""
        return person.mail if situation == WELL and route in self.routes else ""

    def again(self, person: Person, addresses: Iterable[str], situation: str) -> None:
        """The same addresses in another situation: kept where the page then looks different."""
        for address in addresses:
            answer = person.client.get(address, follow_redirects=True)
            route = self.route(urlsplit(address).path)
            usual = self.shapes.get((person.language, route, WELL), set())
            if "html" in answer.headers["content-type"] and shape(answer.text) not in usual:
                self.offer(person, answer.url.raw_path.decode(), situation, answer)

    def addresses_of(self, person: Person) -> list[str]:
        """The pages that were kept of a person while all was well."""
        return [
            screen.address
            for screen in self.recording.screens
            if (screen.who, screen.language) == (person.mail, person.language)
            and screen.situation == WELL
        ]


def screen_of(
    answer: httpx.Response, who: str, language: str, situation: str, address: str = ""
) -> Screen:
    """An answer as a screen."""
    address = address or answer.url.raw_path.decode()
    return Screen(
        who=who,
        address=address,
        language=language,
        situation=situation,
        audience=_audience(address),
        served=_file(answer),
    )


def everybody(portal: Portal) -> list[str]:
    """The mail addresses of the people on the demo's first page."""
    page = httpx.get(portal.url + "/demo").text
    return [unquote(mail) for mail in _ENTERS.findall(page)]


_DOCUMENT = re.compile(r"\.(\{\w+\}|[a-z]{2,4})(\?|$)")


def routes_of(portal: Portal) -> list[str]:
    """The address patterns of the story's pages, the longest first. Documents are no pages."""
    described = httpx.get(portal.url + "/api/openapi.json").json()["paths"]
    pages = {path.split("?")[0] for path in described if not _DOCUMENT.search(path)}
    return sorted(pages, key=len, reverse=True)


def recorder_of(portal: Portal) -> Recorder:
    """A recorder that has recorded nothing yet."""
    routes = routes_of(portal)
    return Recorder(portal, Recording(portal.url, routes=routes), routes)


def people(recorder: Recorder, languages: Sequence[str] = LANGUAGES) -> Iterator[Person]:
    """Everybody, signed in, in every language."""
    for language in languages:
        for mail in everybody(recorder.portal):
            yield recorder.somebody(mail, language)


def let_it_age() -> None:
    """In an impatient blueprint everything is too old after a second."""
    time.sleep(1.2)


def _audience(address: str) -> Audience:
    if address.startswith("/accounts/connections"):
        return Audience.TECHNICIAN
    if address.startswith(("/staff", "/accounts/known", "/accounts/letters")):
        return Audience.STAFF
    if address.startswith(("/demo", "/accounts/outbox")):
        return Audience.DEMO
    return Audience.CUSTOMER


def _file(answer: httpx.Response) -> File:
    said: Mapping[str, str] = {k: v for k, v in answer.headers.items() if k in _KEPT}
    return File(answer.status_code, said, answer.content)


def _links(html: str) -> Iterator[str]:
    for link in outline(html).links:
        address = link.split("#")[0]
        chosen = re.search(r"[?&](lang|theme|origins|newest)\b", address)
        if address and is_ours(address) and not chosen and address not in _NEVER_FOLLOWED:
            yield address


def _fits(route: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(route)), path) is not None
