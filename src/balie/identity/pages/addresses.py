"""Another address to sign in with, for whom no form of the service asks for it.

Guarded as in forms: a code to the new address, and a proof that it is still them; see `guarding`.
"""

import logging
import secrets
from http import HTTPStatus

from allauth.core.internal import ratelimit
from asgiref.sync import async_to_sync
from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balie.backstage.forms.guarding import AskedFor, Guarded
from balie.identity.addresses.sign_ins import changed
from balie.identity.desk import desk_of, who_asks
from balie.identity.models import Person
from balie.identity.reader import cookie_digest

STEP = "own sign-in"
"""What stands in the place of a step of the blueprint, so that a code is for nothing else."""

CHANGES = {"change_address": "20/h/user"}

log = logging.getLogger(__name__)


class NewAddress(forms.Form):
    """Asks for the new address."""

    email = forms.EmailField(max_length=254)
    form = forms.CharField(max_length=64, required=False)


@require_http_methods(["GET", "POST"])
@never_cache
def change_address(request: HttpRequest) -> HttpResponse:
    """Asks for the address, then for the codes; then it is changed."""
    person, desk = who_asks(request), desk_of(request)
    if desk.address_form and not person.is_staff:
        return HttpResponseRedirect(desk.address_form)
    form = NewAddress(request.POST or None)
    if not form.is_valid():
        context = {"form": form, "email": person.email}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "change_address.html", context, status=status)
    if not ratelimit.consume(
        request, app="balie.identity", action="change_address", config=CHANGES, user=person
    ):
        return ratelimit.respond_429(request)
    return _guarded(request, person, form)


def _guarded(request: HttpRequest, person: Person, form: NewAddress) -> HttpResponse:
    """Sends the codes, or looks at what came back; once both are right, it is changed."""
    guard, posted = desk_of(request).guard, request.POST
    guarded = Guarded(
        person=person.pk.hex,
        step=STEP,
        address=form.cleaned_data["email"].strip().lower(),
        token=form.cleaned_data["form"] or secrets.token_urlsafe(24),
        language=desk_of(request).language(request),
        changes_sign_in=True,
    )
    if "code" not in posted or "again" in posted:
        asked = async_to_sync(guard.begin)(guarded, again="again" in posted)
        return _asked(request, guarded, asked)
    proof, code = posted.get("proof", "").strip()[:200], posted["code"].strip()[:200]
    wrong = async_to_sync(guard.look)(guarded, proof, code)
    if wrong is not None:
        return _asked(request, guarded, wrong)
    return _changed(request, person, guarded)


def _asked(request: HttpRequest, guarded: Guarded, asked: AskedFor) -> HttpResponse:
    context = {
        "address": guarded.address,
        "token": guarded.token,
        "by": asked.by.value,
        "problems": {name: wrong.word.replace(" ", "_") for name, wrong in asked.problems.items()},
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if asked.problems else HTTPStatus.OK
    return render(request, "prove_address.html", context, status=status)


def _changed(request: HttpRequest, person: Person, guarded: Guarded) -> HttpResponse:
    """Tells the address of before, changes, and ends every sign-in but this one."""
    desk, before = desk_of(request), person.email
    here = cookie_digest(request.session.session_key or "")
    with transaction.atomic():
        done = changed(person.pk.hex, guarded.address, here)
        if done:
            desk.note("address changed", who=person.pk.hex, about=person.pk.hex)
    if not done:
        context = {"form": NewAddress(), "email": before, "is_taken": True}
        return render(
            request, "change_address.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    try:
        desk.letters.write(guarded.language, before, "address_changed").send()
    except OSError as error:  # also what smtplib raises
        log.warning("A notice could not be sent: %s", type(error).__name__)
    return HttpResponseRedirect(reverse("my_sign_in"))
