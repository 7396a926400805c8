"""Proves what can be read: every page, list and document, asked for by whom it is not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from random import Random
from urllib.parse import quote, unquote

from balie.blueprint.model import Thing
from balie.proving.browsing import HTML, JSON, Answer
from balie.proving.doors import Door, DoorKind
from balie.proving.marks import Marks
from balie.proving.noting import Notes
from balie.proving.oracle import Held, Oracle, Who, at, paths_of, text_of
from balie.proving.people import Person
from balie.systems.rows import Raw

OTHER_METHODS = ("HEAD", "POST", "PUT", "PATCH", "DELETE")
_READS = frozenset({DoorKind.PAGE, DoorKind.LIST, DoorKind.DOCUMENT, DoorKind.FORM})
_NEVER_THE_SAME = frozenset({"date", "content-length"})
_LINK = re.compile(r"""(?:href|src|action)=["'](/[^"'#]*)""")
_PAPERS = 6  # rows, for not every row has one
_AWAY = (503,)
_NOT_THEIRS = "it is not for them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is proved: a portal's doors, its people, the rows underneath.

    many: rows of each person at each door. thorough: every method at each.
    """

    doors: Sequence[Door]
    people: Sequence[Person]
    oracle: Oracle
    marks: Marks
    notes: Notes
    chance: Random
    many: int = 2
    thorough: bool = False


@dataclass(slots=True)
class Reads:
    """Asks for everything that can be read."""

    at: Place
    reached: set[str] = field(default_factory=set)
    links: dict[str, str] = field(default_factory=dict)  # address -> whose page it stood on
    _nothing: dict[tuple[str, str, str, str], Answer] = field(default_factory=dict)
    _owned: dict[tuple[str, str], tuple[set[str], set[str]]] = field(default_factory=dict)

    async def prove(self) -> None:
        """Every door as everybody."""
        for door in self.at.doors:
            if door.kind in _READS:
                await self._door(door)
            elif door.kind is DoorKind.UNKNOWN:
                says = f"{door.address} is a door that is not proved: for whom is it?"
                self.at.notes.about("PR201", door, says)
        self._unreached()

    async def _door(self, door: Door) -> None:
        if not door.braces:
            for person in self.at.people:
                await self._plain(door, person)
            return
        for owner in self.at.people:
            must, may = self._keys(door, owner)
            chosen = self._some(sorted(must)) or self._some(sorted(may))
            for number, key in enumerate(chosen):
                await self._row(door, owner, key, is_certain=key in must, is_first=number == 0)
            await self._not_for_them(door, owner)

    async def own(self) -> None:
        """Everybody's own pages, of systems that give whatever rows they have."""
        for door in self.at.doors:
            if door.kind not in _READS:
                continue
            for owner in self.at.people:
                if not owner.is_customer or not door.is_for(owner.who, self.at.oracle):
                    continue
                must, may = self._keys(door, owner)
                keys = self._some(sorted(must or may))[:1]
                for key in keys if door.braces else [""]:
                    address = self._filled(door, owner, key) if door.braces else door.address
                    answer = await self._asked(door, owner, "GET", address, JSON)
                    self._looked(door, owner, address, answer)
                    if answer.status == 200 and door.kind is DoorKind.LIST:
                        self._only_theirs(door, owner, answer.said)
                    elif answer.status == 200 and door.braces:
                        self._needed(door, owner, key, answer, JSON)

    def _some(self, keys: Sequence[str]) -> Sequence[str]:
        return self.at.chance.sample(keys, min(self.at.many, len(keys)))

    def _keys(self, door: Door, person: Person) -> tuple[set[str], set[str]]:
        """Worked out once for each: the oracle looks at every row."""
        known = (door.address, person.name)
        if known not in self._owned:
            self._owned[known] = door.keys(person.who, self.at.oracle)
        return self._owned[known]

    # ---- a page that is about nothing in particular

    async def _plain(self, door: Door, person: Person) -> None:
        for accept in (HTML, JSON):
            answer = await self._asked(door, person, "GET", door.address, accept)
            self._looked(door, person, door.address, answer)
            if not person.is_signed_in:
                self._only_signed_in(door, answer)
            elif person.is_customer and door.is_for(person.who, self.at.oracle):
                if answer.status != 200 and answer.status not in _AWAY:
                    self._hidden(door, person, answer)
                else:
                    self.reached.add(door.address)
                    await self._whole(door, person, accept, answer)
            elif door.address != "/" and answer.status != 404:
                self._opened(door, person, door.address, answer, _NOT_THEIRS)
            elif door.address != "/" and person.is_signed_in:
                unreal = f"{door.address}-zz"
                await self._refused(door, person, "GET", door.address, unreal, accept)
        if not (person.is_customer and door.is_for(person.who, self.at.oracle)):
            for method in OTHER_METHODS:
                answer = await self._asked(door, person, method, door.address, HTML)
                self._looked(door, person, door.address, answer)
                if answer.status < 400 and person.is_signed_in and door.address != "/":
                    self._opened(door, person, f"{method} {door.address}", answer, _NOT_THEIRS)

    def _only_signed_in(self, door: Door, answer: Answer) -> None:
        if answer.status not in (302, 303, 401, 404):
            says = f"{door.address} answers {answer.status} to whoever did not sign in"
            self.at.notes.about("PR101", door, says)

    async def _whole(self, door: Door, person: Person, accept: str, first: Answer) -> None:
        """A list has all that is theirs, on however many pages."""
        if door.kind is not DoorKind.LIST or door.subject is None or accept != JSON:
            return
        self._only_theirs(door, person, first.said)
        text, next_, seen = _all_text(first), _older(first.said), 1
        while next_ and seen < 60:
            answer = await self._asked(door, person, "GET", next_, JSON)
            self._looked(door, person, next_, answer)
            self._only_theirs(door, person, answer.said)
            if seen == 1:
                await self._cursor_of_another(door, person, next_)
            text, next_, seen = text + _all_text(answer), _older(answer.said), seen + 1
        field_ = _field_of_key(door) or str(door.subject.key or "")
        must, _ = self._listed(door, person, field_)
        hidden = [one for one in must if one not in text]
        self.at.notes.count(door.kind, "lists whole" if not hidden else "lists not whole")
        if hidden:
            says = (
                f"{door.address} does not list {len(hidden)} of {len(must)} rows of {person.name}"
            )
            self.at.notes.about("PR104", door, says)

    def _only_theirs(self, door: Door, person: Person, said: Raw) -> None:
        """Each record of a list is a row of that thing, and theirs."""
        field_ = _field_of_key(door)
        if door.subject is None or not field_:
            return
        _, may = self._listed(door, person, field_)
        for key in _keys_in(said, field_):
            if key not in may:
                says = f"{door.address} lists to {person.name} a row that is no {door.subject.id}"
                self.at.notes.about("PR101", door, says)

    def _listed(self, door: Door, person: Person, field_: str) -> tuple[set[str], set[str]]:
        known = (f"{door.address} listed", person.name)
        if known not in self._owned and door.subject is not None:
            self._owned[known] = self.at.oracle.values(door.subject, field_, person.who)
        return self._owned[known]

    async def _cursor_of_another(self, door: Door, owner: Person, address: str) -> None:
        """The rest of somebody's list is nobody else's."""
        for stranger in self._others(owner):
            answer = await self._asked(door, stranger, "GET", address, JSON)
            self._looked(door, stranger, address, answer)

    # ---- a page about a row

    async def _row(
        self, door: Door, owner: Person, key: str, *, is_certain: bool, is_first: bool
    ) -> None:
        address = self._filled(door, owner, key)
        for accept in (HTML, JSON):
            answer = await self._asked(door, owner, "GET", address, accept)
            self._looked(door, owner, address, answer)
            if answer.status == 200:
                self.reached.add(door.address)
                self._needed(door, owner, key, answer, accept)
            elif is_certain and door.kind is DoorKind.PAGE and answer.status not in _AWAY:
                self._hidden(door, owner, answer)
            for stranger in self._others(owner):
                if key not in self._keys(door, stranger)[1]:
                    unreal = self._filled(door, owner, self.unreal(key))
                    await self._refused(door, stranger, "GET", address, unreal, accept)
        if is_first or self.at.thorough:
            for method in OTHER_METHODS:
                for stranger in list(self._others(owner))[: None if self.at.thorough else 3]:
                    if key not in self._keys(door, stranger)[1]:
                        unreal = self._filled(door, owner, self.unreal(key))
                        await self._refused(door, stranger, method, address, unreal, HTML)

    async def _not_for_them(self, door: Door, person: Person) -> None:
        """A row of theirs that is left out, or behind a door that is for others, is not there; nor
        is any for who works here, whatever they are to the systems.
        """
        thing, field_ = door.braces[0]
        who = person.would_be or person.who
        every = self.at.oracle.all_values(self.at.oracle.blueprint.things[thing], field_, who)
        many = _PAPERS if door.kind is DoorKind.DOCUMENT else self.at.many
        hidden = sorted(every - self._keys(door, person)[1])
        for key in self.at.chance.sample(hidden, min(many, len(hidden))):
            address = self._filled(door, person, key)
            unreal = self._filled(door, person, self.unreal(key))
            for accept in (HTML, JSON):
                await self._refused(door, person, "GET", address, unreal, accept)

    def _filled(self, door: Door, owner: Person, key: str) -> str:
        """An address with this key, and for further braces a key of a row of theirs."""
        more = []
        for thing, field_ in door.braces[1:]:
            found, _ = self.at.oracle.values(
                self.at.oracle.blueprint.things[thing], field_, owner.who
            )
            more.append(min(found, default="0"))
        return door.at(key, *more)

    def _needed(self, door: Door, owner: Person, key: str, answer: Answer, accept: str) -> None:
        """What the story shows there of this row is there."""
        thing, step = door.subject, door.step
        if thing is None or step is None or step.screen is None:
            return
        if (
            door.kind is not DoorKind.PAGE
            or accept != JSON
            or not door.fits(answer_path(door, key))
        ):
            return
        shown = {ref.field for ref in step.screen.shows if ref.thing == thing.id}
        text = answer.text
        for held in self.at.oracle.held(thing, owner.who):
            keys = [
                text_of(at(held.row, path))
                for path in paths_of(thing.fields.get(door.braces[0][1]), held.source)
            ]
            if key not in keys:
                continue
            if len(thing.from_) == 1:  # of several, which one counts is not said so simply
                self._told(door, owner, thing, shown & set(thing.fields), held, text)
            for name in shown:
                inner = self.at.oracle.blueprint.nested.get(f"{thing.id}.{name}")
                if inner is not None and len(inner.from_) == 1:
                    self._told_inside(door, owner, inner, held, text)

    def _told_inside(self, door: Door, owner: Person, thing: Thing, held: Held, text: str) -> None:
        """The rows that belong to a row, as far as they are shown, stand there."""
        shown = set(map(str, thing.list_))
        for row in self.at.oracle.within(thing, held, owner.who):
            if not self.at.oracle.is_left_out(thing, row):
                self._told(door, owner, thing, shown, row, text)

    def _told(
        self, door: Door, owner: Person, thing: Thing, shown: set[str], held: Held, text: str
    ) -> None:
        """What is shown of a row, and may be, stands there."""
        if not self.at.oracle.may_see(thing, owner.who):
            return
        for name in shown & set(thing.fields):
            one = thing.fields[name]
            if one.name is None or (one.seen_by and not owner.who.kinds & set(one.seen_by)):
                continue
            for path in paths_of(one, held.source):
                value = text_of(at(held.row, path))
                if value and value in self.at.marks.places and value not in text:
                    says = f"{door.address} does not show {thing.id}.{name} to {owner.name}"
                    self.at.notes.about("PR104", door, says)

    # ---- asking

    def _others(self, owner: Person) -> Iterator[Person]:
        return (person for person in self.at.people if person is not owner)

    async def _asked(
        self, door: Door, person: Person, method: str, address: str, accept: str
    ) -> Answer:
        self.at.notes.count(door.kind, "asked")
        answer = await person.browser.ask(method, address, accept=accept)
        if answer.status >= 500 and answer.status not in _AWAY:
            says = f"{method} {door.address} answers {answer.status} to {person.name}"
            self.at.notes.about("PR106", door, says)
        return answer

    def _looked(self, door: Door, person: Person, address: str, answer: Answer) -> None:
        """Nothing of others is in it."""
        foreign = self.at.marks.foreign(answer.everything, person.allowed, unquote(address))
        if door.kind is DoorKind.DOCUMENT:  # made by the system, of whatever the row has
            in_a_row = {one for one in foreign if self._is_in_a_row_of(person, one)}
            foreign = foreign - in_a_row
        self.at.notes.count(door.kind, "looked through")
        if foreign:
            cell = min(self.at.marks.places[min(foreign)])
            says = (
                f"{door.address} shows {person.name} {len(foreign)} values that are not theirs, "
                f"such as {cell.path} of a row of {cell.table}"
            )
            self.at.notes.about("PR102", door, says)
        if answer.status == 200:
            for link in links_in(answer):
                self.links.setdefault(link, person.name)

    def _is_in_a_row_of(self, person: Person, mark: str) -> bool:
        rows = {(cell.table, cell.row) for cell in person.allowed}
        return any((cell.table, cell.row) in rows for cell in self.at.marks.places[mark])

    async def _refused(
        self, door: Door, stranger: Person, method: str, address: str, unreal: str, accept: str
    ) -> None:
        """It is refused, and as what does not exist is."""
        answer = await self._asked(door, stranger, method, address, accept)
        known = (door.address, stranger.name, method, accept)
        if known not in self._nothing:
            self._nothing[known] = without(
                await self._asked(door, stranger, method, unreal, accept), unreal
            )
        self.at.notes.count(door.kind, "refusals")
        foreign = self.at.marks.foreign(answer.everything, stranger.allowed, unquote(address))
        if foreign:
            says = f"{method} {door.address} tells {stranger.name} values that are not theirs"
            self.at.notes.about("PR102", door, says)
        if 200 <= answer.status < 300 and method != "OPTIONS":
            self._opened(door, stranger, f"{method} {door.address}", answer, "the row is another's")
        elif not same(without(answer, address), self._nothing[known]):
            says = (
                f"{method} {door.address} refuses {stranger.name} in another way than it refuses "
                f"what does not exist ({answer.status} and {self._nothing[known].status}: "
                f"{difference(without(answer, address), self._nothing[known])})"
            )
            self.at.notes.about("PR103", door, says)

    def unreal(self, key: str) -> str:
        """A key that looks the same, and that no row has."""
        turned = key.translate(str.maketrans("0123456789", "7418529630"))
        while turned == key or turned in self.at.marks.places:
            turned = (
                turned[:-1] + ("z" if turned[-1:] != "z" else "y")
                if turned == key
                else (turned.translate(str.maketrans("0123456789", "7418529630")) + "z")
            )
        return turned

    # ---- telling

    def _opened(self, door: Door, person: Person, what: str, answer: Answer, because: str) -> None:
        says = f"{what} answers {answer.status} to {person.name}, though {because}"
        self.at.notes.about("PR101", door, says)

    def _hidden(self, door: Door, person: Person, answer: Answer) -> None:
        says = f"{door.address} answers {answer.status} to {person.name}, though it is theirs"
        self.at.notes.about("PR104", door, says)

    def _unreached(self) -> None:
        for door in self.at.doors:
            if door.kind in _READS and door.address not in self.reached:
                says = f"nobody in the examples could open {door.address}"
                self.at.notes.about("PR203", door, says)


def answer_path(door: Door, key: str) -> str:
    """The path of a door with one brace."""
    return door.at(key, *("0" for _ in door.braces[1:]))


def links_in(answer: Answer) -> set[str]:
    """Addresses of ours that a page leads to."""
    if "json" in answer.headers.get("content-type", ""):
        return {text for text in _texts(answer.said) if text.startswith("/")}
    if "html" in answer.headers.get("content-type", ""):
        return {link.replace("&amp;", "&") for link in _LINK.findall(answer.text)}
    return set()


def _all_text(answer: Answer) -> str:
    """Every text in an answer of JSON, as it is meant."""
    return "\n".join(_texts(answer.said))


def _texts(said: Raw) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict | list):
        for one in said.values() if isinstance(said, dict) else said:
            yield from _texts(one)


def _older(said: Raw) -> str:
    """Where the rest of a list is."""
    blocks = said.get("blocks") if isinstance(said, dict) else None
    for block in blocks.values() if isinstance(blocks, dict) else ():
        if isinstance(block, dict) and isinstance(block.get("older"), str):
            return str(block["older"])
    return ""


def _keys_in(said: Raw, field_: str) -> Iterator[str]:
    """The keys of the records of the list that a page is about: the one that can be arranged."""
    blocks = said.get("blocks") if isinstance(said, dict) else None
    for block in blocks.values() if isinstance(blocks, dict) else ():
        if not isinstance(block, dict) or not block.get("arranged"):
            continue
        records = block.get("records")
        for record in records if isinstance(records, list) else ():
            fields = record.get("fields") if isinstance(record, dict) else None
            cell = fields.get(field_) if isinstance(fields, dict) else None
            if isinstance(cell, dict) and cell.get("value") is not None:
                yield str(cell["value"])


def _field_of_key(door: Door) -> str:
    """The field by which the rows of a list are told apart on its page."""
    thing = door.subject
    if thing is None:
        return ""
    for name, one in thing.fields.items():
        if name == thing.key or any(found.path == thing.key for found in one.from_):
            return name if one.name is not None else ""
    return ""


def without(answer: Answer, address: str) -> Answer:
    """An answer without what it was asked with."""
    path = address.partition("?")[0]
    told = sorted(
        {
            address, path, quote(address, safe=""), quote(path, safe=""), quote(path, safe="/"),
            escape(unquote(path)), unquote(path), quote(quote(path, safe="/"), safe="/"),
        },
        key=len,
        reverse=True,
    )  # fmt: skip
    text = answer.text
    heads = {n: v for n, v in answer.headers.items() if n not in _NEVER_THE_SAME}
    for one in told:
        text = text.replace(one, "<asked>")
        heads = {name: value.replace(one, "<asked>") for name, value in heads.items()}
    return Answer(answer.status, heads, text.encode())


def same(one: Answer, other: Answer) -> bool:
    return (one.status, one.headers, one.body) == (other.status, other.headers, other.body)


def difference(one: Answer, other: Answer) -> str:
    if one.headers != other.headers:
        names = set(one.headers.items()) ^ set(other.headers.items())
        return "header " + ", ".join(sorted({name for name, _ in names}))
    if one.body == other.body:
        return "status"
    pairs = zip(one.text.splitlines(), other.text.splitlines(), strict=False)
    for number, (here, there) in enumerate(pairs, 1):
        if here != there:
            return f"line {number} of the page: {here.strip()[:60]!r}, {there.strip()[:60]!r}"
    return "length"


def kinds_of(who: Who) -> str:
    """The kinds of somebody, for a report."""
    return ", ".join(sorted(who.kinds)) or "no customer"
