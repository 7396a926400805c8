"""The one form that differs from allauth's."""

from allauth.account.forms import RequestLoginCodeForm
from allauth.core import context

from balie.identity.desk import desk_of
from balie.identity.people import welcome


class AskForCode(RequestLoginCodeForm):
    """Asks for a code by mail. A customer whom a system knows needs no account beforehand.

    The systems are asked about every address, known to us or not: so the time that the answer
    takes says nothing about who is a customer.
    """

    def clean_email(self) -> str:
        """Makes a person of somebody whom a system knows, then goes on as for anybody."""
        email: str = super().clean_email()
        newcomer = welcome(email, desk_of(context.request).recognise)
        self._user = self._user or newcomer
        return email
