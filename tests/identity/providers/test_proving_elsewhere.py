"""Two steps proved at another party, by who is signed in; and all that must not count as that."""

import time
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from balie.identity.connections.connection import Connection, StepUp
from balie.identity.connections.examination import State, examine
from balie.identity.connections.presets import PRESETS
from balie.identity.connections.refusals import Check, Refused
from balie.identity.models import Person, ProviderSession, ViewerSession
from tests.browser import Browser
from tests.identity.conftest import Site, logins_with
from tests.identity.providers.provider import Provider, connection, plain, query_of, said, sets

HIGH = "urn:example:two"
PAGE = "/accounts/two-steps/?next=/facturen"
THERE = "/accounts/two-steps/with/acme/?next=/facturen"


def proving(**changes: object) -> Connection:
    """A connection at which two steps can be proved."""
    return connection(**{"step_up": StepUp.CLAIMS, "two_steps": (HIGH,), **changes})


@pytest.fixture
def acme(site: Site, sanne: Person) -> Provider:
    provider = Provider()
    site.connect(proving(), provider)
    return provider


@pytest.fixture
def signed_in(site: Site, acme: Provider) -> Browser:
    """Sanne, who signed in in one step."""
    browser = site.browser()
    sent = browser.get("/accounts/with/acme/").headers["location"]
    browser.get(f"/accounts/with/acme/back/?{acme.authorise(sent)}")
    assert ViewerSession.objects.get().level == 1
    return browser


def prove(browser: Browser, provider: Provider, within: str = "") -> httpx.Response:
    """There and back."""
    sent = browser.get(THERE + within)
    assert sent.status_code == 302, sent.text
    return browser.get(f"/accounts/with/acme/back/?{provider.authorise(sent.headers['location'])}")


def asked(browser: Browser, address: str = THERE) -> Mapping[str, str]:
    """What the party is asked."""
    return dict(parse_qsl(urlsplit(browser.get(address).headers["location"]).query))


def level() -> tuple[int, int]:
    row = ViewerSession.objects.get()
    return row.level, row.level_at


# ---- it counts


def test_two_steps_are_proved_and_the_page_is_gone_on_with(
    site: Site, signed_in: Browser, acme: Provider
) -> None:
    before = signed_in.cookies["balie"]
    page = signed_in.get(PAGE)
    assert page.status_code == 200
    assert "/accounts/two-steps/with/acme/?next=%2Ffacturen" in page.text
    acme.claims = sets(acr=HIGH, auth_time=int(time.time()) - 5)
    answer = prove(signed_in, acme)

    assert (answer.status_code, answer.headers["location"]) == (302, "/facturen")
    assert level() == (2, pytest.approx(time.time() - 5, abs=3))
    assert ProviderSession.objects.get().sid == "session-1"  # it still ends when it ends there
    assert signed_in.cookies["balie"] != before  # whoever planted that cookie stays behind
    thief = site.browser()
    thief.cookies.set("balie", before)
    assert thief.seen_by_thin is None
    assert signed_in.seen_by_thin is not None


def test_the_level_of_one_browser_is_of_that_browser(
    site: Site, signed_in: Browser, acme: Provider
) -> None:
    other = site.browser()
    other.get(
        f"/accounts/with/acme/back/?"
        f"{acme.authorise(other.get('/accounts/with/acme/').headers['location'])}"
    )
    acme.claims = sets(acr=HIGH)
    prove(signed_in, acme)

    seen = [site.loop.run(site.reader(b.cookies["balie"])) for b in (signed_in, other)]
    assert [one and one.level for one in seen] == [2, 1]


def test_who_signs_in_so_at_once_need_not_prove_it_again(
    site: Site, sanne: Person, acme: Provider
) -> None:
    acme.claims = sets(acr=HIGH)
    browser = site.browser()
    sent = browser.get("/accounts/with/acme/").headers["location"]
    assert "acr" not in sent
    browser.get(f"/accounts/with/acme/back/?{acme.authorise(sent)}")
    assert level() == (2, 0)  # nobody said when: an age that is asked is not met


def test_where_an_age_is_asked_it_is_told(signed_in: Browser, acme: Provider) -> None:
    assert asked(signed_in, THERE + "&within=600")["max_age"] == "600"
    acme.claims = sets(acr=HIGH, auth_time=int(time.time()) - 590)
    prove(signed_in, acme, "&within=600")
    assert level() == (2, pytest.approx(time.time() - 590, abs=3))


# ---- it is asked in one way


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"claims": '{"id_token": {"acr": {"essential": true, "value": "urn:example:two"}}}'}),
        ({"two_steps": ("b", "c"), "level_claim": "acrs"},
         {"claims": '{"id_token": {"acrs": {"essential": true, "values": ["b", "c"]}}}'}),
        ({"step_up": StepUp.ACR_VALUES, "two_steps": ("b", "c")}, {"acr_values": "b c"}),
        ({"step_up": StepUp.PROMPT}, {"prompt": "login", "max_age": "600"}),
        ({"max_age": 60},
         {"claims": '{"id_token": {"acr": {"essential": true, "value": "urn:example:two"}}}',
          "max_age": "60"}),
        ({"step_up": StepUp.POLICY, "policy": "one", "two_steps": ("two",),
          "discovery": "https://id.example.com/one/.well-known/openid-configuration"}, {}),
    ],
)  # fmt: skip
def test_two_steps_are_asked_in_one_way_alone(
    site: Site, signed_in: Browser, acme: Provider, changes: dict[str, object],
    expected: dict[str, str],
) -> None:  # fmt: skip
    for policy in ("one", "two"):
        acme.raw[f"/{policy}/.well-known/openid-configuration"] = said(acme.described())
    site.connect(proving(**changes), acme)
    sent = asked(signed_in)

    ways = ("claims", "acr_values", "prompt", "max_age", "policy")
    assert {name: sent[name] for name in ways if name in sent} == expected


def test_another_policy_is_another_description_and_its_tokens_say_so(
    site: Site, signed_in: Browser, acme: Provider
) -> None:
    """Azure AD B2C, as its documents have it."""
    for policy in ("B2C_1_in", "B2C_1_mfa"):
        acme.raw[f"/{policy}/.well-known/openid-configuration"] = said(acme.described())
    at = "https://id.example.com/B2C_1_in/.well-known/openid-configuration"
    site.connect(
        proving(step_up=StepUp.POLICY, policy="B2C_1_in", two_steps=("B2C_1_mfa",),
                level_claim="tfp", discovery=at),
        acme,
    )  # fmt: skip
    acme.claims = sets(tfp="B2C_1_in")
    assert prove(signed_in, acme).status_code == 400
    assert level()[0] == 1
    acme.claims = sets(tfp="b2c_1_MFA")
    assert prove(signed_in, acme).status_code == 302
    assert level()[0] == 2


@pytest.mark.parametrize(("claim", "value"), [("amr", ["pwd", "mfa"]), ("acrs", ["c1", "mfa"])])
def test_the_level_may_stand_in_a_list(
    site: Site, signed_in: Browser, acme: Provider, claim: str, value: list[str]
) -> None:
    site.connect(proving(level_claim=claim, two_steps=("mfa",)), acme)
    acme.claims = sets(**{claim: value})
    prove(signed_in, acme)
    assert level()[0] == 2


# ---- it does not count


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"acr": "urn:example:one"},
        {"acr": HIGH.upper()},
        {"acr": True},
        {"acr": {HIGH: HIGH}},
        {"acr": None, "amr": [HIGH]},
    ],
)
def test_a_level_that_is_less_or_no_level_is_refused_with_words(
    signed_in: Browser, acme: Provider, claims: dict[str, object]
) -> None:
    acme.claims = sets(**claims)
    answer = prove(signed_in, acme)

    assert answer.status_code == 400
    assert "Er is nog één stap nodig" in answer.text
    assert 'href="/accounts/two-steps/?next=%2Ffacturen"' in answer.text
    assert level()[0] == 1
    assert signed_in.seen_by_thin is not None  # signed in as before


@pytest.mark.parametrize("auth_time", [None, 0, "now", True, 1e300, 700, -600])
def test_a_proof_of_long_ago_or_of_no_time_is_refused(
    signed_in: Browser, acme: Provider, auth_time: object
) -> None:
    """A number is so many seconds ago; what lies in the future is no time either."""
    is_age = isinstance(auth_time, int) and not isinstance(auth_time, bool) and auth_time
    when = int(time.time()) - int(str(auth_time)) if is_age else auth_time
    acme.claims = sets(acr=HIGH, auth_time=when)
    assert prove(signed_in, acme, "&within=600").status_code == 400
    assert level()[0] == 1


def test_who_was_not_asked_again_did_not_sign_in_again(
    site: Site, signed_in: Browser, acme: Provider
) -> None:
    site.connect(proving(step_up=StepUp.PROMPT, level_claim="amr", two_steps=("mfa",)), acme)
    acme.claims = sets(amr=["mfa"], auth_time=int(time.time()) - 300)
    assert prove(signed_in, acme).status_code == 400
    acme.claims = sets(amr=["mfa"], auth_time=int(time.time()))
    assert prove(signed_in, acme).status_code == 302
    assert level()[0] == 2


@pytest.mark.parametrize("head", [{"alg": "none"}, {"kid": "two"}, {"alg": "HS256"}])
def test_a_forged_level_is_refused(
    signed_in: Browser, acme: Provider, head: dict[str, object]
) -> None:
    acme.claims, acme.head = sets(acr=HIGH), sets(**head)
    assert prove(signed_in, acme).status_code == 400
    assert level()[0] == 1


def test_a_proof_of_somebody_else_is_refused_and_changes_nothing(
    site: Site, signed_in: Browser, acme: Provider
) -> None:
    acme.claims = sets(acr=HIGH, sub="s-2", email="bram@example.nl")
    acme.userinfo = sets(sub="s-2", email="bram@example.nl")
    answer = prove(signed_in, acme)

    assert "is iemand anders ingelogd" in answer.text
    assert level()[0] == 1
    assert signed_in.seen_by_thin is not None
    assert signed_in.seen_by_thin["email"] == "sanne@example.nl"
    assert Person.objects.count() == 1


def test_the_answer_to_a_sign_in_does_not_prove_more(
    site: Site, signed_in: Browser, acme: Provider
) -> None:
    """The state of a sign-in is not that of a proof: it begins anew, with what it says."""
    sent = signed_in.get("/accounts/with/acme/").headers["location"]
    signed_in.get(THERE)
    signed_in.get(f"/accounts/with/acme/back/?{acme.authorise(sent)}")
    assert ViewerSession.objects.filter(level=2).count() == 0


def test_an_answer_counts_once_and_in_the_browser_that_began(
    site: Site, signed_in: Browser, acme: Provider
) -> None:
    acme.claims = sets(acr=HIGH)
    back = f"/accounts/with/acme/back/?{acme.authorise(signed_in.get(THERE).headers['location'])}"
    assert site.browser().get(back).status_code == 400
    assert level()[0] == 1
    assert signed_in.get(back).status_code == 302
    assert signed_in.get(back).status_code == 400
    assert level()[0] == 2


def test_who_was_signed_out_meanwhile_is_not_let_in_by_it(
    site: Site, signed_in: Browser, acme: Provider
) -> None:
    acme.claims = sets(acr=HIGH)
    back = f"/accounts/with/acme/back/?{acme.authorise(signed_in.get(THERE).headers['location'])}"
    ViewerSession.objects.all().delete()
    signed_in.get(back)
    assert not ViewerSession.objects.exists()
    assert signed_in.seen_by_thin is None


def test_a_party_that_gives_less_says_so(signed_in: Browser, acme: Provider) -> None:
    for error in ("unmet_authentication_requirements", "access_denied", "login_required"):
        acme.answer = lambda answer, error=error: answer.update(error=error) or answer.pop("code")
        answer = prove(signed_in, acme)
        assert answer.status_code == 400
        assert "/accounts/two-steps/?next=%2Ffacturen" in answer.text
    assert level()[0] == 1


def test_another_website_sends_nobody_there(signed_in: Browser, acme: Provider) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    answer = signed_in.get(THERE + "&within=600", headers=headers)
    assert answer.headers["location"] == "/accounts/two-steps/?next=%2Ffacturen&within=600"
    assert len(acme.requests) == 4  # those of the sign-in


def test_it_leads_nobody_to_another_website(signed_in: Browser, acme: Provider) -> None:
    acme.claims = sets(acr=HIGH)
    sent = signed_in.get("/accounts/two-steps/with/acme/?next=https://evil.example/")
    answer = signed_in.get(f"/accounts/with/acme/back/?{acme.authorise(sent.headers['location'])}")
    assert answer.headers["location"] == "/"


def test_who_has_no_way_is_told_what_to_do(site: Site, signed_in: Browser, acme: Provider) -> None:
    site.connect(proving(step_up=StepUp.NONE), acme)
    page = signed_in.get(PAGE)
    assert "Een app koppelen" in page.text
    assert "/accounts/two-steps/with/" not in page.text
    assert signed_in.get(THERE).status_code == 400


def test_signed_out_there_is_nothing_to_prove(site: Site, acme: Provider) -> None:
    for address in (PAGE, THERE):
        assert site.browser().get(address).headers["location"].startswith("/accounts/login/")


# ---- `balie logins test`


@pytest.mark.parametrize(
    ("changes", "told", "state", "says"),
    [
        ({}, {"claims_parameter_supported": True, "acr_values_supported": [HIGH]},
         State.FINE, "urn:example:two is asked, by claims."),
        ({}, {}, State.LOOK, "claims_parameter_supported"),
        ({"step_up": StepUp.ACR_VALUES}, {}, State.LOOK, "acr_values_supported"),
        ({"step_up": StepUp.ACR_VALUES}, {"acr_values_supported": ["0", "1"]},
         State.WRONG, "It knows none of urn:example:two; it does know 0, 1."),
        ({"step_up": StepUp.PROMPT}, {}, State.LOOK, "must come back with acr"),
        ({"step_up": StepUp.NONE}, {}, State.FINE, "not asked"),
        ({"step_up": StepUp.POLICY, "policy": "keys", "two_steps": ("gone",),
          "discovery": "https://id.example.com/keys/.well-known/openid-configuration"},
         {}, State.WRONG, "The policy gone has no description"),
    ],
)  # fmt: skip
async def test_a_look_tells_whether_two_steps_could_be_proved(
    changes: dict[str, object], told: dict[str, object], state: State, says: str
) -> None:
    provider = Provider(discovery=sets(**told))
    provider.raw["/keys/.well-known/openid-configuration"] = said(provider.described())
    provider.raw["/gone/.well-known/openid-configuration"] = plain("no", 404)
    at = proving(**changes)
    found = [one async for one in examine(logins_with({"acme": provider}).party, at)]

    looked = next(one for one in found if one.about == "two steps")
    assert looked.state is state
    assert says in looked.says


@pytest.mark.parametrize(
    ("acr", "enough"),
    [("loa4", True), ("loa3", True), ("loa2plus", False), ("LOA4", False), (None, False)],
)
async def test_of_several_levels_any_that_is_enough_is_believed_and_none_below(
    acr: str | None, enough: bool
) -> None:
    """As eHerkenning behind OneWelcome: what was asked for proves nothing, what comes back does."""
    name = "urn:etoegang:core:assurance-class:"
    at = proving(
        preset="onewelcome",
        step_up=PRESETS["onewelcome"].step_up,
        two_steps=(f"{name}loa3", f"{name}loa4"),
    )
    provider = Provider(claims=sets(acr=acr and name + acr, auth_time=int(time.time())))
    party = logins_with({"acme": provider}).party
    journey, address = await party.begin_proving(at, within=None, next_page="/", email="")
    asked = query_of(urlsplit(address).query)
    assert asked["acr_values"] == [f"{name}loa3 {name}loa4"]
    answer = query_of(provider.authorise(address)) | {"acr_values": [f"{name}loa4"]}
    if enough:
        assert (await party.finish(at, journey, answer)).two_steps
        return
    with pytest.raises(Refused) as refused:
        await party.finish(at, journey, answer)
    assert refused.value.check is Check.LEVEL
