"""Showing with a code by mail that it is still the same person, for who has neither a password nor
a second step.
"""

import hmac
import time

import msgspec
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import BaseReauthenticateView
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.crypto import salted_hmac
from django.utils.decorators import method_decorator

from balie.identity.desk import who_asks

CODE_LIFE = 15 * 60
"""Seconds that a code by mail may take."""

MOST_TRIES = 5
MAILS = {"prove_by_mail": "5/h/user"}
_SENT = "proving_by_mail"


class _Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was sent. digest: of the code. tries: wrong ones. at: seconds since 1970."""

    digest: str
    tries: int
    at: float


class CodeByMail(forms.Form):
    """Asks for the code that was sent."""

    code = forms.CharField(max_length=40)

    def clean_code(self) -> str:
        """The code, when it is the one that was sent."""
        sent = _sent(context.request)
        code: str = self.cleaned_data["code"]
        if sent is None:
            raise get_adapter().validation_error("incorrect_code")
        if not hmac.compare_digest(sent.digest, _digest(code)):
            _keep(context.request, msgspec.structs.replace(sent, tries=sent.tries + 1))
            raise get_adapter().validation_error("incorrect_code")
        context.request.session.pop(_SENT)
        return code


@method_decorator(login_required, name="dispatch")
class ProveByMail(BaseReauthenticateView):
    """Sends a code to the address that somebody signs in with, and asks for it."""

    form_class = CodeByMail
    template_name = "identity/prove_by_mail.html"

    def get_context_data(self, **named: object) -> dict[str, object]:
        """What the page shows."""
        shown: dict[str, object] = super().get_context_data(**named)
        person = who_asks(self.request)
        return shown | {"was_sent": _sent(self.request) is not None, "to": person.email}

    def post(self, request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        """Sends a code, or looks at the one that came back."""
        if request.POST.get("action") == "send":
            return self._send(request)
        answer: HttpResponse = super().post(request, *args, **named)
        return answer

    def form_valid(self, form: CodeByMail) -> HttpResponse:
        """Goes on with what was asked."""
        person = who_asks(self.request)
        record_authentication(self.request, person, "code", reauthenticated=True)
        answer: HttpResponse = super().form_valid(form)
        return answer

    def _send(self, request: HttpRequest) -> HttpResponse:
        person = who_asks(request)
        if not ratelimit.consume(
            request, app="balie.identity", action="prove_by_mail", config=MAILS, user=person
        ):
            return ratelimit.respond_429(request)
        code = get_adapter().generate_login_code()
        _keep(request, _Sent(digest=_digest(code), tries=0, at=time.time()))
        said = {"request": request, "code": code}
        get_adapter().send_mail("account/email/prove_code", person.email, said)
        return HttpResponseRedirect(request.get_full_path())


def _sent(request: HttpRequest) -> _Sent | None:
    kept = request.session.get(_SENT)
    if kept is None:
        return None
    sent = msgspec.convert(kept, _Sent)
    holds = sent.tries < MOST_TRIES and time.time() - sent.at < CODE_LIFE
    return sent if holds else None


def _keep(request: HttpRequest, sent: _Sent) -> None:
    request.session[_SENT] = msgspec.to_builtins(sent)


def _digest(code: str) -> str:
    return salted_hmac(_SENT, normalize_user_code(code), algorithm="sha256").hexdigest()
