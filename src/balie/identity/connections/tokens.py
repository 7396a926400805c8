"""Signed tokens of a provider: read, and believed only when every check holds.

Nothing is asked of anybody here: keys, times and expectations come in.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from balie.identity.connections.refusals import Check, Refused

LEEWAY = 60
"""Seconds by which clocks may differ."""

OLDEST = 15 * 60
"""Seconds after which an ID token was not made for the sign-in that goes on now."""

NOT_A_SUBJECT = "not supported currently. use oid claim."
"""What Azure AD B2C writes in `sub` where it has none; the same for everybody."""

LARGEST = 64 * 1024
_SMALLEST_RSA = 2048

Claims = Mapping[str, object]
VerifyingKey = RSAKey | ECKey | OKPKey

_CURVES: Mapping[str, str] = MappingProxyType(
    {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "EdDSA": "Ed25519"}
)
_KINDS: Mapping[str, str] = MappingProxyType({"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that a provider signs with. algorithm: the only one it is for, or "" for all."""

    kid: str
    kind: str  # RSA, EC, OKP
    curve: str
    algorithm: str
    key: VerifyingKey

    def fits(self, algorithm: str) -> bool:
        """Whether a signature of this kind can be of this key."""
        if self.algorithm not in ("", algorithm) or _KINDS.get(algorithm[:2]) != self.kind:
            return False
        return self.kind == "RSA" or _CURVES.get(algorithm) == self.curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a token says of itself before anything of it is believed."""

    algorithm: str
    kid: str
    type: str


def read_json(body: bytes) -> dict[str, object]:
    """An object of JSON in which no name stands twice. Raises ValueError."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a name stands twice")
        return found

    def refuse(constant: str) -> object:
        raise ValueError(f"{constant} is no number")

    try:
        read: object = json.loads(body, object_pairs_hook=once, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(read, dict):
        raise ValueError("no object")  # noqa: TRY004 - it is the text that is wrong
    return read


def read_keys(body: bytes) -> tuple[PublicKey, ...]:
    """The keys of a JWK set that can sign; others are left out. Raises ValueError."""
    listed = read_json(body).get("keys")
    if not isinstance(listed, list):
        raise ValueError("no keys")  # noqa: TRY004 - it is the text that is wrong
    found = (_key(one) for one in listed if isinstance(one, dict))
    return tuple(key for key in found if key is not None)


def head_of(token: str) -> Head:
    """What a token says of itself. Raises Refused."""
    parts = token.split(".")
    if len(parts) == 5:
        raise Refused(Check.ENCRYPTED)
    if len(parts) != 3 or not all(parts[:2]) or len(token) > LARGEST:
        raise Refused(Check.MALFORMED)
    try:
        head = read_json(_unpacked(parts[0]))
    except ValueError as error:
        raise Refused(Check.MALFORMED) from error
    if "crit" in head or "b64" in head:
        raise Refused(Check.CRITICAL)
    said = [head.get(name, "") for name in ("alg", "kid", "typ")]
    algorithm, kid, kind = (one if isinstance(one, str) else "?" for one in said)
    return Head(algorithm=algorithm, kid=kid, type=kind.lower().removeprefix("application/"))


def key_for(head: Head, keys: Sequence[PublicKey]) -> PublicKey | None:
    """The one key that a token can be signed with; without a `kid` there must be no choice."""
    fitting = [key for key in keys if key.fits(head.algorithm)]
    if head.kid:
        fitting = [key for key in fitting if key.kid == head.kid]
    return fitting[0] if len(fitting) == 1 else None


def signed_claims(token: str, key: PublicKey, head: Head) -> Claims:
    """What a token says, once its signature holds. Raises Refused."""
    try:
        found = jws.deserialize_compact(token, key.key, algorithms=[head.algorithm])
    except (JoseError, ValueError) as error:
        raise Refused(Check.SIGNATURE) from error
    try:
        return read_json(found.payload or b"")
    except ValueError as error:
        raise Refused(Check.MALFORMED) from error


def check_audience(claims: Claims, client_id: str) -> None:
    """Raises Refused unless the token is meant for us, and for us alone when it says for whom."""
    said = claims.get("aud")
    audience = [said] if isinstance(said, str) else said
    if not isinstance(audience, list) or client_id not in audience:
        raise Refused(Check.AUDIENCE)
    party = claims.get("azp")
    if party != client_id and (party is not None or len(audience) > 1):
        raise Refused(Check.AUTHORISED_PARTY)


def check_times(claims: Claims, now: float, oldest: float = OLDEST) -> None:
    """Raises Refused unless the token holds now. Times are seconds since 1970."""
    if _seconds(claims, "exp", Check.EXPIRED) <= now - LEEWAY:
        raise Refused(Check.EXPIRED)
    if not now - oldest - LEEWAY <= _seconds(claims, "iat", Check.ISSUED) <= now + LEEWAY:
        raise Refused(Check.ISSUED)
    if "nbf" in claims and _seconds(claims, "nbf", Check.NOT_YET) > now + LEEWAY:
        raise Refused(Check.NOT_YET)


def check_policy(claims: Claims, policy: str) -> None:
    """Raises Refused when a policy is expected and the token names another, or none."""
    said = claims.get("tfp") or claims.get("acr")
    if policy and (not isinstance(said, str) or said.lower() != policy.lower()):
        raise Refused(Check.POLICY)


def check_access_hash(claims: Claims, access_token: str, algorithm: str) -> None:
    """Raises Refused when the token says which access token came with it, and it is another."""
    said = claims.get("at_hash")
    if said is None:
        return
    digest = hashlib.new(_hash_of(algorithm), access_token.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if not isinstance(said, str) or not same(said, half) or not access_token:
        raise Refused(Check.ACCESS_HASH)


def says_any(claims: Claims, name: str, wanted: Sequence[str]) -> bool:
    """Whether a claim, a text or a list of them, says one of these; policies in any case."""
    said = claims.get(name, claims.get("acr") if name == "tfp" else None)
    texts = said if isinstance(said, list) else [said]
    folded = {one.lower() for one in wanted} if name == "tfp" else set(wanted)
    return any(
        isinstance(one, str) and (one.lower() if name == "tfp" else one) in folded for one in texts
    )


def signed_in_at(claims: Claims, now: float) -> int:
    """When somebody proved who they are, in seconds since 1970; 0 when the token does not say it.

    Raises Refused for a time that cannot be.
    """
    if claims.get("auth_time") is None:
        return 0
    at = _seconds(claims, "auth_time", Check.AUTH_TIME)
    if not 0 < at <= now + LEEWAY:
        raise Refused(Check.AUTH_TIME)
    return int(min(at, now))


def text_of(claims: Claims, name: str, check: Check) -> str:
    """A claim that must be a text of a sensible length. Raises Refused."""
    said = claims.get(name)
    if not isinstance(said, str) or not 0 < len(said) <= 255 or not said.isprintable():
        raise Refused(check)
    return said


def same(one: str, other: str) -> bool:
    """Whether two texts are the same, without telling how far by the time that it takes."""
    return hmac.compare_digest(one.encode(), other.encode())


def _seconds(claims: Claims, name: str, check: Check) -> float:
    said = claims.get(name)
    if isinstance(said, bool) or not isinstance(said, int | float) or abs(said) > 1e12:
        raise Refused(check)
    return said


def _key(said: Mapping[str, object]) -> PublicKey | None:
    """A key of the set; None for one that is for something else, or that we cannot use."""
    texts = {name: value for name, value in said.items() if isinstance(value, str)}
    kind, operations = texts.get("kty", ""), said.get("key_ops")
    if texts.get("use", "sig") != "sig":
        return None
    if isinstance(operations, list) and "verify" not in operations:
        return None
    try:
        key = _imported(kind, texts)
    except (JoseError, ValueError, KeyError):
        return None
    if key is None:
        return None
    return PublicKey(
        kid=texts.get("kid", ""),
        kind=kind,
        curve=texts.get("crv", ""),
        algorithm=texts.get("alg", ""),
        key=key,
    )


def _imported(kind: str, said: Mapping[str, str]) -> VerifyingKey | None:
    """Only what is public of a key is taken."""
    match kind:
        case "RSA":
            if int.from_bytes(_unpacked(said["n"])).bit_length() < _SMALLEST_RSA:
                return None
            return RSAKey.import_key({"kty": kind, "n": said["n"], "e": said["e"]})
        case "EC":
            public = {name: said[name] for name in ("crv", "x", "y")}
            return ECKey.import_key({"kty": kind, **public})
        case "OKP":
            return OKPKey.import_key({"kty": kind, "crv": said["crv"], "x": said["x"]})
        case _:
            return None


def _hash_of(algorithm: str) -> str:
    return "sha512" if algorithm == "EdDSA" else f"sha{algorithm[2:]}"


def _unpacked(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
