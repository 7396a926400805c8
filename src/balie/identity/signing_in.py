"""Completing a sign-in and ending it. The rows written here are what every page believes."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from asgiref.sync import async_to_sync
from django.db import transaction
from django.http import Http404, HttpRequest

from balie.access.viewer import Visitor
from balie.backstage.auditing import Note
from balie.identity.desk import Recognise
from balie.identity.linking.links import link_by_mail, links_of
from balie.identity.memberships import members
from balie.identity.models import Membership, Person, ProviderSession, Session, ViewerSession
from balie.identity.reader import SignIn, cookie_digest, fingerprint, judge

RECOGNITION_TAKES_AT_MOST = 5  # seconds; a system that is away must not keep anybody out

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Proved:
    """In how many steps somebody proved who they are, and when (seconds since 1970; 0: unsaid)."""

    level: int
    at: int


ONE_STEP = Proved(level=1, at=0)


def rise(request: HttpRequest, proved: Proved) -> None:
    """The sign-in of this browser is proved better from now on, and gets another cookie: whoever
    knew the one of before does not come along. What the browser's session keeps stays. A sign-in
    that was ended meanwhile stays ended.
    """
    before = cookie_digest(request.session.session_key or "")
    with transaction.atomic():
        row = ViewerSession.objects.select_for_update().filter(pk=before).first()
        if row is None:
            return
        there = ProviderSession.objects.filter(pk=before).first()
        request.session.cycle_key()  # which ends the sign-in of before
        row.pk = cookie_digest(request.session.session_key or "")
        row.level, row.level_at = proved.level, proved.at
        row.save(force_insert=True)
        if there is not None:
            there.pk = row.pk
            there.save(force_insert=True)


def complete(
    person: Person, cookie: str, seconds: int, device: str = "", proved: Proved = ONE_STEP
) -> None:
    """Notes a completed sign-in that lasts this long, and clears away those that are over."""
    now = int(time.time())
    with transaction.atomic():
        ViewerSession.objects.filter(expires__lte=now).delete()
        over = Membership.objects.exclude(sign_in="")
        over.exclude(sign_in__in=ViewerSession.objects.values("cookie")).delete()
        Session.objects.filter(expire_date__lte=datetime.fromtimestamp(now, UTC)).delete()
        ViewerSession.objects.update_or_create(
            cookie=cookie_digest(cookie),
            defaults={
                "person": person,
                "fingerprint": fingerprint(person.password),
                "expires": now + seconds,
                "device": device,
                "level": proved.level,
                "level_at": proved.at,
            },
        )


def still_holds(cookie: str | None) -> bool:
    """Whether this cookie has a completed sign-in, by the same judgement as on every page.

    Never for whoever acts as somebody else: on Django's pages they are themselves.
    """
    rows = ViewerSession.objects.select_related("person").filter(behind=None)
    row = rows.filter(cookie=cookie_digest(cookie or ""))
    return judge(_sign_in(row.first()), time.time()) is not None


def end_everywhere(person: Person) -> None:
    """Signs this person out of every browser."""
    with transaction.atomic():
        ViewerSession.objects.filter(person=person).delete()
        Session.objects.filter(person=person).delete()


def recognised_by_mail(
    person: Person, recognise: Recognise, note: Note, connection: str = ""
) -> None:
    """Asks the systems who has this mail address, and keeps the answer: once for each name."""
    link_by_mail(person, _ask(recognise, visitor_of(person)), connection, note)


def knows(recognise: Recognise, email: str) -> bool:
    """Whether a system knows exactly one customer with this mail address."""
    return bool(_ask(recognise, Visitor(person="", email=email)))


def somebody(email: str) -> Visitor | None:
    """Whoever has this mail address here, with what was recognised before; None without."""
    person = Person.objects.filter(email=email).first()
    return None if person is None else visitor_of(person)


def visitor_of(person: Person) -> Visitor:
    """This person as a visitor, without any choice made in a browser."""
    return Visitor(
        person=person.pk.hex,
        email=person.email,
        name=person.name,
        links=links_of(person),
        is_staff=person.is_staff,
        staff_roles=frozenset(person.staff_roles),
        memberships=tuple(one.at(time.time()) for one in members(person)),
    )


def visitor_in(person: Person, cookie: str) -> Visitor | None:
    """The same with what was chosen in the browser with this cookie; None without a sign-in."""
    row = ViewerSession.objects.select_related("person").filter(pk=cookie_digest(cookie)).first()
    return None if row is None or row.person_id != person.pk else judge(_sign_in(row), time.time())


def visitor_here(request: HttpRequest) -> Visitor:
    """The customer whose browser this is. Raises Http404 for staff."""
    person = request.user
    if not isinstance(person, Person) or person.is_staff:
        raise Http404
    visitor = visitor_in(person, request.session.session_key or "")
    if visitor is None:
        raise Http404
    return visitor


def visitor_acting_for(person: Person, organisation: str | None) -> Visitor:
    """This person as a visitor who acts for an organisation; None: as they do by themselves."""
    return replace(visitor_of(person), acting_for=organisation)


def _ask(recognise: Recognise, visitor: Visitor) -> Mapping[str, str]:
    async def in_time() -> Mapping[str, str]:
        return await asyncio.wait_for(recognise(visitor), RECOGNITION_TAKES_AT_MOST)

    try:
        return async_to_sync(in_time)()
    except TimeoutError:
        log.warning("Nobody could say in time who signs in; it is asked again at the next sign-in.")
        return {}


def _sign_in(row: ViewerSession | None) -> SignIn | None:
    if row is None:
        return None
    return SignIn(
        person=row.person.pk.hex,
        email=row.person.email,
        name=row.person.name,
        is_active=row.person.is_active,
        is_staff=row.person.is_staff,
        staff_roles=frozenset(row.person.staff_roles),
        password=row.person.password,
        fingerprint=row.fingerprint,
        expires=row.expires,
        acting_for=row.acting_for,
        links=links_of(row.person),
        level=row.level,
        level_at=row.level_at,
        members=members(row.person, row.cookie),
    )
