"""One connection: with which party customers may sign in, and what is believed of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import urlsplit

LOCAL = "local"
"""What `logins:` of a blueprint says of our own ways: a code by mail, a password."""

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
              "ES256", "ES384", "ES512", "EdDSA")  # fmt: skip
"""How tokens may be signed: with a key that only the provider has. Never `none`, never HMAC."""


class ClientProof(StrEnum):
    """How we show the provider that it is us who ask."""

    BASIC = "client_secret_basic"
    POST = "client_secret_post"
    KEY = "private_key_jwt"
    NONE = "none"  # only PKCE: a public client


class TrustEmail(StrEnum):
    """When a mail address counts as proved. Else it is proved once with a code of ours."""

    NEVER = "never"
    CLAIM = "claim"  # when the provider says `email_verified`
    ALWAYS = "always"
    DOMAINS = "domains"  # when it is in one of `trusted_domains`


class Logout(StrEnum):
    """How ends of sessions are told, from us to the provider and back."""

    RP = "rp"  # who signs out here is signed out there
    BACK = "back"  # OpenID Connect Back-Channel Logout 1.0
    FRONT = "front"  # OpenID Connect Front-Channel Logout 1.0
    REVOKE = "revoke"  # Okta's Global Token Revocation
    TERMINATE = "terminate"  # who signs out here goes to OneWelcome's own `terminate_session`


class StepUp(StrEnum):
    """How two steps are asked of a provider: always in one of these ways, never in two at once, for
    some take the weaker of both.
    """

    CLAIMS = "claims"  # the level as an essential claim
    ACR_VALUES = "acr_values"
    PROMPT = "prompt=login"  # sign in again; the provider's own rules ask the second step
    POLICY = "policy"  # of Azure AD B2C: another journey
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A party to sign in with. Addresses are whole, and compared letter by letter.

    name: stands in addresses. title: what the button says. discovery: where its description is.
    secret: the client secret, or a private key as PEM. uid: the claim by which it knows somebody.
    policy: of Azure AD B2C; `tfp` or `acr` of a token must say it. userinfo: ask that too.
    mail_domains: whoever has such an address signs in there. organisations: keys; whoever is
    invited to one of them signs in there. reset: the connection to go on with
    when somebody forgot a password there (B2C). end_session: instead of the described address.
    step_up: how two steps are asked. two_steps: what the claim `level_claim` says of who proved
    them: any of these. max_age: seconds; a proof that is older is asked again.
    claims: name of `me` -> the claim that says its key. moved_to: the connection to sign in
    with instead: this one lets nobody in.
    """

    name: str
    preset: str
    issuer: str
    discovery: str
    client_id: str
    title: str = ""
    proof: ClientProof = ClientProof.BASIC
    secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    algorithms: tuple[str, ...] = ALGORITHMS
    uid: str = "sub"
    trust_email: TrustEmail = TrustEmail.CLAIM
    trusted_domains: tuple[str, ...] = ()
    policy: str = ""
    userinfo: bool = True
    mail_domains: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    logout: tuple[Logout, ...] = ()
    reset: str = ""
    end_session: str = ""
    step_up: StepUp = StepUp.NONE
    two_steps: tuple[str, ...] = ()
    level_claim: str = "acr"
    max_age: int | None = None
    claims: Mapping[str, str] = field(default_factory=dict)
    moved_to: str = ""

    @property
    def can_prove(self) -> bool:
        """Whether people can prove two steps there."""
        return self.step_up is not StepUp.NONE and bool(self.two_steps)

    @property
    def proving(self) -> "Connection":
        """The same party, as it is asked for two steps: by another policy, where that is how."""
        if self.step_up is not StepUp.POLICY:
            return self
        other = self.two_steps[0]
        discovery = re.sub(re.escape(self.policy), other, self.discovery, flags=re.IGNORECASE)
        return replace(self, policy=other, discovery=discovery)

    @property
    def button(self) -> str:
        """What customers read."""
        return self.title or self.name

    def trusts(self, email: str, *, says_verified: bool) -> bool:
        """Whether this address counts as proved when the provider says it."""
        if self.trust_email is TrustEmail.DOMAINS:
            return domain_of(email) in self.trusted_domains
        return self.trust_email is TrustEmail.ALWAYS or (
            self.trust_email is TrustEmail.CLAIM and says_verified
        )


def domain_of(email: str) -> str:
    """What stands behind the @, in small letters."""
    return email.rpartition("@")[2].strip().lower()


def well_known(issuer: str) -> str:
    """Where the description of an issuer is, unless it says otherwise."""
    return issuer.rstrip("/") + "/.well-known/openid-configuration"


def is_address(text: str, plain_hosts: frozenset[str]) -> bool:
    """Whether this is a whole https address; http only of hosts that may be on our own network."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.fragment or re.search(r"[\s\\]", text):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in plain_hosts)
