"""How we show a provider that it is us: with a secret, or with a key that never leaves us."""

import base64
import secrets
from collections.abc import Mapping
from urllib.parse import quote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from balie.identity.connections.connection import ClientProof, Connection
from balie.identity.connections.refusals import Check, Refused

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LASTS = 60  # seconds
_CURVES: Mapping[str, str] = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}

SigningKey = RSAKey | ECKey | OKPKey


def proven(
    connection: Connection, token_endpoint: str, now: float
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """What goes into the form, and into the headers. Raises Refused for a key that is none."""
    client = {"client_id": connection.client_id}
    match connection.proof:
        case ClientProof.BASIC:
            pair = f"{quote_plus(connection.client_id)}:{quote_plus(connection.secret)}"
            return {}, {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        case ClientProof.POST:
            return {**client, "client_secret": connection.secret}, {}
        case ClientProof.KEY:
            signed = _assertion(connection, token_endpoint, now)
            kind = {"client_assertion_type": _ASSERTION, "client_assertion": signed}
            return {**client, **kind}, {}
        case ClientProof.NONE:
            return client, {}


def read_key(pem: str) -> SigningKey:
    """A private key. Raises ValueError."""
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            key: SigningKey = kind.import_key(pem)
        except (JoseError, ValueError, TypeError, AttributeError):
            continue
        if key.is_private:
            return key
    raise ValueError("no private key")


def public_part(key: SigningKey) -> dict[str, object]:
    """What the provider must know of a key, as JSON Web Key."""
    said: dict[str, object] = dict(key.as_dict(private=False))
    return said | {"kid": key.thumbprint(), "use": "sig", "alg": algorithm_of(key)}


def algorithm_of(key: SigningKey) -> str:
    """How we sign with a key."""
    if isinstance(key, RSAKey):
        return "RS256"
    return "EdDSA" if isinstance(key, OKPKey) else _CURVES[key.curve_name]


def _assertion(connection: Connection, audience: str, now: float) -> str:
    try:
        key = read_key(connection.secret)
    except ValueError as error:
        raise Refused(Check.CLIENT) from error
    claims: dict[str, object] = {
        "iss": connection.client_id,
        "sub": connection.client_id,
        "aud": audience,
        "jti": secrets.token_urlsafe(24),
        "iat": int(now),
        "exp": int(now) + _LASTS,
    }
    algorithm = algorithm_of(key)
    header = {"alg": algorithm, "kid": key.thumbprint()}
    return jwt.encode(header, claims, key, algorithms=[algorithm])
