"""What an administrator of a party sets wrong, and reads: each answer says what to change where."""

from dataclasses import replace
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from balie.identity.connections.connection import ClientProof, Connection, Logout, StepUp
from balie.identity.connections.examination import Looked, State, examine
from balie.systems.errors import Unavailable
from balie.systems.transport import Request, Response
from tests.identity.conftest import logins_with
from tests.identity.providers.provider import Provider, connection, drops, plain, said, sets

TENANT = "775527ff-9a37-4307-8b3d-cc311f58d925"
BACK = "http://127.0.0.1:8000/accounts/with/acme/back/"


async def looked(provider: Provider, at: Connection) -> list[Looked]:
    return [one async for one in examine(logins_with({"acme": provider}).party, at)]


def told(found: list[Looked], about: str) -> Looked:
    return next(one for one in found if one.about == about)


class Silent(Provider):
    """Answers a browser in which nobody is signed in: back, with this error."""

    error = "login_required"
    description = ""
    known_back = BACK

    async def send(self, request: Request) -> Response:
        answer = await super().send(request)
        if urlsplit(request.url).path.endswith("/auth"):
            asked = {
                name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()
            }
            assert asked["prompt"] == "none"
            if asked["redirect_uri"] != self.known_back:
                return plain("<h1>redirect_uri is not registered</h1>", 400)
            back = {"error": self.error, "error_description": self.description,
                    "state": asked["state"]}  # fmt: skip
            there = {"location": f"{self.known_back}?{urlencode(back)}"}
            return Response(status=HTTPStatus.FOUND, headers=there, body=b"")
        if request.template == "/token" and answer.status == HTTPStatus.OK:
            raise AssertionError("nobody gave that code")
        return answer


async def test_who_sets_everything_right_reads_that_all_is_fine() -> None:
    found = await looked(Silent(), connection())
    assert {one.state for one in found} == {State.FINE}, found
    assert told(found, "callback").says.startswith("It is registered")


async def test_another_issuer_is_named_with_what_to_type() -> None:
    at = connection(issuer="https://id.example.com/")
    found = await looked(Provider(), replace(at, discovery=connection().discovery))
    wrong = told(found, "discovery issuer")
    assert (
        "names the issuer https://id.example.com; the connection has https://id.example.com/"
        in (wrong.says)
    )
    assert wrong.help == "The `/` at the end counts:  --issuer https://id.example.com"


@pytest.mark.parametrize(
    ("named", "helps"),
    [
        ("https://login.microsoftonline.com/{tenantid}/v2.0", "every tenant at once"),
        (f"https://sts.windows.net/{TENANT}/", "Put /v2.0 behind the tenant"),
        ("https://acme.okta.com", "--issuer https://acme.okta.com"),
    ],
)
async def test_an_issuer_of_another_kind_is_recognised(named: str, helps: str) -> None:
    found = await looked(Provider(discovery=sets(issuer=named)), connection())
    assert named in told(found, "discovery issuer").says
    assert helps in told(found, "discovery issuer").help


@pytest.mark.parametrize(
    ("changes", "helps"),
    [
        ({"preset": "okta-org", "issuer": "https://acme.okta.com/oauth2/default"}, "okta-custom"),
        ({"preset": "okta-custom", "issuer": "https://acme.okta.com/oauth2/x"}, "okta-org"),
        ({"preset": "keycloak", "issuer": "https://id.example.com/realms/x"}, "/auth"),
        ({"preset": "azure-b2c", "discovery": "https://acme.b2clogin.com/x"}, "Run user flow"),
        ({"preset": "generic-oidc"}, "--discovery"),
    ],
)
async def test_where_nothing_is_described_the_party_s_own_place_is_named(
    changes: dict[str, str], helps: str
) -> None:
    at = connection(**changes)
    provider = Provider(issuer="https://nobody.example.com")
    provider.raw[urlsplit(at.discovery).path] = plain("not here", 404)
    wrong = told(await looked(provider, at), "discovery")
    assert (wrong.state, "status 404" in wrong.says) == (State.WRONG, True)
    assert helps in wrong.help


async def test_a_party_that_is_away_is_named_with_the_reason() -> None:
    provider = Provider()
    provider.raw["/.well-known/openid-configuration"] = Unavailable("no such name: id.example.com")
    wrong = told(await looked(provider, connection()), "unreachable")
    assert "no such name: id.example.com" in wrong.says


async def test_an_address_that_is_not_registered_is_named_with_where_to_register_it() -> None:
    provider = Silent()
    provider.known_back = "http://127.0.0.1:8000/accounts/with/other/back/"
    wrong = told(await looked(provider, connection(preset="okta-org")), "callback")
    assert wrong.state is State.WRONG
    assert BACK in wrong.help
    assert "Sign-in redirect URIs" in wrong.help


async def test_a_party_that_shows_a_page_instead_is_looked_at_by_hand() -> None:
    provider = Provider(raw={"/auth": plain("<h1>AADSTS50011</h1>")})
    found = told(await looked(provider, connection()), "callback")
    assert (found.state, BACK in found.help) == (State.LOOK, True)


@pytest.mark.parametrize(
    ("error", "about", "state"),
    [
        ("invalid_scope", "scope", State.WRONG),
        ("unauthorized_client", "flow", State.WRONG),
        ("interaction_required", "callback", State.FINE),
        ("access_denied", "callback", State.LOOK),
    ],
)
async def test_what_a_party_says_to_a_browser_is_told(error: str, about: str, state: State) -> None:
    provider = Silent()
    provider.error, provider.description = error, "One or more scopes are not configured"
    found = told(await looked(provider, connection()), about)
    assert found.state is state
    assert (provider.description in found.says) is (state is not State.FINE)


@pytest.mark.parametrize("apart", [-400, 400])
async def test_clocks_that_differ_are_told_with_how_much(apart: int) -> None:
    class Late(Silent):
        async def send(self, request: Request) -> Response:
            answer = await super().send(request)
            at = formatdate(logins_with({}).now() + apart, usegmt=True)
            return replace(answer, headers={**answer.headers, "date": at})

    wrong = told(await looked(Late(), connection()), "clock")
    assert wrong.state is State.WRONG
    assert ("behind" if apart > 0 else "ahead of") in wrong.says
    assert any(f" {seconds} seconds" in wrong.says for seconds in (399, 400, 401))


async def test_a_wrong_secret_is_told_in_the_party_s_own_words_too() -> None:
    error = {"error": "invalid_client", "error_description": "AADSTS7000222: secret expired"}
    only_keys = sets(token_endpoint_auth_methods_supported=["private_key_jwt"])
    provider = Silent(raw={"/token": said(error, 401)}, discovery=only_keys)
    wrong = told(await looked(provider, connection()), "client refused")
    assert "AADSTS7000222: secret expired" in wrong.says
    assert "It takes private_key_jwt, and we come with client_secret_basic" in wrong.help


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"issuer": "https://acme-admin.okta.com"}, "console where Okta is managed"),
        ({"issuer": "https://login.microsoftonline.com/common/v2.0"}, "every tenant at once"),
        ({"preset": "entra-external-id", "secret": TENANT}, "*number* of a secret"),
        ({"secret": ""}, "cannot be opened"),
        ({"policy": "B2C_1_signin"}, "does not name the policy B2C_1_signin"),
        ({"scopes": ("openid",)}, "not for the mail address"),
        ({"policy": "keys", "step_up": StepUp.POLICY,
          "discovery": "https://id.example.com/keys/x"}, "none is named"),
    ],
)  # fmt: skip
async def test_what_can_be_seen_is_seen_before_anybody_is_asked(
    changes: dict[str, object], says: str
) -> None:
    provider = Provider()
    provider.raw["/.well-known/openid-configuration"] = Unavailable("away")
    found = await looked(provider, connection(**changes))
    assert any(one.about == "settings" and says in one.says for one in found), found


async def test_a_public_client_needs_no_secret() -> None:
    provider = Silent(raw={"/token": said({"error": "invalid_grant"}, 400)})
    found = await looked(provider, connection(secret="", proof=ClientProof.NONE))
    assert {one.state for one in found} == {State.FINE}


async def test_a_way_out_of_its_own_is_told() -> None:
    at = connection(logout=(Logout.TERMINATE,), end_session="https://acme.example.net/terminate")
    found = told(await looked(Silent(discovery=drops("end_session_endpoint")), at), "sign-out")
    assert found.says == (
        "Who signs out here goes to https://acme.example.net/terminate, without a token."
    )
