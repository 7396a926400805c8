"""Sign-ins of staff as a customer: beside their own, and never longer than that."""

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from balie.identity.models import Person, ViewerSession
from balie.identity.reader import cookie_digest, fingerprint

LASTS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ActingSessions:
    """Fulfils `console.service_desk.Acts`."""

    lasts: timedelta = LASTS

    def begin(
        self, customer: str, own_cookie: str, why: str, acting_for: str | None = None
    ) -> str | None:
        """A cookie's value with which whoever has `own_cookie` is this customer; None when nobody
        can be: without an account that is open, or when it is somebody of staff. acting_for: the
        organisation that was chosen for them; every page looks again whether they are of it.
        """
        with transaction.atomic():
            own = ViewerSession.objects.filter(pk=cookie_digest(own_cookie), behind=None).first()
            person = Person.objects.filter(pk=customer, is_active=True, is_staff=False).first()
            if own is None or person is None or person.staff_roles:
                return None
            ViewerSession.objects.filter(behind=own).delete()  # one customer at a time
            value = secrets.token_urlsafe(32)
            ViewerSession.objects.create(
                cookie=cookie_digest(value),
                person=person,
                fingerprint=fingerprint(person.password),
                expires=min(own.expires, int(time.time() + self.lasts.total_seconds())),
                behind=own,
                why=why,
                acting_for=acting_for,
            )
        return value

    def stop(self, own_cookie: str) -> str:
        """Ends it; the id of the customer, "" when it was over already."""
        with transaction.atomic():
            acting = ViewerSession.objects.filter(behind=cookie_digest(own_cookie))
            people = [person.hex for person in acting.values_list("person", flat=True)]
            acting.delete()
        return next(iter(people), "")
