"""Links in mails that open one page about one row without signing in: to read, for a while.

The token is in the mail alone; kept is a digest. What the page shows is looked up as for the person
whom the mail went to, at each opening: whose row it is no more, it does not open.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from balie.identity.models import MailLink, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Opens:
    """What a link opens. person: an id. page: its address on this site. mail: which mail it is in;
    the same however often that is tried.
    """

    mail: str
    person: str
    acting_for: str | None
    page: str


@transaction.atomic
def make(opens: Opens, now: datetime, life: timedelta) -> str:
    """The token of a new link. One that was made for the same mail before works no more."""
    mail, token = _digest(opens.mail), secrets.token_urlsafe(32)
    MailLink.objects.filter(mail=mail).delete()
    MailLink.objects.create(
        token=_digest(token),
        mail=mail,
        person_id=UUID(opens.person),
        acting_for=opens.acting_for,
        page=opens.page,
        at=now,
        expires=now + life,
    )
    return token


def with_token(token: str, now: datetime) -> MailLink | None:
    """The link with this token, while it works and its person may sign in."""
    return _open(now).filter(token=_digest(token), person__is_active=True).first()


def end(link: MailLink, now: datetime) -> bool:
    """It works no more; False when it did not before."""
    return _open(now).filter(pk=link.pk).update(ended=now) == 1


def end_all(person: Person, now: datetime) -> int:
    """No link in any mail to this person works any more; how many did."""
    return _open(now).filter(person=person).update(ended=now)


def forget_old(now: datetime) -> int:
    """Deletes those that work no more; how many."""
    count, _ = MailLink.objects.filter(expires__lte=now).delete()
    return count


def _open(now: datetime) -> QuerySet[MailLink]:
    return MailLink.objects.select_related("person").filter(ended=None, expires__gt=now)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
