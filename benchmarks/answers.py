"""Are two answers the same? Compared field by field before anything is timed."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

MOMENTS = frozenset({"as_of"})
"""When it was asked: of course different."""

ADDRESSES = frozenset({"step", "title", "address"})
"""On top of a page: which of our two addresses it was asked at; peers have one text for both."""


_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two answers differ."""

    at: str
    ours: object
    theirs: object

    def __str__(self) -> str:
        return f"{self.at}: {self.ours!r} here, {self.theirs!r} there"


def json_differences(ours: bytes, theirs: bytes) -> list[Difference]:
    """Every field that differs between two pages as JSON, moments and addresses excepted."""
    here, there = (
        {name: value for name, value in json.loads(body).items() if name not in ADDRESSES}
        for body in (ours, theirs)
    )
    return list(_differences("", here, there))


def _differences(at: str, ours: Any, theirs: Any) -> Iterator[Difference]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in [*ours, *(name for name in theirs if name not in ours)]:
            if name not in MOMENTS:
                here, there = ours.get(name, "(absent)"), theirs.get(name, "(absent)")
                yield from _differences(f"{at}.{name}", here, there)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for n, (here, there) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differences(f"{at}[{n}]", here, there)
    elif ours != theirs or type(ours) is not type(theirs):
        yield Difference(at or ".", ours, theirs)


def raw_differences(
    ours: bytes, theirs: bytes, clear: Mapping[str, tuple[str, str, Mapping[str, str]]]
) -> list[Difference]:
    """What differs between the values of our page and the raw rows of a GraphQL gateway.

    clear: our block -> the gateway's root field, its argument, and our field -> the raw field.
    """
    blocks, data = json.loads(ours)["blocks"], json.loads(theirs)["data"]
    found: list[Difference] = []
    for block, (root, _, fields) in clear.items():
        rows = data[root]["items"]
        here = [_values(one, fields) for one in _records(blocks[block])]
        there = [{name: _plain(row[raw]) for name, raw in fields.items()} for row in rows]
        found += _differences(f".{block}", here, there)
    return found


def _records(block: Any) -> list[Any]:
    return [one["fields"] for one in block["records"]] if "records" in block else [block["fields"]]


def _values(record: Any, fields: Mapping[str, str]) -> dict[str, str | None]:
    return {name: _plain(record[name]["value"]) for name in fields}


def _plain(value: object) -> str | None:
    """A value as text; of numbers, what they are worth: 0.00 is 0."""
    if value is None:
        return None
    text = str(value)
    return f"{Decimal(text).normalize():f}" if _NUMBER.fullmatch(text) else text


def html_differences(ours: bytes, theirs: bytes) -> list[Difference]:
    """What differs in what is read: every cell of every table, every fact with its label."""
    here, there = read(ours), read(theirs)
    return [
        Difference(name, mine, yours)
        for name, mine, yours in (
            ("headline", here.headline, there.headline),
            ("heads of tables", here.heads, there.heads),
            ("rows", here.rows, there.rows),
            ("facts", here.facts, there.facts),
        )
        if mine != yours
    ]


@dataclass
class Seen(HTMLParser):
    """What somebody reads on a page. facts: label -> value."""

    headline: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._text: list[str] = []
        self._in_body = False
        self._label = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begins a text, a row or a table's body."""
        del attrs
        if tag in ("h1", "th", "td", "dt", "dd"):
            self._text = []
        elif tag == "tbody":
            self._in_body = True
        elif tag == "tr" and self._in_body:
            self.rows.append([])

    def handle_endtag(self, tag: str) -> None:
        """Keeps the text that ends."""
        text = " ".join("".join(self._text).split())
        if tag == "tbody":
            self._in_body = False
        elif tag == "h1":
            self.headline = text
        elif tag in ("th", "td"):
            (self.rows[-1] if self._in_body else self.heads).append(text)
        elif tag == "dt":
            self._label = text
        elif tag == "dd":
            self.facts[self._label] = text

    def handle_data(self, data: str) -> None:
        """A piece of text."""
        self._text.append(data)


def read(page: bytes) -> Seen:
    """What is on a page."""
    seen = Seen()
    seen.feed(page.decode())
    return seen
