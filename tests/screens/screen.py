"""A screen is one page as it was served: to whom, in which language, with its headers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from html.parser import HTMLParser
from urllib.parse import urlsplit


class Audience(StrEnum):
    """Who a page is meant for. Customers never read a system's name; the others may. Whoever ties
    another party to the portal reads the names of the protocol too.
    """

    CUSTOMER = "customer"
    STAFF = "staff"
    DEMO = "demo"
    TECHNICIAN = "technician"


@dataclass(frozen=True)
class File:
    """An answer with its headers."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Screen:
    """One page. address: with its query. situation: what was the case, such as "erp off".

    route: the address pattern of the story that it belongs to: `/orders/{number}`.
    """

    who: str
    address: str
    language: str
    situation: str
    audience: Audience
    served: File
    route: str = ""

    @property
    def name(self) -> str:
        """What findings call it."""
        return f"{self.who or 'nobody'} {self.address} [{self.situation}] {self.language}"

    @property
    def html(self) -> str:
        """The page's text as it was served."""
        return self.served.body.decode()

    @property
    def path(self) -> str:
        """The address without its query."""
        return urlsplit(self.address).path

    def with_html(self, html: str) -> "Screen":
        """The same screen with another text, for planting faults."""
        return replace(self, served=replace(self.served, body=html.encode()))


@dataclass
class Recording:
    """Screens with the files that they ask for.

    routes: of the story. dead: links that lead nowhere, as sentences.
    """

    origin: str
    screens: list[Screen] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)
    routes: Sequence[str] = ()

    def only(self, *screens: Screen) -> "Recording":
        """The same files, around these screens alone."""
        return Recording(self.origin, list(screens), self.files)


Shape = frozenset[tuple[str, ...]]
"""The kinds of parts that a page is made of."""


class Outline(HTMLParser):
    """What a page leads to, and what it is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.files: list[str] = []
        self.parts: set[tuple[str, ...]] = set()
        self.title = ""
        self._open: list[str] = []
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        if tag in ("link", "script", "img"):
            self.files.append(said.get("href") or said.get("src") or "")
        if tag in ("main", "footer"):
            self._open = [tag]
        if self._open == ["main"]:
            state = [name for name in said if name.startswith("aria-")]
            self.parts.add((tag, said.get("class", ""), *state))
        self._in_title = tag == "title" and not self.title

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data.strip()


def outline(html: str) -> Outline:
    """The outline of a page."""
    return Outline(html)


def shape(html: str) -> Shape:
    """The kinds of parts of a page's main content: pages of one shape look alike."""
    return frozenset(outline(html).parts)


def is_ours(link: str) -> bool:
    """Whether a link leads to a page of this site."""
    return link.startswith("/") and not re.match(r"/(static|api)/|/healthz|/readyz", link)
