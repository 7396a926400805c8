"""The operations, each with the promise of the page that does the same."""

from http import HTTPStatus

from allauth.account.adapter import get_adapter
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.account import views as account
from allauth.headless.base.response import AuthenticationResponse
from allauth.headless.internal.restkit.response import ErrorResponse
from allauth.headless.mfa import views as mfa
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from balie.identity.arriving import party_for
from balie.identity.desk import desk_of
from balie.identity.headless import inputs
from balie.identity.headless.description import description
from balie.identity.pages.leaving import noted_leaving, way_out_of


class Session(account.SessionView):
    """Who is signed in, and an end to it."""

    def delete(self, request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        """Signs out here in any case. `meta.sign_out_there` leads on to the party that somebody
        signed in with, where that can be asked.
        """
        del args, named
        at_party = noted_leaving(request)
        get_adapter().logout(request)
        there = way_out_of(desk_of(request).logins, at_party)
        if there is None:
            return AuthenticationResponse(request)
        return _said(HTTPStatus.UNAUTHORIZED, sign_out_there=there[1])


class AskForCode(account.RequestLoginCodeView):
    """A code by mail; for an address of another party's domain it says where to go instead."""

    input_class = inputs.CodeAskedFor

    def handle_input(self, data: dict[str, object] | None) -> ErrorResponse | None:
        """What is wrong with what was sent, or nothing."""
        party = party_for(self.request, str((data or {}).get("email", "")))
        if party is not None:
            at = reverse("sign_in_with", args=[party.name])
            raise ImmediateHttpResponse(_said(HTTPStatus.CONFLICT, sign_in_with=at))
        return super().handle_input(data)


class EnterSecondStep(mfa.AuthenticateView):
    """A code of an app, or a recovery code, after another step."""

    input_class = inputs.SecondCode


class SignInWithPasskey(mfa.LoginWebAuthnView):
    """Signs in with nothing but a passkey."""

    input_class = {"POST": inputs.PasskeySaid}  # noqa: RUF012 - allauth's way

    def post(self, request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        """Signs in; whoever was on the way to be signed in here is not any more."""
        clear_login(request)
        answer: HttpResponse = super().post(request, *args, **named)
        return answer


class PasskeyAsSecondStep(mfa.AuthenticateWebAuthnView):
    """A passkey after another step."""

    input_class = {"POST": inputs.PasskeyAsSecondStep}  # noqa: RUF012 - allauth's way


@require_GET
def described(request: HttpRequest) -> JsonResponse:
    """What is here, in OpenAPI."""
    del request  # is the same for everybody
    return JsonResponse(description())


def _said(status: HTTPStatus, **meta: str) -> JsonResponse:
    """An answer of ours where nobody is signed in, in the form of all."""
    said = {"is_authenticated": False, **meta}
    return JsonResponse({"status": status, "meta": said}, status=status)
