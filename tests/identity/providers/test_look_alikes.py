"""Parties as their documents describe them. None of these was ever seen for real: the documents of
logins say so.
"""

from dataclasses import replace

import pytest

from balie.identity.connections.connection import Connection, TrustEmail
from balie.identity.connections.presets import PRESETS
from balie.identity.connections.refusals import Check, Refused
from balie.identity.connections.relying_party import Arrival
from tests.identity.conftest import logins_with
from tests.identity.providers.provider import Edit, Provider, connection, drops, query_of, sets

TENANT = "775527ff-9a37-4307-8b3d-cc311f58d925"


def preset(name: str, issuer: str, **changes: object) -> Connection:
    """A connection as `balie logins add --preset` makes it. Clients prove themselves alike here."""
    of = PRESETS[name]
    return connection(
        preset=name, issuer=issuer, scopes=of.scopes, uid=of.uid, userinfo=of.userinfo, **changes
    )


async def arrived(provider: Provider, at: Connection) -> Arrival:
    party = logins_with({at.name: provider}).party
    journey, address = await party.begin(at)
    return await party.finish(at, journey, query_of(provider.authorise(address)))


def both(*edits: Edit) -> Edit:
    def edit(document: dict[str, object]) -> None:
        for one in edits:
            one(document)

    return edit


def b2c(policy: str = "B2C_1_signin") -> tuple[Provider, Connection]:
    """The description is of a policy, the issuer of the tenant; no userinfo, no access token, mail
    in a list; `iss` is no part of the answer.
    """
    issuer = f"https://shop.b2clogin.com/{TENANT}/v2.0/"
    discovery = (
        "https://shop.b2clogin.com/shop.onmicrosoft.com/b2c_1_signin/v2.0"
        "/.well-known/openid-configuration"
    )
    provider = Provider(
        issuer=issuer,
        discovery=both(
            drops("userinfo_endpoint", "authorization_response_iss_parameter_supported",
                  "code_challenge_methods_supported"),
            sets(id_token_signing_alg_values_supported=["RS256"]),
        ),
        answer=drops("iss"),
        token=drops("access_token", "token_type"),
        claims=both(drops("at_hash", "email", "email_verified", "sid"),
                    sets(oid="o-1", tfp="B2C_1_SignIn", emails=["Sanne@Example.nl", "other@x.nl"])),
    )  # fmt: skip
    return provider, preset("azure-b2c", issuer, discovery=discovery, policy=policy)


class AtItsOwnPlace(Provider):
    """Answers at whatever path its description stands."""

    async def send(self, request):  # type: ignore[no-untyped-def]
        if request.url.endswith("/.well-known/openid-configuration"):
            request = replace(request, url=f"{self.issuer}.well-known/openid-configuration")
        return await super().send(request)


async def test_azure_ad_b2c() -> None:
    provider, shop = b2c()
    provider.__class__ = AtItsOwnPlace
    found = await arrived(provider, shop)

    assert (found.subject, found.mail.address, found.mail.proved) == (
        "o-1",
        "sanne@example.nl",
        False,
    )


@pytest.mark.parametrize("policy", ["B2C_1_other", "B2C_1_signin_admin"])
async def test_azure_ad_b2c_by_another_policy(policy: str) -> None:
    provider, shop = b2c(policy)
    provider.__class__ = AtItsOwnPlace
    with pytest.raises(Refused) as refused:
        await arrived(provider, shop)
    assert refused.value.check is Check.POLICY


async def test_azure_ad_b2c_that_says_its_policy_in_acr() -> None:
    provider, shop = b2c()
    provider.__class__ = AtItsOwnPlace
    provider.claims = both(provider.claims, drops("tfp"), sets(acr="b2c_1_signin"))
    assert (await arrived(provider, shop)).subject == "o-1"


async def test_azure_ad_b2c_without_the_object_id() -> None:
    provider, shop = b2c()
    provider.__class__ = AtItsOwnPlace
    provider.claims = both(provider.claims, drops("oid"))
    with pytest.raises(Refused) as refused:
        await arrived(provider, shop)
    assert refused.value.check is Check.UID


async def test_okta_org_whose_id_token_is_thin() -> None:
    issuer = "https://acme.okta.com"
    provider = Provider(
        issuer=issuer,
        claims=drops("email", "email_verified", "name"),
        discovery=sets(authorization_endpoint=f"{issuer}/oauth2/v1/authorize"),
    )
    found = await arrived(provider, preset("okta-org", issuer))

    assert (found.mail.address, found.mail.proved, found.name) == (
        "sanne@example.nl",
        True,
        "Sanne",
    )


async def test_okta_custom_is_another_issuer_than_its_organisation() -> None:
    issuer = "https://acme.okta.com/oauth2/default"
    found = await arrived(Provider(issuer=issuer), preset("okta-custom", issuer))
    assert found.issuer == issuer

    with pytest.raises(Refused) as refused:
        await arrived(Provider(issuer=issuer), preset("okta-org", "https://acme.okta.com"))
    assert refused.value.check in {Check.DISCOVERY, Check.DISCOVERY_ISSUER}


async def test_auth0_whose_issuer_ends_with_a_slash() -> None:
    issuer = "https://acme.eu.auth0.com/"
    provider = Provider(issuer=issuer, person={
        "sub": "auth0|5f7", "email": "sanne@example.nl", "email_verified": True,
    })  # fmt: skip
    assert (await arrived(provider, preset("auth0", issuer))).subject == "auth0|5f7"


async def test_onewelcome_whose_issuer_has_a_path() -> None:
    issuer = "https://acme.gw.example.net/oauth"
    provider = Provider(issuer=issuer, answer=drops("iss"),
                        discovery=drops("authorization_response_iss_parameter_supported"),
                        person={"sub": "u-1", "email": "sanne@example.nl"})  # fmt: skip
    found = await arrived(provider, preset("onewelcome", issuer))

    assert (found.subject, found.mail.proved) == ("u-1", False)


async def test_onewelcome_that_encrypts_is_told_so() -> None:
    issuer = "https://acme.gw.example.net/oauth"
    provider = Provider(issuer=issuer, finish=lambda token: f"{token}.x.y")
    with pytest.raises(Refused) as refused:
        await arrived(provider, preset("onewelcome", issuer))
    assert refused.value.check is Check.ENCRYPTED


async def test_entra_external_id_whose_host_is_the_tenants_number() -> None:
    issuer = f"https://{TENANT}.ciamlogin.com/{TENANT}/v2.0"
    provider = Provider(
        issuer=issuer,
        answer=drops("iss"),
        discovery=drops("authorization_response_iss_parameter_supported"),
        claims=both(drops("email_verified", "at_hash"), sets(oid="o-7", tid=TENANT, ver="2.0")),
    )
    found = await arrived(provider, preset("entra-external-id", issuer))

    assert (found.subject, found.mail.proved) == ("o-7", False)
    assert "/userinfo" not in [request.template for request in provider.requests]


async def test_the_issuer_of_everybody_is_none() -> None:
    """Entra's `common` names `{tenantid}` in place of a tenant: whoever has one may come."""
    issuer = "https://login.microsoftonline.com/{tenantid}/v2.0"
    provider = Provider(issuer=issuer, claims=sets(iss=issuer.replace("{tenantid}", TENANT)))
    with pytest.raises(Refused) as refused:
        await arrived(provider, preset("generic-oidc", issuer))
    assert refused.value.check in {Check.ISSUER, Check.DISCOVERY_ADDRESS}


@pytest.mark.parametrize(
    ("trust", "domains", "verified", "at_once"),
    [
        (TrustEmail.CLAIM, (), True, True),
        (TrustEmail.CLAIM, (), "true", True),
        (TrustEmail.CLAIM, (), "false", False),
        (TrustEmail.CLAIM, (), 1, False),
        (TrustEmail.CLAIM, (), None, False),
        (TrustEmail.NEVER, (), True, False),
        (TrustEmail.ALWAYS, (), None, True),
        (TrustEmail.DOMAINS, ("example.nl",), None, True),
        (TrustEmail.DOMAINS, ("example.com",), True, False),
    ],
)
async def test_whose_word_on_an_address_is_enough(
    trust: TrustEmail, domains: tuple[str, ...], verified: object, at_once: bool
) -> None:
    provider = Provider()
    provider.person |= {"email_verified": verified}
    found = await arrived(provider, connection(trust_email=trust, trusted_domains=domains))

    assert found.mail.proved is at_once


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_asks_for_an_id_token(name: str) -> None:
    assert "openid" in PRESETS[name].scopes
