"""A second step that somebody gets while signed in: this session stands on two from then on."""

import time

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest

from balie.access.proving import TWO_STEPS
from balie.identity.desk import desk_of
from balie.identity.factors.codes import code_to_take
from balie.identity.models import Person
from balie.identity.signing_in import Proved, rise


def stepped_up(request: HttpRequest, person: Person, kind: str) -> None:
    """Notes a step that came to be now, and was taken so. kind: of allauth's `Authenticator`."""
    desk_of(request).note("second step added", who=person.pk.hex, about=person.pk.hex, more=kind)
    record_authentication(request, person, "mfa", type=kind, reauthenticated=True)
    rise(request, Proved(TWO_STEPS, int(time.time())))


def stepped_down(request: HttpRequest, person: Person, kind: str) -> None:
    """Notes that one was taken away, or made anew."""
    desk_of(request).note("second step removed", who=person.pk.hex, about=person.pk.hex, more=kind)


def shown_code(request: HttpRequest, person: Person) -> str | None:
    """What the app of somebody of the demo says, for nobody has it; "" while its codes were used.
    None for everybody else.
    """
    is_demo = desk_of(request).demo and person.is_demo
    return code_to_take(person, time.time()) if is_demo else None
