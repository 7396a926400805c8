"""Sign-ins that end: here, at another party because of here, and here because of another party."""

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from urllib.parse import urlsplit

from allauth.account.views import LogoutView
from asgiref.sync import async_to_sync
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balie.identity.arriving import token_of
from balie.identity.connections.connection import Connection, Logout
from balie.identity.connections.ends import (
    REMEMBERED,
    Ended,
    Told,
    front_told,
    logout_told,
    revocation_told,
    way_out,
)
from balie.identity.connections.logins import Logins, address_of
from balie.identity.connections.refusals import Check, Refused
from balie.identity.connections.register import connection_named
from balie.identity.desk import desk_of
from balie.identity.lockout import bounded
from balie.identity.models import Person, ProviderIdentity, SeenToken, ViewerSession
from balie.identity.reader import cookie_digest

log = logging.getLogger(__name__)


class SignOut(LogoutView):
    """Signs out here, and then at the party that somebody signed in with."""

    def post(self, *args: object, **named: object) -> HttpResponse:
        """Ends the session here in any case; there when it can be."""
        logins = desk_of(self.request).logins
        at_party = noted_leaving(self.request)
        response: HttpResponse = super().post(*args, **named)
        going = way_out_of(logins, at_party)
        if going is None:
            return response
        # No redirect: browsers hold those after a form against the policy on where forms may go.
        party, there = going
        return render(self.request, "sign_out_there.html", {"party": party, "there": there})


def noted_leaving(request: HttpRequest) -> tuple[str, str] | None:
    """Notes who signs out, and says what their party must know: a connection and an ID token."""
    if isinstance(request.user, Person):
        person = request.user.pk.hex
        desk_of(request).note("signed out", who=person, about=person)
    return token_of(request.session.session_key or "", desk_of(request).logins.seal)


def way_out_of(logins: Logins, at_party: tuple[str, str] | None) -> tuple[Connection, str] | None:
    """Whose way out, and where it is; None for whoever signed in here alone."""
    if at_party is None:
        return None
    name, id_token = at_party
    connection = connection_named(name, logins.seal)
    there = _way_out(logins, connection, id_token) if connection else ""
    return (connection, there) if connection and there else None


@require_GET
@never_cache
def signed_out(request: HttpRequest) -> HttpResponse:
    """Where people come back when they signed out at another party."""
    return render(request, "signed_out.html")


@bounded("600/m/ip")
@csrf_exempt
@require_POST
@never_cache
def back_channel(request: HttpRequest, name: str) -> HttpResponse:
    """A provider tells that a session ended: OpenID Connect Back-Channel Logout 1.0."""
    logins = desk_of(request).logins
    connection = _connection(logins, name, Logout.BACK)
    try:
        token = request.POST.get("logout_token", "")
        told = async_to_sync(logout_told)(logins.party, connection, token)
        _end_once(told, _by_party(request, connection))
    except Refused as refused:
        return _refusal(connection, refused, HTTPStatus.BAD_REQUEST)
    return HttpResponse(status=HTTPStatus.OK)


@bounded("600/m/ip")
@csrf_exempt
@require_POST
@never_cache
def revocation(request: HttpRequest, name: str) -> HttpResponse:
    """Okta wants somebody out everywhere: Global Token Revocation."""
    logins = desk_of(request).logins
    connection = _connection(logins, name, Logout.REVOKE)
    bearer = request.headers.get("authorization", "")
    here = address_of(logins.public_url, name, "revoke")
    try:
        told = async_to_sync(revocation_told)(logins.party, connection, bearer, here, request.body)
        found = _end_once(told, _by_party(request, connection))
    except Refused as refused:
        about_body = refused.check is Check.SESSION
        status = HTTPStatus.BAD_REQUEST if about_body else HTTPStatus.UNAUTHORIZED
        return _refusal(connection, refused, status)
    return HttpResponse(status=HTTPStatus.NO_CONTENT if found else HTTPStatus.NOT_FOUND)


@bounded("120/m/ip")
@require_GET
@never_cache
@xframe_options_exempt
def front_channel(request: HttpRequest, name: str) -> HttpResponse:
    """A frame of the provider tells that a session ended: Front-Channel Logout 1.0."""
    logins = desk_of(request).logins
    connection = _connection(logins, name, Logout.FRONT)
    said = {key: request.GET.getlist(key) for key in request.GET}
    try:
        _end(front_told(connection, said), _by_party(request, connection))
    except Refused as refused:
        return _refusal(connection, refused, HTTPStatus.BAD_REQUEST)
    issuer = urlsplit(connection.issuer)
    frame = f"default-src 'none'; frame-ancestors {issuer.scheme}://{issuer.netloc}"
    return HttpResponse(headers={"content-security-policy": frame})


# ---- the sessions of one person


@dataclass(frozen=True, slots=True)
class Device:
    """A browser in which somebody is signed in. mark: names it, and lets nobody in."""

    mark: str
    device: str
    party: str
    since: datetime
    is_this: bool


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def sessions(request: HttpRequest) -> HttpResponse:
    """Where somebody is signed in, and an end to it: one, or all others."""
    person = request.user
    if not isinstance(person, Person):
        raise Http404
    here = cookie_digest(request.session.session_key or "")
    if request.method == "POST":
        chosen = request.POST.get("mark", "")
        _end_some(
            person,
            lambda row: row.pk != here and chosen in ("all", _mark(row)),
            partial(desk_of(request).note, "session ended", who=person.pk.hex),
        )
        return HttpResponseRedirect(request.path)
    return render(request, "sessions.html", {"devices": _devices(person, here)})


def _devices(person: Person, here: str) -> Sequence[Device]:
    rows = person.viewer_sessions.filter(expires__gt=time.time(), behind=None).order_by("-since")
    at_party = dict(rows.values_list("pk", "at_provider__connection"))
    return [
        Device(_mark(row), row.device, at_party.get(row.pk) or "", row.since, row.pk == here)
        for row in rows
    ]


@transaction.atomic
def _end_some(
    person: Person, is_meant: Callable[[ViewerSession], bool], noted: Callable[..., None]
) -> None:
    meant = [row.pk for row in person.viewer_sessions.all() if is_meant(row)]
    _ended(ViewerSession.objects.filter(pk__in=meant), noted)


def _mark(row: ViewerSession) -> str:
    return hashlib.sha256(f"mark {row.pk}".encode()).hexdigest()[:16]


# ---- ends


@transaction.atomic
def _end_once(told: Told, noted: Callable[..., None]) -> bool:
    """Ends what was told, unless it was told before. Whether somebody is known by it."""
    now = int(time.time())
    SeenToken.objects.filter(until__lte=now).delete()
    name = hashlib.sha256(f"{told.ended.issuer}\n{told.jti}".encode()).hexdigest()
    try:
        with transaction.atomic():
            SeenToken.objects.create(pk=name, until=now + REMEMBERED)
    except IntegrityError as error:
        raise Refused(Check.REPLAYED) from error
    return _end(told.ended, noted)


@transaction.atomic
def _end(ended: Ended, noted: Callable[..., None]) -> bool:
    """Ends the sessions; whether the provider's name for them is known here at all."""
    here = ViewerSession.objects.filter(at_provider__issuer=ended.issuer)
    if ended.email:
        people = ProviderIdentity.objects.filter(
            issuer=ended.issuer, person__email=ended.email
        ).values_list("person", flat=True)
        here, known = here.filter(person__in=people), people.exists()
    else:
        told = {"sid": ended.sid, "sub": ended.sub}
        here = here.filter(**{f"at_provider__{name}": v for name, v in told.items() if v})
        known = ProviderIdentity.objects.filter(issuer=ended.issuer, subject=ended.sub).exists()
    count = _ended(here, noted)
    return known or count > 0


def _ended(rows: "QuerySet[ViewerSession]", noted: Callable[..., None]) -> int:
    """Ends these sign-ins, with a line in the audit for each; how many."""
    people = list(rows.values_list("person", flat=True))
    rows.delete()
    for person in people:
        noted(about=person.hex)
    return len(people)


def _by_party(request: HttpRequest, connection: Connection) -> Callable[..., None]:
    """Writes that a session ended because this party said so."""
    return partial(desk_of(request).note, "session ended", who="", more=connection.name)


def _way_out(logins: Logins, connection: Connection, id_token: str) -> str:
    """Where to go on to; "" when the party cannot be asked: then it was signed out here alone."""
    after = f"{logins.public_url}/accounts/signed-out/"
    try:
        return async_to_sync(way_out)(logins.party, connection, id_token, after)
    except Refused as refused:
        log.warning("Nobody signs out at %s: %s", connection.name, refused.check.value)
        return ""


def _connection(logins: Logins, name: str, kind: Logout) -> Connection:
    connection = connection_named(name, logins.seal)
    if connection is None or kind not in connection.logout:
        raise Http404
    return connection


def _refusal(connection: Connection, refused: Refused, status: HTTPStatus) -> HttpResponse:
    """For programs: what did not hold, and nothing that they sent."""
    log.warning("An end told by %s was refused: %s", connection.name, refused.check.value)
    said = {"error": "invalid_request", "error_description": refused.check.value}
    return JsonResponse(said, status=status)
