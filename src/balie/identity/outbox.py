"""Where the demo's mails go: into the database, to be read at /accounts/outbox/."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from balie.identity.models import DemoMail


class Outbox(BaseEmailBackend):
    """Keeps mails instead of sending them."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keeps each mail; says how many."""
        DemoMail.objects.bulk_create(
            DemoMail(to=", ".join(mail.to), subject=str(mail.subject), body=str(mail.body))
            for mail in email_messages
        )
        return len(email_messages)
