"""What keys are made with, what is compared around them, and how all of it goes again."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from asgiref.sync import sync_to_async

from balie.blueprint.model import Blueprint, Says
from balie.identity.models import (
    DemoMail,
    Invitation,
    JoinRequest,
    LetterCode,
    MailLink,
    Membership,
    Organisation,
    OrganisationDomain,
    Recognition,
    Representation,
    ViewerSession,
)
from balie.identity.models import Person as Account
from balie.identity.reader import cookie_digest
from balie.proving.browsing import Browser
from balie.proving.doors import Door, DoorKind
from balie.proving.people import Person
from balie.proving.reading import Place
from balie.site.configuration import Configuration
from balie.store.models import Action

MADE_UP = "proved-key"
"""What stands in what is made here, and in nothing else."""

_TRIED = (
    Membership,
    Invitation,
    LetterCode,
    Recognition,
    MailLink,
    Organisation,
    JoinRequest,
    Representation,
    Authenticator,
    Account,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What keys are made with. typed: marks that only some may see, by whose they are.

    receipts: addresses of what was sent, by who sent it. signed_in: signs a browser in.
    """

    place: Place
    configuration: Configuration
    typed: dict[str, Person]
    receipts: Sequence[tuple[str, Person]]
    signed_in: Callable[[Person], Awaitable[Browser]]

    @property
    def blueprint(self) -> Blueprint:
        """The story."""
        return self.place.oracle.blueprint

    @property
    def people(self) -> Sequence[Person]:
        """Everybody."""
        return self.place.people

    @property
    def customers(self) -> Sequence[Person]:
        """Those whom some system knows as customers."""
        return [one for one in self.people if one.is_customer]

    @property
    def unknown(self) -> Person:
        """Somebody who signed in and whom no system knows."""
        return next(
            one for one in self.people if one.mail and not one.is_customer and not one.teams
        )

    @property
    def gives_roles(self) -> Sequence[str]:
        """What an administrator of an organisation may give, where the blueprint has them."""
        said = self.blueprint.memberships
        known = Says.LOCAL in said.roles
        return [str(kind) for kind in said.administrators_give] if known else []

    def mark(self, owner: Person) -> str:
        """A text that only this person may see."""
        text = f"mt{0xF00000 + len(self.typed):06x}q"
        self.typed[text] = owner
        return text

    def two_organisations(self) -> tuple[Person, Person] | None:
        """Two customers who act for different organisations."""
        members = [one for one in self.customers if one.who.organisation]
        pairs = ((a, b) for a in members for b in members)
        apart = (p for p in pairs if not p[0].who.organisation & p[1].who.organisation)
        return next(apart, None)


async def everything() -> object:
    """All that a door could change, to be compared."""
    return await sync_to_async(_everything)()


def _everything() -> object:
    tables = [sorted(map(repr, table.objects.values_list())) for table in _TRIED]
    sign_ins = ViewerSession.objects.values_list(
        "cookie", "person", "acting_for", "level", "representation"
    )
    return tables, sorted(map(repr, sign_ins)), Action.objects.count()


def as_before() -> None:
    """Takes away what was made."""
    ViewerSession.objects.exclude(behind=None).delete()
    made = (Invitation, LetterCode, MailLink, Organisation, OrganisationDomain, JoinRequest)
    for table in (*made, Representation, Authenticator):
        table.objects.all().delete()
    DemoMail.objects.all().delete()
    Membership.objects.filter(source="local").delete()
    Recognition.objects.filter(key=MADE_UP).delete()
    Account.objects.filter(email__startswith=MADE_UP).delete()


def account(person: Person) -> Account:
    """Their account."""
    return Account.objects.get(email=person.mail)


async def acts_for(browser: Browser, organisation: str | None) -> None:
    """For whom a browser acts from now on."""
    digests = [cookie_digest(value) for value in browser.cookies.values()]
    here = ViewerSession.objects.filter(pk__in=digests)
    await here.aupdate(acting_for=organisation, representation=None)


def plain(making: Making) -> Sequence[Door]:
    """Pages, lists and forms that are about nothing in particular, but the first page."""
    kinds = (DoorKind.PAGE, DoorKind.LIST, DoorKind.FORM)
    doors = [one for one in making.place.doors if one.kind in kinds and not one.braces]
    return [one for one in doors if one.address != "/"]
