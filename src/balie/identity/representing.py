"""Who acts for whom in private: begun by an invitation of the one, ended by either, at once.

Nothing here asks a system. That somebody may let others act for them at all, because of what kind
of customer they are, is for the pages that call it, and is looked at again at every request.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now as now_in_time

from balie.backstage.auditing import Note
from balie.identity.invitations import open_ones
from balie.identity.models import Invitation, Person, Representation

PURPOSE = "representation"
"""The purpose of invitations to act for somebody."""


def of(person: Person) -> Sequence[Representation]:
    """Those who act for this person, or will; not those who did."""
    rows = _open().filter(represented=person, representative__is_active=True)
    return list(rows.select_related("representative").order_by("since"))


def by(person: Person) -> Sequence[Representation]:
    """Those for whom this person acts, or will; not those of before."""
    rows = _open().filter(representative=person, represented__is_active=True)
    return list(rows.select_related("represented").order_by("since"))


def that_hold(person: Person) -> Sequence[Representation]:
    """Those for whom this person may act at this moment."""
    if person.is_staff or person.staff_roles:
        return ()
    now = _now()
    return [one for one in by(person) if one.begins <= now and not one.represented.is_staff]


def open_invitations(person: Person) -> Sequence[Invitation]:
    """Those to act for this person that can be taken up, the newest first."""
    ours = open_ones(now_in_time()).filter(purpose=PURPOSE, by=person.pk.hex)
    return list(ours.order_by("-at"))


def take_up(person: Person, invitation: Invitation, note: Note) -> None:
    """Fulfils `invitations.TakeUp`: whoever takes it up acts for whoever invited them.

    Who invited may have left, or have become a colleague of ours: then nobody acts for them.
    """
    inviting = Person.objects.filter(pk=UUID(invitation.by), is_active=True, is_staff=False)
    represented = inviting.first()
    if represented is None or represented.pk == person.pk:
        return
    about = invitation.about
    Representation.objects.update_or_create(
        represented=represented,
        representative=person,
        ended=None,
        defaults={
            "begins": max(int(about["begins"]), 0) if about.get("begins") else _now(),
            "ends": int(about["ends"]) if about.get("ends") else None,
        },
    )
    note("began to represent", who=person.pk.hex, about=represented.pk.hex)


@transaction.atomic
def end(person: Person, representation: UUID, note: Note) -> Representation | None:
    """Ends one of this person's, on either side: it is over at the next request, and is not begun
    again by another invitation that is still open. None when it is over already, or is of others.
    """
    theirs = Q(represented=person) | Q(representative=person)
    found = Representation.objects.filter(theirs, pk=representation, ended=None)
    if found.update(ended=_now(), ended_by=person.pk.hex) == 0:
        return None
    ended = Representation.objects.select_related("represented", "representative").get(
        pk=representation
    )
    again = open_ones(now_in_time()).filter(purpose=PURPOSE, by=ended.represented.pk.hex)
    again.filter(address=ended.representative.email).update(revoked=now_in_time())
    is_own = ended.represented_id == person.pk
    other = ended.representative if is_own else ended.represented
    note("ended representing", who=person.pk.hex, about=other.pk.hex)
    return ended


def last_day(one: Representation) -> datetime | None:
    """A moment of the last day on which it holds."""
    return None if one.ends is None else datetime.fromtimestamp(one.ends - 1, UTC)


def first_day(one: Representation) -> datetime | None:
    """A moment of the first day, when that is still to come."""
    return datetime.fromtimestamp(one.begins, UTC) if one.begins > _now() else None


# ---- parts


def _open() -> QuerySet[Representation]:
    return Representation.objects.filter(Q(ends=None) | Q(ends__gt=_now()), ended=None)


def _now() -> int:
    return int(time.time())
