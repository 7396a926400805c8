"""A second step that somebody takes while signed in: this session stands on two from then on."""

import time

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest

from balie.access.proving import TWO_STEPS
from balie.identity.models import Person
from balie.identity.signing_in import Proved, rise


def stepped_up(request: HttpRequest, person: Person, kind: str) -> None:
    """Notes a step that was taken now. kind: of allauth's `Authenticator`."""
    record_authentication(request, person, "mfa", type=kind, reauthenticated=True)
    rise(request, Proved(TWO_STEPS, int(time.time())))
