"""What a new password may not be, beside too short or too well known."""

from pathlib import Path

from django.core.exceptions import ValidationError

from balie.identity.factors.breached import is_breached


class BreachedPasswordValidator:
    """Refuses a password that is known from a breach. file: made by `balie passwords import`."""

    def __init__(self, file: str) -> None:
        self._file = Path(file)

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError for one that is known."""
        del user  # the same for everybody
        if is_breached(password, self._file):
            raise ValidationError(self.get_help_text(), code="password_breached")

    def get_help_text(self) -> str:
        """For developers; pages have words of their own."""
        return "This password is known from a breach."
