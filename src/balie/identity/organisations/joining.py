"""Asking to join an organisation: by whoever has a proved address of its domain, decided by whoever
administers it.

Who has no such address learns of no organisation here, and every question is asked again when it is
decided: the domain may be taken back meanwhile, and the address may be another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from balie.backstage.auditing import Note
from balie.blueprint.model import Blueprint, Says
from balie.identity.models import JoinRequest, Organisation, Person
from balie.identity.organisations.domains import has_organisation, organisations_of
from balie.identity.organisations.members import (
    Doing,
    Given,
    check_administers,
    colleague,
    colleagues,
    give,
)

MOST_OPEN = 3
"""Of one person, at once."""

MOST_A_DAY = 5
"""Of one person in 24 hours, also those that were taken back."""

MOST_WAITING = 100
"""For one organisation, at once."""

AGAIN = timedelta(days=30)
"""How long after a no somebody may ask the same organisation again."""

LONGEST = 300
"""Characters of what somebody writes with it, or answers."""


class Ending(StrEnum):
    """How it ended; "" while it waits."""

    WAITS = ""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TAKEN_BACK = "taken back"


class TooOften(Exception):
    """Enough was asked, by this person or of this organisation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An organisation that somebody may ask to join. name: "" when Balie does not know it.

    asked: what they asked of it last, and what came of that. again: when they may ask again.
    """

    organisation: str
    name: str
    asked: JoinRequest | None = None
    again: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether somebody has to decide."""
        return self.asked is not None and self.asked.ending == Ending.WAITS

    @property
    def refused(self) -> bool:
        """Whether the last answer was no, not long ago."""
        return self.again is not None


def may_be_joined(blueprint: Blueprint) -> bool:
    """Whether an administrator could give anybody anything in this service."""
    said = blueprint.memberships
    return Says.LOCAL in said.roles and bool(said.administrators_give)


def offers(person: Person, now: datetime) -> Sequence[Offer]:
    """The organisations that this person may ask to join; none of which they are already."""
    if person.is_staff or not person.is_active:
        return ()
    keys = [key for key in organisations_of(person.email) if not _is_there(key, person)]
    names = dict(Organisation.objects.filter(key__in=keys).values_list("key", "name"))
    return [_offer(key, names.get(key, ""), person, now) for key in keys]


def is_nobody_yet(person: Person) -> bool:
    """Whether somebody who just signed in is nothing here, as far as Balie knows, and may ask."""
    if person.is_staff or not has_organisation(person.email):
        return False
    is_known = person.memberships.exists() or person.recognitions.exists()
    return not is_known and not person.acts_for.exists()


def ask(
    person: Person, organisation: str, words: str, language: str, now: datetime, note: Note
) -> JoinRequest | None:
    """Asks to join; None when this person may not, or does already. Raises TooOften."""
    offer = next((one for one in offers(person, now) if one.organisation == organisation), None)
    if offer is None or offer.waits:
        return None
    if offer.refused or _has_asked_enough(person, organisation, now):
        raise TooOften
    try:
        with transaction.atomic():
            asked = JoinRequest.objects.create(
                person=person,
                organisation=organisation,
                words=words[:LONGEST],
                language=language,
                at=now,
            )
            _noted(note, "asked to join", person, asked)
    except IntegrityError:  # at the same moment, in another window
        return None
    return asked


@transaction.atomic
def take_back(person: Person, request: UUID, now: datetime, note: Note) -> bool:
    """Takes one's own back; False when there is none."""
    mine = JoinRequest.objects.filter(pk=request, person=person, ending=Ending.WAITS)
    if mine.update(ending=Ending.TAKEN_BACK, decided=now, by=person.pk.hex) == 0:
        return False
    _noted(note, "took back asking to join", person, JoinRequest.objects.get(pk=request))
    return True


def waiting(organisation: str) -> Sequence[JoinRequest]:
    """What waits there, the oldest first: of those who may still ask, and did not come in by
    another way meanwhile.
    """
    rows = _open(organisation).select_related("person").order_by("at")[:MOST_WAITING]
    there = {one.id for one in colleagues(organisation)} if rows else set()
    return [one for one in rows if one.person.pk.hex not in there and _may_still(one)]


def asked_by(organisation: str, request: UUID) -> JoinRequest | None:
    """One of what waits there; None for everything else."""
    return next((one for one in waiting(organisation) if one.pk == request), None)


@transaction.atomic
def accept(doing: Doing, request: UUID, given: Given, now: datetime) -> JoinRequest | None:
    """Lets somebody in, as this; None when it does not wait any more. Raises NotTheirs."""
    decided = _decided(doing, request, Ending.ACCEPTED, "", now)
    if decided is not None:
        give(doing, decided.person, given)
        doing.noted("let join", decided.person.pk.hex, given.role)
    return decided


@transaction.atomic
def refuse(doing: Doing, request: UUID, answer: str, now: datetime) -> JoinRequest | None:
    """Says no, with words; None when it does not wait any more. Raises NotTheirs."""
    check_administers(doing)
    decided = _decided(doing, request, Ending.REFUSED, answer, now)
    if decided is not None:
        doing.noted("refused to let join", decided.person.pk.hex)
    return decided


# ---- parts


def _decided(
    doing: Doing, request: UUID, ending: Ending, answer: str, now: datetime
) -> JoinRequest | None:
    """Of two who decide at one moment one does."""
    if asked_by(doing.organisation, request) is None:
        return None
    row = _open(doing.organisation).filter(pk=request)
    said = {"ending": ending, "answer": answer[:LONGEST], "decided": now, "by": doing.by}
    if row.update(**said) == 0:
        return None
    return JoinRequest.objects.select_related("person").get(pk=request)


def _open(organisation: str) -> QuerySet[JoinRequest]:
    return JoinRequest.objects.filter(organisation=organisation, ending=Ending.WAITS)


def _offer(organisation: str, name: str, person: Person, now: datetime) -> Offer:
    rows = JoinRequest.objects.filter(person=person, organisation=organisation)
    last = rows.order_by("-at").first()
    until = None
    if last is not None and last.ending == Ending.REFUSED and last.decided is not None:
        until = last.decided + AGAIN
    is_long_ago = until is None or until <= now
    return Offer(
        organisation=organisation,
        name=name,
        asked=last,
        again=None if is_long_ago else until,
    )


def _may_still(one: JoinRequest) -> bool:
    person = one.person
    is_customer = person.is_active and not person.is_staff
    return is_customer and one.organisation in organisations_of(person.email)


def _is_there(organisation: str, person: Person) -> bool:
    return colleague(organisation, person.pk.hex) is not None


def _has_asked_enough(person: Person, organisation: str, now: datetime) -> bool:
    mine = JoinRequest.objects.filter(person=person)
    return (
        mine.filter(ending=Ending.WAITS).count() >= MOST_OPEN
        or mine.filter(at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY
        or _open(organisation).count() >= MOST_WAITING
    )


def _noted(note: Note, what: str, person: Person, asked: JoinRequest) -> None:
    who = person.pk.hex
    note(what, who=who, about=who, organisation=asked.organisation)
