"""Whatever somebody sends about an address: whether we know it cannot be told from the answer."""

import re
from collections.abc import Callable

import pytest
from pytest_django import Settings

from balie.identity.models import Person
from balie.identity.people import close_account, enrol
from tests.browser import Browser
from tests.identity.conftest import Site
from tests.identity.test_lockout import Counted
from tests.identity.test_second_steps import connect

KNOWN = {
    "sanne": "with a password",
    "bramd": "without one",
    "fatim": "closed",
    "joost": "two steps",
}
UNKNOWN = "nobdy@example.nl"
_OF_EACH_ASKING = re.compile(
    r'(name="csrfmiddlewaretoken" value="\w+")|(data-options="[^"]*")|(\w{5}@example\.nl)'
)

Sending = Callable[[Browser, str], list[object]]


@pytest.fixture
def everybody(site: Site, sanne: Person, settings: Settings) -> list[str]:
    """Somebody of each kind; the hash counts how often it runs."""
    for name in ("bramd", "fatim", "joost"):
        enrol(f"{name}@example.nl", verified=True)
    close_account("fatim@example.nl")
    joost = Person.objects.get(email="joost@example.nl")
    joost.password = sanne.password
    joost.save()
    browser = site.browser()
    browser.sign_in(joost.email)
    connect(browser)
    settings.PASSWORD_HASHERS = ["tests.identity.test_lockout.Counted"]
    return [f"{name}@example.nl" for name in KNOWN]


def shown(browser: Browser, path: str, form: dict[str, str]) -> list[object]:
    """All that comes back, and the page after it."""
    answer = browser.post(path, form)
    after = browser.get(answer.headers.get("location", path))
    headers = sorted(name for name, _ in answer.headers.items() if name != "date")
    bodies = [_OF_EACH_ASKING.sub("#", page.text) for page in (answer, after)]
    return [answer.status_code, answer.headers.get("location"), headers, *bodies]


def with_password(browser: Browser, email: str) -> list[object]:
    Counted.done.clear()
    seen = shown(browser, "/accounts/login/", {"login": email, "password": "niet dit wachtwoord"})
    return [*seen, len(Counted.done)]


def with_code(browser: Browser, email: str) -> list[object]:
    seen = shown(browser, "/accounts/login/code/", {"email": email})
    wrong = shown(browser, "/accounts/login/code/confirm/", {"code": "NOPE-NOPE"})
    return [*seen, *wrong]


def new_password(browser: Browser, email: str) -> list[object]:
    seen = shown(browser, "/accounts/password/reset/", {"email": email})
    wrong = shown(browser, "/accounts/password/reset/confirm/", {"code": "NOPE-NOPE"})
    return [*seen, *wrong]


@pytest.mark.parametrize("sending", [with_password, with_code, new_password])
def test_the_answer_is_the_same_byte_for_byte(
    site: Site, everybody: list[str], sending: Sending
) -> None:
    of_nobody = sending(site.browser(network="192.0.2.1"), UNKNOWN)
    for number, email in enumerate(everybody):
        assert sending(site.browser(network=f"192.0.2.{number + 2}"), email) == of_nobody, email
    if sending is with_password:
        assert of_nobody[-1] == 1  # the expensive hash runs once, whoever it is about


def test_it_is_the_same_when_there_were_too_many(site: Site, sanne: Person) -> None:
    answers = []
    for email in (sanne.email, UNKNOWN):
        for number in range(4):
            seen = with_code(site.browser(network="192.0.2.9"), email)
            if number == 3:
                answers.append(seen)
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


def test_what_a_passkey_is_asked_says_nothing_about_anybody(site: Site, sanne: Person) -> None:
    asked = site.browser().get("/accounts/passkeys/enter/", headers={"accept": "application/json"})
    options = asked.json()["request_options"]["publicKey"]
    assert options.get("allowCredentials", []) == []
    assert options["rpId"] == "localhost"
    assert options["userVerification"] == "required"
