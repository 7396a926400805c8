"""My sign-in: all the ways in that somebody has, on one page."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from balie.identity.desk import desk_of, who_asks
from balie.identity.factors.second_steps import needs_second_step
from balie.identity.models import Person
from balie.identity.organisations.joining import may_be_joined, offers
from balie.identity.representing import of


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey. number: names it in addresses of its owner's pages."""

    number: int
    name: str
    since: datetime
    last_used: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How somebody signs in. left: recovery codes not used, None without any."""

    email: str
    has_password: bool
    passkeys: tuple[Passkey, ...]
    app_since: datetime | None
    left: int | None
    parties: tuple[str, ...]
    is_second_step_needed: bool


@login_required
@require_safe
@never_cache
def my_sign_in(request: HttpRequest) -> HttpResponse:
    """The page, reached from the menu of the person."""
    person = who_asks(request)
    ways = ways_of(person, demo=desk_of(request).demo)
    may_join = may_be_joined(desk_of(request).blueprint) and bool(offers(person, now()))
    lets = desk_of(request).blueprint.representatives is not None and not person.is_staff
    acting = [one.representative for one in of(person)] if lets else []
    shown = {
        "ways": ways,
        "may_join": may_join,
        "lets_others_act": lets,
        "representatives": [one.name or one.email for one in acting],
    }
    return render(request, "my_sign_in.html", shown)


def ways_of(person: Person, *, demo: bool) -> Ways:
    """All that somebody signs in with."""
    passkeys, app_since, left = [], None, None
    for one in Authenticator.objects.filter(user=person).order_by("created_at"):
        if one.type == Authenticator.Type.WEBAUTHN:
            name = str(one.wrap().name)
            passkeys.append(Passkey(one.pk, name, one.created_at, one.last_used_at))
        elif one.type == Authenticator.Type.TOTP:
            app_since = one.created_at
        else:
            left = len(one.wrap().get_unused_codes())
    return Ways(
        email=person.email,
        has_password=person.has_usable_password(),
        passkeys=tuple(passkeys),
        app_since=app_since,
        left=left,
        parties=tuple(person.identities.values_list("connection", flat=True)),
        is_second_step_needed=needs_second_step(person, demo=demo),
    )


@login_required
@require_safe
@never_cache
def second_step_needed(request: HttpRequest) -> HttpResponse:
    """For staff without a second step: choose one, and then go on."""
    next_page = get_next_redirect_url(request) or "/staff"
    return render(request, "second_step_needed.html", {"next_page": next_page})
