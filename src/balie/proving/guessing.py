"""One customer guesses: real numbers of others, those beside them, and what might confuse us."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote, unquote, urlencode

from balie.proving.browsing import HTML, JSON
from balie.proving.doors import Door, DoorKind
from balie.proving.people import Person
from balie.proving.reading import Place
from balie.proving.sending import TYPED

Say = Callable[[str], None]

GUESSED = "guessed"
_KINDS = (DoorKind.PAGE, DoorKind.DOCUMENT, DoorKind.FORM, DoorKind.RECEIPT, DoorKind.LIST)
_WRITES = ("POST", "PUT", "PATCH", "DELETE")
_EVERY = 25_000
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(slots=True)
class Guesses:
    """Asks as one customer for what is not theirs. asked: how often; foreign: rows that came.

    tried: how many identifiers, each at every door of its thing.
    """

    at: Place
    who: Person
    asked: int = 0
    foreign: int = 0
    tried: int = 0
    _mine: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    async def prove(self, many: int, say: Say) -> None:
        """So many requests, whatever comes of them."""
        began, chance = time.monotonic(), self.at.chance
        while self.asked < many:
            for door, identifier in self._round(chance):
                self.tried += 1
                for method, address, accept in _ways(door, identifier, chance):
                    await self._ask(door, method, address, accept, identifier)
                    if self.asked % _EVERY == 0:
                        took = time.monotonic() - began
                        say(f"{self.asked:,} guesses, {self.foreign} foreign rows, {took:.0f} s")
                    if self.asked >= many:
                        return

    def _round(self, chance: Random) -> Iterator[tuple[Door, str]]:
        """Each identifier of a small set at every door, so that each system is asked for it once
        and the doors answer from what is known.
        """
        doors = [door for door in self.at.doors if door.kind in _KINDS and _takes_one(door)]
        by_thing: dict[str, list[Door]] = {}
        for door in doors:
            by_thing.setdefault(door.braces[0][0] if door.braces else door.about, []).append(door)
        for thing, its in by_thing.items():
            for identifier in guessed(self._real(thing, its[0]), chance):
                for door in its:
                    yield door, identifier

    def _real(self, thing: str, door: Door) -> Sequence[str]:
        """The numbers that there are, everybody's."""
        told = self.at.oracle.blueprint.things.get(thing)
        if told is None:
            return ("ABCD-2345", "VF33-0001", "2222-2222")
        name = door.braces[0][1] if door.braces else str(told.key)
        paths = {
            (f"{s.table.system}.{s.table.table}", str(one.path))
            for s in told.from_
            for one in (told.fields[name].from_ if name in told.fields else ())
            if one.source in ("", s.name)
        }
        found = {
            str(row[path])
            for table, path in paths
            for row in self.at.oracle.rows.get(table, ())
            if row.get(path)
        }
        return sorted(found) or ("1",)

    async def _ask(
        self, door: Door, method: str, address: str, accept: str, identifier: str
    ) -> None:
        self.asked += 1
        self.at.notes.count(GUESSED, "asked")
        answer = await self.who.browser.ask(method, address, accept=accept)
        if answer.status >= 500 and answer.status != 503:
            says = f"a guess at {door.address} is answered with {answer.status}"
            self.at.notes.about("PR106", door, says)
        said = unquote(unquote(address)) + identifier
        text = answer.everything
        marks = self.at.marks.foreign(text, self.who.allowed, said)
        if door.kind is DoorKind.DOCUMENT and answer.status == 200:
            marks = frozenset()  # what a system puts in a paper; whose it is, is looked at below
        is_open = answer.status in (200, 201) and method in ("GET", "POST")
        if marks or TYPED.search(text) or (is_open and not self._is_theirs(door, identifier)):
            self.foreign += 1
            says = f"{method} {door.address} gave {self.who.name} a guessed row of another"
            self.at.notes.about("PR101", door, says)

    def _is_theirs(self, door: Door, identifier: str) -> bool:
        """Whether a row of theirs answers to this, however it is written."""
        if not door.braces:
            return True  # a form that is about nothing: it was looked through
        known = door.braces[0]
        if known not in self._mine:
            thing, name = known
            things = self.at.oracle.blueprint.things
            self._mine[known] = self.at.oracle.all_values(things[thing], name, self.who.who)
        return identifier in self._mine[known]


def _takes_one(door: Door) -> bool:
    return bool(door.braces) or bool(door.about) or door.kind is DoorKind.RECEIPT


def _ways(door: Door, identifier: str, chance: Random) -> Iterator[tuple[str, str, str]]:
    """How one identifier is asked for at a door: method, address, what is accepted."""
    if door.about and not door.braces:
        address = f"{door.address}?{urlencode({door.about: identifier})}"
    else:
        parts = door.address.split("/")
        value = quote(identifier, safe="")
        address = "/".join(value if part.startswith("{") else part for part in parts)
    yield "GET", address, JSON
    yield "GET", address, HTML
    yield "HEAD", address, JSON
    yield "GET", f"{address}{'&' if '?' in address else '?'}newest=1&after=x", JSON
    yield chance.choice(_WRITES), address, JSON


def guessed(real: Sequence[str], chance: Random) -> Iterator[str]:
    """Identifiers as somebody would try them who has seen one."""
    one = chance.choice(real)
    yield one
    yield from _beside(one, chance)
    yield from (one.lower(), one.upper(), one.swapcase(), one[::-1], one[:-1], one + "0", f" {one}")
    yield from (f"{one} ", f"{one}\t", f"{one}\n", f"{one}\x00", f"{one}%00", f"{one}\u200b")
    yield from (one.translate(_WIDE), one.replace("-", "\u2010"), one.replace("O", "\u041e"))
    yield from (f"{one}*", "*", "%", "_", f"{one[:2]}%", "?", ".", "..", "../" + one, f"./{one}")
    yield from (f"..%2f{one}", quote(one, safe=""), quote(quote(one)), f"{one}/../{one}")
    yield from (f"{one}' or '1' eq '1", f"' or number ne '{one}", "' or 1 eq 1 or '", f"{one}')")
    yield from (f"{one}&$filter=true", f"{one}&$top=1000", f'{one}"', f"{one};", f"{one}--")
    yield from (f"{one},{chance.choice(real)}", f"[{one}]", f'{{"number": "{one}"}}', "null", "0")
    yield from ("true", "-1", "NaN", "undefined", "me", "all", "1e9", "x" * 199, "٣٤٥")


def _beside(one: str, chance: Random) -> Iterator[str]:
    """Numbers before and after this one."""
    digits = "".join(c for c in one if c.isdigit())
    tail = digits[-6:]
    if not tail or tail not in one:
        return
    before, _, after = one.rpartition(tail)
    for apart in (1, 2, 3, -1, -2, 10, -10, 100, *(chance.randrange(-5000, 5000) for _ in "abc")):
        yield f"{before}{max(0, int(tail) + apart):0{len(tail)}d}{after}"
