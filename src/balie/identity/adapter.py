"""Where allauth asks us: when a sign-in is completed, and who may join."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from balie.identity.arriving import arriving_by, settle
from balie.identity.desk import desk_of
from balie.identity.devices import device_of
from balie.identity.models import Person
from balie.identity.signing_in import complete, recognised_by_mail


class Adapter(DefaultAccountAdapter):
    """allauth's hooks, by name; none of its signals are used."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account: people come from the systems, or from `balie people import`."""
        del request
        return False

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **details: Any
    ) -> HttpResponse:
        """The sign-in is complete, every step of it: only now pages may know who this is."""
        if isinstance(user, Person):
            if not user.is_staff:
                recognised_by_mail(user, desk_of(request).recognise, arriving_by(request))
            device = device_of(request.headers.get("user-agent", ""))
            lasts = request.session.get_expiry_age()
            complete(user, request.session.session_key or "", lasts, device)
            party = settle(request, user)
            desk_of(request).note("signed in", who=user.pk.hex, about=user.pk.hex, more=party)
        return super().post_login(request, user, **details)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """A page that says that it is done: whoever changes a password is signed out."""
        del request
        return reverse("account_password_reset_completed")

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """A new password ends every sign-in that was made with the old one."""
        super().set_password(user, password)
        if isinstance(user, Person):
            user.viewer_sessions.all().delete()
