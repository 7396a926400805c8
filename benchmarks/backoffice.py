"""The simulated back office: four systems in one small process, each on a port of its own.

    python -m benchmarks.backoffice FIRST_PORT

It writes HTTP by hand, for it must cost far less than what is measured, and counts the calls that
really arrive. A fifth port steers it:

    /counts                       {"crm": 12, ...} since the start
    /set?erp.delay=800&changing=1&helpdesk.silent=1
"""

import asyncio
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

import uvloop

from benchmarks.rows import CENTS, CUSTOMER, TABLES, count, rows

SYSTEMS = tuple(table.system for table in TABLES.values())
_LINE = re.compile(rb"GET /(\w+)(?:\?(\S*))? HTTP/1\.1\r\n")
_NUMBER = re.compile(rb"[A-D]\d{5}")
_ROW_OF = re.compile(rb"-(\d{4})(?:&|$)")
_END = b"\r\n\r\n"
_MOST_ROWS = 200


@dataclass
class System:
    """How one system behaves. delay: in milliseconds; silent: takes calls and never answers."""

    table: str
    delay: float = 0.0
    silent: bool = False
    calls: int = 0


@dataclass
class BackOffice:
    """All four. changing: amounts differ at every answer, so that no two answers are alike."""

    systems: dict[str, System] = field(
        default_factory=lambda: {t.system: System(t.name) for t in TABLES.values()}
    )
    changing: bool = False
    answers: int = 0

    def answer(self, system: System, query: bytes) -> bytes:
        """The whole HTTP answer to one question."""
        self.answers += 1
        cents = b"%02d" % (10 + self.answers % 90 if self.changing else 42)
        return answer(system.table, query, cents)

    def set(self, words: dict[str, str]) -> None:
        """Changes how it behaves from now on."""
        for name, value in words.items():
            system, _, word = name.rpartition(".")
            if not system:
                self.changing = value == "1"
            elif word == "delay":
                self.systems[system].delay = float(value)
            else:
                self.systems[system].silent = value == "1"


def answer(table: str, query: bytes, cents: bytes = b"42") -> bytes:
    """An HTTP answer with the rows of whoever the query names; an empty one for nobody."""
    found = _NUMBER.search(query)
    if found is None:
        return _http(b'{"items":[],"next":null}')
    number = found[0]
    return _template(table, *_which(table, query, number.decode())).fill(number, cents)


def _which(table: str, query: bytes, number: str) -> tuple[int, int, int]:
    """From which row, to which, and of how many there are."""
    there = count(table, number)
    one = _ROW_OF.search(query)
    if one is not None:
        first = int(one[1])
        return (first, first + 1, first + 1) if first < there else (0, 0, 0)
    asked = dict(parse_qsl(query.decode()))
    first = int(asked.get("after", 0))
    return first, min(there, first + min(int(asked.get("limit", _MOST_ROWS)), _MOST_ROWS)), there


class Template:
    """An answer that is only to be filled with whose it is and the cents of its amounts."""

    def __init__(self, body: bytes) -> None:
        self._body = body.replace(b'"1' + CENTS.encode() + b'"', b"1" + CENTS.encode())

    def fill(self, number: bytes, cents: bytes) -> bytes:
        """The HTTP answer."""
        body = self._body.replace(CUSTOMER.encode(), number)
        return _http(body.replace(CENTS.encode(), cents))


@lru_cache(maxsize=256)
def _template(table: str, first: int, last: int, there: int) -> Template:
    page = {
        "items": list(rows(table, last))[first:],
        "next": str(last) if last < there else None,
    }
    return Template(json.dumps(page, separators=(",", ":")).encode())


def _http(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


class _Door(asyncio.Protocol):
    """One connection to one system."""

    def __init__(self, office: BackOffice, system: System) -> None:
        self._office, self._system, self._read = office, system, b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while _END in self._read:
            head, _, self._read = self._read.partition(_END)
            self._asked(head)

    def _asked(self, head: bytes) -> None:
        system, line = self._system, _LINE.match(head + b"\r\n")
        system.calls += 1
        if line is None or line[1].decode() != system.table:
            self._say(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        elif system.delay:
            whole = self._office.answer(system, line[2] or b"")
            asyncio.get_running_loop().call_later(system.delay / 1000, self._say, whole)
        else:
            self._say(self._office.answer(system, line[2] or b""))

    def _say(self, whole: bytes) -> None:
        if not self._system.silent and not self._transport.is_closing():
            self._transport.write(whole)


class _Steering(asyncio.Protocol):
    """One connection to the steering port."""

    def __init__(self, office: BackOffice) -> None:
        self._office = office

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        address = urlsplit(data.split(b" ", 2)[1].decode())
        if address.path == "/set":
            self._office.set(dict(parse_qsl(address.query)))
        counts = {name: system.calls for name, system in self._office.systems.items()}
        self._transport.write(_http(json.dumps(counts).encode()))


async def serve(first_port: int) -> None:
    """Serves until stopped: the systems on four ports in their order, steering on the fifth."""
    office, loop = BackOffice(), asyncio.get_running_loop()
    doors: list[Callable[[], asyncio.Protocol]] = [
        lambda system=system: _Door(office, system) for system in office.systems.values()
    ]
    for port, door in enumerate([*doors, lambda: _Steering(office)], start=first_port):
        await loop.create_server(door, "127.0.0.1", port, backlog=2048)
    await loop.create_future()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
