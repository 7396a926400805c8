"""The pages on which somebody takes an invitation up."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from balie.backstage.auditing import Note
from balie.identity.connections.register import connection_of
from balie.identity.desk import desk_of
from balie.identity.invitations import TakeUp, open_ones, take_up, with_token
from balie.identity.linking.links import Why, link
from balie.identity.models import Invitation, Person
from balie.identity.organisations.members import PURPOSE
from balie.identity.organisations.members import take_up as belong
from balie.identity.pages.representatives import tell_taken_up
from balie.identity.representing import PURPOSE as REPRESENTS
from balie.identity.representing import take_up as represent

INVITED = "invited"
"""Where the browser's session keeps which invitation it came with."""


def _link(person: Person, invitation: Invitation, note: Note) -> None:
    about = invitation.about
    link(person, about["name"], about["key"], Why.INVITATION, note, by=invitation.by)


TAKE_UPS: Mapping[str, TakeUp] = MappingProxyType(
    {"link": _link, PURPOSE: belong, REPRESENTS: represent}
)
"""Purposes of invitations, and how each is taken up."""


@require_GET
@never_cache
def arrive(request: HttpRequest, token: str) -> HttpResponse:
    """Where the mail leads. The token leaves the address at once, and nothing is done yet: what
    looks into mails before their reader does follows links too.
    """
    invitation = with_token(token, now())
    if invitation is None:
        return _over(request)
    request.session[INVITED] = str(invitation.pk)
    answer = HttpResponseRedirect(reverse("invited"))
    answer["Referrer-Policy"] = "no-referrer"
    return _quiet(answer)


@require_http_methods(["GET", "POST"])
@never_cache
def invited(request: HttpRequest) -> HttpResponse:
    """What somebody is invited to, and a button to take it up: for whoever proved the address."""
    kept = request.session.get(INVITED)
    found = open_ones(now()).filter(pk=UUID(kept)).first() if kept else None
    if found is None:
        return _over(request)
    person = request.user
    is_theirs = isinstance(person, Person) and person.email == found.address
    if request.method == "POST" and isinstance(person, Person) and is_theirs:
        del request.session[INVITED]
        if take_up(found.pk, person, now(), TAKE_UPS, desk_of(request).note) is None:
            return _over(request)
        return _taken_up(request, found, person)
    organisation = str(found.about.get("organisation", ""))
    party = connection_of(organisation, desk_of(request).logins.seal) if organisation else None
    inviter = Person.objects.filter(pk=UUID(found.by)).first() if found.by else None
    context = {
        "by": inviter.name if inviter else "",
        "title": found.about.get("title", ""),
        "purpose": found.purpose,
        "address": masked(found.address),
        "is_theirs": is_theirs,
        "party": party,
        "signed_in": person.is_authenticated,
        "here": reverse("invited"),
    }
    return _quiet(render(request, "invited.html", context))


def _taken_up(request: HttpRequest, found: Invitation, person: Person) -> HttpResponse:
    """On to the portal; whoever acts for somebody from now on says first for whom."""
    if found.purpose != REPRESENTS:
        return HttpResponseRedirect("/")
    desk = desk_of(request)
    tell_taken_up(desk, desk.language(request), found, person)
    return HttpResponseRedirect(reverse("acting_for"))


def masked(address: str) -> str:
    """An address as its owner knows it, and nobody else: "j...@example.com"."""
    before, _, domain = address.partition("@")
    return f"{before[:1]}…@{domain}"


def _over(request: HttpRequest) -> HttpResponse:
    """One answer for what is used, over, taken back, and never was."""
    return _quiet(render(request, "invitation_over.html", status=HTTPStatus.NOT_FOUND))


def _quiet(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    return response
