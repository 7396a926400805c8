"""The addresses of the API for front ends: these alone. All else of allauth's is not there."""

from allauth.headless.account.views import ConfirmLoginCodeView, LoginView, ResendLoginCodeView
from allauth.headless.base.views import APIView, ConfigView
from allauth.headless.constants import Client
from django.urls import URLPattern, path

from balie.identity.headless import views
from balie.identity.headless.gate import operation


def _at(address: str, view: type[APIView], *methods: str, signs_in: bool = False) -> URLPattern:
    api_view = view.as_api_view(client=Client.BROWSER)
    name = "headless_" + address.replace("/", "_")
    return path(
        f"browser/v1/{address}", operation(api_view, *methods, signs_in=signs_in), name=name
    )


urlpatterns = [
    path("openapi.json", operation(views.described, "GET"), name="headless_description"),
    _at("config", ConfigView, "GET"),
    _at("auth/session", views.Session, "GET", "DELETE"),
    _at("auth/code/request", views.AskForCode, "POST", signs_in=True),
    _at("auth/code/confirm", ConfirmLoginCodeView, "POST", signs_in=True),
    _at("auth/code/resend", ResendLoginCodeView, "POST", signs_in=True),
    _at("auth/login", LoginView, "POST", signs_in=True),
    _at("auth/2fa/authenticate", views.EnterSecondStep, "POST", signs_in=True),
    _at("auth/webauthn/login", views.SignInWithPasskey, "GET", "POST", signs_in=True),
    _at("auth/webauthn/authenticate", views.PasskeyAsSecondStep, "GET", "POST", signs_in=True),
]
