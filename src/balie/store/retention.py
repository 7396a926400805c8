"""What is kept no longer than was promised, and what goes when somebody asks for it.

What an action sent is erased; that it was sent, its reference and its timings stay, and the audit.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from balie.store.actions import StoredActions
from balie.store.models import Action, Audit, Correction, Errand

_GONE = b""


@dataclass(frozen=True, slots=True)
class Gone:
    """What went, or stayed because it is under way: what it is, and how many of it."""

    what: str
    number: int


@dataclass(frozen=True, slots=True)
class Erasure:
    """What came of erasing somebody. left: what stays until it is done, and why in `what`."""

    gone: tuple[Gone, ...]
    left: tuple[Gone, ...]


@dataclass(frozen=True)
class Retention:
    """Erases what actions hold."""

    actions: StoredActions

    async def erase_due(self, now: datetime) -> int:
        """Erases the answers whose time has come; of how many actions. Twice is once."""
        due = Action.objects.filter(erase_at__lte=now).exclude(closed=_GONE)
        return await self.actions.work.write(lambda: self._erase(due))

    async def erase_person(self, person: str, who: str) -> Erasure:
        """Erases all answers of a person that are not under way. who: asked for it, for the audit.

        person: identity's id.
        """
        return await self.actions.work.write(lambda: self._erase_person(person, who))

    # ---- parts

    def _erase_person(self, person: str, who: str) -> Erasure:
        mine = Action.objects.filter(person=person)
        under_way = mine.filter(ended_at=None).count()
        erased = self._erase(mine.exclude(ended_at=None).exclude(closed=_GONE))
        Audit.objects.create(at=self.actions.now(), who=who, what="erased", about=person)
        return Erasure(_some(("answers", erased)), _some(("answers under way", under_way)))

    def _erase(self, actions: "QuerySet[Action]") -> int:
        ids = list(actions.values_list("id", flat=True))
        for errand in Errand.objects.filter(action__in=ids).exclude(outcome=None):
            progress = replace(self.actions.progress(errand), now={})
            Errand.objects.filter(id=errand.id).update(outcome=self.actions.outcome(progress))
        Errand.objects.filter(action__in=ids).update(closed=_GONE)
        Correction.objects.filter(errand__action__in=ids).delete()
        Action.objects.filter(id__in=ids).update(closed=_GONE, acting_for=None)
        return len(ids)


def _some(*counted: tuple[str, int]) -> tuple[Gone, ...]:
    return tuple(Gone(what, number) for what, number in counted if number)
