"""What waits for somebody's approval: a list, each with what was filled in, and the deciding.

Only a colleague sees it: of the organisation that the sender acted for, of one of the kinds that
the story names, and never the sender. Before anything is sent it is looked at again.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from balie.access.proving import check_proof
from balie.access.viewer import Viewer, Visitor
from balie.access.visibility import is_for, may_see
from balie.backstage.actions import Receipt, Told
from balie.backstage.approval import Approval, Asked, Decided, Organisation, Outcome, Turn
from balie.backstage.forms.approving import Again
from balie.backstage.forms.desk import FormDesk
from balie.backstage.forms.offering import FormOpening
from balie.backstage.forms.plan import FormPlan
from balie.backstage.forms.showing import Around
from balie.backstage.ports import Clock
from balie.blueprint.model import Blueprint, Step
from balie.steps.approve.asking import facts, organisation_of, turn
from balie.steps.approve.pages import Answer, ApprovalPage, Line, Moved, Refusal, WaitingList

LONGEST = 1_000
"""Characters of what a colleague says with a decision."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may approve for an organisation, seen at a moment. kinds: of customer."""

    person: str
    organisation: Organisation
    kinds: frozenset[str]
    language: str


class Approvals(Protocol):
    """Keeps what waits for approval. Every method is one transaction."""

    async def open_for(self, organisation: Organisation) -> Sequence[Receipt]:
        """What waits for somebody of an organisation, oldest first."""
        ...

    async def over_for(self, organisation: Organisation, since: datetime) -> Sequence[Receipt]:
        """What was decided about since then, newest first."""
        ...

    async def count(self, organisation: Organisation, kinds: frozenset[str], but: str) -> int:
        """How many wait for one of these kinds, but those that `but` sent or approved already."""
        ...

    async def find(self, reference: str, organisation: Organisation) -> Receipt | None:
        """What an organisation was asked with this reference."""
        ...

    async def decide(
        self, action: str, decided: Decided, number: int, then: Turn | None = None
    ) -> bool:
        """Keeps a decision with all that follows from it; False when there was one already.

        number: of the turn in which it is taken. then: whose turn it is once it is approved.
        """
        ...

    async def saw(self, colleague: Colleague) -> None:
        """Keeps who could be asked, so that they can be told."""
        ...


class Serves(Protocol):
    """What the pages are of: `backstage.service.Service`."""

    blueprint: Blueprint
    forms: FormDesk | None

    @property
    def form_plans(self) -> tuple[FormPlan, ...]:
        """Every form."""
        ...

    async def recognised(self, visitor: Visitor, path: str = "") -> Viewer:
        """Who somebody is to the systems who does not stand at the door."""
        ...

    async def form(self, path: str, viewer: Viewer, language: str) -> FormOpening | None:
        """The form at a path for a viewer."""
        ...

    def around(self, viewer: Viewer, language: str, path: str) -> Around:
        """What stands around a page of this viewer."""
        ...


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a look at it brought. away: it could not be looked at now."""

    moved: tuple[Moved, ...] = ()
    is_gone: bool = False
    away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Approving:
    """The approvals of one service.

    visitor: a person and the organisation that they act for -> their sign-in as it is now; None
    when they may not sign in any more. name: of a person. lately: from when on a decision is shown.
    seconds: since 1970, on the clock by which people sign in. left: kinds of customer that were
    asked by an earlier version of the story, and have not decided yet.
    """

    service: Serves
    approvals: Approvals
    visitor: Callable[[str, str | None], Awaitable[Visitor | None]]
    name: Callable[[str], Awaitable[str]]
    clock: Clock
    address: str
    lately: Callable[[datetime], datetime]
    seconds: Callable[[], float]
    left: frozenset[str] = frozenset()

    async def count(self, viewer: Viewer) -> int:
        """How many wait for this viewer."""
        numbers = [
            await self.approvals.count(organisation, viewer.kinds, viewer.person)
            for organisation in self._organisations(viewer)
        ]
        return sum(numbers)

    async def saw(self, viewer: Viewer, language: str) -> None:
        """Keeps that this viewer can be asked."""
        for organisation in self._organisations(viewer):
            seen = Colleague(viewer.person, organisation, viewer.kinds, language)
            await self.approvals.saw(seen)

    def may_be_asked(self, viewer: Viewer) -> bool:
        """Whether the story ever asks anything of somebody like this viewer."""
        return bool(self._organisations(viewer))

    async def all(self, viewer: Viewer, language: str) -> WaitingList | None:
        """The list; None for who is never asked."""
        organisations = self._organisations(viewer)
        if not organisations:
            return None
        lines: list[Line] = []
        over: list[Line] = []
        since = self.lately(self.clock.now())
        for organisation in organisations:
            for receipt in await self.approvals.open_for(organisation):
                is_theirs = _may_decide(receipt, viewer)
                (lines if is_theirs else over).extend(await self._lines(receipt, viewer, language))
            for receipt in await self.approvals.over_for(organisation, since):
                over += await self._lines(receipt, viewer, language)
        around = self.service.around(viewer, language, self.address)
        return WaitingList(
            address=self.address,
            lines=tuple(lines),
            over=tuple(over),
            menu=around.menu,
            help=around.help,
            acting_for=viewer.acting_for,
        )

    async def one(self, reference: str, viewer: Viewer, language: str) -> ApprovalPage | None:
        """One of them; None when it is not this viewer's to see."""
        receipt = await self._find(reference, viewer)
        if receipt is None:
            return None
        self._check_proof(receipt, viewer)
        looked = await self._look(receipt, language) if _may_decide(receipt, viewer) else _Looked()
        return await self._page(receipt, viewer, language, looked)

    async def decide(
        self, reference: str, viewer: Viewer, language: str, answer: Answer
    ) -> ApprovalPage | None:
        """Takes a decision, once; the page as it is then. None when it is not theirs to take.

        Raises ProveFirst.
        """
        receipt = await self._find(reference, viewer)
        if receipt is None:
            return None
        self._check_proof(receipt, viewer)
        looked, refusal = _Looked(), _already(receipt, viewer, answer)
        if refusal is None and _may_decide(receipt, viewer):
            if answer.outcome is Outcome.APPROVED:
                looked = await self._look(receipt, language)
                refusal = _why_not(looked)
            if refusal is None:
                await self._take(receipt, viewer, answer)
                receipt = await self._find(reference, viewer) or receipt
                refusal = _already(receipt, viewer, answer)
        return await self._page(receipt, viewer, language, looked, refusal, answer.words)

    # ---- parts

    def _check_proof(self, receipt: Receipt, viewer: Viewer) -> None:
        """What the form asks of who fills it in, it asks of who approves it. Raises ProveFirst."""
        step = self._step(receipt.action.step)
        check_proof([None if step is None else step.extra_check], viewer, self.seconds())

    async def _take(self, receipt: Receipt, viewer: Viewer, answer: Answer) -> None:
        decided = Decided(
            outcome=answer.outcome,
            at=self.clock.now(),
            who=viewer.person,
            name=answer.name,
            words=answer.words[:LONGEST],
        )
        approval = _approval(receipt)
        then = None
        if approval.asked is not None and approval.later:
            lines, blueprint = approval.asked.lines, self.service.blueprint
            then = turn(blueprint, lines, approval.number + 1, decided.at)
        await self.approvals.decide(receipt.action.id, decided, approval.number, then)

    def _organisations(self, viewer: Viewer) -> tuple[Organisation, ...]:
        """For which this viewer may be asked something: the one that they act for, by its names."""
        customers = self.service.blueprint.people.customers
        asked = self.left.union(map(str, _asked_kinds(self.service.blueprint)))
        kinds = sorted(viewer.kinds & asked & set(customers))
        mine = [customers[kind].belongs_to for kind in kinds]
        names = dict.fromkeys(str(name) for name in mine if name is not None)
        found = (organisation_of(viewer, name) for name in names)
        return tuple(one for one in found if one is not None)

    async def _find(self, reference: str, viewer: Viewer) -> Receipt | None:
        for organisation in self._organisations(viewer):
            found = await self.approvals.find(reference, organisation)
            if found is not None and _may_see(found, viewer):
                return found
        return None

    async def _look(self, receipt: Receipt, language: str) -> _Looked:
        """What was sent, held against what systems say now, through the sender's own scope."""
        asked, desk = _approval(receipt).asked, self.service.forms
        if asked is None or desk is None:
            return _Looked(is_gone=True)
        visitor = await self.visitor(receipt.action.person, asked.organisation.key)
        if visitor is None:
            return _Looked(is_gone=True)
        sender = await self.service.recognised(visitor)
        opening = await self._opening(receipt, sender, language)
        if opening is None or organisation_of(sender, asked.organisation.of) != asked.organisation:
            return _Looked(is_gone=sender.kinds_known, away=not sender.kinds_known)
        opening = replace(opening, looks_at=tuple(fact.name for fact in asked.facts))
        again = await desk.again(opening, asked.about, asked.posted)
        return _looked(again, asked, self.clock)

    async def _opening(self, receipt: Receipt, sender: Viewer, language: str) -> FormOpening | None:
        plans = self.service.form_plans
        plan = next((one for one in plans if one.step.id == receipt.action.step), None)
        return None if plan is None else await self.service.form(plan.address, sender, language)

    async def _lines(self, receipt: Receipt, viewer: Viewer, language: str) -> list[Line]:
        if not _may_see(receipt, viewer):
            return []
        approval, is_theirs = _approval(receipt), _may_decide(receipt, viewer)
        return [
            Line(
                reference=receipt.action.reference,
                title=self._title(receipt, language),
                address=f"{self.address}/{receipt.action.reference}",
                sender=await self.name(receipt.action.person),
                at=receipt.action.at,
                until=approval.until,
                decided=approval.decided,
                waits_for=() if is_theirs else self._kinds(approval.by, language),
            )
        ]

    async def _page(
        self,
        receipt: Receipt,
        viewer: Viewer,
        language: str,
        looked: _Looked,
        refusal: Refusal | None = None,
        words: str = "",
    ) -> ApprovalPage:
        approval = _approval(receipt)
        said = () if approval.asked is None else approval.asked.facts
        around = self.service.around(viewer, language, self.address)
        return ApprovalPage(
            reference=receipt.action.reference,
            title=self._title(receipt, language),
            address=f"{self.address}/{receipt.action.reference}",
            sender=await self.name(receipt.action.person),
            state=receipt.state,
            at=receipt.action.at,
            until=approval.until,
            told=tuple(one for one in receipt.action.answers if self._sees(receipt, one, viewer)),
            facts=tuple(one for one in said if self._sees_fact(one.name, viewer)),
            decided=approval.decided,
            given=approval.given,
            is_yours=_may_decide(receipt, viewer),
            waits_for=self._kinds(approval.by, language),
            then=tuple(self._kinds(line.by, language) for line in approval.later),
            moved=tuple(one for one in looked.moved if self._sees_fact(one.name, viewer)),
            refusal=refusal or _why_not(looked),
            words=words,
            menu=around.menu,
            help=around.help,
            acting_for=viewer.acting_for,
        )

    def _title(self, receipt: Receipt, language: str) -> str:
        step = self._step(receipt.action.step)
        return "" if step is None else self.service.blueprint.say(step.title, language)

    def _kinds(self, kinds: Sequence[str], language: str) -> tuple[str, ...]:
        blueprint = self.service.blueprint
        customers = blueprint.people.customers
        return tuple(blueprint.say(customers[k].name, language) for k in kinds if k in customers)

    def _step(self, id_: str) -> Step | None:
        return next((one for one in self.service.blueprint.steps if one.id == id_), None)

    def _sees(self, receipt: Receipt, told: Told, viewer: Viewer) -> bool:
        """Whoever is asked sees what was filled in, but for fields that are not for their kind."""
        step = self._step(receipt.action.step)
        screen = None if step is None else step.screen
        id_ = "" if screen is None else str(screen.creates or screen.changes or "")
        thing = self.service.blueprint.things.get(id_)
        may = thing is not None and may_see(thing, viewer)
        return may and self._sees_fact(f"{id_}.{told.field}", viewer)

    def _sees_fact(self, name: str, viewer: Viewer) -> bool:
        first, _, rest = name.partition(".")
        thing = self.service.blueprint.things.get(first)
        field = None if thing is None else thing.fields.get(rest)
        return field is None or is_for(field.seen_by, viewer)


def _asked_kinds(blueprint: Blueprint) -> Sequence[str]:
    return [kind for step in blueprint.steps for line in step.approve for kind in line.by]


def _approval(receipt: Receipt) -> Approval:
    return receipt.approval or Approval(by=(), until=receipt.action.at)


def _may_see(receipt: Receipt, viewer: Viewer) -> bool:
    """Of a kind whose turn it is or was, and not who sent it."""
    was_asked = not viewer.kinds.isdisjoint(_approval(receipt).asked_so_far)
    return was_asked and receipt.action.person != viewer.person


def _may_decide(receipt: Receipt, viewer: Viewer) -> bool:
    """Whose turn it is, who did not send it and did not approve it before somebody else."""
    approval = _approval(receipt)
    has_given = any(one.who == viewer.person for one in approval.given)
    is_asked = approval.decided is None and not viewer.kinds.isdisjoint(approval.by)
    return is_asked and not has_given and receipt.action.person != viewer.person


def _already(receipt: Receipt, viewer: Viewer, answer: Answer) -> Refusal | None:
    """Why it cannot be decided like this; sending the same twice is no fault."""
    if _may_decide(receipt, viewer):
        is_mute = answer.outcome is Outcome.REFUSED and not answer.words
        return Refusal.NO_WORDS if is_mute else None
    approval = _approval(receipt)
    taken = (*approval.given, *([approval.decided] if approval.decided is not None else []))
    is_mine = any(one.who == viewer.person and one.outcome is answer.outcome for one in taken)
    return None if is_mine else Refusal.DECIDED


def _looked(again: Again, asked: Asked, clock: Clock) -> _Looked:
    if again.sent is None:
        return _Looked(is_gone=again.is_gone, away=not again.is_gone)
    names = [one.name for one in asked.facts]
    now = {one.name: one for one in facts(again.sent, clock.today(), names)}
    moved = tuple(
        Moved(one.name, one.label, one.text, now[one.name].text if one.name in now else "")
        for one in asked.facts
        if one.name not in now or now[one.name].raw != one.raw
    )
    return _Looked(moved=moved)


def _why_not(looked: _Looked) -> Refusal | None:
    if looked.away:
        return Refusal.AWAY
    if looked.is_gone:
        return Refusal.GONE
    return Refusal.CHANGED if looked.moved else None
