"""Actions as staff see and settle them: the adapter of `service_desk.stuck.StaffActions`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery

from balie.backstage.actions import Action as OurAction
from balie.backstage.actions import ErrandState, Progress
from balie.backstage.approval import Outcome
from balie.backstage.auditing import Line
from balie.backstage.service_desk.stuck import (
    FOR_PEOPLE,
    POSSIBLE,
    Attempt,
    Decided,
    Dossier,
    HeldUp,
    Load,
    Part,
    Settled,
    Settling,
    Verdict,
    mark_of,
)
from balie.blueprint.model import EVERYBODY
from balie.store import models
from balie.store.actions import StoredActions
from balie.store.approval_models import Approval
from balie.store.models import Action, Audit, Correction, Errand
from balie.systems.rows import Raw

Replay = Callable[[str, str], None]
"""Has the engine carry an action once more, in the transaction that is open: its id, and what it is
carried in order with. Without it the sweep does."""

_A_DAY = timedelta(days=1)
_FOR_PEOPLE = sorted(state.value for state in FOR_PEOPLE)
_AWAY = sorted(state.value for state in (ErrandState.WAITING, ErrandState.STUCK))
_VERDICTS = [verdict.value for verdict in Verdict]


_LOOKED_AT = 2_000
"""Of what was sent without signing in: answers are kept closed, so each is opened for a look."""


def swept(_action: str, _order_with: str) -> None:
    """Leaves it to the sweep."""


@dataclass(frozen=True)
class StoredStaffActions:
    """Fulfils `backstage.service_desk.stuck.StaffActions`."""

    actions: StoredActions
    replay: Replay = swept

    async def held_up(self, states: frozenset[ErrandState], most: int = 200) -> Sequence[HeldUp]:
        """Errands in these states, the oldest first."""
        return await self.actions.work.read(lambda: [_held(row) for row in _rows(states)[:most]])

    async def loads(self) -> Sequence[Load]:
        """What does not go on, by system."""
        return await self.actions.work.read(lambda: list(_loads()))

    async def whole(self, action: str) -> Dossier | None:
        """One action with everything that is known of it."""
        return await self.actions.work.read(lambda: self._whole(action))

    async def references(self, actions: Sequence[str]) -> Mapping[str, str]:
        """The references of these actions, by their ids."""
        found = Action.objects.filter(id__in=actions).values_list("id", "reference")
        return await self.actions.work.read(lambda: dict(found))

    async def with_reference(self, reference: str) -> str | None:
        """The id of the action with exactly this reference."""
        found = Action.objects.filter(reference=reference).values_list("id", flat=True)
        return await self.actions.work.read(found.first)

    async def of_everybody(self, words: str) -> Sequence[OurAction]:
        """What was sent without signing in with exactly these words as an answer, newest first."""
        newest = Action.objects.filter(person=EVERYBODY).order_by("-id")[:_LOOKED_AT]
        receipts = await self.actions.work.read(lambda: self.actions.read(newest))
        said = words.casefold()
        return [one.action for one in receipts if _answers(one.action, said)]

    async def settle(self, settling: Settling) -> Settled | None:
        """Keeps a decision with its line in the audit, and has the engine go on."""
        return await self.actions.work.write(lambda: self._settle(settling))

    async def again_all(self, system: str, who: str) -> int:
        """Has all that waits for a system, or was given up because it was away, tried now."""
        return await self.actions.work.write(lambda: self._again_all(system, who))

    async def note(self, line: Line) -> None:
        """Writes a line in the audit."""
        await self.actions.work.write(lambda: self.actions.audit.add(line, self.actions.now()))

    # ---- reading

    def _whole(self, action: str) -> Dossier | None:
        receipt = next(iter(self.actions.read(Action.objects.filter(id=action))), None)
        if receipt is None:
            return None
        rows = Errand.objects.filter(action=action).order_by("number")
        decided = _decided(errand.id for errand in receipt.action.errands)
        parts = tuple(self._part(row, decided.get(row.id, ())) for row in rows)
        erased = not bytes(Action.objects.values_list("closed", flat=True).get(id=action))
        return Dossier(receipt=receipt, parts=parts, erased=erased)

    def _part(self, row: Errand, decided: Sequence[Decided]) -> Part:
        progress = self._progress(row)
        return Part(
            errand=self.actions.errand(row),
            progress=progress,
            team=row.goes_to,
            mark=mark_of(progress, row.goes_to),
            decided=decided,
            attempts=tuple(_attempt(one) for one in row.attempts.order_by("id")),
            before=tuple(self._before(one) for one in row.corrections.order_by("at")),
        )

    def _progress(self, row: Errand) -> Progress:
        if row.outcome is None:
            return Progress(errand=row.id, state=ErrandState(row.state))
        return self.actions.progress(row)

    def _before(self, correction: Correction) -> Mapping[str, Raw]:
        return self.actions.opened(correction.closed)

    # ---- settling

    def _settle(self, settling: Settling) -> Settled | None:
        list(Approval.objects.select_for_update().filter(action__errands=settling.errand))
        row = Errand.objects.select_for_update().filter(id=settling.errand).first()
        if row is None:
            return None
        progress = self._progress(row)
        if mark_of(progress, row.goes_to) != settling.mark:
            taken = _decided([row.id]).get(row.id, ())
            return Settled(is_first=False, by=taken[-1] if taken else None)
        if settling.what not in POSSIBLE.get(progress.state, ()):
            return None
        self._take(row, progress, settling)
        now, more = self.actions.now(), settling.team
        line = Line(who=settling.who, what=settling.what.value, about=row.id, more=more)
        self.actions.audit.add(line, now)
        if settling.what is not Verdict.HANDED_OVER:
            self._go_on(row.action_id)
        return Settled(
            is_first=True,
            by=Decided(what=settling.what, who=settling.who, at=now, more=more),
        )

    def _take(self, row: Errand, progress: Progress, settling: Settling) -> None:
        match settling.what:
            case Verdict.AGAIN:
                self._again(row, progress)
            case Verdict.CORRECTED:
                self._correct(row, progress, settling)
            case Verdict.DONE:
                self._done(row, progress, settling)
            case Verdict.DROPPED if progress.state is ErrandState.HELD:
                self._drop_held(row.action_id, settling)
            case Verdict.DROPPED:
                self._drop(row, progress)
            case Verdict.HANDED_OVER:
                Errand.objects.filter(id=row.id).update(goes_to=settling.team)

    def _again(self, row: Errand, progress: Progress) -> None:
        """Due once more, for as long as it was tried at first. Of a conflict, what the system has
        by now counts as seen.
        """
        errand = self.actions.errand(row)
        if progress.now:
            row.closed = self.actions.body(replace(errand, shown={**errand.shown, **progress.now}))
        self._due(row)

    def _correct(self, row: Errand, progress: Progress, settling: Settling) -> None:
        errand, now = self.actions.errand(row), self.actions.now()
        Correction.objects.create(
            errand=row, at=now, who=settling.who, closed=self.actions.closed(dict(errand.fields))
        )
        shown = {**errand.shown, **progress.now}
        row.closed = self.actions.body(replace(errand, fields=settling.fields, shown=shown))
        row.corrected += 1
        self._due(row)

    def _due(self, row: Errand) -> None:
        now = self.actions.now()
        length = row.give_up - row.action.at if row.give_up is not None else _A_DAY
        row.state, row.has_ended, row.tries, row.why = ErrandState.DUE.value, False, 0, ""
        row.since, row.next_at, row.give_up = now, None, now + length
        row.save()
        self._revive(row)

    def _done(self, row: Errand, progress: Progress, settling: Settling) -> None:
        done = replace(
            progress,
            state=ErrandState.DONE,
            why="",
            row=settling.row,
            values=settling.values,
            now={},
            next_at=None,
        )
        self._ended(row, done)
        self._revive(row)
        self.actions.end(row.action_id)

    def _drop(self, row: Errand, progress: Progress) -> None:
        self._ended(row, replace(progress, state=ErrandState.DROPPED, next_at=None, now={}))
        if row.is_master:
            followers = Errand.objects.filter(action=row.action_id, has_ended=False)
            followers.update(state=ErrandState.DROPPED.value, has_ended=True, next_at=None)
        self.actions.end(row.action_id)

    def _drop_held(self, action: str, settling: Settling) -> None:
        """Nobody need approve it any more: all of it is dropped."""
        now = self.actions.now()
        Approval.objects.filter(action=action, decided_at=None).update(
            decided_at=now, how=Outcome.DROPPED.value, who=settling.who
        )
        held = Errand.objects.filter(action=action, state=ErrandState.HELD.value)
        held.update(state=ErrandState.DROPPED.value, since=now)
        self.actions.end(action)

    def _ended(self, row: Errand, progress: Progress) -> None:
        row.state, row.has_ended, row.why = progress.state.value, True, progress.why
        row.since, row.next_at = self.actions.now(), None
        row.outcome = self.actions.outcome(progress)
        row.save()
        self.actions.tried(progress)

    def _revive(self, row: Errand) -> None:
        """What followed a master that said no was dropped by itself; now it follows again."""
        if not row.is_master:
            return
        dropped = Errand.objects.filter(action=row.action_id, state=ErrandState.DROPPED.value)
        by_staff = Audit.objects.filter(
            about__in=dropped.values("id"), what=Verdict.DROPPED.value
        ).values("about")
        dropped.exclude(id__in=by_staff).update(
            state=ErrandState.DUE.value, has_ended=False, why="", next_at=None, tries=0
        )

    def _again_all(self, system: str, who: str) -> int:
        rows = list(Errand.objects.select_for_update().filter(system=system, state__in=_AWAY))
        now = self.actions.now()
        for row in rows:
            self._again(row, self._progress(row))
            line = Line(who=who, what=Verdict.AGAIN.value, about=row.id)
            self.actions.audit.add(line, now)
        for action in dict.fromkeys(row.action_id for row in rows):
            self._go_on(action)
        return len(rows)

    def _go_on(self, action: str) -> None:
        self.replay(action, Action.objects.values_list("order_with", flat=True).get(id=action))


def _answers(action: OurAction, said: str) -> bool:
    """Whether one of the answers is just this, but for capitals."""
    return any(told.text.casefold() == said for told in action.answers)


def _rows(states: Iterable[ErrandState]) -> "QuerySet[Errand]":
    """Errands in these states with since when they are so, the oldest first."""
    last = models.Attempt.objects.filter(errand=OuterRef("pk")).order_by("-id")
    return (
        Errand.objects.filter(state__in=sorted(state.value for state in states))
        .select_related("action")
        .annotate(held_since=Subquery(last.values("first")[:1]))
        .order_by(F("held_since").asc(nulls_first=True), "id")
    )


def _held(row: Errand) -> HeldUp:
    return HeldUp(
        action=row.action_id,
        reference=row.action.reference,
        step=row.action.step,
        at=row.action.at,
        errand=row.id,
        number=row.number,
        system=row.system,
        table=row.table,
        is_master=row.is_master,
        state=ErrandState(row.state),
        why=row.why,
        tries=row.tries,
        since=getattr(row, "held_since", None) or row.since,
        next_at=row.next_at,
        team=row.goes_to,
    )


def _loads() -> Iterable[Load]:
    rows = (
        _rows({*FOR_PEOPLE, ErrandState.WAITING})
        .order_by()
        .values("system")
        .annotate(
            people=Count("id", filter=Q(state__in=_FOR_PEOPLE)),
            waiting=Count("id", filter=Q(state=ErrandState.WAITING.value)),
            given_up=Count("id", filter=Q(state=ErrandState.STUCK.value)),
            oldest=Min("held_since"),
        )
        .order_by("system")
    )
    for row in rows:
        yield Load(
            system=row["system"],
            for_people=row["people"],
            waiting=row["waiting"],
            given_up=row["given_up"],
            oldest=row["oldest"],
        )


def _decided(errands: Iterable[str]) -> Mapping[str, Sequence[Decided]]:
    """What was decided about errands, the oldest first."""
    lines = Audit.objects.filter(about__in=list(errands), what__in=_VERDICTS).order_by("at", "id")
    found: dict[str, list[Decided]] = {}
    for line in lines:
        decided = Decided(what=Verdict(line.what), who=line.who, at=line.at, more=line.more)
        found.setdefault(line.about, []).append(decided)
    return found


def _attempt(row: models.Attempt) -> Attempt:
    return Attempt(
        state=ErrandState(row.state),
        why=row.why,
        count=row.count,
        first=row.first,
        last=row.last,
    )
