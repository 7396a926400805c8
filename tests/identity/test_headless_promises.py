"""What the pages of signing in promise, front ends keep too."""

import json
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from balie.identity.connections.connection import Logout
from balie.identity.models import DemoMail, Person
from balie.identity.people import enrol
from balie.identity.signing_in import end_everywhere
from tests.browser import PASSWORD, Browser
from tests.identity.conftest import Site, last_code
from tests.identity.providers.provider import ISSUER, Provider, connection
from tests.identity.providers.test_leaving import signed_in
from tests.identity.test_headless import (
    API,
    HERE,
    WRONG,
    ask,
    call,
    codes,
    described,
    enter_code,
    pending,
    with_password,
)
from tests.identity.test_lockout import Counted, hashed  # noqa: F401 - a fixture
from tests.identity.test_nobody_learns_who_is_a_customer import (
    UNKNOWN,
    Sending,
    everybody,  # noqa: F401 - a fixture
)
from tests.identity.test_second_steps import connect

pytestmark = pytest.mark.proof


@pytest.fixture
def site(build: Callable[..., Site]) -> Site:
    return build(demo=True, headless=True)


def test_wrong_second_codes_are_counted(site: Site, sanne: Person) -> None:
    at_page = site.browser()
    at_page.sign_in(sanne.email)
    app = connect(at_page)
    stranger = site.browser(network="203.0.113.77")
    with_password(stranger, sanne.email)
    said = [codes(call(stranger, "POST", "auth/2fa/authenticate", code="000000")) for _ in range(6)]
    assert said == [*[["incorrect_code"]] * 5, ["too_many_login_attempts"]]
    refused = call(stranger, "POST", "auth/2fa/authenticate", code=app.code(1))
    assert codes(refused) == ["too_many_login_attempts"]
    assert stranger.seen_by_thin is None


def test_nobody_comes_to_a_second_step_without_the_first(site: Site, sanne: Person) -> None:
    browser = site.browser()
    assert call(browser, "POST", "auth/2fa/authenticate", code="123456").status_code == 401
    assert call(browser, "GET", "auth/webauthn/authenticate").status_code == 401
    assert enter_code(browser, "ABCD-EFGH").status_code == 409
    assert call(browser, "POST", "auth/code/resend").status_code == 409


def test_a_newcomer_whom_a_system_knows_signs_in_and_nobody_else_gets_an_account(
    site: Site,
) -> None:
    site.systems.known["nieuw@example.nl"] = {"contact": "C-9"}
    browser = site.browser()
    ask(browser, "nieuw@example.nl")
    assert enter_code(browser, last_code("nieuw@example.nl")).status_code == 200
    assert browser.seen_by_thin is not None
    assert browser.seen_by_thin["links"] == {"contact": ["C-9"]}
    ask(site.browser(), UNKNOWN)
    assert not Person.objects.filter(email=UNKNOWN).exists()


def test_a_stranger_tries_five_passwords_and_no_more(
    site: Site,
    sanne: Person,
    hashed: list[str],  # noqa: F811
) -> None:
    said = [with_password(site.browser(), sanne.email, WRONG) for _ in range(8)]
    assert [codes(one) for one in said[5:]] == [["too_many_login_attempts"]] * 3
    assert len(hashed) == 5
    # By the page or by the API: it is one count.
    assert "te veel pogingen" in site.browser().sign_in(sanne.email).text


def test_the_browser_of_the_owner_is_known_and_strangers_do_not_slow_it(
    site: Site, sanne: Person
) -> None:
    known = site.browser(network="198.51.100.1")
    assert "known" in with_password(known, sanne.email).cookies
    call(known, "DELETE", "auth/session")
    for _ in range(6):
        with_password(site.browser(), sanne.email, WRONG)
    assert with_password(site.browser(network="192.0.2.7"), sanne.email).status_code == 400
    assert with_password(known, sanne.email).status_code == 200


def test_all_else_of_allauths_is_not_there(site: Site, sanne: Person) -> None:
    browser = site.browser()
    with_password(browser, sanne.email)
    addresses = [f"../../browser/v1/{path}" for path in NOT_THERE]
    addresses += [f"../../app/v1/{path}" for path in [*NOT_THERE, *described()]]
    for address in addresses:
        for method in ("GET", "POST", "DELETE"):
            assert call(browser, method, address).status_code == 404, (method, address)


def test_after_a_second_step_the_browser_is_known_too(site: Site, sanne: Person) -> None:
    at_page = site.browser()
    at_page.sign_in(sanne.email)
    app = connect(at_page)
    browser = site.browser()
    assert "known" not in with_password(browser, sanne.email).cookies
    entered = call(browser, "POST", "auth/2fa/authenticate", code=app.code(1))
    assert "known" in entered.cookies


NOT_THERE = """
auth/signup auth/email/verify auth/email/verify/resend auth/phone/verify auth/phone/verify/resend
auth/reauthenticate auth/password/request auth/password/reset auth/provider/redirect
auth/provider/token auth/provider/signup auth/2fa/reauthenticate auth/2fa/trust
auth/webauthn/reauthenticate auth/webauthn/signup account/providers account/email account/phone
account/authenticators account/authenticators/totp account/authenticators/recovery-codes
account/authenticators/webauthn account/password/change auth/sessions tokens/refresh
""".split()  # noqa: SIM905 - a list of addresses


def test_a_flood_of_codes_sends_three(site: Site, sanne: Person) -> None:
    for _ in range(6):
        ask(site.browser(network="203.0.113.5"), sanne.email)
    assert DemoMail.objects.filter(to=sanne.email).count() == 3


def test_a_code_is_tried_three_times(site: Site, sanne: Person) -> None:
    browser = site.browser()
    ask(browser, sanne.email)
    right = last_code(sanne.email)
    statuses = [enter_code(browser, "ABCD-EFGH").status_code for _ in range(3)]
    assert statuses[:2] == [400, 400]
    assert enter_code(browser, right).status_code == 409
    assert browser.seen_by_thin is None


def shown(answer: httpx.Response, email: str) -> list[object]:
    headers = sorted(name for name, _ in answer.headers.items() if name != "date")
    return [answer.status_code, headers, answer.text.replace(email, "#")]


def a_password(browser: Browser, email: str) -> list[object]:
    Counted.done.clear()
    return [*shown(with_password(browser, email, WRONG), email), len(Counted.done)]


def a_code(browser: Browser, email: str) -> list[object]:
    asked = shown(ask(browser, email), email)
    session = shown(call(browser, "GET", "auth/session"), email)
    wrong = [shown(enter_code(browser, "NOPE-NOPE"), email) for _ in range(4)]
    again = shown(call(browser, "POST", "auth/code/resend"), email)
    return [asked, session, wrong, again]


@pytest.mark.parametrize("sending", [a_password, a_code])
def test_the_answer_is_the_same_byte_for_byte(
    site: Site,
    everybody: list[str],  # noqa: F811
    sending: Sending,
) -> None:
    of_nobody = sending(site.browser(network="192.0.2.1"), UNKNOWN)
    for number, email in enumerate(everybody):
        assert sending(site.browser(network=f"192.0.2.{number + 2}"), email) == of_nobody, email
    if sending is a_password:
        assert of_nobody[-1] == 1


def test_a_code_is_sent_again_alike_whoever_it_is(site: Site, sanne: Person) -> None:
    answers = []
    for email in (sanne.email, UNKNOWN):
        browser = site.browser()
        ask(browser, email)
        again = [call(browser, "POST", "auth/code/resend") for _ in range(4)]
        answers.append([shown(one, email) for one in again])
    assert answers[0] == answers[1]
    assert answers[0][0][0] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"[", b"[]", b"null", b'"x"', b"\xff", b"1" * 5000, b'{"a": ' + b"1" * 5000 + b"}",
        b"[" * 20_000, b'{"email": "\\ud800@example.nl", "password": "x"}',
        b'{"email": "a@example.nl", "password": "\\ud800", "credential": "\\ud800"}',
        b'{"email": "' + b"a" * 40_000 + b'"}',
    ],
    ids=lambda body: body[:20],
)  # fmt: skip
def test_what_is_no_plain_json_is_refused_in_words(site: Site, body: bytes) -> None:
    kind = {"content-type": "application/json"}
    browser = site.browser()
    for path in ("auth/login", "auth/code/request", "auth/webauthn/login"):
        sent = browser.client.post(API + path, content=body, headers=HERE | kind)
        answer = browser.loop.run(sent)
        assert answer.status_code in (400, 413), answer.text
        assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize(
    "said", [{}, [], "x", 1, "[" * 20_000, "1" * 5000, "\x00", {"id": "x", "response": {}}]
)
def test_what_is_no_passkey_is_refused_in_words(site: Site, said: object) -> None:
    browser = site.browser()
    options = call(browser, "GET", "auth/webauthn/login").json()["data"]["request_options"]
    assert options["publicKey"].get("allowCredentials", []) == []
    assert call(browser, "POST", "auth/webauthn/login", credential=said).status_code == 400
    # And neither by the page.
    text = said if isinstance(said, str) else json.dumps(said)
    assert browser.post("/accounts/passkeys/enter/", {"credential": text}).status_code < 500


def test_values_of_another_kind_are_refused(site: Site, sanne: Person) -> None:
    for wrong in ([], {}, [sanne.email], {"a": 1}, 1, True, None, 1e999):
        browser = site.browser()
        assert call(browser, "POST", "auth/login", email=wrong, password=wrong).status_code == 400
        assert call(browser, "POST", "auth/code/request", email=wrong).status_code == 400


def test_an_unproved_address_is_not_proved_here(site: Site, sanne: Person) -> None:
    enrol("piet@example.nl", verified=False)
    piet = Person.objects.get(email="piet@example.nl")
    piet.password = sanne.password
    piet.save()
    browser = site.browser()
    assert with_password(browser, piet.email).status_code == 401
    assert browser.seen_by_thin is None


def test_an_address_of_a_partys_domain_is_led_there_and_gets_no_code(site: Site) -> None:
    site.connect(replace(connection(), mail_domains=("acme.com",)), Provider())
    browser = site.browser()
    asked = ask(browser, "ada@acme.com")
    assert asked.status_code == 409
    assert asked.json()["meta"]["sign_in_with"] == "/accounts/with/acme/"
    assert not DemoMail.objects.exists()
    led = browser.get("/accounts/with/acme/").headers["location"]
    assert led.startswith("https://")


def test_whoever_came_by_a_party_is_led_out_there_too(site: Site, sanne: Person) -> None:
    provider = Provider()
    site.connect(connection(logout=(Logout.RP,)), provider)
    browser = signed_in(site, provider, "a")
    assert call(browser, "GET", "auth/session").json()["data"]["user"]["email"] == sanne.email
    out = call(browser, "DELETE", "auth/session")
    assert out.status_code == 401
    assert out.json()["meta"]["sign_out_there"].startswith(f"{ISSUER}/out?")
    assert browser.seen_by_thin is None


def test_staff_take_two_steps_here_too(build: Callable[..., Site]) -> None:
    real = build(demo=False, headless=True)
    mila, _ = enrol("mila@example.nl", name="Mila", staff_roles=("service",), verified=True)
    mila.set_password(PASSWORD)
    mila.save()
    browser = real.browser()
    assert with_password(browser, mila.email).status_code == 200
    assert browser.get("/staff").headers["location"].startswith("/accounts/two-step/needed/")
    app = connect(browser)

    again = real.browser()
    asked = with_password(again, mila.email)
    assert (asked.status_code, pending(asked)) == (401, ["mfa_authenticate"])
    assert again.get("/staff").status_code == 404
    assert call(again, "POST", "auth/2fa/authenticate", code=app.code(1)).status_code == 200
    assert again.get("/staff").status_code == 200


def test_a_sign_in_that_was_ended_elsewhere_is_over_here(site: Site, sanne: Person) -> None:
    browser = site.browser()
    with_password(browser, sanne.email)
    end_everywhere(sanne)
    assert call(browser, "GET", "auth/session").status_code == 401
