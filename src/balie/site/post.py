"""Mails of the story: who gets them, and how they leave."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from balie.access.viewer import Visitor
from balie.backstage.process.instance import Mail
from balie.backstage.process.posting import Envelope
from balie.identity.linking.links import links_of
from balie.identity.linking.mail_links import Opens, make
from balie.identity.memberships import members
from balie.identity.models import Person
from balie.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DjangoPost:
    """Fulfils `Post` by Django's mail: a mail server, or the outbox of a demo.

    address: of the portal; its host is where the `Message-ID` is from.
    """

    unit: UnitOfWork
    address: str

    async def send(self, envelope: Envelope) -> None:
        """Gives it away. Raises OSError when that is not possible now."""
        await self.unit.read(lambda: self._send(envelope))

    def _send(self, envelope: Envelope) -> None:
        letter, host = envelope.letter, urlsplit(self.address).hostname or "localhost"
        mail = EmailMultiAlternatives(
            subject=letter.subject,
            body=f"{letter.text}\n",
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[envelope.to],
            headers={
                "Message-ID": f"<{envelope.key}@{host}>",
                "Content-Language": envelope.language,
                "Auto-Submitted": "auto-generated",
            },
        )
        mail.attach_alternative(letter.page(envelope.language), "text/html")
        try:
            mail.send()
        except SMTPException as fault:
            raise OSError(type(fault).__name__) from fault


@dataclass(frozen=True, slots=True)
class MailLinks:
    """Fulfils `Opening`."""

    unit: UnitOfWork
    now: Callable[[], datetime]

    async def make(self, mail: Mail, page: str, life: timedelta) -> str:
        """The address that opens the page."""
        opens = Opens(mail=mail.id, person=mail.person, acting_for=mail.acting_for, page=page)
        token = await self.unit.write(lambda: make(opens, self.now(), life))
        return f"/accounts/mail/{token}/"


@dataclass(frozen=True, slots=True)
class People:
    """Who somebody is to us now: what a completed sign-in of theirs would say."""

    unit: UnitOfWork

    async def visitor(self, person: str, acting_for: str | None) -> Visitor | None:
        """The visitor; None when they may not sign in, or their address is not verified."""
        return await self.unit.read(lambda: _visitor(person, acting_for))

    async def addressee(self, person: str, acting_for: str | None) -> Visitor | None:
        """The same of somebody whose address a system vouches for, before they ever signed in."""
        return await self.unit.read(lambda: _visitor(person, acting_for, verified=False))

    async def name(self, person: str) -> str:
        """What somebody is called; "" when nobody knows."""
        return await self.unit.read(lambda: _name(person))


def _name(person: str) -> str:
    try:
        found = Person.objects.filter(pk=UUID(person)).values_list("name", flat=True).first()
    except ValueError:
        return ""
    return found or ""


def _visitor(person: str, acting_for: str | None, *, verified: bool = True) -> Visitor | None:
    try:
        found = Person.objects.filter(pk=UUID(person), is_active=True).first()
    except ValueError:
        return None
    if found is None:
        return None
    proved = EmailAddress.objects.filter(user=found, email__iexact=found.email, verified=True)
    if verified and not proved.exists():
        return None
    return Visitor(
        person=person,
        email=found.email,
        name=found.name,
        links=links_of(found),
        acting_for=acting_for,
        memberships=tuple(one.at(time.time()) for one in members(found)),
    )
