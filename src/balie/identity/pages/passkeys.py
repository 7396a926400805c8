"""Passkeys: made while signed in, and signed in with. What a browser does is in `passkeys.js`."""

import json
from collections.abc import Mapping

from allauth.account.adapter import get_adapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import auto_generate_recovery_codes
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal import auth, flows
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from balie.identity.desk import desk_of, who_asks
from balie.identity.factors.second_steps import needs_second_step
from balie.identity.factors.steps import stepped_down, stepped_up

REFUSED = "identity/said/passkey_refused.txt"
"""What the next page says when a passkey was not right."""

LONGEST_NAME = 60


class AddPasskey(AddWebAuthnView):
    """Makes a passkey: always one that signs in by itself, and asks for a finger, face or PIN."""

    success_url = reverse_lazy("my_sign_in")

    def get_context_data(self, **named: object) -> dict[str, object]:
        """What the page shows, and what it asks of the browser."""
        context: dict[str, object] = super().get_context_data(**named)
        asked = auth.begin_registration(who_asks(self.request), True)
        return context | {"options": as_text(asked), "form": named.get("form") or self.get_form()}

    def form_valid(self, form: AddWebAuthnForm) -> HttpResponse:
        """Keeps it, tells by mail, and gives recovery codes to whoever cannot do without."""
        person = who_asks(self.request)
        name = form.cleaned_data["name"][:LONGEST_NAME]
        auth.WebAuthn.add(person, name, form.cleaned_data["credential"])
        get_adapter().send_notification_mail("mfa/email/webauthn_added", person)
        stepped_up(self.request, person, Authenticator.Type.WEBAUTHN)
        needed = needs_second_step(person, demo=desk_of(self.request).demo)
        if needed and auto_generate_recovery_codes(self.request):
            return HttpResponseRedirect(reverse("mfa_view_recovery_codes"))
        return HttpResponseRedirect(get_next_redirect_url(self.request) or str(self.success_url))


@login_required
@require_safe
@never_cache
def offer(request: HttpRequest) -> HttpResponse:
    """For who came with a code for the first time: a passkey, so that the next time is easier."""
    return render(request, "offer_passkey.html")


class SignInWithPasskey(LoginWebAuthnView):
    """Signs in with nothing but a passkey."""

    def form_valid(self, form: LoginWebAuthnForm) -> HttpResponse:
        """Goes on to where they wanted to go."""
        found = form.cleaned_data["credential"]
        clear_login(self.request)
        login = Login(user=found.user, redirect_url=get_next_redirect_url(self.request))
        return flows.perform_passwordless_login(self.request, found, login)

    def form_invalid(self, form: LoginWebAuthnForm) -> HttpResponse:
        """Back to signing in, with words."""
        del form  # says why in words for developers
        get_adapter().add_message(self.request, messages.ERROR, REFUSED)
        return HttpResponseRedirect(reverse("account_login"))


class ProveWithPasskey(ReauthenticateWebAuthnView):
    """Shows with a passkey that it is still the same person."""

    def get_context_data(self, **named: object) -> dict[str, object]:
        """What the page shows, and what it asks of the browser."""
        context: dict[str, object] = super().get_context_data(**named)
        return context | {"options": asked_of(context)}

    def form_invalid(self, form: LoginWebAuthnForm) -> HttpResponse:
        """The same page, with words."""
        del form
        get_adapter().add_message(self.request, messages.ERROR, REFUSED)
        return HttpResponseRedirect(self.request.get_full_path())


class RemovePasskey(RemoveWebAuthnView):
    """Takes a passkey away: the portal knows it no more, whatever the device still shows."""

    success_url = reverse_lazy("my_sign_in")

    def form_valid(self, form: Form) -> HttpResponse:
        """Takes it away, and notes it."""
        answer: HttpResponse = super().form_valid(form)
        stepped_down(self.request, who_asks(self.request), Authenticator.Type.WEBAUTHN)
        return answer


class RenamePasskey(EditWebAuthnView):
    """Gives a passkey a name that its owner knows it by."""

    success_url = reverse_lazy("my_sign_in")


def asked_of(context: Mapping[str, object]) -> str:
    """What allauth's page wants the browser to be asked, as JSON; "" for nothing."""
    said = context.get("js_data")
    return as_text(said["request_options"]) if isinstance(said, dict) else ""


def as_text(options: dict[str, object]) -> str:
    """What a browser is asked, as JSON."""
    return json.dumps(options, cls=DjangoJSONEncoder)
