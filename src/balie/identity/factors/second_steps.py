"""The second steps that somebody has: passkeys, an app with codes, recovery codes.

allauth keeps and checks them; what differs is said here, by its hooks.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

import qrcode
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.html import format_html
from django.utils.safestring import SafeString

from balie.identity.factors.devices import device_of
from balie.identity.models import Person

_QUIET = 4
"""Modules of white around a QR code, as its standard wants."""


class LostKey(Exception):
    """A secret was sealed with a key that is not among the site's keys any more."""


class Factors(DefaultMFAAdapter):
    """allauth's hooks for second steps, by name."""

    def encrypt(self, text: str) -> str:
        """A secret as it is kept: sealed with the first of the site's keys."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again, by whichever key it was sealed with. Raises LostKey."""
        try:
            return _keys().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise LostKey("A second step's key is not in BALIE_KEYS any more.") from error

    def get_totp_issuer(self) -> str:
        """What an app with codes shows above the code: the host that customers see."""
        return urlsplit(settings.PUBLIC_URL).hostname or "balie"

    def build_totp_svg(self, url: str) -> SafeString:
        """A QR code as a picture in the page itself: no style, no address, nothing to fetch."""
        code = qrcode.QRCode(border=_QUIET)
        code.add_data(url)
        code.make(fit=True)
        rows = code.get_matrix()
        dots = "".join(
            f"M{x} {y}h1v1h-1z"
            for y, row in enumerate(rows)
            for x, is_dark in enumerate(row)
            if is_dark
        )
        return format_html(
            '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-labelledby="qr">'
            '<title id="qr">{1}</title><path fill="#fff" d="M0 0h{0}v{0}H0z"/>'
            '<path d="{2}"/></svg>',
            len(rows), "QR", dots,
        )  # fmt: skip

    def generate_authenticator_name(
        self,
        user: AbstractBaseUser,
        type: Authenticator.Type,  # noqa: A002 - allauth's name
    ) -> str:
        """What a new passkey is called until its owner says otherwise: the browser's own words."""
        del user, type
        return device_of(context.request.headers.get("user-agent", "")) or "Passkey"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whom passkeys are for. A host that changes makes them worthless, so it is one setting."""
        return {"id": passkey_host(settings.PUBLIC_URL), "name": self.get_totp_issuer()}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, object]:
        """Whose passkey it is, as their device shows it."""
        email = user.get_username()
        display_name = str(user) if isinstance(user, Person) and user.name else email
        return {
            "id": user_pk_to_url_str(user).encode(),
            "display_name": display_name,
            "name": email,
        }


def passkey_host(public_url: str) -> str:
    """The host that passkeys are bound to. Browsers take no numbers; this machine has a name."""
    host = urlsplit(public_url).hostname or "localhost"
    return "localhost" if _is_this_machine(host) else host


def needs_second_step(person: Person, *, demo: bool) -> bool:
    """Whether nobody signs in as this person by one step alone.

    A passkey is two steps in one. As long as it is all that a customer has, a code by mail goes on
    to work: whoever loses a phone is not locked out by having tried a passkey once.
    """
    if person.is_staff and not demo:
        return has_second_step(person)
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()


def has_second_step(person: Person) -> bool:
    """Whether this person can prove a second step at all."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=person, type__in=kinds).exists()


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SECRETS_SEALED_WITH])


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
