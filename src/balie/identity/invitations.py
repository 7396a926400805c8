"""Invitations: a mail to one address that lets its reader take something up, once.

How to invite somebody to something of your own, such as a membership:

1. choose a word for it (a purpose), and write a function that takes it up, `TakeUp`: it gets the
   person, the invitation and the audit, and runs in the transaction that uses the invitation up;
2. put both in `TAKE_UPS` of `identity/pages/invited.py`, whose pages do the rest;
3. `invite(...)` in a transaction, then send `mail_of(...)`; `revoke(...)` takes it back.

`about` holds ids and words of the blueprint; `about["title"]`, if it is there, is what the mail and
the page say that it is for. Whoever has an open invitation may sign in with a code by mail, or
another party's proof of that address, though no system knows them.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet

from balie.backstage.auditing import Note
from balie.identity.letters import Letters
from balie.identity.models import Invitation, Person

LIFE = timedelta(days=14)

TakeUp = Callable[[Person, Invitation, Note], None]
"""Gives the person what they were invited to, and notes it in the audit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Who is invited to what. purpose: a word of `TAKE_UPS`. by: who invites, an id of a person;
    "" for the service itself.
    """

    address: str
    purpose: str
    about: Mapping[str, str] = field(default_factory=dict)
    by: str = ""


def invite(
    invited: Invited, now: datetime, note: Note, life: timedelta = LIFE
) -> tuple[Invitation, str]:
    """An invitation, and the token for its mail: it can be had only now."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        token=_digest(token),
        address=invited.address.strip().lower(),
        purpose=invited.purpose,
        about=dict(invited.about),
        by=invited.by,
        at=now,
        expires=now + life,
    )
    _noted(note, "invited", invitation, invited.by)
    return invitation, token


def mail_of(
    letters: Letters,
    language: str,
    invitation: Invitation,
    token: str,
    public_url: str,
    about: str = "invitation",
) -> EmailMessage:
    """The mail with the way in. Nothing was sent yet. about: which words, of `[mail]`."""
    way_in = f"{public_url}/accounts/invitations/{token}/"
    title = str(invitation.about.get("title", ""))
    said = [title, way_in] if title else [way_in]
    return letters.write(language, invitation.address, about, said)


@transaction.atomic
def revoke(invitation: UUID, now: datetime, note: Note, by: str = "") -> bool:
    """Takes an invitation back; False when it was used or is over already. by: who does."""
    if open_ones(now).filter(pk=invitation).update(revoked=now) == 0:
        return False
    _noted(note, "took back an invitation", Invitation.objects.get(pk=invitation), by)
    return True


def open_ones(now: datetime) -> QuerySet[Invitation]:
    """Those that can be taken up."""
    return Invitation.objects.filter(revoked=None, taken_up=None, expires__gt=now)


def is_invited(address: str, now: datetime) -> bool:
    """Whether somebody with this address may sign in to take an invitation up."""
    return open_ones(now).filter(address=address.strip().lower()).exists()


def with_token(token: str, now: datetime) -> Invitation | None:
    """The open invitation whose mail has this token."""
    return open_ones(now).filter(token=_digest(token)).first()


@transaction.atomic
def take_up(
    invitation: UUID,
    person: Person,
    now: datetime,
    take_ups: Mapping[str, TakeUp],
    note: Note,
) -> Invitation | None:
    """Uses an invitation up: of two at one moment one succeeds. None when it is over, or is for
    another address than the one that this person signs in with.
    """
    mine = open_ones(now).filter(pk=invitation, address=person.email)
    if person.is_staff or mine.update(taken_up=now, taken_up_by=person) == 0:
        return None
    found = Invitation.objects.get(pk=invitation)
    _noted(note, "took up an invitation", found, person.pk.hex)
    take_ups[found.purpose](person, found, note)
    return found


def _noted(note: Note, what: str, invitation: Invitation, who: str) -> None:
    note(what, who=who, about=invitation.pk.hex, more=invitation.purpose)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
