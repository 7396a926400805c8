"""What a browser says about a passkey: whatever it is, it is right, or it is refused in words."""

import struct
from collections.abc import Callable
from typing import TypeVar

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.forms import HiddenInput, JSONField

T = TypeVar("T")

_NOT_ONE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, struct.error)
"""What reading something raises that is no answer of a browser at all."""


class Said(JSONField):
    """What a browser says, as JSON: also not nested without end, nor with endless numbers."""

    def to_python(self, value: object) -> str | None:
        """What it says. Raises ValidationError."""
        try:
            said: str | None = super().to_python(value)
        except (RecursionError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return said


class NewPasskey(AddWebAuthnForm):
    """A passkey that was made."""

    credential = Said(widget=HiddenInput)

    def clean(self) -> dict[str, object]:
        """What was filled in, with a passkey that holds."""
        cleaned: dict[str, object] = _right(super().clean)
        return cleaned


class PasskeyToSignIn(LoginWebAuthnForm):
    """A passkey that signs in by itself."""

    credential = Said(widget=HiddenInput)

    def clean_credential(self) -> Authenticator:
        """Whose it is."""
        return _right(super().clean_credential)


class PasskeyAsStep(AuthenticateWebAuthnForm):
    """A passkey as the second step of a sign-in."""

    credential = Said(widget=HiddenInput)

    def clean_credential(self) -> Authenticator:
        """Which one it is."""
        return _right(super().clean_credential)


class PasskeyAgain(ReauthenticateWebAuthnForm):
    """A passkey that shows that it is still the same person."""

    credential = Said(widget=HiddenInput)

    def clean_credential(self) -> Authenticator:
        """Which one it is."""
        return _right(super().clean_credential)


def _right(looked_at: Callable[[], T]) -> T:
    try:
        return looked_at()
    except _NOT_ONE as error:
        raise get_adapter().validation_error("incorrect_code") from error
