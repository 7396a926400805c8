"""Keys of whoever acts as somebody else: staff as a customer, and representatives."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils.timezone import now

from balie.access.acting import Extent, cookie_beside, extent_of
from balie.identity.acting import ActingSessions
from balie.identity.invitations import Invited, invite
from balie.identity.models import Representation, ViewerSession
from balie.identity.reader import cookie_digest
from balie.identity.representing import PURPOSE
from balie.proving.browsing import JSON
from balie.proving.doors import DoorKind
from balie.proving.keys import Key
from balie.proving.people import Person
from balie.site.proved.making import Making, account, acts_for, plain
from balie.site.sealing import trail_of

_ACTING_FOR = "/accounts/acting-for/"


async def acting(making: Making) -> AsyncIterator[Key]:
    """Whoever acts as a customer sees what that customer sees, sends what the blueprint lets them,
    and only while they are signed in themselves.
    """
    staff, customer = making.blueprint.people.staff, making.customers[0]
    for colleague in [one for one in making.people if one.teams and one.would_be is None]:
        extent = extent_of(staff, colleague.teams)
        one = await sync_to_async(_acting)(colleague, customer)
        if one is None:
            continue
        for key in _as_customer(making, one, extent):
            yield key
        cookies = dict(one.browser.cookies)  # an answer takes away those that open nothing
        own = one.browser.cookies.pop(settings.SESSION_COOKIE_NAME)
        gone = frozenset({302, 303, 401, 404})
        page = plain(making)[0].address
        yield Key(
            about="acting without a sign-in of one's own", address=page, only=(one,), refuses=gone
        )
        one.browser.cookies = cookies
        await sync_to_async(ActingSessions().stop)(own)
        yield Key(about="acting that was stopped", address=page, only=(one,), refuses=gone)


def _acting(colleague: Person, customer: Person) -> Person | None:
    own = colleague.browser.cookies[settings.SESSION_COOKIE_NAME]
    value = ActingSessions().begin(account(customer).pk.hex, own, "calls")
    if value is None:
        return None
    if customer.who.organisation:
        ViewerSession.objects.filter(pk=cookie_digest(value)).update(
            acting_for=min(customer.who.organisation)
        )
    beside = {cookie_beside(settings.SESSION_COOKIE_NAME): value}
    browser = replace(colleague.browser, cookies={**colleague.browser.cookies, **beside})
    name = f"{colleague.name}, who acts as a customer"
    return replace(customer, name=name, browser=browser, mail=colleague.mail)


def _as_customer(making: Making, one: Person, extent: Extent | None) -> Iterator[Key]:
    oracle = making.place.oracle
    for door in plain(making):
        about = f"{door.address} as a customer"
        if door.is_for(one.who, oracle) and extent is not None:
            proves = any(
                making.blueprint.people.customers[kind].extra_check for kind in one.who.kinds
            )
            if not proves and not (door.step and door.step.extra_check):
                page = Key(about=about, address=door.address, accept=JSON, owner=one)
                yield replace(page, only=(one,), shows=(making.customers[0],))
        else:
            refuses = frozenset({403, 404})
            yield Key(about=about, address=door.address, only=(one,), refuses=refuses)
        if door.sends and extent is not Extent.WRITE:
            sending = Key(about=about, address=door.address, method="POST", form={"confirm": "1"})
            yield replace(sending, only=(one,), refuses=frozenset({403}))
    for door in making.place.doors:
        if door.kind is DoorKind.PAGE and door.braces:
            mine = door.keys(one.who, oracle)[1]
            keys_ = {k for p in making.customers for k in door.keys(p.who, oracle)[1]} - mine
            for key in sorted(keys_)[:1]:
                # Customers read which addresses were asked in their name: this number comes back.
                making.customers[0].allowed |= making.place.marks.places.get(key, frozenset())
                about = f"{door.address} of another, as a customer"
                refuses = frozenset({403, 404})
                yield Key(about=about, address=door.at(key, "0"), only=(one,), refuses=refuses)


async def representatives(making: Making) -> AsyncIterator[Key]:
    """Whom a customer lets act for them does the steps that the blueprint names, until it ends."""
    said, representative = making.blueprint.representatives, making.unknown
    kinds = frozenset(map(str, said.for_)) if said is not None else frozenset[str]()
    private = (p for p in making.customers if p.who.kinds & kinds and not p.who.organisation)
    customer = next(private, None)
    if customer is None:
        return
    choosing = Key(about="acting for a person", address=_ACTING_FOR, method="POST")
    for begins, ends in ((0, 1), (int(now().timestamp()) + 86_400, None)):
        held = await sync_to_async(_represents)(customer, representative, begins, ends)
        form = {"person": held.pk.hex}
        yield replace(choosing, about="acting for a person at another time", form=form)
        await held.adelete()
    held = await sync_to_async(_represents)(customer, representative, 0, None)
    yield replace(choosing, form={"person": held.pk.hex}, owner=representative, works=302)
    acting = replace(
        customer, name="a representative", browser=representative.browser, mail=representative.mail
    )
    for key in _as_representative(making, acting, customer):
        yield key
    invited = Invited(address=representative.mail, purpose=PURPOSE, by=account_id(held))
    invitation, _ = await sync_to_async(invite)(invited, now(), trail_of(making.configuration).note)
    sent = Key(about="", address="", method="POST", owner=customer, works=302)
    back = f"/accounts/representatives/invited/{invitation.pk}/"
    yield replace(sent, about="an invitation to act for somebody", address=back)
    end = f"/accounts/representatives/end/{held.pk}/"
    others = frozenset({representative.name})  # they may end it too
    yield replace(sent, about="the end of acting for somebody", address=end, without=others)
    for door in plain(making)[:2]:
        about = f"{door.address} after acting for somebody ended"
        refuses = frozenset({302, 303, 401, 404, 409})
        yield Key(about=about, address=door.address, accept=JSON, only=(acting,), refuses=refuses)
    await acts_for(representative.browser, None)


def _represents(
    customer: Person, representative: Person, begins: int, ends: int | None
) -> Representation:
    return Representation.objects.create(
        represented=account(customer),
        representative=account(representative),
        begins=begins,
        ends=ends,
    )


def account_id(held: Representation) -> str:
    """Who is represented."""
    return held.represented.pk.hex


def _as_representative(making: Making, acting: Person, customer: Person) -> Iterator[Key]:
    """The pages of steps that the blueprint names, as the customer; no others."""
    for door in plain(making):
        about = f"{door.address} as a representative"
        key = Key(about=about, address=door.address, accept=JSON, only=(acting,), shows=(customer,))
        is_named = door.step is not None and door.step.by_representatives
        if is_named and door.is_for(acting.who, making.place.oracle):
            yield replace(key, owner=acting)
        else:
            yield key
