"""What a provider, or somebody who plays one, can do wrong; and the check that sees it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from joserfc.jwk import ECKey

from balie.identity.connections.refusals import Check
from balie.systems.errors import Misconfigured, Unavailable
from tests.identity.providers.provider import (
    CLIENT,
    SECRET,
    Edit,
    Provider,
    drops,
    half_hash,
    packed,
    plain,
    rsa,
    said,
    sets,
    sign,
)


@dataclass(frozen=True)
class Wrong:
    """How to make the provider do it, and what must be said about it."""

    does: Callable[[Provider], None]
    check: Check


def part(name: str, edit: Edit) -> Callable[[Provider], None]:
    """Changes one of the things that the provider says."""
    return lambda provider: setattr(provider, name, edit)


def claims(**values: object) -> Callable[[Provider], None]:
    return part("claims", sets(**values))


def answers(path: str, answer: object) -> Callable[[Provider], None]:
    return lambda provider: provider.raw.update({path: answer})


def at(seconds: float) -> int:
    return int(time.time() + seconds)


DISCOVERY = "/.well-known/openid-configuration"


def _other_key(provider: Provider) -> None:
    provider.signed_by = rsa("other")


def _public_key_as_secret(provider: Provider) -> None:
    provider.algorithm = "HS256"
    provider.signed_by = rsa().as_pem(private=False)


def _client_secret(provider: Provider) -> None:
    provider.algorithm = "HS256"
    provider.signed_by = SECRET.encode()


def _key_in_header(provider: Provider) -> None:
    provider.signed_by = rsa("other")
    provider.head = sets(jwk=rsa("other").as_dict(private=False), kid="other")


def _elliptic_with_kid_of_rsa(provider: Provider) -> None:
    provider.signed_by = ECKey.generate_key("P-256")
    provider.algorithm = "ES256"


def _two_keys_no_kid(provider: Provider) -> None:
    provider.head = drops("kid")
    provider.keys = lambda keys: keys.append(
        {**rsa("other").as_dict(private=False), "kid": "other", "use": "sig"}
    )


def _tampered(token: str) -> str:
    head, payload, signature = token.split(".")
    return f"{head}.{payload[:-4]}{'AAAA' if payload[-4:] != 'AAAA' else 'BBBB'}.{signature}"


def _finish(change: Callable[[str], str]) -> Callable[[Provider], None]:
    return lambda provider: setattr(provider, "finish", change)


def _name_twice(provider: Provider) -> None:
    """Signed rightly, but says `sub` twice: which one counts depends on who reads it."""
    right = provider.signed

    def signed(said_claims: Mapping[str, object], **head: object) -> str:
        now = int(time.time())
        text = (
            f'{{"iss":"{provider.issuer}","aud":"{CLIENT}","nonce":"{said_claims["nonce"]}",'
            f'"iat":{now},"exp":{now + 60},"sub":"s-1","sub":"s-2"}}'
        )
        return sign({"alg": "RS256", "kid": "one"}, text.encode(), rsa())

    assert right
    provider.signed = signed  # type: ignore[method-assign]


WRONGS: Mapping[str, Wrong] = {
    # ---- the way back
    "another state": Wrong(part("answer", sets(state="guessed")), Check.STATE),
    "no state": Wrong(part("answer", drops("state")), Check.STATE),
    "state twice": Wrong(
        lambda p: setattr(p, "answer", lambda a: a.update(state=[a["state"], a["state"]])),
        Check.REPEATED,
    ),
    "code twice": Wrong(part("answer", sets(code=["a", "b"])), Check.REPEATED),
    "iss of another provider": Wrong(
        part("answer", sets(iss="https://evil.example.com")), Check.ISS_PARAMETER
    ),
    "no iss although it promises one": Wrong(part("answer", drops("iss")), Check.ISS_PARAMETER),
    "iss with a slash more": Wrong(
        part("answer", sets(iss="https://id.example.com/")), Check.ISS_PARAMETER
    ),
    "no code": Wrong(part("answer", drops("code")), Check.NO_CODE),
    "an empty code": Wrong(part("answer", sets(code="")), Check.NO_CODE),
    "a code of 9,000 letters": Wrong(part("answer", sets(code="x" * 9000)), Check.NO_CODE),
    "a code of somebody else": Wrong(part("answer", sets(code="stolen")), Check.CODE),
    "somebody cancelled": Wrong(part("answer", sets(error="access_denied")), Check.CANCELLED),
    "it wants a choice first": Wrong(
        part("answer", sets(error="interaction_required")), Check.ASKED_FOR_MORE
    ),
    "an error with markup": Wrong(
        part("answer", sets(error="<b>x</b>", error_description="<script>1</script>")),
        Check.PROVIDER_ERROR,
    ),
    "an error of its own": Wrong(part("answer", sets(error="server_error")), Check.PROVIDER_ERROR),
    "a password forgotten, without a policy for it": Wrong(
        part("answer", sets(error="access_denied", error_description="AADB2C90118: forgot")),
        Check.ASKED_FOR_MORE,
    ),
    # ---- the description
    "another issuer in the description": Wrong(
        part("discovery", sets(issuer="https://evil.example.com")), Check.DISCOVERY_ISSUER
    ),
    "no issuer in the description": Wrong(
        part("discovery", drops("issuer")), Check.DISCOVERY_ISSUER
    ),
    "a description with html": Wrong(answers(DISCOVERY, plain("<html>")), Check.DISCOVERY),
    "a description that is a list": Wrong(answers(DISCOVERY, said([])), Check.DISCOVERY),
    "a description of nested lists": Wrong(
        answers(DISCOVERY, plain("[" * 100_000)), Check.DISCOVERY
    ),
    "no description": Wrong(answers(DISCOVERY, plain("", 404)), Check.DISCOVERY),
    "a description that fails": Wrong(answers(DISCOVERY, plain("", 500)), Check.UNREACHABLE),
    "no answer at all": Wrong(answers(DISCOVERY, Unavailable("away")), Check.UNREACHABLE),
    "an address of our own network": Wrong(
        answers(DISCOVERY, Misconfigured("ours")), Check.FORBIDDEN_ADDRESS
    ),
    "a token endpoint without https": Wrong(
        part("discovery", sets(token_endpoint="http://id.example.com/token")),
        Check.DISCOVERY_ADDRESS,
    ),
    "no token endpoint": Wrong(part("discovery", drops("token_endpoint")), Check.DISCOVERY_ADDRESS),
    "keys in a file": Wrong(
        part("discovery", sets(jwks_uri="file:///etc/passwd")), Check.DISCOVERY_ADDRESS
    ),
    "a password in an address": Wrong(
        part("discovery", sets(token_endpoint="https://a:b@id.example.com/token")),
        Check.DISCOVERY_ADDRESS,
    ),
    "PKCE in the open only": Wrong(
        part("discovery", sets(code_challenge_methods_supported=["plain"])), Check.NO_PKCE
    ),
    "signs with the client's secret only": Wrong(
        part("discovery", sets(id_token_signing_alg_values_supported=["HS256", "none"])),
        Check.NO_ALGORITHM,
    ),
    # ---- the answer with tokens
    "the client is refused": Wrong(
        answers("/token", said({"error": "invalid_client"}, 401)), Check.CLIENT
    ),
    "the client is refused in html": Wrong(answers("/token", plain("no", 401)), Check.CLIENT),
    "an answer of html": Wrong(answers("/token", plain("<html>")), Check.TOKEN_ANSWER),
    "an error that is a list": Wrong(
        answers("/token", said({"error": ["x"]}, 400)), Check.TOKEN_ANSWER
    ),
    "tokens that time out": Wrong(answers("/token", Unavailable("slow")), Check.UNREACHABLE),
    "tokens that fail": Wrong(answers("/token", plain("", 503)), Check.UNREACHABLE),
    "no id token": Wrong(part("token", drops("id_token")), Check.NO_ID_TOKEN),
    "an id token that is a number": Wrong(part("token", sets(id_token=7)), Check.NO_ID_TOKEN),
    "an access token of another kind": Wrong(
        part("token", sets(token_type="DPoP")), Check.TOKEN_TYPE
    ),
    "an access token without a kind": Wrong(part("token", drops("token_type")), Check.TOKEN_TYPE),
    "an access token with a new line": Wrong(
        part("token", sets(access_token="a\r\nx: y")), Check.TOKEN_ANSWER
    ),
    # ---- the form of the ID token
    "encrypted": Wrong(part("token", sets(id_token="a.b.c.d.e")), Check.ENCRYPTED),
    "no token at all": Wrong(part("token", sets(id_token="hello")), Check.MALFORMED),
    "a head that is no JSON": Wrong(part("token", sets(id_token="aGk.aGk.aGk")), Check.MALFORMED),
    "a token of 70,000 letters": Wrong(
        part("token", sets(id_token="a." + "b" * 70_000 + ".c")), Check.MALFORMED
    ),
    "a name that stands twice": Wrong(_name_twice, Check.MALFORMED),
    "not signed": Wrong(lambda p: setattr(p, "algorithm", "none"), Check.ALGORITHM),
    "not signed, in capitals": Wrong(part("head", sets(alg="NONE")), Check.ALGORITHM),
    "no algorithm": Wrong(_finish(lambda _: f"{packed(b'{}')}.{packed(b'{}')}.x"), Check.ALGORITHM),
    "signed with the public key as a secret": Wrong(_public_key_as_secret, Check.ALGORITHM),
    "signed with the client's secret": Wrong(_client_secret, Check.ALGORITHM),
    "a signature cut off": Wrong(_finish(lambda t: t.rpartition(".")[0] + "."), Check.SIGNATURE),
    "tampered with": Wrong(_finish(_tampered), Check.SIGNATURE),
    "signed with another key": Wrong(_other_key, Check.SIGNATURE),
    "signed with a key that it brings along": Wrong(_key_in_header, Check.KEY),
    "an elliptic signature with the name of an RSA key": Wrong(
        _elliptic_with_kid_of_rsa, Check.KEY
    ),
    "a key that is not published": Wrong(part("head", sets(kid="two")), Check.KEY),
    "two keys and no name": Wrong(_two_keys_no_kid, Check.KEY),
    "keys that are not there": Wrong(answers("/keys", plain("", 404)), Check.KEYS),
    "keys of html": Wrong(answers("/keys", plain("<html>")), Check.KEYS),
    "keys to encrypt with": Wrong(
        lambda p: setattr(p, "keys", lambda keys: keys[0].update(use="enc")), Check.KEYS
    ),
    "a key of 1,024 bits": Wrong(
        lambda p: setattr(p, "keys", lambda keys: keys[0].update(n=packed(b"\x80" * 128))),
        Check.KEYS,
    ),
    "a key for another algorithm": Wrong(
        lambda p: setattr(p, "keys", lambda keys: keys[0].update(alg="PS256")), Check.KEY
    ),
    "an extension that is critical": Wrong(part("head", sets(crit=["x"], x=1)), Check.CRITICAL),
    "an access token in its place": Wrong(part("head", sets(typ="at+jwt")), Check.TYPE),
    "a logout token in its place": Wrong(part("head", sets(typ="logout+jwt")), Check.TYPE),
    "a logout token that does not say so": Wrong(
        claims(events={"http://schemas.openid.net/event/backchannel-logout": {}}), Check.TYPE
    ),
    # ---- what the ID token says
    "of another issuer": Wrong(claims(iss="https://evil.example.com"), Check.ISSUER),
    "of an issuer with a slash more": Wrong(claims(iss="https://id.example.com/"), Check.ISSUER),
    "of no issuer": Wrong(part("claims", drops("iss")), Check.ISSUER),
    "for somebody else": Wrong(claims(aud="other"), Check.AUDIENCE),
    "for nobody": Wrong(part("claims", drops("aud")), Check.AUDIENCE),
    "for an object": Wrong(claims(aud={"portal": True}), Check.AUDIENCE),
    "for several, not saying for which": Wrong(claims(aud=[CLIENT, "x"]), Check.AUTHORISED_PARTY),
    "made for another": Wrong(claims(azp="other"), Check.AUTHORISED_PARTY),
    "run out": Wrong(claims(exp=at(-120)), Check.EXPIRED),
    "without an end": Wrong(part("claims", drops("exp")), Check.EXPIRED),
    "with an end in words": Wrong(claims(exp="tomorrow"), Check.EXPIRED),
    "with an end that is true": Wrong(claims(exp=True), Check.EXPIRED),
    "not saying when it was made": Wrong(part("claims", drops("iat")), Check.ISSUED),
    "made an hour ago": Wrong(claims(iat=at(-3600)), Check.ISSUED),
    "made in an hour": Wrong(claims(iat=at(3600)), Check.ISSUED),
    "not valid yet": Wrong(claims(nbf=at(600)), Check.NOT_YET),
    "another nonce": Wrong(claims(nonce="replayed"), Check.NONCE),
    "no nonce": Wrong(part("claims", drops("nonce")), Check.NONCE),
    "a nonce that is a list": Wrong(claims(nonce=["x"]), Check.NONCE),
    "about nobody": Wrong(part("claims", drops("sub")), Check.SUBJECT),
    "about an empty name": Wrong(claims(sub=""), Check.SUBJECT),
    "about a number": Wrong(claims(sub=7), Check.SUBJECT),
    "about 300 letters": Wrong(claims(sub="x" * 300), Check.SUBJECT),
    "about B2C's way of saying nobody": Wrong(
        claims(sub="Not supported currently. Use oid claim."), Check.SUBJECT
    ),
    "with the hash of another access token": Wrong(
        claims(at_hash=half_hash("other")), Check.ACCESS_HASH
    ),
    "with a hash and no access token": Wrong(
        part("token", drops("access_token")), Check.ACCESS_HASH
    ),
    # ---- userinfo, and mail
    "userinfo about somebody else": Wrong(
        part("userinfo", sets(sub="s-2")), Check.USERINFO_SUBJECT
    ),
    "userinfo about nobody": Wrong(part("userinfo", drops("sub")), Check.USERINFO_SUBJECT),
    "userinfo that is signed": Wrong(answers("/me", plain("a.b.c")), Check.USERINFO),
    "userinfo that refuses": Wrong(answers("/me", plain("", 401)), Check.USERINFO),
    "userinfo that fails": Wrong(answers("/me", plain("", 502)), Check.UNREACHABLE),
    "no mail address": Wrong(lambda p: p.person.pop("email"), Check.NO_MAIL),
    "a mail address that is none": Wrong(lambda p: p.person.update(email="x@@y"), Check.NO_MAIL),
    "a mail address that is an object": Wrong(
        lambda p: p.person.update(email={"a": 1}), Check.NO_MAIL
    ),
    "a mail address with a new line": Wrong(
        lambda p: p.person.update(email="sanne@example.nl\nbcc: x@y.nl"), Check.NO_MAIL
    ),
    "a mail address that nobody knows": Wrong(
        lambda p: p.person.update(email="niemand@example.nl"), Check.UNKNOWN_PERSON
    ),
}
