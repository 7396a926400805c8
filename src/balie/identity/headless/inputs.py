"""What front ends send, held by our own forms: allauth's headless inputs know nothing of those."""

from allauth.headless.account.inputs import RequestLoginCodeInput
from allauth.headless.mfa.inputs import (
    AuthenticateInput,
    AuthenticateWebAuthnInput,
    LoginWebAuthnInput,
)

from balie.identity.factors.codes import EnterCode
from balie.identity.factors.credentials import PasskeyAsStep, PasskeyToSignIn
from balie.identity.forms import AskForCode


class CodeAskedFor(AskForCode, RequestLoginCodeInput):
    """An address that asks for a code by mail."""


class SecondCode(EnterCode, AuthenticateInput):
    """A code of an app, or a recovery code."""


class PasskeySaid(PasskeyToSignIn, LoginWebAuthnInput):
    """A passkey that signs in by itself."""


class PasskeyAsSecondStep(PasskeyAsStep, AuthenticateWebAuthnInput):
    """A passkey after another step."""
