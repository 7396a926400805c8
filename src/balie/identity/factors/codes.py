"""Codes of an app (RFC 6238) and recovery codes: each is taken once, whoever asks for it."""

import hmac
import time

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt, encrypt
from django.db import transaction

from balie.identity.lockout import Tried, tried
from balie.identity.models import Person

PERIOD = 30
"""Seconds that an app shows a code."""

_AROUND = (0, -1, 1)
"""Periods before and after this one whose code is taken too: clocks differ, people are slow."""

_LAST = "last_counter"


class EnterCode(AuthenticateForm):
    """Asks for a code at sign-in."""

    def clean_code(self) -> str:
        """The code, when it was right and not used before."""
        return _clean(self)


class EnterCodeAgain(ReauthenticateForm):
    """Asks for a code before something that matters."""

    def clean_code(self) -> str:
        """The code, when it was right and not used before."""
        return _clean(self)


class FirstCode(ActivateTOTPForm):
    """Asks for the first code of an app: with it the app is connected."""

    def clean_code(self) -> str:
        """The code, when it is one of the secret that is being connected."""
        taken_back = check_rate_limit(self.user, error_key="rate_limited")
        code: str = self.cleaned_data["code"]
        if counter_of(self.secret, code, time.time()) is None:
            raise get_adapter().validation_error("incorrect_code")
        taken_back()
        return code


@transaction.atomic
def take(person: Person, code: str, now: float) -> Authenticator | None:
    """The app or recovery codes that this code is of; from now on it is used. now: since 1970."""
    mine = Authenticator.objects.select_for_update().filter(user=person).order_by("pk")
    app: Authenticator | None = mine.filter(type=Authenticator.Type.TOTP).first()
    if app is not None and _take_of_app(app, code, now):
        return app
    recovery: Authenticator | None = mine.filter(type=Authenticator.Type.RECOVERY_CODES).first()
    if recovery is not None and RecoveryCodes(recovery).validate_code(code):
        recovery.refresh_from_db()
        return recovery
    return None


@transaction.atomic
def use_up(person: Person, code: str, now: float) -> None:
    """The code that connected an app opens nothing more."""
    app = Authenticator.objects.select_for_update().get(user=person, type=Authenticator.Type.TOTP)
    _take_of_app(app, code, now)


def counter_of(secret: str, code: str, now: float) -> int | None:
    """The period that this code is of, of those around now; None when it is of none."""
    typed = normalize_user_code(code).encode()
    for around in _AROUND:
        counter = int(now // PERIOD) + around
        if hmac.compare_digest(typed, format_hotp_value(hotp_value(secret, counter)).encode()):
            return counter
    return None


def code_to_take(person: Person, now: float) -> str:
    """The code that the app of this person shows, or the next one when that was used; "" without an
    app, or when both were. It is for a demo, where nobody has that app.
    """
    app = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    if app is None:
        return ""
    this = int(now // PERIOD)
    counter = max(this, app.data.get(_LAST, -1) + 1)
    secret = decrypt(app.data["secret"])
    return format_hotp_value(hotp_value(secret, counter)) if counter <= this + 1 else ""


def connect_app(person: Person, secret: str) -> None:
    """The app with codes of somebody who shows no code of it: of a demo. secret: base32."""
    kept = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    if kept is None:
        TOTP.activate(person, secret)
    elif decrypt(kept.data["secret"]) != secret:
        kept.data = {"secret": encrypt(secret)}
        kept.save(update_fields=["data"])


def _take_of_app(app: Authenticator, code: str, now: float) -> bool:
    """Codes are taken in their order: one of a period that was used, or before it, is refused."""
    counter = counter_of(decrypt(app.data["secret"]), code, now)
    if counter is None or counter <= app.data.get(_LAST, -1):
        return False
    app.data[_LAST] = counter
    app.save(update_fields=["data"])
    return True


def _clean(form: AuthenticateForm | ReauthenticateForm) -> str:
    counted = tried(context.request, Tried.SECOND_STEP, form.user.email)
    if counted is None:
        raise get_account_adapter().validation_error("too_many_login_attempts")
    code: str = form.cleaned_data["code"]
    taken = take(form.user, code, time.time())
    if taken is None:
        raise get_adapter().validation_error("incorrect_code")
    taken.user = form.user
    form.authenticator = taken
    counted.rollback()
    return code
