"""The pages of signing in with another party: the way there, and back."""

import logging
import secrets
from http import HTTPStatus

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView, RequestLoginCodeView
from asgiref.sync import async_to_sync
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from balie.identity.arriving import keep_arrival, party_for, person_of, rise_with
from balie.identity.connections.connection import Connection
from balie.identity.connections.logins import Logins
from balie.identity.connections.refusals import Check, Reading, Refused
from balie.identity.connections.register import connection_named
from balie.identity.connections.relying_party import (
    Arrival,
    ForgotPassword,
    Journey,
    journey_of,
)
from balie.identity.desk import desk_of
from balie.identity.lockout import bounded
from balie.identity.models import Person
from balie.identity.pages.stepping_up import proving_page, within_of

JOURNEYS = "journeys"
"""Where the browser's session keeps sign-ins that are under way, by their state."""

MOST_JOURNEYS = 5
_HINT = "login_hint"
_REFERENCE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_STATUSES = {
    Reading.AWAY: HTTPStatus.SERVICE_UNAVAILABLE,
    Reading.UNKNOWN: HTTPStatus.FORBIDDEN,
    Reading.TAKEN: HTTPStatus.FORBIDDEN,
    Reading.STAFF: HTTPStatus.FORBIDDEN,
    Reading.MOVED: HTTPStatus.FORBIDDEN,
}

log = logging.getLogger(__name__)


class SignIn(LoginView):
    """Our sign-in page: a button for each party of the blueprint, and our own ways."""

    def get_context_data(self, **named: object) -> dict[str, object]:
        """What the page shows."""
        logins = desk_of(self.request).logins
        context: dict[str, object] = super().get_context_data(**named)
        return context | {
            "ways": logins.buttons(),
            "has_letters": desk_of(self.request).codes is not None,
            "local_first": logins.local,
            "next_page": get_next_redirect_url(self.request) or "",
        }


class SendCode(RequestLoginCodeView):
    """Asks for a code by mail; whoever has an address of another party's domain goes there.

    What stands behind the @ decides, so the answer tells nothing about who has an account.
    """

    def post(self, request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        """Sends the code, or on to the party."""
        email = request.POST.get("email", "")
        going = party_for(request, email)
        if going is None:
            answer: HttpResponse = super().post(request, *args, **named)
            return answer
        request.session[_HINT] = email.strip()[:254]
        return onward(request, going, get_next_redirect_url(request) or "")


@bounded("300/m/ip")
@require_GET
@never_cache
def start(request: HttpRequest, name: str) -> HttpResponse:
    """Sends a browser to a party. From another website it takes one more click: nobody is signed
    in by a picture or a link that they did not see.
    """
    logins = desk_of(request).logins
    connection = _connection(logins, name)
    if connection.moved_to:
        return told(request, connection, Refused(Check.MOVED))
    next_page = get_next_redirect_url(request) or ""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return onward(request, connection, next_page, by_itself=False)
    hint = str(request.session.pop(_HINT, ""))
    try:
        journey, address = async_to_sync(logins.party.begin)(
            connection, next_page=next_page, email=hint
        )
    except Refused as refused:
        return told(request, connection, refused)
    _keep(request, journey)
    return HttpResponseRedirect(address)


@bounded("300/m/ip")
@require_GET
@never_cache
def prove(request: HttpRequest, name: str) -> HttpResponse:
    """Sends who is signed in to their party, to prove two steps there."""
    logins, person = desk_of(request).logins, request.user
    connection = _connection(logins, name)
    if not isinstance(person, Person):
        return HttpResponseRedirect(reverse("account_login"))
    next_page = get_next_redirect_url(request) or ""
    within = within_of(request.GET.get("within", ""))
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return HttpResponseRedirect(proving_page(next_page, within))
    try:
        journey, address = async_to_sync(logins.party.begin_proving)(
            connection, within=within, next_page=next_page, email=person.email
        )
    except Refused as refused:
        return told(request, connection, refused, again=proving_page(next_page, within))
    _keep(request, journey)
    return HttpResponseRedirect(address)


@bounded("300/m/ip")
@require_http_methods(["GET"])
@never_cache
def back(request: HttpRequest, name: str) -> HttpResponse:
    """What comes back from a party. Nobody is signed in unless every check holds."""
    logins = desk_of(request).logins
    connection = _connection(logins, name)
    if connection.moved_to:
        return told(request, connection, Refused(Check.MOVED))
    answer = {key: request.GET.getlist(key) for key in request.GET}
    journey = _taken(request, request.GET.get("state", ""))
    again = proving_page(journey.next, journey.within) if journey and journey.proves else ""
    try:
        arrival = async_to_sync(logins.party.finish)(connection, journey, answer)
        if journey is not None and journey.proves:
            rise_with(request, arrival, logins.seal)
            return HttpResponseRedirect(journey.next or "/")
        return _arrived(request, logins, arrival, journey.next if journey else "")
    except ForgotPassword:
        if connection.reset:
            return HttpResponseRedirect(reverse("sign_in_with", args=[connection.reset]))
        return told(request, connection, Refused(Check.ASKED_FOR_MORE))
    except Refused as refused:
        return told(request, connection, refused, again=again)


def onward(
    request: HttpRequest, connection: Connection, next_page: str, *, by_itself: bool = True
) -> HttpResponse:
    """A page that leads on to a party, by itself unless somebody else sent them here.

    No redirect: browsers hold those after a form against the policy on where forms may go.
    """
    context = {"connection": connection, "next_page": next_page, "by_itself": by_itself}
    return render(request, "connection_onward.html", context)


def told(
    request: HttpRequest, connection: Connection, refused: Refused, again: str = ""
) -> HttpResponse:
    """A page with words, and a number by which staff find the reason in the log.

    again: where whoever goes on being signed in tries it once more.
    """
    reference = "".join(secrets.choice(_REFERENCE) for _ in range(8))
    log.warning(
        "A sign-in with %s was refused: %s, number %s",
        connection.name,
        refused.check.value,
        reference,
    )
    note = desk_of(request).note
    note("sign-in refused", who="", about=connection.name, more=refused.check.value)
    context = {
        "connection": connection,
        "reading": refused.reading.value,
        "reference": f"{reference[:4]}-{reference[4:]}",
        "again": again,
    }
    status = _STATUSES.get(refused.reading, HTTPStatus.BAD_REQUEST)
    return render(request, "connection_refused.html", context, status=status)


def _arrived(
    request: HttpRequest, logins: Logins, arrival: Arrival, next_page: str
) -> HttpResponse:
    person = person_of(arrival, desk_of(request))
    if request.user.is_authenticated:
        request.session.flush()
    keep_arrival(request, arrival, logins.seal)
    if person is None:
        context = {"email": arrival.mail.address, "next_page": next_page}
        return render(request, "connection_prove.html", context)
    login = Login(user=person, email=person.email, redirect_url=next_page or None)
    return perform_login(request, login)


def _connection(logins: Logins, name: str) -> Connection:
    connection = connection_named(name, logins.seal)
    if connection is None:
        raise Http404
    return connection


def _keep(request: HttpRequest, journey: Journey) -> None:
    """Several tabs may be under way at once; the oldest gives way."""
    under_way = list(request.session.get(JOURNEYS, []))[-(MOST_JOURNEYS - 1) :]
    request.session[JOURNEYS] = [*under_way, journey.kept()]


def _taken(request: HttpRequest, state: str) -> Journey | None:
    """The journey with this state, which is taken from the session: it is used once."""
    under_way = [journey_of(kept) for kept in request.session.get(JOURNEYS, [])]
    found = [one for one in under_way if one is not None and one.state == state]
    if not found:
        return None
    left = [one.kept() for one in under_way if one is not None and one.state != state]
    request.session[JOURNEYS] = left
    request.session.save()
    return found[0]
