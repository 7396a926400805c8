"""The page on which who is signed in proves two steps, and goes on with what they were doing."""

import time
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlencode

from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balie.access.proving import TWO_STEPS
from balie.identity.connections.connection import Connection
from balie.identity.connections.logins import Logins
from balie.identity.connections.register import connections
from balie.identity.desk import desk_of, who_asks
from balie.identity.factors.codes import EnterCodeAgain
from balie.identity.factors.credentials import PasskeyAgain
from balie.identity.factors.steps import shown_code
from balie.identity.models import Person
from balie.identity.pages.passkeys import as_text
from balie.identity.signing_in import Proved, rise

_WITH_CODES = frozenset({Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES})


def within_of(said: str) -> int | None:
    """Seconds, as an address says them; None for nothing that we could have written there."""
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 5 else None


def proving_page(next_page: str, within: int | None) -> str:
    """The address of the page, which leads on to `next_page`."""
    asked = {"next": next_page or "/"} | ({} if within is None else {"within": str(within)})
    return f"{reverse('two_steps')}?{urlencode(asked)}"


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def step_up(request: HttpRequest) -> HttpResponse:
    """Says what is asked and why, offers the ways that this person has, and takes the answer."""
    person, next_page = who_asks(request), get_next_redirect_url(request) or "/"
    form = _posted(request, person)
    if form.is_valid():
        form.save()
        rise(request, Proved(TWO_STEPS, int(time.time())))
        desk_of(request).note("stepped up", who=person.pk.hex, about=person.pk.hex)
        return HttpResponseRedirect(next_page)
    kinds = {*Authenticator.objects.filter(user=person).values_list("type", flat=True)}
    has_passkey = Authenticator.Type.WEBAUTHN in kinds
    within = within_of(request.GET.get("within", ""))
    parties = _parties(person, desk_of(request).logins)
    context = {
        "form": form,
        "parties": [(party, _to(party, next_page, within)) for party in parties],
        "has_codes": bool(kinds & _WITH_CODES),
        "options": as_text(auth.begin_authentication(person)) if has_passkey else "",
        "next_page": next_page,
        "shown_code": shown_code(request, person),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "step_up.html", context, status=status)


def _posted(request: HttpRequest, person: Person) -> "EnterCodeAgain | PasskeyAgain":
    if request.method != "POST":
        return EnterCodeAgain(user=person)
    form = PasskeyAgain if "credential" in request.POST else EnterCodeAgain
    return form(user=person, data=request.POST)


def _parties(person: Person, logins: Logins) -> Sequence[Connection]:
    """The parties that know this person, and can ask two steps of them."""
    known = {*person.identities.values_list("connection", flat=True)}
    return [one for one in connections(logins.seal) if one.name in known and one.can_prove]


def _to(party: Connection, next_page: str, within: int | None) -> str:
    asked = {"next": next_page} | ({} if within is None else {"within": str(within)})
    return f"{reverse('prove_with', args=[party.name])}?{urlencode(asked)}"
