"""Keys about organisations: their administrators, and acting for one of several."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from asgiref.sync import sync_to_async
from django.utils.timezone import now

from balie.blueprint import relations
from balie.blueprint.model import Blueprint, Says
from balie.identity.invitations import Invited, invite
from balie.identity.models import (
    JoinRequest,
    Membership,
    Organisation,
    OrganisationDomain,
    ViewerSession,
)
from balie.identity.models import Person as Account
from balie.identity.organisations.members import PURPOSE
from balie.proving.browsing import JSON
from balie.proving.doors import DoorKind
from balie.proving.keys import Key
from balie.proving.oracle import Who
from balie.proving.people import Person
from balie.site.proved.making import MADE_UP, Making, account, acts_for, plain
from balie.site.sealing import trail_of

_PAGES = "/accounts/organisation/"
_ACTING_FOR = "/accounts/acting-for/"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Two:
    """Administrators of two organisations. colleague: of the first one, the id of a person.

    invitation: an open one to the first.
    """

    one: Person
    other: Person
    here: str
    there: str
    colleague: str = ""
    invitation: str = ""

    def of(self, organisation: str, making: Making) -> frozenset[str]:
        """The names of those who act for an organisation."""
        return frozenset(p.name for p in making.people if organisation in p.who.organisation)

    @property
    def person(self) -> str:
        """The page about the colleague."""
        return f"{_PAGES}people/{self.colleague}/"


async def administrators(making: Making) -> AsyncIterator[Key]:
    """Their pages are there for them alone, and about their own organisation alone."""
    pair = making.two_organisations()
    if pair is None or not making.gives_roles:
        return
    one, other = pair
    two = _Two(
        one=one, other=other, here=min(one.who.organisation), there=min(other.who.organisation)
    )
    two = await sync_to_async(_organise)(making, two)
    for part in (_pages, _changes, _asking, _below):
        async for key in part(making, two):
            yield key
    yield Key(
        about="a colleague who is removed", method="POST", address=two.person,
        form={"remove": "1"}, owner=one, works=302,
    )  # fmt: skip


def _organise(making: Making, two: _Two) -> _Two:
    role = making.gives_roles[0]
    for person, organisation in ((two.one, two.here), (two.other, two.there)):
        Membership.objects.create(
            person=account(person), organisation=organisation, is_administrator=True
        )
    colleague = Account.objects.create(
        email=f"{MADE_UP}.colleague@proved.invalid", name=making.mark(two.one)
    )
    Membership.objects.create(person=colleague, organisation=two.here, role=role)
    about = {"organisation": two.here, "role": role, "administrator": "", "ends": "", "title": ""}
    address = f"{making.mark(two.one)}@proved.invalid"
    invited = Invited(address=address, purpose=PURPOSE, about=about)
    invitation, _ = invite(invited, now(), trail_of(making.configuration).note)
    return replace(two, colleague=colleague.pk.hex, invitation=str(invitation.pk))


async def _pages(_making: Making, two: _Two) -> AsyncIterator[Key]:
    own = frozenset({two.other.name})
    for page in ("", "invite/", "done/"):
        about = f"page of an administrator, {_PAGES}{page}"
        yield Key(about=about, address=_PAGES + page, owner=two.one, own=own)
    yield Key(about="page about a colleague", address=two.person, owner=two.one)


async def _changes(making: Making, two: _Two) -> AsyncIterator[Key]:
    gives = making.gives_roles
    sent = Key(about="", address=two.person, method="POST", owner=two.one, works=302)
    yield replace(sent, about="a colleague's role", form={"role": gives[-1]})
    customers = making.blueprint.people.customers
    unasked = next((str(kind) for kind in customers if str(kind) not in gives), MADE_UP)
    yield Key(
        about="a role that an administrator may not give", method="POST", address=two.person,
        form={"role": unasked}, only=(two.one,), refuses=frozenset({422}),
    )  # fmt: skip
    yield replace(sent, about="taking back", address=f"{_PAGES}invited/{two.invitation}/")
    yield replace(
        sent, about="inviting", address=f"{_PAGES}invite/",
        form={"email": f"{MADE_UP}@proved.invalid", "role": gives[0]},
        without=frozenset({two.other.name}),
    )  # fmt: skip
    yield replace(
        sent, about="acting for an organisation", address=_ACTING_FOR,
        form={"organisation": two.here}, without=two.of(two.here, making),
    )  # fmt: skip


async def _asking(making: Making, two: _Two) -> AsyncIterator[Key]:
    """Who asks to join is decided about there alone, and takes it back alone."""
    asks = making.unknown
    made = await sync_to_async(_asked)(making, two, asks)
    at = f"{_PAGES}asked/{made}/"
    yield Key(about="somebody who asks to join", address=at, owner=two.one)
    sent = Key(about="", address=at, method="POST", owner=two.one, works=302)
    yield replace(sent, about="refusing who asks to join", form={"refuse": "1", "answer": "x"})
    made = await sync_to_async(_asked)(making, two, asks)
    back = f"{_PAGES}join/{made}/take-back/"
    yield replace(sent, about="asking to join no more", address=back, owner=asks)


def _asked(making: Making, two: _Two, asks: Person) -> str:
    JoinRequest.objects.all().delete()
    domain = {"organisation": two.here, "domain": asks.mail.partition("@")[2]}
    OrganisationDomain.objects.get_or_create(**domain, defaults={"proven": now()})
    made = JoinRequest.objects.create(
        person=account(asks),
        organisation=two.here,
        words=making.mark(two.one),
        language=str(making.blueprint.language),
        at=now(),
    )
    return str(made.pk)


async def _below(making: Making, two: _Two) -> AsyncIterator[Key]:
    """Whoever administers the one above has that of the one below when it was given; never the
    other way round.
    """
    await Organisation.objects.acreate(key=two.here, name=two.here)
    await Organisation.objects.acreate(key=two.there, name=two.there, parent=two.here)
    acting = Key(about="acting for the organisation above", address=_ACTING_FOR, method="POST")
    above = {"organisation": two.here}
    yield replace(acting, form=above, without=two.of(two.here, making))
    about, form = "acting for the organisation below", {"organisation": two.there}
    below = replace(acting, about=about, form=form, without=two.of(two.there, making))
    yield below
    given = Membership.objects.filter(organisation=two.here, is_administrator=True)
    await given.aupdate(administers_below=True)
    yield replace(below, owner=two.one, works=302)
    yield Key(
        about="people of the organisation below", address=_PAGES, only=(two.one,),
        owner=two.one, allowed=two.other.allowed,
    )  # fmt: skip
    for door in plain(making):
        about = f"{door.address} of the organisation below"
        refuses = frozenset({403, 404, 409})
        yield Key(about=about, address=door.address, accept=JSON, only=(two.one,), refuses=refuses)
    sessions = ViewerSession.objects.filter(person__email=two.one.mail)
    await sessions.aupdate(acting_for=two.here)


async def two_at_once(making: Making) -> AsyncIterator[Key]:
    """Whoever belongs to two organisations sees nothing of the one while they act for the other."""
    pair = making.two_organisations()
    if pair is None or Says.LOCAL not in making.blueprint.memberships.roles:
        return
    one, other = pair
    here, there = min(one.who.organisation), min(other.who.organisation)
    kind = min(other.who.kinds)
    await sync_to_async(_belongs_too)(one, there, kind)
    who = _as_of(making.blueprint, other.who, one.mail)
    browser = await making.signed_in(one)
    await acts_for(browser, there)
    two = Person(
        name=f"{one.name}, who acts for another organisation",
        mail=one.mail,
        who=who,
        browser=browser,
        allowed=making.place.oracle.allowed(who),
    )
    for door in plain(making):
        about = f"{door.address} while they act for another organisation"
        anything = frozenset({200, 404})
        yield Key(about=about, address=door.address, accept=JSON, only=(two,), refuses=anything)
    for door in making.place.doors:
        if door.kind is DoorKind.PAGE and door.braces:
            hidden = (
                door.keys(one.who, making.place.oracle)[1] - door.keys(who, making.place.oracle)[1]
            )
            for key in sorted(hidden)[:2]:
                about = f"{door.address} of the organisation that they do not act for"
                yield Key(about=about, address=door.at(key, "0"), only=(two,))
    sent = tuple(address for address, sender in making.receipts if sender is one)
    for door in making.place.doors:
        if door.kind is DoorKind.RECEIPTS:
            about = "receipts while they act for another organisation"
            list_ = Key(about=about, address=door.address, accept=JSON, hides=sent, only=(two,))
            yield replace(list_, refuses=frozenset({200, 404}))
    for address, sender in making.receipts:
        if sender is one:
            about = "a receipt of the organisation that they do not act for"
            yield Key(about=about, address=address, accept=JSON, only=(two,))
    await acts_for(browser, here)


def _belongs_too(person: Person, organisation: str, kind: str) -> None:
    Membership.objects.create(person=account(person), organisation=organisation, role=kind)


def _as_of(blueprint: Blueprint, other: Who, mail: str) -> Who:
    """Somebody of the same organisation and kind, of whom the systems know nothing there: names
    that follow from how somebody signs in are not theirs.
    """
    personal = {
        str(name)
        for name, lines in blueprint.me.names.items()
        if any(isinstance(e.value, relations.Login) for line in lines for e in line.where)
    }
    me = {name: frozenset[str]() if name in personal else found for name, found in other.me.items()}
    return replace(other, mail=mail, me=me)
