"""Proves who sees and decides what waits for a colleague: whom the story names, and nobody else."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from balie.proving.browsing import HTML, JSON, Answer
from balie.proving.doors import Door, DoorKind
from balie.proving.people import Person
from balie.proving.reading import Place, difference, same, without
from balie.proving.sending import TYPED, Filled
from balie.systems.rows import Raw

_DECISION = {"answer": "approve"}


@dataclass(frozen=True, slots=True)
class _Waits:
    """What waits, by its reference, and the kinds of customer whose turn it is."""

    reference: str
    filled: Filled
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Approvals:
    """Asks for what waits as everybody, tries to decide it, and has it decided by who may.

    receipts: what was sent, by its address, and how it was filled in. typed: what, by whom.
    """

    at: Place
    receipts: Sequence[tuple[str, Filled]]
    typed: Mapping[str, Person]

    async def prove(self) -> None:
        """Everything that waits."""
        listed = next((one for one in self.at.doors if one.kind is DoorKind.APPROVALS), None)
        door = next((one for one in self.at.doors if one.kind is DoorKind.APPROVAL), None)
        if listed is None or door is None:
            return
        waiting = [one async for one in self._waiting(door)]
        for one in waiting:
            await self._one(door, one)
        await self._lists(listed, waiting)
        for one in waiting:
            await self._decided(door, one)
        if not waiting:
            says = f"nobody in the examples sends what waits at {door.address}"
            self.at.notes.about("PR203", door, says)

    async def _waiting(self, door: Door) -> AsyncIterator[_Waits]:
        """What asks for approval, of what was sent; its sender reads that on the receipt."""
        for address, filled in self.receipts:
            if filled.door.step is None or not filled.door.step.approve:
                continue
            sent = _Waits(address.rpartition("/")[2], filled)
            answer = await self._asked(door, filled.owner, "GET", address, JSON, sent)
            asked = answer.said.get("approval") if isinstance(answer.said, dict) else None
            if isinstance(asked, dict):
                yield replace(sent, kinds=self._kinds(asked.get("by")))

    def _kinds(self, told: Raw) -> frozenset[str]:
        """The kinds of customer that are called so, in any language of the story."""
        blueprint = self.at.oracle.blueprint
        languages = (blueprint.language, *blueprint.also)
        return frozenset(
            id_
            for id_, kind in blueprint.people.customers.items()
            if isinstance(told, list)
            and any(blueprint.say(kind.name, str(language)) in told for language in languages)
        )

    def _may(self, waits: _Waits, person: Person) -> bool:
        """Whether the story lets somebody approve this: of a kind whose turn it is, of the same
        organisation by that kind, and not who sent it.
        """
        filled, step = waits.filled, waits.filled.door.step
        said = {str(kind) for line in (step.approve if step else ()) for kind in line.by}
        customers = self.at.oracle.blueprint.people.customers
        asked = waits.kinds & said
        names = {str(customers[kind].belongs_to) for kind in person.who.kinds & asked}
        theirs, senders = person.who.me, filled.owner.who.me
        together = any(theirs.get(n, frozenset()) & senders.get(n, frozenset()) for n in names)
        return together and person is not filled.owner

    async def _one(self, door: Door, waits: _Waits) -> None:
        address = door.at(waits.reference)
        for person in self.at.people:
            if self._may(waits, person):
                answer = await self._asked(door, person, "GET", address, JSON, waits)
                told = [self.typed.get(mark) for mark in TYPED.findall(answer.text)]
                typed = waits.filled.owner in told or not waits.filled.is_marked
                if answer.status != 200 or not typed:
                    says = f"{door.address} does not show {person.name} what they may approve"
                    self.at.notes.about("PR104", door, says)
            else:
                await self._refused(door, waits.reference, person)

    async def _refused(self, door: Door, reference: str, person: Person) -> None:
        """As what is not there, to look at and to decide."""
        unreal = door.at(reference[:-3] + ("AAA" if not reference.endswith("AAA") else "BBB"))
        address = door.at(reference)
        self.at.notes.count(door.kind, "refusals")
        for method in ("GET", "POST"):
            for accept in (JSON, HTML):
                answer = await self._asked(door, person, method, address, accept)
                nothing = await self._asked(door, person, method, unreal, accept)
                if answer.status < 300:
                    says = f"{method} {door.address} lets {person.name} at what they may not"
                    code = "PR101" if method == "GET" else "PR105"
                    self.at.notes.about(code, door, f"{says} approve")
                elif not same(without(answer, address), without(nothing, unreal)):
                    why = difference(without(answer, address), without(nothing, unreal))
                    says = f"{method} {door.address} tells {person.name} that it is there: {why}"
                    self.at.notes.about("PR103", door, says)

    async def _lists(self, listed: Door, waiting: Sequence[_Waits]) -> None:
        for person in self.at.people:
            theirs = {one.reference for one in waiting if self._may(one, person)}
            answer = await self._asked(listed, person, "GET", listed.address, JSON, *waiting)
            shown = {one.rpartition("/")[2] for one in _addresses(answer.said)}
            if theirs - shown:
                says = f"{listed.address} does not list to {person.name} what they may approve"
                self.at.notes.about("PR104", listed, says)
            if shown - theirs:
                says = f"{listed.address} lists to {person.name} what they may not approve"
                self.at.notes.about("PR101", listed, says)

    async def _decided(self, door: Door, waits: _Waits) -> None:
        """Nothing of what others tried counted; whoever may decides it now, once."""
        may = [person for person in self.at.people if self._may(waits, person)]
        for person in may[:1]:
            address = door.at(waits.reference)
            before = await self._asked(door, person, "GET", address, JSON, waits)
            if _decision(before):
                says = f"{door.address} was decided by somebody who may not approve it"
                self.at.notes.about("PR105", door, says)
            after = await self._asked(door, person, "POST", address, JSON, waits)
            self.at.notes.count(door.kind, "approved by who may")
            if before.status == 200 and not _decision(before) and not _decision(after):
                refused = after.said.get("refused") if isinstance(after.said, dict) else ""
                says = f"{door.address} does not let {person.name} approve ({refused})"
                self.at.notes.about("PR104", door, says)

    # ---- asking

    async def _asked(
        self,
        door: Door,
        person: Person,
        method: str,
        address: str,
        accept: str,
        *theirs: _Waits,
    ) -> Answer:
        """An answer, in which stands nothing of others. theirs: what may be told of, when they may
        approve it.
        """
        notes = self.at.notes
        notes.count(door.kind, "asked")
        as_form = _DECISION if method == "POST" and accept == HTML else None
        as_json: Raw = dict(_DECISION) if method == "POST" and accept == JSON else None
        answer = await person.browser.ask(
            method, address, accept=accept, form=as_form, json=as_json
        )
        shown = [
            one.filled for one in theirs if one.filled.owner is person or self._may(one, person)
        ]
        allowed = person.allowed.union(*(one.owner.allowed for one in shown))
        foreign = self.at.marks.foreign(answer.everything, allowed, address)
        senders = [one.owner for one in shown]
        typed = [m for m in TYPED.findall(answer.everything) if self.typed.get(m) not in senders]
        if foreign or typed:
            notes.about("PR102", door, f"{door.address} shows {person.name} what is not theirs")
        if answer.status >= 500 and answer.status != 503:
            says = f"{method} {door.address} answers {answer.status} to {person.name}"
            notes.about("PR106", door, says)
        return answer


def _addresses(said: Raw) -> Iterator[str]:
    """What is in the list, also what is over."""
    for name in ("waiting", "decided"):
        lines = said.get(name) if isinstance(said, dict) else None
        for one in lines if isinstance(lines, list) else []:
            if isinstance(one, dict):
                yield str(one.get("address"))


def _decision(answer: Answer) -> Raw:
    """What was decided; of several, what the first said."""
    said = answer.said if isinstance(answer.said, dict) else {}
    return said.get("decision") or said.get("given")
