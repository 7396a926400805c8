"""The app with codes and the recovery codes, from connecting to taking away."""

import json
import re
import time
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.fernet import Fernet
from pytest_django import Settings

from balie.identity.factors.codes import PERIOD
from balie.identity.factors.second_steps import Factors
from balie.identity.models import DemoMail, Person, Session
from balie.identity.sessions import SessionStore
from tests.browser import PASSWORD, Browser
from tests.identity.conftest import Site, last_code

APP = "/accounts/two-step/app/"
ENTER = "/accounts/two-step/enter/"


def code_of(secret: str, later: int = 0) -> str:
    """The code that an app shows, so many periods from now."""
    return format_hotp_value(hotp_value(secret, int(time.time() // PERIOD) + later))


@dataclass(frozen=True)
class App:
    """An app that was connected, in a period of half a minute, and its recovery codes."""

    secret: str
    period: int
    recovery: list[str]

    def code(self, later: int = 0) -> str:
        """What it shows so many periods after the one in which it was connected."""
        return format_hotp_value(hotp_value(self.secret, self.period + later))


def connect(browser: Browser) -> App:
    """Connects an app."""
    page = browser.get(APP).text
    shown = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert shown, page
    secret = shown[1].replace(" ", "")
    # The browser's `post` would ask for the page again, and so for another secret.
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    app = App(secret, int(time.time() // PERIOD), [])
    done = browser.loop.run(
        browser.client.post(
            APP,
            data={"csrfmiddlewaretoken": token[1], "code": app.code()},
            headers={"origin": "http://127.0.0.1:8000"},
        )
    )
    codes = browser.get(done.headers["location"]).text
    app.recovery.extend(map("".join, re.findall(r"<code>(\d{4}) (\d{4})</code>", codes)))
    return app


def test_an_app_is_connected_and_asked_for_at_the_next_sign_in(site: Site, sanne: Person) -> None:
    browser = site.browser()
    browser.sign_in(sanne.email)
    app = connect(browser)
    assert len(set(app.recovery)) == 10

    again = site.browser()
    led = again.sign_in(sanne.email)
    assert led.headers["location"] == ENTER
    assert again.seen_by_thin is None
    assert "Nog één stap" in again.get(ENTER).text
    # The code that connected the app is used: it opens nothing more.
    assert again.post(ENTER, {"code": app.code()}).status_code == 422
    entered = again.post(ENTER, {"code": app.code(1)})
    assert entered.headers["location"] == "/"
    assert again.seen_by_thin is not None
    assert "staat aan" in DemoMail.objects.filter(to=sanne.email).first().subject


def test_a_code_counts_once_and_never_one_of_before_it(site: Site, sanne: Person) -> None:
    browser = site.browser()
    browser.sign_in(sanne.email)
    app = connect(browser)

    first, second = site.browser(), site.browser()
    for one in (first, second):
        one.sign_in(sanne.email)
    assert first.post(ENTER, {"code": app.code(1)}).status_code == 302
    assert second.post(ENTER, {"code": app.code(1)}).status_code == 422
    assert second.post(ENTER, {"code": app.code(-1)}).status_code == 422
    assert second.seen_by_thin is None


def test_a_recovery_code_opens_once_and_the_page_counts_what_is_left(
    site: Site, sanne: Person
) -> None:
    browser = site.browser()
    browser.sign_in(sanne.email)
    app = connect(browser)
    assert "<code>" not in browser.get("/accounts/two-step/codes/").text

    first, second = site.browser(), site.browser()
    for one in (first, second):
        one.sign_in(sanne.email)
    assert first.post(ENTER, {"code": app.recovery[3]}).status_code == 302
    assert second.post(ENTER, {"code": app.recovery[3]}).status_code == 422
    assert "Nog 9 van de 10 codes over" in first.get("/accounts/").text

    new = first.post("/accounts/two-step/codes/new/")
    assert "<code>" in first.get(new.headers["location"]).text
    third = site.browser()
    third.sign_in(sanne.email)
    assert third.post(ENTER, {"code": app.recovery[4]}).status_code == 422


def test_secrets_are_sealed_and_keys_may_rotate(
    site: Site, sanne: Person, settings: Settings
) -> None:
    browser = site.browser()
    browser.sign_in(sanne.email)
    app = connect(browser)
    kept = " ".join(str(one.data) for one in Authenticator.objects.filter(user=sanne))
    assert not [plain for plain in (app.secret, *app.recovery) if plain in kept]

    sealed = Authenticator.objects.get(user=sanne, type="totp").data["secret"]
    settings.SECRETS_SEALED_WITH = [Fernet.generate_key().decode(), *settings.SECRETS_SEALED_WITH]
    assert Factors().decrypt(sealed) == app.secret
    assert Factors().encrypt(app.secret) != sealed


def test_whoever_sits_down_at_an_open_browser_is_asked_who_they_are(
    site: Site, sanne: Person, settings: Settings
) -> None:
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    browser = site.browser()
    browser.sign_in(sanne.email)
    for page in (APP, "/accounts/passkeys/add/", "/accounts/address/"):
        asked = browser.get(page)
        assert asked.headers["location"].startswith("/accounts/reauthenticate/?next="), page

    sanne.set_unusable_password()
    sanne.save()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    other = site.browser()
    begun = other.post("/accounts/login/code/", {"email": sanne.email})
    other.post(begun.headers["location"], {"code": last_code(sanne.email)})
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    asked = other.get(APP).headers["location"]
    assert asked == "/accounts/reauthenticate/mail/?next=%2Faccounts%2Ftwo-step%2Fapp%2F"
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    other.post(asked, {"action": "send"})
    assert other.post(asked, {"code": "NOPE-NOPE"}).status_code == 422
    proved = other.post(asked, {"code": last_code(sanne.email)})
    assert proved.headers["location"] == APP
    assert other.get(APP).status_code == 200


def test_what_was_sent_too_late_is_kept_nowhere(
    site: Site, sanne: Person, settings: Settings
) -> None:
    browser = site.browser()
    browser.sign_in(sanne.email)
    connect(browser)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    new = "een heel geheim wachtwoord"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    sent = browser.post("/accounts/password/change/", form, page="/accounts/logout/")
    assert sent.headers["location"].startswith("/accounts/two-step/again/?next=")
    kept = [SessionStore().decode(one.session_data) for one in Session.objects.all()]
    assert new not in str(kept)


def test_a_code_by_mail_is_one_step_too(site: Site, sanne: Person) -> None:
    browser = site.browser()
    browser.sign_in(sanne.email)
    app = connect(browser)
    other = site.browser()
    asked = other.post("/accounts/login/code/", {"email": sanne.email})
    entered = other.post(asked.headers["location"], {"code": last_code(sanne.email)})
    assert entered.headers["location"] == ENTER
    assert other.seen_by_thin is None
    assert other.post(ENTER, {"code": app.code(1)}).status_code == 302
    assert other.seen_by_thin is not None


ANSWER = {"id": "AA", "rawId": "AA", "type": "public-key"}
RUBBISH = [
    *("", "x", "[]", "{}", "null", "1", '"text"', '{"id": 1}', '{"response": []}'),
    *(
        json.dumps(ANSWER | {"response": {"clientDataJSON": "e30"} | more})
        for more in (
            {"authenticatorData": "AA", "signature": "AA", "userHandle": "AA"},
            {"authenticatorData": "AA", "signature": "AA", "userHandle": 5},
            {"attestationObject": "AA"},
        )
    ),
]


def test_rubbish_for_a_passkey_is_answered_in_words(site: Site, sanne: Person) -> None:
    owner = site.browser()
    owner.sign_in(sanne.email)
    for number, rubbish in enumerate(RUBBISH):
        stranger = site.browser(network=f"192.0.2.{number}")
        stranger.get("/accounts/passkeys/enter/", headers={"accept": "application/json"})
        form = {"credential": rubbish}
        answer = stranger.post("/accounts/passkeys/enter/", form, page="/accounts/login/")
        assert answer.status_code == 302, rubbish
        made = owner.post("/accounts/passkeys/add/", form | {"name": "x"})
        assert made.status_code == 422, rubbish
    assert not Authenticator.objects.exists()
