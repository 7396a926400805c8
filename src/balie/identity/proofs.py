"""Whether it is still the person who signed in: looked at before anything that lets people in."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from balie.access.proving import TWO_STEPS
from balie.identity.desk import desk_of, who_asks
from balie.identity.factors.second_steps import needs_second_step
from balie.identity.models import Person
from balie.identity.signing_in import Proved

View = Callable[..., HttpResponseBase]

BY_PASSKEY, BY_CODE = "mfa_reauthenticate_webauthn", "mfa_reauthenticate"
BY_PASSWORD, BY_MAIL = "account_reauthenticate", "reauthenticate_by_mail"


def lately_proved(view: View) -> View:
    """The view for whoever showed in the last minutes who they are; others are asked first.

    What was sent is not kept meanwhile: there may be passwords in it, and the page is asked again.
    """

    @login_required
    @wraps(view)
    def proved(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
        person = who_asks(request)
        if was_proved_lately(request, person):
            return view(request, *args, **named)
        way = ways_to_prove(person, demo=desk_of(request).demo)[0]
        query = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
        return HttpResponseRedirect(f"{reverse(way)}?{query}")

    return proved


def second_step_proved(view: View) -> View:
    """The same for a view that asks for the password itself: only a second step is asked first."""
    asked_first = lately_proved(view)

    @login_required
    @wraps(view)
    def proved(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
        is_needed = needs_second_step(who_asks(request), demo=desk_of(request).demo)
        return (asked_first if is_needed else view)(request, *args, **named)

    return proved


def was_proved_lately(request: HttpRequest, person: Person) -> bool:
    """Whether a step of this session, a sign-in or one for this purpose, is minutes old at most."""
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return any(
        record.get("reauthenticated") and float(record["at"]) > since
        for record in get_authentication_records(request, person)
    )


def took_second_step(request: HttpRequest, person: Person) -> bool:
    """Whether this session stands on two steps: a passkey, or a code of an app or for recovery."""
    return any(_is_second(record) for record in get_authentication_records(request, person))


def proved_of(request: HttpRequest, person: Person) -> Proved:
    """In how many steps this session was signed in, and when the last was taken."""
    taken = get_authentication_records(request, person)
    at = max((int(float(record["at"])) for record in taken), default=0)
    return Proved(TWO_STEPS if took_second_step(request, person) else 1, at)


def ways_to_prove(person: Person, *, demo: bool) -> Sequence[str]:
    """Names of the pages where this person can show who they are, the best one first."""
    kinds = {*Authenticator.objects.filter(user=person).values_list("type", flat=True)}
    ways = []
    if Authenticator.Type.WEBAUTHN in kinds:
        ways.append(BY_PASSKEY)
    if kinds & {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES}:
        ways.append(BY_CODE)
    if not ways or not needs_second_step(person, demo=demo):
        ways.append(BY_PASSWORD if person.has_usable_password() else BY_MAIL)
    return ways


def _is_second(record: Mapping[str, object]) -> bool:
    return record.get("method") == "mfa"
