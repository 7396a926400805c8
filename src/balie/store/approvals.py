"""What waits for a colleague, kept: the adapter of `steps.approve.step.Approvals`.

A decision, what it does to the errands, the mails about it and the place in the engine's queue are
one transaction: whoever is killed leaves all of it or nothing.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from balie.backstage import actions as ours
from balie.backstage.actions import ErrandState, Receipt
from balie.backstage.approval import Asked, Decided, Organisation, Outcome, Turn
from balie.backstage.auditing import Line
from balie.backstage.process.instance import Mail
from balie.steps.approve.step import Colleague as Seen
from balie.store.actions import StoredActions
from balie.store.approval_models import Approval, Colleague, Given
from balie.store.instances import Records
from balie.store.models import Action, Errand
from balie.systems.errors import SystemFault
from balie.systems.rows import Raw

ASKED, AGAIN, APPROVED, REFUSED, OVER = (
    "approval:asked",
    "approval:asked again",
    "approval:approved",
    "approval:refused",
    "approval:over",
)
"""Names of the mails that Balie itself writes about an approval."""

_ABOUT_OUTCOME = {
    Outcome.APPROVED: APPROVED,
    Outcome.REFUSED: REFUSED,
    Outcome.NOBODY: OVER,
    Outcome.TEAM: OVER,
}
_NOT_GIVEN = "Nobody of the customer's organisation approved it in time."
_MOST = 200


@dataclass(frozen=True)
class Asks:
    """Keeps what colleagues are asked, in the transaction that accepts an action."""

    records: Records

    def __call__(self, action: ours.Action, asked: Asked) -> None:
        """Fulfils `store.actions.Ask`."""
        organisation = asked.organisation
        said = {
            "organisation": [organisation.of, organisation.key],
            "lines": [
                [list(one.by), str(one.within.text) if one.within else "", one.team]
                for one in asked.lines
            ],
            "about": asked.about,
            "posted": {name: list(values) for name, values in asked.posted.items()},
            "facts": [[one.name, one.label, one.text, one.raw] for one in asked.facts],
        }
        Approval.objects.create(
            action_id=action.id,
            organisation=organisation_digest(self.records.digest, organisation),
            by=listed(asked.first.by),
            number=asked.first.number,
            sender=action.person,
            remind_at=asked.first.remind_at,
            until=asked.first.until,
            team=asked.first.team,
            closed=self.records.cipher.seal(msgspec.json.encode(said)),
        )


Members = Callable[[str], Iterable[tuple[str, Iterable[str]]]]
"""The key of an organisation -> persons of it that are known, each with their kinds of customer."""


def nobody_known(_organisation: str) -> Iterable[tuple[str, Iterable[str]]]:
    """Nobody is known but who was seen."""
    return ()


Finds = Callable[[Organisation], Awaitable[Mapping[str, frozenset[str]]]]
"""Persons of an organisation whom the systems know, also who never came here, each with their kinds
of customer. Raises SystemFault."""


async def finds_nobody(_organisation: Organisation) -> Mapping[str, frozenset[str]]:
    """No system knows anybody."""
    return {}


@dataclass(frozen=True)
class StoredApprovals:
    """Fulfils `Approvals`, and does what is due by itself. members, finds: who is told beside who
    was seen; each is held against the systems once more before a mail goes.
    """

    actions: StoredActions
    records: Records
    members: Members = nobody_known
    finds: Finds = finds_nobody

    # ---- for colleagues

    async def open_for(self, organisation: Organisation) -> Sequence[Receipt]:
        """What waits for somebody of an organisation, oldest first."""
        rows = self._of(organisation).filter(approval__decided_at=None).order_by("id")[:_MOST]
        return await self.actions.work.read(lambda: self.actions.read(rows))

    async def over_for(self, organisation: Organisation, since: datetime) -> Sequence[Receipt]:
        """What was decided about since then, newest first."""
        over = self._of(organisation).filter(approval__decided_at__gt=since)
        rows = over.order_by("-approval__decided_at")[:_MOST]
        return await self.actions.work.read(lambda: self.actions.read(rows))

    async def count(self, organisation: Organisation, kinds: frozenset[str], but: str) -> int:
        """How many wait for one of these kinds, but those that `but` sent or approved already."""
        mine = Q(pk__in=[])
        for kind in kinds:
            mine |= Q(by__contains=f",{kind},")
        rows = Approval.objects.filter(
            mine, organisation=self._digest(organisation), decided_at=None
        ).exclude(sender=but)
        return await self.actions.work.read(rows.exclude(_given_by(but)).count)

    async def left(self) -> frozenset[str]:
        """The kinds of customer that something waits for, whatever the story asks by now."""
        rows = Approval.objects.filter(decided_at=None).values_list("by", flat=True).distinct()
        found = await self.actions.work.read(lambda: list(rows))
        return frozenset(kind for by in found for kind in _listed(by))

    async def find(self, reference: str, organisation: Organisation) -> Receipt | None:
        """What an organisation was asked with this reference."""
        rows = self._of(organisation).filter(reference=reference)
        return next(iter(await self.actions.work.read(lambda: self.actions.read(rows))), None)

    async def decide(
        self, action: str, decided: Decided, number: int, then: Turn | None = None
    ) -> bool:
        """Keeps a decision with all that follows from it; False when there was one already.

        number: of the turn in which it is taken. then: whose turn it is once it is approved.
        """
        if then is not None and decided.outcome is Outcome.APPROVED:
            return await self.actions.work.write(
                lambda: self._pass_on(action, decided, number, then)
            )
        return await self.actions.work.write(lambda: self._decide(action, decided, number))

    async def saw(self, colleague: Seen) -> None:
        """Keeps who could be asked, so that they can be told."""
        row = Colleague(
            person=colleague.person,
            organisation=self._digest(colleague.organisation),
            kinds=listed(colleague.kinds),
            language=colleague.language,
            seen_at=self.actions.now(),
        )
        await self.actions.work.write(
            lambda: Colleague.objects.bulk_create(
                [row],
                update_conflicts=True,
                unique_fields=["organisation", "person"],
                update_fields=["kinds", "language", "seen_at"],
            )
        )

    # ---- what is due by itself

    async def look(self) -> None:
        """Tells who can approve, reminds them, and ends what nobody approved in time."""
        now = self.actions.now()
        for action in await self._ids(told_at=None):
            found = await self._found(action)
            if found is not None:
                tell = partial(self._tell, action, ASKED, found, told_at=now)
                await self.actions.work.write(tell)
        for action in await self._ids(remind_at__lte=now):
            found = await self._found(action) or {}
            remind = partial(self._tell, action, AGAIN, found, told_at=now, remind_at=None)
            await self.actions.work.write(remind)
        for action in await self._ids(until__lte=now):
            await self.actions.work.write(partial(self._end, action, now))

    async def _ids(self, **due: object) -> list[str]:
        rows = Approval.objects.filter(decided_at=None, **due).order_by("action_id")
        return await self.actions.work.read(
            lambda: list(rows.values_list("action_id", flat=True)[:_MOST])
        )

    async def _found(self, action: str) -> Mapping[str, frozenset[str]] | None:
        """Whom the systems know there; None while they cannot be asked: then it is tried again."""
        row = await self.actions.work.read(Approval.objects.filter(action=action).first)
        asked = None if row is None else self._organisation(row)
        if asked is None:
            return {}
        try:
            return await self.finds(asked)
        except SystemFault:
            return None

    def _tell(
        self,
        action: str,
        mail: str,
        found: Mapping[str, frozenset[str]],
        **noted: datetime | None,
    ) -> None:
        row = Approval.objects.select_for_update().filter(action=action, decided_at=None).first()
        if row is None:
            return
        told = [
            self._mail(row, mail, who, language)
            for who, language in self._asked(row, found).items()
        ]
        self.records.mail(told)
        Approval.objects.filter(action=action).update(**noted)

    def _asked(self, row: Approval, found: Mapping[str, frozenset[str]]) -> Mapping[str, str]:
        """Who may approve it, as far as that is known here, each with the language they read."""
        by, key = set(_listed(row.by)), self._key(row)
        members = self.members(key) if key is not None else ()
        language = self._language(row)
        known = (*members, *found.items())
        asked = {person: language for person, kinds in known if by & set(kinds)}
        seen = Colleague.objects.filter(organisation=row.organisation)
        asked |= {one.person: one.language for one in seen if by & set(_listed(one.kinds))}
        for person in (row.sender, *row.given.values_list("who", flat=True)):
            asked.pop(person, None)
        return asked

    def _language(self, row: Approval) -> str:
        """In which the sender reads."""
        return str(self.actions.opened(row.action.closed).get("language", ""))

    def _end(self, action: str, now: datetime) -> None:
        row = Approval.objects.filter(action=action, until__lte=now).first()
        if row is None:  # somebody approved it meanwhile, and now others have their time
            return
        outcome = Outcome.TEAM if row.team else Outcome.NOBODY
        self._decide(action, Decided(outcome=outcome, at=now), row.number)

    # ---- deciding

    def _pass_on(self, action: str, decided: Decided, number: int, then: Turn) -> bool:
        """One approved; now it is the turn of others, who are told of it."""
        is_first = _open(action, number, decided.who).update(
            number=then.number,
            by=listed(then.by),
            told_at=None,
            remind_at=then.remind_at,
            until=then.until,
            team=then.team,
        )
        if not is_first:
            return False
        row = Approval.objects.select_related("action").get(action=action)
        Given.objects.create(
            approval=row, number=number, who=decided.who, at=decided.at, said=self._said(decided)
        )
        self.actions.audit.add(self._line(row, "approval given", decided), decided.at)
        return True

    def _decide(self, action: str, decided: Decided, number: int) -> bool:
        is_first = _open(action, number, decided.who).update(
            decided_at=decided.at,
            how=decided.outcome.value,
            who=decided.who,
            said=self._said(decided),
        )
        if not is_first:
            return False
        row = Approval.objects.select_related("action").get(action=action)
        match decided.outcome:
            case Outcome.APPROVED:
                self._send(row.action, decided.at)
            case Outcome.TEAM:
                self._send(row.action, decided.at)
                self._give_to(row)
            case _:
                _held(action).update(state=ErrandState.NOT_APPROVED.value, since=decided.at)
                self.actions.end(action)
        what = f"approval {decided.outcome.value}"
        self.actions.audit.add(self._line(row, what, decided), decided.at)
        mail = _ABOUT_OUTCOME[decided.outcome]
        self.records.mail([self._mail(row, mail, row.sender, self._language(row))])
        return True

    def _send(self, action: Action, now: datetime) -> None:
        """Its errands are due, with all the time that they would have had when it was sent."""
        waited = now - action.at
        _held(action.id).update(
            state=ErrandState.DUE.value,
            has_ended=False,
            outcome=None,
            since=None,
            give_up=F("give_up") + waited,
        )
        self.actions.enqueue(action.id, action.order_with)

    def _give_to(self, row: Approval) -> None:
        """A team of staff has it tried, which is approving it, or drops it."""
        Errand.objects.filter(action=row.action_id, is_master=True).update(
            state=ErrandState.STUCK.value,
            has_ended=True,
            goes_to=row.team,
            why=_NOT_GIVEN,
            since=self.actions.now(),
            outcome=self.actions.closed({}),
        )
        self.actions.end(row.action_id)  # whoever waits for it hears of it

    # ---- parts

    def _said(self, decided: Decided) -> bytes:
        return self.actions.closed({"name": decided.name, "words": decided.words})

    def _line(self, row: Approval, what: str, decided: Decided) -> Line:
        return Line(
            who=decided.who,
            what=what,
            about=row.action_id,
            organisation=self._key(row) or "",
        )

    def _key(self, row: Approval) -> str | None:
        """The key of the organisation that is asked; None once it was erased."""
        organisation = self._organisation(row)
        return None if organisation is None else organisation.key

    def _organisation(self, row: Approval) -> Organisation | None:
        asked: Raw = self.actions.opened(row.closed).get("organisation")
        is_told = isinstance(asked, list) and len(asked) == 2
        return Organisation(*map(str, asked)) if isinstance(asked, list) and is_told else None

    def _mail(self, row: Approval, mail: str, person: str, language: str) -> Mail:
        action, turn = row.action, f":{row.number}" if row.number else ""
        return Mail(
            id=f"{action.id}:{mail}{turn}:{person}",
            mail=mail,
            step=action.step,
            version=action.version,
            person=person,
            acting_for=self._key(row),
            language=language,
            thing="",
            row=None,
            at=self.actions.now(),
        )

    def _of(self, organisation: Organisation) -> "QuerySet[Action]":
        return Action.objects.filter(approval__organisation=self._digest(organisation))

    def _digest(self, organisation: Organisation) -> str:
        return organisation_digest(self.records.digest, organisation)


def organisation_digest(digest: Callable[[str], str], organisation: Organisation) -> str:
    """What an organisation is looked up by. It cannot be read back."""
    return digest(f"organisation\0{organisation.of}\0{organisation.key}")


def listed(kinds: Iterable[str]) -> str:
    """Names with commas around each, to be searched for one: `,buyer,finance,`."""
    return f",{','.join(sorted(kinds))},"


def _listed(text: str) -> list[str]:
    return [one for one in text.split(",") if one]


def _given_by(person: str) -> Exists:
    return Exists(Given.objects.filter(approval=OuterRef("pk"), who=person))


def _open(action: str, number: int, who: str) -> "QuerySet[Approval]":
    """The approval while nobody decided in this turn; nothing for who approved it before others."""
    rows = Approval.objects.filter(action=action, decided_at=None, number=number)
    return rows.exclude(_given_by(who)) if who else rows


def _held(action: str) -> "QuerySet[Errand]":
    return Errand.objects.filter(action=action, state=ErrandState.HELD.value)
