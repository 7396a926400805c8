"""The app with codes, and the recovery codes: connected, shown, taken away."""

import time

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse_lazy

from balie.identity.desk import desk_of, who_asks
from balie.identity.factors.codes import FirstCode, use_up
from balie.identity.factors.steps import shown_code, stepped_down, stepped_up
from balie.identity.pages.passkeys import asked_of


class EnterSecondStep(AuthenticateView):
    """Asks for a second step at sign-in: a code, or a passkey."""

    def get_context_data(self, **named: object) -> dict[str, object]:
        """What the page shows, and what it asks of the browser."""
        context: dict[str, object] = super().get_context_data(**named)
        kinds = Authenticator.objects.filter(user=self.stage.login.user).values_list("type")
        has_passkey = (Authenticator.Type.WEBAUTHN,) in kinds
        return context | {
            "options": asked_of(context) if has_passkey else "",
            "shown_code": shown_code(self.request, self.stage.login.user),
            "has_codes": any(kind != Authenticator.Type.WEBAUTHN for (kind,) in kinds),
        }


class ConnectApp(ActivateTOTPView):
    """Connects an app: a picture for its camera, the secret to type, and the first code."""

    success_url = reverse_lazy("my_sign_in")

    def form_valid(self, form: FirstCode) -> HttpResponse:
        """The code that connected the app opens nothing more, also not at the next sign-in."""
        answer: HttpResponse = super().form_valid(form)
        person = who_asks(self.request)
        use_up(person, form.cleaned_data["code"], time.time())
        stepped_up(self.request, person, Authenticator.Type.TOTP)
        return answer

    def get_success_url(self) -> str:
        """First the recovery codes, where they are new."""
        return str(
            super().get_success_url() if self.did_generate_recovery_codes else self.success_url
        )


class DisconnectApp(DeactivateTOTPView):
    """Takes the app away."""

    success_url = reverse_lazy("my_sign_in")

    def form_valid(self, form: Form) -> HttpResponse:
        """Takes it away, and notes it."""
        answer: HttpResponse = super().form_valid(form)
        stepped_down(self.request, who_asks(self.request), Authenticator.Type.TOTP)
        return answer


class RecoveryCodes(ViewRecoveryCodesView):
    """Shows recovery codes, once; afterwards only how many are left."""


class NewRecoveryCodes(GenerateRecoveryCodesView):
    """Makes new recovery codes; those of before open nothing any more."""

    def form_valid(self, form: Form) -> HttpResponse:
        """Makes them, and notes it."""
        answer: HttpResponse = super().form_valid(form)
        person = who_asks(self.request).pk.hex
        desk_of(self.request).note("recovery codes made", who=person, about=person)
        return answer
