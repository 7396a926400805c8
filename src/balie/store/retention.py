"""What is kept no longer than was promised, and what goes when somebody asks for it.

What an action sent is erased; that it was sent, its reference and its timings stay, and the audit.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from balie.store.actions import ANSWERS_STAY, StoredActions
from balie.store.approval_models import Approval, Colleague, Given
from balie.store.instance_models import InboxRow, Instance, Mail, Work
from balie.store.models import Action, Correction, Errand

COLLEAGUES_STAY = timedelta(days=365)
"""After they were seen last in a role that approves; then nobody writes to them."""

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
        gone = Colleague.objects.filter(seen_at__lt=now - COLLEAGUES_STAY)
        await self.actions.work.write(gone.delete)
        due = Action.objects.filter(erase_at__lte=now).exclude(closed=_GONE)
        await self.actions.work.write(lambda: _empty(_over(now - ANSWERS_STAY)))
        return await self.actions.work.write(lambda: self._erase(due))

    async def erase_person(self, person: str, who: str) -> Erasure:
        """Erases all answers of a person that are not under way. who: asked for it, for the audit.

        person: identity's id.
        """
        return await self.actions.work.write(lambda: self._erase_person(person, who))

    # ---- parts

    def _erase_person(self, person: str, who: str) -> Erasure:
        own = Action.objects.filter(person=person)
        under_way = own.filter(ended_at=None).count()
        mine = own | _put_elsewhere(list(own.values_list("id", flat=True)))
        erased = self._erase(mine.exclude(ended_at=None).exclude(closed=_GONE))
        stories = _empty(_over(self.actions.now()).filter(person=person))
        mails = Mail.objects.filter(person=person, next_at=None).delete()[0]
        Colleague.objects.filter(person=person).delete()
        self.actions.audit.note("erased", who=who, about=person)
        going = Instance.objects.filter(person=person, is_over=False).count()
        return Erasure(
            _some(("answers", erased), ("stories", stories), ("mails that went", mails)),
            _some(("answers under way", under_way), ("stories under way", going)),
        )

    def _erase(self, actions: "QuerySet[Action]") -> int:
        ids = list(actions.values_list("id", flat=True))
        for errand in Errand.objects.filter(action__in=ids).exclude(outcome=None):
            progress = replace(self.actions.progress(errand), now={})
            Errand.objects.filter(id=errand.id).update(outcome=self.actions.outcome(progress))
        Errand.objects.filter(action__in=ids).update(closed=_GONE)
        Correction.objects.filter(errand__action__in=ids).delete()
        Approval.objects.filter(action__in=ids).update(closed=_GONE, said=None)
        Given.objects.filter(approval__in=ids).update(said=None)
        Action.objects.filter(id__in=ids).update(closed=_GONE, acting_for=None)
        return len(ids)


def _put_elsewhere(about: list[str]) -> "QuerySet[Action]":
    """What put the work about these actions in another system as well."""
    rows = InboxRow.objects.filter(about__in=about)
    return Action.objects.filter(Q(id__in=rows.values("made")) | Q(id__in=rows.values("ended")))


def _over(until: datetime) -> "QuerySet[Instance]":
    """Stories that were over by then and have no work left for people."""
    over = Instance.objects.filter(is_over=True, ended_at__lte=until).exclude(closed=_GONE)
    open_work = Work.objects.filter(instance=OuterRef("pk"), closed_at=None)
    return over.filter(~Exists(open_work))


def _empty(instances: "QuerySet[Instance]") -> int:
    """Takes away all that a story knew; its log stays. How many."""
    ids = list(instances.values_list("id", flat=True))
    return Instance.objects.filter(id__in=ids).update(closed=_GONE, expects="", about="")


def _some(*counted: tuple[str, int]) -> tuple[Gone, ...]:
    return tuple(Gone(what, number) for what, number in counted if number)
