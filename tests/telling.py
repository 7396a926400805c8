"""Lindeman as it was written, and with every name replaced: what holds for the one holds for both.

Tests speak the words of the original. A telling in other words translates at the border: addresses,
rows and switches on their way in, pages and findings on their way out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TypeVar

import httpx
import msgspec

from balie.systems.rows import Raw, Row
from tests.renamed.examples import new_row
from tests.renamed.folder import renamed
from tests.renamed.grammar import Grammar

LINDEMAN = Path(__file__).parents[1] / "blueprints" / "lindeman"
TELLINGS = ("as written", "renamed")

T = TypeVar("T")


@dataclass(frozen=True)
class Telling:
    """The example's story: a folder, and the words in which it is told. None: its own."""

    folder: Path = LINDEMAN
    words: Grammar | None = None

    def address(self, address: str) -> str:
        """Where a page of the original is."""
        return address if self.words is None else self.words.visited(address)

    def system(self, name: str) -> str:
        return name if self.words is None else self.words.system(name)

    def table(self, system: str, name: str) -> str:
        return name if self.words is None else self.words.table(system, name)

    def row(self, system: str, table: str, row: Row) -> dict[str, Raw]:
        """A row of the original, as this telling's system holds it."""
        return dict(row) if self.words is None else new_row(self.words, system, table, row)

    def field(self, thing: str, field: str) -> str:
        """What a field of a thing is called here."""
        if self.words is None:
            return field
        return self.words.ref(f"{thing}.{field}").rpartition(".")[2]

    def relation(self, text: str, system: str, table: str) -> str:
        return text if self.words is None else self.words.relation(text, system, table)

    def me(self, name: str) -> str:
        return name if self.words is None else self.words.me(name)

    def kind(self, name: str) -> str:
        """What a kind of customer is called here."""
        known = self.words is not None and name in self.words.blueprint.people.customers
        return self.words.names.new("role", name) if self.words is not None and known else name

    def text(self, text: str) -> str:
        """A text of this telling, in the words of the original."""
        return text if self.words is None else self.words.names.back(text)

    def back(self, told: T) -> T:
        """Anything that this telling says, in the words of the original."""
        return told if self.words is None else _back(told, self.words)

    def browser(self, url: str) -> httpx.Client:
        """A browser that goes to the original's addresses and reads the original's words."""
        return httpx.Client(base_url=url, timeout=20, transport=_Retold(self))


AS_WRITTEN = Telling()


def told(name: str, folder: Path) -> Telling:
    """One of TELLINGS; `folder` is where another one is written."""
    return AS_WRITTEN if name == "as written" else Telling(folder, renamed(LINDEMAN, folder))


def _back(told: T, words: Grammar) -> T:
    """The same, with every text in it translated."""
    match told:
        case Enum():
            return told
        case str():
            return words.names.back(told)  # type: ignore[return-value]
        case tuple() | list() | frozenset() | set():
            return type(told)(_back(one, words) for one in told)
        case Mapping():
            return {_back(k, words): _back(v, words) for k, v in told.items()}  # type: ignore[return-value]
    if is_dataclass(told) and not isinstance(told, type):
        changes = {one.name: _back(getattr(told, one.name), words) for one in fields(told)}
        return replace(told, **changes)
    if isinstance(told, msgspec.Struct):
        names = told.__struct_fields__
        changes = {name: _back(getattr(told, name), words) for name in names}
        return msgspec.structs.replace(told, **changes)
    return told


class _Retold(httpx.BaseTransport):
    """HTTP as it is, but for the words."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._real = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raw = request.url.raw_path.decode("ascii")
        url = request.url.copy_with(raw_path=self._telling.address(raw).encode("ascii"))
        asked = httpx.Request(request.method, url, headers=request.headers, stream=request.stream)
        answer = self._real.handle_request(asked)
        answer.read()
        headers = [
            (name, value)
            for name, value in answer.headers.multi_items()
            if name not in ("content-length", "content-encoding")
        ]
        return httpx.Response(answer.status_code, headers=headers, content=self._body(answer))

    def _body(self, answer: httpx.Response) -> bytes:
        kind = answer.headers.get("content-type", "")
        is_text = kind.startswith("text/") or "json" in kind
        return self._telling.text(answer.text).encode() if is_text else answer.content

    def close(self) -> None:
        self._real.close()
