"""The addresses under /accounts/. What allauth offers and we do not is named here first."""

from django.urls import include, path
from django.views.generic import RedirectView

from balie.identity import elsewhere, invited, leaving, views

urlpatterns = [
    path("", RedirectView.as_view(url="/")),
    path("demo/<str:email>", views.enter_as, name="enter_as"),
    path("outbox/", views.outbox, name="outbox"),
    # A mail address changes by a form of the service, guarded; not by allauth's page.
    path("email/", views.not_here, name="account_email"),
    path("signup/", views.not_here, name="account_signup"),
    path("login/", elsewhere.SignIn.as_view(), name="account_login"),
    path("login/code/", elsewhere.SendCode.as_view(), name="account_request_login_code"),
    path("with/<slug:name>/", elsewhere.start, name="sign_in_with"),
    path("with/<slug:name>/back/", elsewhere.back, name="back_from"),
    path("with/<slug:name>/logout/", leaving.back_channel, name="back_channel"),
    path("with/<slug:name>/revoke/", leaving.revocation, name="revocation"),
    path("with/<slug:name>/ended/", leaving.front_channel, name="front_channel"),
    path("invitations/", invited.invited, name="invited"),
    path("invitations/<str:token>/", invited.arrive, name="invitation"),
    path("logout/", leaving.SignOut.as_view(), name="account_logout"),
    path("signed-out/", leaving.signed_out, name="signed_out"),
    path("sessions/", leaving.sessions, name="sessions"),
    path("", include("allauth.account.urls")),
]
