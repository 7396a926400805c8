"""Our own forms, and those that differ from allauth's."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import RequestLoginCodeForm, ResetPasswordForm
from allauth.core import context
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from balie.identity.arriving import address_to_prove, brings_keys
from balie.identity.desk import desk_of
from balie.identity.lockout import Tried, tried
from balie.identity.people import admit, welcome


class AskForCode(RequestLoginCodeForm):
    """Asks for a code by mail. A customer whom a system knows needs no account beforehand.

    The systems are asked about every address, known to us or not: so the time that the answer
    takes says nothing about who is a customer.
    """

    def clean_email(self) -> str:
        """Makes a person of somebody whom a system knows, then goes on as for anybody."""
        email: str = super().clean_email()
        if tried(context.request, Tried.CODE_MAIL, email) is None:
            raise get_adapter().validation_error("too_many_login_attempts")
        newcomer = welcome(email, desk_of(context.request).recognise)
        if newcomer is None and self._user is None and self._is_vouched_for(email):
            newcomer = admit(email)
        self._user = self._user or newcomer
        return email

    def _is_vouched_for(self, email: str) -> bool:
        """Whether a party that they come from said who they are, and this is the address there."""
        asked = context.request
        return brings_keys(asked) and email.strip().lower() == address_to_prove(asked)


class LetterForm(forms.Form):
    """What stands in a letter, and the address of who is not signed in yet."""

    number = forms.CharField(max_length=60)
    postcode = forms.CharField(max_length=20)
    code = forms.CharField(max_length=40)
    email = forms.EmailField()

    def __init__(self, data: QueryDict | None, *, signed_in: bool) -> None:
        super().__init__(data)
        if signed_in:
            del self.fields["email"]

    def not_activated(self) -> ValidationError:
        """The one answer to all that is wrong."""
        return ValidationError("", code="not_activated")


class AskForNewPassword(ResetPasswordForm):
    """Asks for a code to choose a new password with."""

    def clean_email(self) -> str:
        """As for anybody, and not too often."""
        email: str = super().clean_email()
        if tried(context.request, Tried.RESET_MAIL, email) is None:
            raise get_adapter().validation_error("too_many_login_attempts")
        return email
