"""A device that makes passkeys, as browsers tell of it in a form: no screen, no finger."""

import html
import json
import re
import secrets
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

_OPTIONS = re.compile(r'data-options="([^"]+)"')
_HERE_AND_PROVED = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT


def passkey_for(page: str, origin: str) -> str:
    """What the form for a new passkey sends: its answer to the options that stand in the page.

    Raises AssertionError for a page that asks nothing of a device.
    """
    said = _OPTIONS.search(page)
    assert said is not None, page
    asked = json.loads(html.unescape(said[1]))["publicKey"]
    name = secrets.token_bytes(16)
    public_key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    made = AuthenticatorData.create(
        sha256(asked["rp"]["id"].encode()).digest(),
        _HERE_AND_PROVED,
        counter=0,
        credential_data=AttestedCredentialData.create(Aaguid.NONE, name, public_key),
    )
    told = CollectedClientData.create(
        CollectedClientData.TYPE.CREATE, asked["challenge"], origin=origin
    )
    return json.dumps(
        {
            "id": websafe_encode(name),
            "rawId": websafe_encode(name),
            "type": "public-key",
            "response": {
                "clientDataJSON": websafe_encode(told),
                "attestationObject": websafe_encode(AttestationObject.create("none", made, {})),
            },
            "clientExtensionResults": {"credProps": {"rk": True}},
        }
    )
