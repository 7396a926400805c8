"""The pages on which somebody asks to join an organisation, and its administrator decides.

Who has no proved address of an organisation's domain finds nothing here.
"""

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from balie.identity.connections.connection import domain_of
from balie.identity.desk import Desk, desk_of, who_asks
from balie.identity.models import JoinRequest, Organisation, Person
from balie.identity.organisations.domains import PUBLIC, ask_for_own, declared, remove
from balie.identity.organisations.joining import (
    LONGEST,
    Offer,
    TooOften,
    accept,
    ask,
    asked_by,
    may_be_joined,
    offers,
    refuse,
    take_back,
)
from balie.identity.organisations.members import administrators
from balie.identity.pages.organisations import Administering, Filled, GivenForm, for_administrators

# ---- whoever asks


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def join(request: HttpRequest) -> HttpResponse:
    """The organisations of somebody's own domain, and a way to ask each."""
    person, desk = who_asks(request), desk_of(request)
    found = _offers(person, desk)
    if not found:
        raise Http404
    if request.method != "POST":
        return _shown(request, person, found)
    key, words = request.POST.get("organisation", ""), request.POST.get("words", "").strip()
    if key not in [one.organisation for one in found]:
        raise Http404
    try:
        asked = ask(person, key, words, desk.language(request), now(), desk.note)
    except TooOften:
        return _shown(request, person, found, too_often=True)
    if asked is not None:
        _tell_administrators(desk, asked)
    return HttpResponseRedirect(reverse("join"))


@login_required
@require_POST
@never_cache
def take_back_asking(request: HttpRequest, asked: UUID) -> HttpResponse:
    """Takes one's own back."""
    person, desk = who_asks(request), desk_of(request)
    if not take_back(person, asked, now(), desk.note):
        raise Http404
    return HttpResponseRedirect(reverse("join") if _offers(person, desk) else "/")


def _offers(person: Person, desk: Desk) -> Sequence[Offer]:
    return offers(person, now()) if may_be_joined(desk.blueprint) else ()


def _shown(
    request: HttpRequest, person: Person, found: Sequence[Offer], *, too_often: bool = False
) -> HttpResponse:
    shown = {
        "offers": found,
        "domain": domain_of(person.email),
        "too_often": too_often,
        "longest": LONGEST,
    }
    status = HTTPStatus.TOO_MANY_REQUESTS if too_often else HTTPStatus.OK
    return render(request, "organisations/join.html", shown, status=status)


# ---- whoever administers it


@require_http_methods(["GET", "POST"])
@for_administrators
def decide(request: HttpRequest, here: Administering, asked: UUID) -> HttpResponse:
    """One who asks: let in, as what; or refused, with words."""
    found = asked_by(here.organisation, asked)
    if found is None or not here.gives:
        raise Http404
    form = GivenForm(here, request.POST if "accept" in request.POST else None)
    if "refuse" in request.POST:
        answer = request.POST.get("answer", "").strip()
        return _decided(here, refuse(here.doing, asked, answer, now()))
    if "accept" in request.POST and form.is_valid():
        return _decided(here, accept(here.doing, asked, form.given, now()))
    posted = request.POST
    filled = Filled(
        role=posted.get("role", next(iter(here.gives))),
        administrator="administrator" in posted,
        until=posted.get("until", ""),
    )
    shown = {"here": here, "one": found, "form": form, "filled": filled, "longest": LONGEST}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "organisations/asked.html", shown, status=status)


@require_http_methods(["GET", "POST"])
@for_administrators
def domains(request: HttpRequest, here: Administering) -> HttpResponse:
    """What stands behind the @ of who may ask. One's own can be asked for; staff decide."""
    if not here.gives:
        raise Http404
    note, by = here.desk.note, here.person.pk.hex
    if request.method == "POST" and "ask" in request.POST:
        ask_for_own(here.organisation, here.person, note)
        return HttpResponseRedirect(reverse("organisation_domains"))
    if request.method == "POST":
        remove(here.organisation, request.POST.get("remove", ""), note, by)
        return HttpResponseRedirect(reverse("organisation_domains"))
    found = declared(here.organisation)
    own = domain_of(here.person.email)
    shown = {
        "here": here,
        "found": found,
        "own": own,
        "is_public": own in PUBLIC,
        "is_there": own in [one.domain for one in found],
    }
    return render(request, "organisations/domains.html", shown)


# ---- mails


def _tell_administrators(desk: Desk, asked: JoinRequest) -> None:
    """Who asks, and where to decide. What they wrote stands on that page alone."""
    where = f"{desk.logins.public_url}{reverse('decide_joining', args=[asked.pk])}"
    lines = (_name(asked.organisation), asked.person.name, asked.person.email, where)
    said = [line for line in lines if line]
    for one in administrators(asked.organisation):
        desk.letters.write(asked.language, one.email, "join_asked", said).send()


def _decided(here: Administering, decided: JoinRequest | None) -> HttpResponse:
    if decided is None:
        raise Http404
    about = f"join_{decided.ending}"
    where = here.desk.logins.public_url
    said = [line for line in (here.name, decided.answer, where) if line]
    here.desk.letters.write(decided.language, decided.person.email, about, said).send()
    return HttpResponseRedirect(reverse("organisation"))


def _name(organisation: str) -> str:
    found = Organisation.objects.filter(key=organisation).first()
    return "" if found is None else found.name
