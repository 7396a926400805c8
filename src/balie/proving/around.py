"""Proves what stands around the story: signing in, staff's pages, links, other websites."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from balie.proving.browsing import HTML, JSON, SECRET, TOKEN, TOKEN_COOKIE, Answer, path_of
from balie.proving.doors import DoorKind
from balie.proving.people import Person
from balie.proving.reading import Place, difference, links_in, same, without
from balie.proving.sending import TYPED

STAFF, ACCOUNTS = "staff", ("accounts/", "_allauth/")
_ARGUMENT = re.compile(r"<[^>]+>|\(\?P<\w+>[^)]*\)\w*")
_FIXED = ("/static/", "/demo", "/accounts/", "/staff", "/api/openapi.json")
_SKIPPED = ("/static/", "/demo", "/accounts/logout", "/accounts/demo", "/accounts/outbox")
_STAFF, _SIGNING_IN, _LINK, _SESSION = "staff's page", "signing in", "link", "ended sign-in"
_FOR_WHOEVER_ASKS = frozenset({"staff/acting/stop"})
"""Ends something of the browser that asks, and tells nothing: it stands on customers' pages."""

_ELSEWHERE = {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.invalid"}

Ended = AsyncIterator[tuple[str, Person]]
"""How a sign-in ended, and somebody whose sign-in just ended like that."""


@dataclass(slots=True)
class Around:
    """Asks for everything that no step of the story writes.

    patterns: the framework's own addresses, such as "staff/work/<str:item>". links: address ->
    the name of who found it on a page of theirs. ended: sign-ins that are over.
    """

    at: Place
    patterns: Sequence[str]
    links: Mapping[str, str]
    ended: Ended
    typed: Mapping[str, Person]
    found: dict[str, set[str]] = field(default_factory=dict)  # pattern -> addresses that lead there
    _nothing: dict[tuple[str, str], Answer] = field(default_factory=dict)

    async def prove(self) -> None:
        """All of it."""
        await self._ended()
        await self._links()
        await self._elsewhere()
        await self._staff_looks_around()
        for pattern in self.patterns:
            if pattern in _FOR_WHOEVER_ASKS:
                continue
            if pattern.startswith(STAFF):
                await self._staff_page(pattern)
            elif pattern.startswith(ACCOUNTS):
                await self._account_page(pattern)
            else:
                says = f"/{pattern} is a door that is not proved: for whom is it?"
                self.at.notes.found("PR201", pattern, says)

    # ---- a sign-in that is over

    async def _ended(self) -> None:
        closed = [d for d in self.at.doors if d.kind in (DoorKind.PAGE, DoorKind.LIST)]
        async for how, person in self.ended:
            for door in closed:
                if door.braces:
                    continue
                answer = await self._asked(_SESSION, person, "GET", door.address, JSON)
                if answer.status not in (401, 404, 409):
                    says = f"{door.address} answers {answer.status} to a sign-in that ended: {how}"
                    self.at.notes.found("PR101", f"ended {how}", says)

    # ---- what pages lead to

    async def _links(self) -> None:
        """Each leads its finder somewhere, is behind a door that is known, and nobody else sees
        there what is not theirs.
        """
        for address, finder in self._one_of_each():
            owner = next(one for one in self.at.people if one.name == finder)
            path = path_of(address)
            if not path.startswith(_FIXED) and not any(d.fits(path) for d in self.at.doors):
                says = (
                    f"{address.partition('?')[0]}, on a page of {finder}, is behind no known door"
                )
                self.at.notes.found("PR201", path, says)
            papers = any(d.kind is DoorKind.DOCUMENT and d.fits(path) for d in self.at.doors)
            if papers or path.startswith(_SKIPPED):
                continue  # proved as documents; the demo's own; or it would sign them out
            answer = await self._asked(_LINK, owner, "GET", address, HTML)
            if answer.status == 404 and not path.startswith(_FIXED):
                says = f"a page of {finder} leads to {path}, and that answers 404 to them"
                self.at.notes.found("PR104", f"link {path}", says)
            for other in self.at.people:
                if other is not owner:
                    await self._asked(_LINK, other, "GET", address, HTML)

    def _one_of_each(self) -> Iterator[tuple[str, str]]:
        """Of links that differ in their identifiers only, a few of each person's."""
        seen: dict[tuple[str, str], int] = {}
        for address, finder in self.links.items():
            path, _, query = address.partition("?")
            door = next((d.address for d in self.at.doors if d.fits(path)), path)
            names = ",".join(sorted(part.partition("=")[0] for part in query.split("&")))
            shape = (f"{door}?{names}", finder if self.at.thorough else "")
            seen[shape] = seen.get(shape, 0) + 1
            if seen[shape] <= (3 if self.at.thorough else 1):
                yield address, finder

    # ---- what other websites have browsers send

    async def _elsewhere(self) -> None:
        for door in self.at.doors:
            if not door.sends:
                continue
            for person in self.at.people:
                if person.is_customer and door.is_for(person.who, self.at.oracle):
                    self.at.notes.count(door.kind, "asked")
                    answer = await person.browser.ask(
                        "POST", door.address, headers=_ELSEWHERE, body=b"confirm=1"
                    )
                    if answer.status != 403:
                        says = f"{door.address} takes what another website has a browser send"
                        self.at.notes.about("PR105", door, says)
                    break

    # ---- staff

    async def _staff_looks_around(self) -> None:
        """Follows the links of staff's own pages, to find what identifiers there are."""
        for person in self._staff():
            waiting, seen = ["/staff"], set[str]()
            while waiting and len(seen) < 60:
                address = waiting.pop(0)
                seen.add(address)
                answer = await self._asked(_STAFF, person, "GET", address, HTML)
                for link in links_in(answer):
                    if not link.startswith("/staff"):
                        continue
                    pattern = self._pattern(path_of(link))
                    known = self.found.setdefault(pattern, set())
                    known.add(link)
                    if link not in seen and link not in waiting and len(known) < 12:
                        waiting.append(link)

    def _pattern(self, path: str) -> str:
        for pattern in self.patterns:
            if re.fullmatch(_ARGUMENT.sub("[^/]+", pattern), path.lstrip("/")):
                return pattern
        says = f"{path}, on a page of staff, is behind no known door"
        self.at.notes.found("PR201", path, says)
        return path

    async def _staff_page(self, pattern: str) -> None:
        """There for staff alone; for whoever is not, as nothing at all."""
        addresses = sorted({path_of(a) for a in self.found.get(pattern, ())})[:2] or [
            _filled(pattern)
        ]
        for address in addresses:
            for person in self.at.people:
                if person.teams:
                    continue
                for method in ("GET", "POST"):
                    await self._refused(person, method, address)

    async def _refused(self, person: Person, method: str, address: str) -> None:
        answer = await self._asked(_STAFF, person, method, address, HTML)
        unreal = "/staff/of-nothing"
        if (person.name, method) not in self._nothing:
            said = await self._asked(_STAFF, person, method, unreal, HTML)
            self._nothing[person.name, method] = _bare(said, unreal)
        nothing = self._nothing[person.name, method]
        self.at.notes.count(_STAFF, "refusals")
        if answer.status not in (403, 404, 405):
            says = f"{method} {address} answers {answer.status} to {person.name}"
            self.at.notes.found("PR101", f"staff {address}", says)
        elif method == "GET" and not same(_bare(answer, address), nothing):
            why = difference(_bare(answer, address), nothing)
            says = f"{method} {address} tells {person.name} that it is there: {why}"
            self.at.notes.found("PR103", f"staff {address}", says)

    def _staff(self) -> Iterator[Person]:
        return (person for person in self.at.people if person.teams)

    async def teams(self) -> None:
        """Work of one team is not another's."""
        listed: dict[str, list[Person]] = {}
        for person in self._staff():
            answer = await self._asked(_STAFF, person, "GET", "/staff", HTML)
            for link in links_in(answer):
                if link.startswith("/staff/work/"):
                    listed.setdefault(path_of(link), []).append(person)
        for address, theirs in listed.items():
            self.at.notes.count(_STAFF, "pieces of work")
            for person in self._staff():
                answer = await self._asked(_STAFF, person, "GET", address, HTML)
                is_theirs = person in theirs
                if is_theirs != (answer.status == 200):
                    says = f"{address} answers {answer.status} to {person.name}"
                    self.at.notes.found("PR101", "work of a team", says)
                if not is_theirs:
                    sent = await self._asked(_STAFF, person, "POST", address, HTML)
                    if sent.status < 400:
                        says = f"{person.name} can answer a piece of work of another team"
                        self.at.notes.found("PR105", "work of a team", says)
            for person in self.at.people:
                if not person.teams:
                    await self._refused(person, "GET", address)

    # ---- signing in

    async def _account_page(self, pattern: str) -> None:
        """About whoever asks and nobody else; no fault of its own."""
        address = _filled(pattern)
        if any(one in pattern for one in ("logout", "demo/", "outbox")):
            return  # proved by signing in, and by sign-ins that ended; the mails of a demo are open
        people = self.at.people if self.at.thorough else (self.at.people[0], self.at.people[-1])
        for person in people:
            await self._asked(_SIGNING_IN, person, "GET", address, HTML)

    # ---- asking

    async def _asked(
        self, what: str, person: Person, method: str, address: str, accept: str
    ) -> Answer:
        notes = self.at.notes
        notes.count(what, "asked")
        form = None if method == "GET" else {TOKEN: SECRET}
        person.browser.cookies[TOKEN_COOKIE] = SECRET
        answer = await person.browser.ask(method, address, accept=accept, form=form)
        if not person.teams:
            text, said = answer.everything, unquote(address)
            foreign = self.at.marks.foreign(text, person.allowed, said)
            typed = {m for m in TYPED.findall(text) if self.typed.get(m) not in (None, person)}
            if foreign or typed:
                says = f"{path_of(address)} shows {person.name} what is not theirs"
                notes.found("PR102", f"{what} {path_of(address)}", says)
        if answer.status >= 500 and answer.status != 503:
            says = f"{method} {path_of(address)} answers {answer.status} to {person.name}"
            notes.found("PR106", f"{what} {path_of(address)}", says)
        return answer


def _bare(answer: Answer, address: str) -> Answer:
    """Without what was asked with, and without the way to the first page, which all have."""
    return without(without(answer, address), "/staff")


def _filled(pattern: str) -> str:
    """An address of a pattern with identifiers that nothing has."""
    return "/" + _ARGUMENT.sub("no-such-thing", pattern)
