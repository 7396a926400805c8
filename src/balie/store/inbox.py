"""Work that was put in another system as well: which, and what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import IntegrityError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from balie.backstage.actions import Action, ErrandState
from balie.backstage.inbox import NEVER, Piece, Put
from balie.backstage.service_desk.stuck import FOR_PEOPLE, Verdict
from balie.store.actions import StoredActions
from balie.store.instance_models import InboxRow, Work
from balie.store.models import Audit, Errand

_FOR_PEOPLE = sorted(state.value for state in FOR_PEOPLE)
_TRIED_AGAIN = [Verdict.AGAIN.value, Verdict.CORRECTED.value]
_NOT_YET = frozenset({ErrandState.DUE, ErrandState.WAITING})
_CERTAINLY_NOT = frozenset({ErrandState.REFUSED, ErrandState.CONFLICT, ErrandState.STUCK})
_AT_ONCE = 500


@dataclass(frozen=True)
class StoredInbox:
    """What is open, and what was put in the other system."""

    actions: StoredActions

    async def pieces(self) -> Sequence[Piece]:
        """All work that is open now: what is stuck, and what stories gave to people."""
        return await self.actions.work.read(lambda: [*_stuck(), *_open_work()])

    async def put(self) -> Sequence[Put]:
        """What was put there, and is not known to be over."""
        return await self.actions.work.read(self._put)

    async def make(self, piece: str, about: str, action: Action) -> bool:
        """Keeps that it is put there, with the action that does so; False when it was already.

        about: the action by which it began, of a customer.
        """
        try:
            await self.actions.work.write(lambda: self._make(piece, about, action))
        except IntegrityError:
            return False
        return True

    async def close(self, piece: str, action: Action) -> None:
        """Keeps that the work is done, with the action that closes its row."""
        await self.actions.work.write(lambda: self._close(piece, action))

    async def over(self, piece: str) -> None:
        """Keeps that the work is done. What was not put there yet never will be."""
        await self.actions.work.write(lambda: self._over(piece))

    # ---- parts

    def _put(self) -> list[Put]:
        rows = list(InboxRow.objects.filter(is_over=False)[:_AT_ONCE])
        made = {e.action_id: e for e in Errand.objects.filter(action__in=[r.made for r in rows])}
        return [self._one(row, made.get(row.made)) for row in rows]

    def _one(self, row: InboxRow, errand: Errand | None) -> Put:
        if errand is None:
            return Put(row.piece, row.step, None, is_sure=True)
        state = ErrandState(errand.state)
        done = self.actions.progress(errand).row if state is ErrandState.DONE else None
        unsure = (ErrandState.UNDER_WAY, ErrandState.UNCERTAIN, ErrandState.ASKS)
        return Put(row.piece, row.step, done, is_sure=state not in unsure)

    def _make(self, piece: str, about: str, action: Action) -> None:
        InboxRow.objects.create(piece=piece, about=about, step=action.step, made=action.id)
        self.actions.accept_now(action)

    def _close(self, piece: str, action: Action) -> None:
        row = InboxRow.objects.filter(piece=piece, is_over=False)
        if row.update(is_over=True, ended=action.id):
            self.actions.accept_now(action)

    def _over(self, piece: str) -> None:
        for row in InboxRow.objects.filter(piece=piece, is_over=False):
            states = sorted(state.value for state in _NOT_YET | _CERTAINLY_NOT)
            errands = Errand.objects.filter(action=row.made, state__in=states)
            dropped = {"state": ErrandState.DROPPED.value, "has_ended": True, "next_at": None}
            if errands.update(**dropped):
                self.actions.end(row.made)
        InboxRow.objects.filter(piece=piece).update(is_over=True)


def _stuck() -> Iterator[Piece]:
    """What is stuck for people; not what was to be put in the other system itself."""
    tried = (
        Audit.objects.filter(about=OuterRef("pk"), what__in=_TRIED_AGAIN)
        .order_by()
        .values("about")
        .annotate(times=Count("pk"))
        .values("times")
    )
    rows: QuerySet[Errand] = Errand.objects.filter(state__in=_FOR_PEOPLE).annotate(
        times=Coalesce(Subquery(tried), 0)
    )
    rows = rows.exclude(action__in=InboxRow.objects.values("made"))
    rows = rows.exclude(action__in=InboxRow.objects.exclude(ended="").values("ended"))
    for row in rows.order_by("id")[:_AT_ONCE]:
        times = getattr(row, "times", 0)
        yield Piece(
            id=f"{row.id}/{times}/{row.goes_to}",
            team=row.goes_to,
            action=row.action_id,
            errand=row.id,
        )


def _open_work() -> Iterator[Piece]:
    rows = Work.objects.filter(closed_at=None).exclude(kind__in=NEVER)
    for item, team in rows.order_by("item", "team").values_list("item", "team")[:_AT_ONCE]:
        yield Piece(id=f"{item}/{team}", team=team, action=item.partition(":")[0], item=item)
