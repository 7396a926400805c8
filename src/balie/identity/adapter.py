"""Where allauth asks us: when a sign-in is completed, and who may join."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.core import context
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from balie.identity.arriving import recognise_arrival, settle
from balie.identity.desk import desk_of
from balie.identity.factors.devices import device_of
from balie.identity.lockout import Tried, know_again, tried
from balie.identity.models import Person
from balie.identity.organisations.joining import is_nobody_yet
from balie.identity.organisations.told import keep_what_systems_say
from balie.identity.pages.activating import settle_letter
from balie.identity.proofs import proved_of, ways_to_prove
from balie.identity.signing_in import complete


class Adapter(DefaultAccountAdapter):
    """allauth's hooks, by name; none of its signals are used."""

    _is_first = False  # allauth keeps one adapter for each sign-in

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
                recognise_arrival(request, user)
                keep_what_systems_say(user, desk_of(request))
            device = device_of(request.headers.get("user-agent", ""))
            lasts = request.session.get_expiry_age()
            complete(
                user,
                request.session.session_key or "",
                lasts,
                device,
                proved_of(request, user),
            )
            party = settle(request, user)
            desk_of(request).note("signed in", who=user.pk.hex, about=user.pk.hex, more=party)
            # A sign-in of just now shows who somebody is; allauth asks again for one of before.
            record_authentication(request, user, "signed_in", reauthenticated=True)
            settle_letter(request, user)
        answer = super().post_login(request, user, **details)
        if isinstance(user, Person):
            if self._is_first and not details.get("redirect_url"):  # they were on no way
                answer = HttpResponseRedirect(reverse("offer_passkey"))
            if not details.get("redirect_url") and is_nobody_yet(user):
                answer = HttpResponseRedirect(reverse("join"))
            know_again(request, answer, user)
        return answer

    def pre_authenticate(self, request: HttpRequest, **credentials: object) -> None:
        """Counts a try with a password. Whoever is not the owner slows nobody but strangers."""
        counted = tried(request, Tried.PASSWORD, str(credentials.get("email", "")))
        if counted is None:
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage = counted  # allauth takes it back when the password is right

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Signs in; whoever comes for the first time, by a code, is offered a passkey."""
        records = get_authentication_records(request, user)
        by_code = any(record.get("method") == "code" for record in records)
        self._is_first = user.last_login is None and by_code and not getattr(user, "is_staff", True)
        super().login(request, user)

    def get_login_stages(self) -> list[str]:
        """allauth's stages, with our own judgement of who needs a second step."""
        second = "allauth.mfa.stages.AuthenticateStage"
        ours = "balie.identity.stages.SecondStep"
        return [ours if stage == second else stage for stage in super().get_login_stages()]

    def get_reauthentication_methods(
        self, user: AbstractBaseUser | AnonymousUser
    ) -> list[dict[str, str]]:
        """The pages where somebody can show who they are, the best one first."""
        if not isinstance(user, Person):
            return []
        ways = ways_to_prove(user, demo=desk_of(context.request).demo)
        return [{"id": way, "description": way, "url": reverse(way)} for way in ways]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """A page that says that it is done: whoever changes a password is signed out."""
        del request
        return reverse("account_password_reset_completed")

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """A new password ends every sign-in that was made with the old one."""
        super().set_password(user, password)
        if isinstance(user, Person):
            user.viewer_sessions.all().delete()
            who = user.pk.hex
            desk_of(context.request).note("password changed", who=who, about=who)
