"""What the parties that we know have in common with others of their kind, and what they lack."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from balie.identity.connections.connection import ClientProof, Logout, StepUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """How connections to one kind of party begin. title: what people call it. issuer: what one
    looks like.

    needs_discovery, needs_policy: what cannot be told from the issuer. two_steps: what it calls
    them, where its documents say so; else whoever adds the connection says it.
    """

    title: str
    issuer: str
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    proof: ClientProof = ClientProof.BASIC
    uid: str = "sub"
    userinfo: bool = True
    logout: tuple[Logout, ...] = (Logout.RP,)
    needs_discovery: bool = False
    needs_policy: bool = False
    step_up: StepUp = StepUp.NONE
    two_steps: tuple[str, ...] = ()
    level_claim: str = "acr"


_OKTA = ("urn:okta:loa:2fa:any", "phr", "phrh")

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "okta-org": Preset(
            title="Okta",
            issuer="https://acme.okta.com",
            logout=(Logout.RP, Logout.REVOKE, Logout.FRONT),
            step_up=StepUp.ACR_VALUES,
            two_steps=_OKTA,
        ),
        "okta-custom": Preset(
            title="Okta, custom authorization server",
            issuer="https://acme.okta.com/oauth2/default",
            logout=(Logout.RP, Logout.REVOKE, Logout.FRONT),
            step_up=StepUp.ACR_VALUES,
            two_steps=_OKTA,
        ),
        "auth0": Preset(
            title="Auth0",
            issuer="https://acme.eu.auth0.com/",
            proof=ClientProof.POST,
            logout=(Logout.RP, Logout.BACK),
            step_up=StepUp.ACR_VALUES,
            two_steps=("http://schemas.openid.net/pape/policies/2007/06/multi-factor",),
        ),
        "onewelcome": Preset(
            title="Thales OneWelcome",
            issuer="https://acme.onewelcome.example/oauth",
            logout=(Logout.RP, Logout.FRONT),
            step_up=StepUp.ACR_VALUES,
        ),
        "azure-b2c": Preset(
            title="Azure AD B2C",
            issuer="https://acme.b2clogin.com/<tenant id>/v2.0/",
            scopes=("openid",),
            proof=ClientProof.POST,
            uid="oid",
            userinfo=False,
            logout=(Logout.RP, Logout.FRONT),
            needs_discovery=True,
            needs_policy=True,
            step_up=StepUp.POLICY,
            level_claim="tfp",
        ),
        "entra-external-id": Preset(
            title="Microsoft Entra External ID",
            issuer="https://<tenant id>.ciamlogin.com/<tenant id>/v2.0",
            proof=ClientProof.POST,
            uid="oid",
            userinfo=False,
            logout=(Logout.RP, Logout.FRONT),
            needs_discovery=True,
            step_up=StepUp.CLAIMS,
            level_claim="acrs",
        ),
        "keycloak": Preset(
            title="Keycloak",
            issuer="https://id.example.com/realms/customers",
            logout=(Logout.RP, Logout.BACK),
            step_up=StepUp.CLAIMS,
            two_steps=("2",),
        ),
        "generic-oidc": Preset(title="OpenID Connect", issuer="https://id.example.com"),
    }
)
