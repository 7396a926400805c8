"""What customers sent, kept: the adapter of `backstage.actions.Actions` on Django's tables.

Answers and what is sent are encrypted; what is looked up by is a digest or says nothing personal.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from django.db import IntegrityError, models

from balie.backstage import actions as ours
from balie.backstage.actions import (
    ENDED,
    FOR_A_PERSON,
    Begins,
    ErrandState,
    Progress,
    Receipt,
    SentBefore,
    Told,
    Waiting,
    state_of,
)
from balie.backstage.approval import (
    Approval,
    Asked,
    Decided,
    Fact,
    Organisation,
    Outcome,
    Turn,
)
from balie.backstage.approval import Line as AskedLine
from balie.backstage.auditing import Line
from balie.blueprint import durations
from balie.blueprint.source import Text
from balie.store.approval_models import Approval as ApprovalRow
from balie.store.approval_models import Given
from balie.store.audit import Trail
from balie.store.ciphers import Cipher
from balie.store.glances import MayHaveSent, anybody_may_have
from balie.store.instance_models import Further
from balie.store.models import Action, Attempt, Errand, SignInChange
from balie.store.unit_of_work import UnitOfWork
from balie.store.uploads import claim
from balie.systems.rows import Raw

Enqueue = Callable[[str, str], None]
"""Puts an action in the engine's queue, in the transaction that is open: its id, and what it is
carried in order with."""

ANSWERS_STAY = timedelta(days=30)
"""After all of an action is done; then the systems are the record."""

_ONLY_A_PERSON = (
    ErrandState.UNCERTAIN.value,
    ErrandState.ASKS.value,
    ErrandState.STUCK.value,
)
_NOT_DONE_YET = (
    ErrandState.DUE.value,
    ErrandState.UNDER_WAY.value,
    ErrandState.WAITING.value,
)


Ask = Callable[[ours.Action, Asked], None]
"""Keeps what colleagues are asked before an action is carried, in the transaction that is open."""

Begin = Callable[[ours.Action, Begins], None]
"""Keeps the instance that an action begins, in the transaction that is open."""

_OVER = ENDED | FOR_A_PERSON | {ErrandState.CONFLICT}


def nobody_is_asked(_action: ours.Action, _asked: Asked) -> None:
    """There is nowhere to keep what colleagues are asked."""
    raise TypeError("nothing that needs approval can be kept here")


def no_story(_action: ours.Action, _begins: Begins) -> None:
    """Nothing runs behind the line of visibility."""


@dataclass(frozen=True)
class StoredActions:
    """Fulfils `backstage.actions.Actions`. may_have_sent: asked before the tables are."""

    work: UnitOfWork
    cipher: Cipher
    enqueue: Enqueue
    now: Callable[[], datetime]
    begin: Begin = no_story
    may_have_sent: MayHaveSent = anybody_may_have
    ask: Ask = nobody_is_asked

    async def accept(self, action: ours.Action, begins: Begins | None = None) -> Receipt:
        """Keeps an action: row, errands, audit line, place in the queue and the instance that it
        begins, all or nothing.
        """
        try:
            await self.work.write(lambda: self._accept(action, begins))
        except IntegrityError:
            before = await self.work.read(lambda: self._sent_with(action.token))
            if before is None:
                raise
            if before.action.digest != action.digest:
                raise SentBefore(before) from None
            return before
        return Receipt(action=action, state=state_of(action, ()))

    async def sent(self, token: str, person: str) -> Receipt | None:
        """What this person sent with this token, or None."""
        mine = Action.objects.filter(token=_digest(token), person=person)
        return next(iter(await self.work.read(lambda: self.read(mine))), None)

    async def receipt(self, reference: str, person: str) -> Receipt | None:
        """The receipt with this reference of this person, or None."""
        mine = Action.objects.filter(reference=reference, person=person)
        return next(iter(await self.work.read(lambda: self.read(mine))), None)

    async def receipts(
        self, person: str, most: int = 50, organisation: str | None = None
    ) -> Sequence[Receipt]:
        """The newest receipts of a person; only those for one organisation, when it is said."""
        if not self.may_have_sent(person):
            return ()
        here = Action.objects.filter(_for(organisation), person=person)
        mine = here.order_by("-id")[:most]
        return await self.work.read(lambda: self.read(mine))

    async def under_way(self, person: str) -> Sequence[Receipt]:
        """The receipts of a person of which not every errand is done."""
        going = Action.objects.filter(person=person, ended_at=None).order_by("-id")
        return await self.work.read(lambda: self.read(going))

    async def lately(
        self, person: str, since: datetime, organisation: str | None = None
    ) -> Sequence[Receipt]:
        """The receipts of a person that are under way, or ended after that; of one organisation,
        when it is said.
        """
        if not self.may_have_sent(person):
            return ()
        lately = models.Q(ended_at=None) | models.Q(ended_at__gt=since)
        here = Action.objects.filter(lately, _for(organisation), person=person)
        mine = here.order_by("-id")
        return await self.work.read(lambda: self.read(mine))

    async def carry(self, action: str) -> Receipt | None:
        """An action for whoever carries it; None when it was erased."""
        found = Action.objects.filter(id=action)
        return next(iter(await self.work.read(lambda: self.read(found))), None)

    async def note(self, progress: Progress) -> bool:
        """Keeps how an errand fares; False when it has ended meanwhile."""
        return await self.work.write(lambda: self._note(progress))

    async def waiting(self) -> Sequence[Waiting]:
        """What carrying can bring further, oldest first."""
        next_ones = _next_ones().order_by("action_id").values_list(*_WAITS)
        rows = await self.work.read(lambda: list(next_ones))
        found: dict[str, Waiting] = {}
        for id_, order_with, at in rows:
            known = found.get(id_)
            sooner = known is None or (known.at is not None and (at is None or at < known.at))
            found[id_] = Waiting(id_, order_with, at) if sooner else found[id_]
        return list(found.values())

    async def hasten(self, system: str) -> None:
        """What waits for this system is due now."""
        waits = Errand.objects.filter(
            has_ended=False, system=system, state=ErrandState.WAITING.value
        )
        await self.work.write(lambda: waits.update(next_at=None))

    async def ahead(self, action: ours.Action) -> Progress | None:
        """The first errand of an earlier action that must be carried before this one."""
        if not action.order_with:
            return None
        before = _going(*_ONLY_A_PERSON).filter(
            action__order_with=action.order_with,
            action_id__lt=action.id,
            system__in={errand.system for errand in action.errands},
        )
        found = await self.work.read(before.order_by("action_id", "number").first)
        return None if found is None else self.progress(found)

    async def further(self) -> Mapping[str, Sequence[int]]:
        """Actions that came further -> marks, for `told`, oldest first."""
        rows = await self.work.read(lambda: list(Further.objects.order_by("pk")))
        marks: dict[str, list[int]] = {}
        for row in rows:
            marks.setdefault(row.action, []).append(row.pk)
        return marks

    async def told(self, marks: Sequence[int]) -> None:
        """Whoever waits for these actions was told how they fare."""
        await self.work.write(Further.objects.filter(pk__in=marks).delete)

    @property
    def audit(self) -> Trail:
        """Who did what, in the same transaction."""
        return Trail(self.cipher.stamps, self.now)

    # ---- writing

    def _accept(self, action: ours.Action, begins: Begins | None) -> None:
        self.accept_now(action)
        if begins is not None:
            self.begin(action, begins)

    def accept_now(self, action: ours.Action) -> None:
        """The same in the transaction that is open. Raises IntegrityError when it is there."""
        Action.objects.create(
            id=action.id,
            reference=action.reference,
            token=_digest(action.token),
            digest=action.digest,
            step=action.step,
            version=action.version,
            person=action.person,
            acting_for=self.closed(action.acting_for) if action.acting_for else None,
            organisation=action.organisation,
            at=action.at,
            order_with=action.order_with,
            asks=action.asks is not None,
            behind=action.behind,
            behind_team=action.behind_team,
            closed=self.closed(
                {
                    "language": action.language,
                    "token": action.token,
                    "answers": [[told.field, told.label, told.text] for told in action.answers],
                    "sent_by": action.sent_by,
                }
            ),
        )
        rows = [self._row(errand) for errand in action.errands]
        Errand.objects.bulk_create(rows if action.asks is None else map(self._held, rows))
        for file in dict.fromkeys(errand.upload for errand in action.errands if errand.upload):
            claim(file, action.person, action.id)
        if action.sign_in:
            SignInChange.objects.create(
                action=action.id,
                person=action.person,
                language=action.language,
                at=action.at,
                closed=self.cipher.seal(action.sign_in.encode()),
                sent_from=action.sent_from,
            )
        if action.tells_at_once:
            Further.objects.create(action=action.id)
        self.audit.add(_accepted(action), action.at)
        if action.asks is not None:
            self.ask(action, action.asks)
            self.audit.add(_asked(action, action.asks), action.at)
        else:
            self.enqueue(action.id, action.order_with)

    def _row(self, errand: ours.Errand) -> Errand:
        return Errand(
            id=errand.id,
            action_id=errand.action,
            number=errand.number,
            system=errand.system,
            table=errand.table,
            is_master=errand.is_master,
            state=ErrandState.DUE.value,
            give_up=errand.give_up,
            goes_to=errand.goes_to,
            corrected=errand.corrected,
            closed=self.body(errand),
        )

    def _held(self, row: Errand) -> Errand:
        """Not to be carried before a colleague approves it."""
        row.state, row.has_ended = ErrandState.HELD.value, True
        row.outcome = self.closed({})
        return row

    def body(self, errand: ours.Errand) -> bytes:
        """What an errand sends, closed."""
        return self.closed(
            {
                "row": errand.row,
                "link": dict(errand.link),
                "fields": dict(errand.fields),
                "shown": dict(errand.shown),
                "returns": list(errand.returns),
                "follows": errand.follows,
                "file": errand.file,
                "upload": errand.upload,
            }
        )

    def _note(self, progress: Progress) -> bool:
        kept = Errand.objects.select_for_update().get(id=progress.errand)
        if ErrandState(kept.state) in ENDED:
            return False
        has_ended = progress.state in _OVER
        Errand.objects.filter(id=progress.errand).update(
            state=progress.state.value,
            has_ended=has_ended,
            tries=progress.tries,
            next_at=progress.next_at,
            since=progress.since,
            why=progress.why[:500],
            outcome=self.outcome(progress),
        )
        if progress.state is not ErrandState.UNDER_WAY:
            self.tried(progress)
        if has_ended:
            self.end(kept.action_id)
        return True

    def outcome(self, progress: Progress) -> bytes:
        """What came of an errand, closed."""
        return self.closed(
            {"row": progress.row, "values": dict(progress.values), "now": dict(progress.now)}
        )

    def tried(self, progress: Progress) -> None:
        """Counts a try with those before it that had the same outcome."""
        now, why = self.now(), progress.why[:500]
        last = Attempt.objects.filter(errand=progress.errand).order_by("-id").first()
        if last is not None and (last.state, last.why) == (progress.state.value, why):
            Attempt.objects.filter(id=last.id).update(count=models.F("count") + 1, last=now)
            return
        Attempt.objects.create(
            errand_id=progress.errand, state=progress.state.value, why=why, first=now, last=now
        )

    def end(self, action: str) -> None:
        """Says of an action that all of it is done, once it is; its answers go later."""
        Further.objects.create(action=action)
        states = Errand.objects.filter(action=action).values_list("state", flat=True)
        if all(ErrandState(state) in ENDED for state in states):
            now = self.now()
            Action.objects.filter(id=action, ended_at=None).update(
                ended_at=now, erase_at=now + ANSWERS_STAY
            )
            self.audit.add(Line(who="", what="settled", about=action), now)

    # ---- reading

    def _sent_with(self, token: str) -> Receipt | None:
        found = self.read(Action.objects.filter(token=_digest(token)))
        return next(iter(found), None)

    def read(self, wanted: "models.QuerySet[Action]") -> list[Receipt]:
        """These actions as receipts. Two queries, however many there are; three with approvals."""
        rows = list(wanted)
        errands: dict[str, list[Errand]] = {row.id: [] for row in rows}
        for errand in Errand.objects.filter(action__in=list(errands)).order_by("number"):
            errands[errand.action_id].append(errand)
        asked = [row.id for row in rows if row.asks]
        of = ApprovalRow.objects.filter(action__in=asked) if asked else ()
        approvals = {one.action_id: self.approval(one) for one in of}
        return [self._receipt(row, errands[row.id], approvals.get(row.id)) for row in rows]

    def _receipt(
        self, row: Action, errands: Sequence[Errand], approval: Approval | None
    ) -> Receipt:
        said = self.opened(row.closed)
        told = said.get("answers")
        answers = tuple(
            Told(str(one[0]), str(one[1]), str(one[2]))
            for one in (told if isinstance(told, list) else [])
            if isinstance(one, list)
        )
        action = ours.Action(
            id=row.id,
            reference=row.reference,
            step=row.step,
            version=row.version,
            person=row.person,
            acting_for=self._text(row.acting_for),
            organisation=row.organisation,
            language=str(said.get("language", "")),
            token=str(said.get("token", "")),
            digest=row.digest,
            at=row.at,
            answers=answers,
            errands=tuple(self.errand(one) for one in errands),
            order_with=row.order_with,
            behind=row.behind,
            behind_team=row.behind_team,
            sent_by=str(said.get("sent_by", "")),
        )
        progress = tuple(self.progress(one) for one in errands if one.outcome is not None)
        return Receipt(
            action=action,
            state=state_of(action, progress),
            progress=progress,
            approval=approval,
        )

    def approval(self, row: ApprovalRow) -> Approval:
        """What colleagues were asked, and what came of it, out of its row."""
        said = self.opened(row.said)
        decided = row.decided_at and Decided(
            outcome=Outcome(row.how),
            at=row.decided_at,
            who=row.who,
            name=str(said.get("name") or ""),
            words=str(said.get("words") or ""),
        )
        return Approval(
            by=_kinds(row),
            until=row.until,
            number=row.number,
            asked=self._asked(row),
            given=tuple(map(self._given, row.given.order_by("number"))) if row.number else (),
            decided=decided or None,
        )

    def _given(self, row: Given) -> Decided:
        said = self.opened(row.said)
        return Decided(
            outcome=Outcome.APPROVED,
            at=row.at,
            who=row.who,
            name=str(said.get("name") or ""),
            words=str(said.get("words") or ""),
        )

    def _asked(self, row: ApprovalRow) -> Asked | None:
        said = self.opened(row.closed)
        of, key = _two(said.get("organisation"))
        if not of:
            return None
        turn = Turn(
            number=row.number,
            by=_kinds(row),
            remind_at=row.remind_at or row.until,
            until=row.until,
            team=row.team,
        )
        lines = tuple(_asked_line(one) for one in _list(said.get("lines")))
        return Asked(
            lines=lines or (AskedLine(by=turn.by, within=None, team=turn.team),),
            first=turn,
            organisation=Organisation(of, key),
            about=_text_or_none(said.get("about")),
            posted={
                name: tuple(map(str, _list(values)))
                for name, values in _object(said.get("posted")).items()
            },
            facts=tuple(
                Fact(*map(str, one)) for one in _list(said.get("facts")) if isinstance(one, list)
            ),
        )

    def errand(self, row: Errand) -> ours.Errand:
        """An errand out of its row."""
        said = self.opened(row.closed)
        follows = said.get("follows")
        return ours.Errand(
            id=row.id,
            action=row.action_id,
            number=row.number,
            system=row.system,
            table=row.table,
            is_master=row.is_master,
            row=_text_or_none(said.get("row")),
            link={name: str(value) for name, value in _object(said.get("link")).items()},
            fields=_object(said.get("fields")),
            shown=_object(said.get("shown")),
            returns=tuple(map(str, _list(said.get("returns")))),
            follows=follows if isinstance(follows, int) else None,
            file=str(said.get("file") or ""),
            upload=str(said.get("upload") or ""),
            give_up=row.give_up,
            goes_to=row.goes_to,
            corrected=row.corrected,
        )

    def progress(self, row: Errand) -> Progress:
        """How an errand fares, out of its row."""
        said = self.opened(row.outcome)
        return Progress(
            errand=row.id,
            state=ErrandState(row.state),
            tries=row.tries,
            why=row.why,
            row=_text_or_none(said.get("row")),
            values=_object(said.get("values")),
            now=_object(said.get("now")),
            next_at=row.next_at,
            since=row.since,
        )

    # ---- closed and opened

    def closed(self, value: object) -> bytes:
        """What is personal, as it is kept."""
        return self.cipher.seal(msgspec.json.encode(value))

    def opened(self, closed: "bytes | memoryview | None") -> Mapping[str, Raw]:
        """What was closed; nothing when it was erased, or its key is gone."""
        plain = self.cipher.unseal(bytes(closed)) if closed else None
        said: Raw = msgspec.json.decode(plain) if plain else None
        return _object(said)

    def _text(self, closed: "bytes | memoryview | None") -> str | None:
        plain = self.cipher.unseal(bytes(closed)) if closed else None
        return None if plain is None else msgspec.json.decode(plain, type=str)


_WAITS = ("action_id", "action__order_with", "next_at")


def _going(*no_further: str) -> "models.QuerySet[Errand]":
    """Errands that have not ended, but those whose master is in one of these states."""
    held_up = Errand.objects.filter(
        action=models.OuterRef("action"), is_master=True, state__in=no_further
    )
    not_held_up = models.Q(is_master=True) | ~models.Exists(held_up)
    return Errand.objects.filter(not_held_up, has_ended=False)


def _next_ones() -> "models.QuerySet[Errand]":
    """Errands that are next: what follows a master that is not done yet is not."""
    return _going(*_ONLY_A_PERSON, *_NOT_DONE_YET)


def _accepted(action: ours.Action) -> Line:
    return Line(
        who=action.behind or action.person,
        what="accepted",
        about=action.id,
        organisation=action.organisation or "",
    )


def _asked(action: ours.Action, asked: Asked) -> Line:
    return Line(
        who=action.person,
        what="approval asked",
        about=action.id,
        organisation=asked.organisation.key,
    )


def _for(organisation: str | None) -> models.Q:
    """What was sent for this organisation, or before that was kept; None: for any."""
    anywhere = models.Q(organisation=None)
    return models.Q() if organisation is None else anywhere | models.Q(organisation=organisation)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _object(value: Raw) -> Mapping[str, Raw]:
    return value if isinstance(value, dict) else {}


def _list(value: Raw) -> Iterable[Raw]:
    return value if isinstance(value, list) else ()


def _kinds(row: ApprovalRow) -> tuple[str, ...]:
    return tuple(one for one in row.by.split(",") if one)


def _asked_line(said: Raw) -> AskedLine:
    by, within, team = said if isinstance(said, list) and len(said) == 3 else ([], "", "")
    length = durations.parse(Text(str(within))) if within else None
    return AskedLine(by=tuple(map(str, _list(by))), within=length, team=str(team))


def _two(value: Raw) -> tuple[str, str]:
    two = [str(one) for one in _list(value)]
    return (two[0], two[1]) if len(two) == 2 else ("", "")


def _text_or_none(value: Raw) -> str | None:
    return value if isinstance(value, str) else None
