"""A second step that somebody takes while signed in: this session stands on two from then on."""

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest

from balie.identity.models import Person


def stepped_up(request: HttpRequest, person: Person, kind: str) -> None:
    """Notes a step that was taken now. kind: of allauth's `Authenticator`."""
    record_authentication(request, person, "mfa", type=kind, reauthenticated=True)
