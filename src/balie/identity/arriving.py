"""From whom a provider says that this is to a person of ours: linked once, by a proved address."""

import time
from collections.abc import Mapping

import msgspec
from django.db import transaction
from django.http import HttpRequest

from balie.access.proving import TWO_STEPS
from balie.identity.connections.claims import Said
from balie.identity.connections.connection import Connection
from balie.identity.connections.refusals import Check, Refused
from balie.identity.connections.register import Seal, connection_for
from balie.identity.connections.relying_party import Arrival
from balie.identity.desk import Desk, Recognise, desk_of
from balie.identity.linking.claiming import settle_claims
from balie.identity.models import Person, ProviderIdentity, ProviderSession, ViewerSession
from balie.identity.organisations.claimed import keep_claimed
from balie.identity.people import admit, enrol, welcome
from balie.identity.reader import cookie_digest
from balie.identity.signing_in import Proved, recognised_by_mail, rise

ARRIVING = "arriving"
"""Where the browser's session keeps an arrival until the sign-in is complete."""

_PROVES_WITHIN = 30 * 60
"""Seconds in which an address is proved that the provider did not prove."""


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An arrival in the browser's session. token: sealed, as text. at: seconds since 1970. level,
    level_at: what the provider says that was proved there.
    """

    connection: str
    issuer: str
    subject: str
    sub: str
    sid: str
    address: str
    token: str
    at: float
    level: int = 1
    level_at: int = 0
    claims: Mapping[str, Said] = {}


def person_of(arrival: Arrival, desk: Desk) -> Person | None:
    """The person; None when a code must prove the address first. Raises Refused."""
    person = _known(arrival)
    if person is None:
        if not arrival.mail.address:
            raise Refused(Check.NO_MAIL)
        if not arrival.mail.proved:
            return None
        person = _with_address(arrival, desk.recognise)
        _link(person, arrival.issuer, arrival.subject, arrival.connection, "verified by provider")
        _note_link(desk, person, arrival.connection)
    if person.is_staff:
        raise Refused(Check.STAFF)
    return person


def keep_arrival(request: HttpRequest, arrival: Arrival, seal: Seal) -> None:
    """Keeps an arrival until the sign-in of this browser is complete."""
    kept = _Kept(
        connection=arrival.connection,
        issuer=arrival.issuer,
        subject=arrival.subject,
        sub=arrival.sub,
        sid=arrival.sid,
        address=arrival.mail.address,
        token=seal.seal(arrival.id_token.encode()).decode(),
        at=time.time(),
        level=TWO_STEPS if arrival.two_steps else 1,
        level_at=arrival.signed_in_at,
        claims=arrival.claims,
    )
    request.session[ARRIVING] = msgspec.to_builtins(kept)


def address_to_prove(request: HttpRequest) -> str:
    """The address that a code must prove before an arrival is complete; "" when there is none."""
    kept = _kept(request.session.get(ARRIVING))
    return "" if kept is None else kept.address


def party_for(request: HttpRequest, email: str) -> Connection | None:
    """Where whoever has this address signs in, unless they come from there to prove it here."""
    if email == address_to_prove(request):
        return None
    return connection_for(email, desk_of(request).logins.seal)


def brings_keys(request: HttpRequest) -> bool:
    """Whether the party says who this is to the systems."""
    kept = _kept(request.session.get(ARRIVING))
    return kept is not None and _says_who(kept.claims)


def recognise_arrival(request: HttpRequest, person: Person) -> None:
    """Who somebody is to the systems: by what their party says, then once by their address."""
    desk, kept = desk_of(request), _kept(request.session.get(ARRIVING))
    if kept is not None and _is_of(kept, person):
        settle_claims(person, kept.connection, kept.claims, desk.note)
    by = "" if kept is None else kept.connection
    recognised_by_mail(person, desk.recognise, desk.note, by)


def settle(request: HttpRequest, person: Person) -> str:
    """Completes an arrival: links when the address was proved just now, and notes the session
    there. The connection; "" for a sign-in that was local altogether: then it does nothing.
    """
    kept = _kept(request.session.pop(ARRIVING, None))
    if kept is None or person.is_staff:
        return ""
    known = ProviderIdentity.objects.filter(issuer=kept.issuer, subject=kept.subject).first()
    if known is None and person.email == kept.address:
        known = _linked_by_code(person, kept)
        if known is not None:
            _note_link(desk_of(request), person, kept.connection)
    if known is None or known.person_id != person.pk:
        return ""
    _note_session(request, kept)
    sign_in = cookie_digest(request.session.session_key or "")
    keep_claimed(person, sign_in, kept.claims, desk_of(request).blueprint)
    return kept.connection


def rise_with(request: HttpRequest, arrival: Arrival, seal: Seal) -> None:
    """Two steps were proved there by who is signed in here. Raises Refused when that is another."""
    person = _known(arrival)
    if person is None or person != request.user:
        raise Refused(Check.OTHER_PERSON)
    rise(request, Proved(TWO_STEPS, arrival.signed_in_at))
    keep_arrival(request, arrival, seal)
    settle(request, person)
    note = desk_of(request).note
    note("stepped up", who=person.pk.hex, about=person.pk.hex, more=arrival.connection)


def token_of(cookie: str, seal: Seal) -> tuple[str, str] | None:
    """The connection and the ID token of the sign-in of this cookie; None for a local one."""
    row = ProviderSession.objects.filter(pk=cookie_digest(cookie)).first()
    if row is None:
        return None
    return row.connection, (seal.unseal(bytes(row.sealed)) or b"").decode()


def _is_of(kept: _Kept, person: Person) -> bool:
    """Whether an arrival is this person's, or becomes theirs by the address that they proved."""
    known = ProviderIdentity.objects.filter(issuer=kept.issuer, subject=kept.subject).first()
    if known is not None:
        return known.person_id == person.pk
    others = ProviderIdentity.objects.filter(issuer=kept.issuer, person=person)
    return person.email == kept.address and not others.exists()


def _says_who(claims: Mapping[str, Said]) -> bool:
    return any(said.values for said in claims.values())


def _known(arrival: Arrival) -> Person | None:
    identities = ProviderIdentity.objects.select_related("person")
    found = identities.filter(issuer=arrival.issuer, subject=arrival.subject).first()
    return None if found is None else found.person


@transaction.atomic
def _with_address(arrival: Arrival, recognise: Recognise) -> Person:
    """Whoever has this address here, or is known to a system by it. Raises Refused."""
    address = arrival.mail.address
    if _says_who(arrival.claims):
        admit(address)
    person = Person.objects.filter(email=address).first() or welcome(address, recognise)
    if person is None:
        raise Refused(Check.UNKNOWN_PERSON)
    if person.is_staff:
        raise Refused(Check.STAFF)
    enrol(address, name=person.name or arrival.name, verified=True)
    person.refresh_from_db()
    return person


def _link(person: Person, issuer: str, subject: str, connection: str, why: str) -> ProviderIdentity:
    """Links, unless somebody else there is this person already: an address that was given on to
    somebody new does not open the file of whoever had it before. Raises Refused.
    """
    if ProviderIdentity.objects.filter(person=person, issuer=issuer).exists():
        raise Refused(Check.OTHER_SUBJECT)
    identity, _ = ProviderIdentity.objects.get_or_create(
        issuer=issuer,
        subject=subject,
        defaults={"person": person, "connection": connection, "why": why},
    )
    return identity


def _linked_by_code(person: Person, kept: _Kept) -> ProviderIdentity | None:
    """Links whoever proved the address; None, and signed in locally alone, where somebody else
    there is this person already.
    """
    try:
        return _link(person, kept.issuer, kept.subject, kept.connection, "code by mail")
    except Refused:
        return None


def _note_link(desk: Desk, person: Person, connection: str) -> None:
    desk.note("linked", who=person.pk.hex, about=person.pk.hex, more=connection)


def _note_session(request: HttpRequest, kept: _Kept) -> None:
    sign_in = cookie_digest(request.session.session_key or "")
    found = ViewerSession.objects.filter(pk=sign_in)
    if kept.level == TWO_STEPS:
        found.update(level=kept.level, level_at=kept.level_at)
    if found.exists():
        ProviderSession.objects.update_or_create(
            sign_in_id=sign_in,
            defaults={
                "connection": kept.connection,
                "issuer": kept.issuer,
                "sub": kept.sub,
                "sid": kept.sid,
                "sealed": kept.token.encode(),
            },
        )


def _kept(kept: Mapping[str, object] | None) -> _Kept | None:
    if kept is None:
        return None
    found = msgspec.convert(kept, _Kept)
    return found if time.time() - found.at <= _PROVES_WITHIN else None
