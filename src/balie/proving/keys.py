"""Proves doors that hang on an identifier, a token, or on whom somebody acts for or with.

Each is tried as everybody whose it is not: it refuses them, and changes nothing. Then it is tried
as who it is for, so that what was refused was worth refusing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from balie.proving.browsing import HTML, Answer, path_of
from balie.proving.oracle import Cell
from balie.proving.people import Person
from balie.proving.reading import Place
from balie.proving.sending import TYPED

_WHAT = "identifier or token"
_NOTHING: Mapping[str, str] = MappingProxyType({})

Kept = Callable[[], Awaitable[object]]
"""All that could be changed, to be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A request that is for one person, and for nobody else.

    about: what it is, for a report. first: asked before, by each. owner: who it works for; None:
    nobody. works: what it answers them. only: who tries; none: everybody else. without: who does
    not, by name. own: who finds something of their own there. allowed: what the owner may see.
    shows: whose typed texts may stand there too. hides: texts that stand there for nobody.
    """

    about: str
    address: str
    method: str = "GET"
    form: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    accept: str = HTML
    first: str = ""
    owner: Person | None = None
    works: int = 200
    refuses: frozenset[int] = frozenset({404})
    only: tuple[Person, ...] = ()
    without: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    allowed: frozenset[Cell] = frozenset()
    shows: tuple[Person, ...] = ()
    hides: tuple[str, ...] = ()


@dataclass(slots=True)
class Keys:
    """Tries keys. typed: marks that only some may see, by whose they are."""

    at: Place
    kept: Kept
    typed: Mapping[str, Person]

    async def prove(self, keys: AsyncIterator[Key]) -> None:
        """Each in its turn; what it is about is made just before."""
        async for key in keys:
            await self._tried(key)

    async def _tried(self, key: Key) -> None:
        before = await self.kept()
        for person in key.only or self.at.people:
            if person is not key.owner and person.name not in key.without:
                await self._refused(key, person)
        if await self.kept() != before:
            says = f"{key.about}: {key.method} by somebody whose it is not changed something"
            self.at.notes.found("PR105", key.about, says)
        if key.owner is not None:
            self.at.notes.count(_WHAT, "worked for their owner")
            answer = await self._asked(key, key.owner)
            if answer.status != key.works:
                says = f"{key.about}: answers {answer.status} to {key.owner.name}, whose it is"
                self.at.notes.found("PR104", key.about, says)

    async def _refused(self, key: Key, person: Person) -> None:
        answer = await self._asked(key, person)
        self.at.notes.count(_WHAT, "refusals")
        leads = answer.headers.get("location", "")
        is_asked_to_sign_in = answer.status == 302 and "/accounts/login" in leads
        if answer.status in key.refuses or (is_asked_to_sign_in and not person.is_signed_in):
            return
        if person.name not in key.own or answer.status != 200:
            says = f"{key.about}: answers {answer.status} to {person.name}, whose it is not"
            self.at.notes.found("PR101", key.about, says)

    async def _asked(self, key: Key, person: Person) -> Answer:
        if key.first:
            await person.browser.get(key.first)
        if key.method == "GET":
            answer = await person.browser.get(key.address, key.accept)
        else:
            answer = await person.browser.send(key.address, key.form)
        self.at.notes.count(_WHAT, "asked")
        self._looked(key, person, answer)
        return answer

    def _looked(self, key: Key, person: Person, answer: Answer) -> None:
        allowed = person.allowed | (key.allowed if person is key.owner else frozenset())
        text = answer.everything
        said = f"{key.address} {key.first} {' '.join(key.form.values())}"
        may = (None, person, *key.shows)
        typed = [m for m in TYPED.findall(text) if self.typed.get(m) not in may]
        hidden = any(one in text for one in key.hides)
        if not person.teams and (typed or hidden or self.at.marks.foreign(text, allowed, said)):
            says = f"{key.about}: shows {person.name} what is not theirs"
            self.at.notes.found("PR102", key.about, says)
        if answer.status >= 500 and answer.status != 503:
            says = f"{key.method} {path_of(key.address)} answers {answer.status} to {person.name}"
            self.at.notes.found("PR106", key.about, says)
