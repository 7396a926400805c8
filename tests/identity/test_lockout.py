"""What a stranger can do to somebody by trying: nothing that the owner notices."""

import re
from typing import ClassVar

import pytest
from pytest_django import Settings

from balie.identity.models import DemoMail, Person
from balie.store.models import Audit
from tests.browser import Browser
from tests.hashing import Quick
from tests.identity.conftest import Site, last_code

SIGN_IN = "/accounts/login/"


def tries(browser: Browser, email: str, times: int) -> list[int]:
    """Posts wrong passwords, as fast as a program does; the statuses."""
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(SIGN_IN).text)
    assert token
    form = {"login": email, "password": "niet dit wachtwoord", "csrfmiddlewaretoken": token[1]}
    headers = {"origin": "http://127.0.0.1:8000"}

    async def post_all() -> list[int]:
        return [
            (await browser.client.post(SIGN_IN, data=form, headers=headers)).status_code
            for _ in range(times)
        ]

    return browser.loop.run(post_all())


class Counted(Quick):
    """The site's hash, and how often it ran."""

    done: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str) -> str:
        self.done.append("encode")
        return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        self.done.append("verify")
        return bool(super().verify(password, encoded))


@pytest.fixture
def hashed(settings: Settings) -> list[str]:
    """Every time that the expensive hash runs."""
    settings.PASSWORD_HASHERS = ["tests.identity.test_lockout.Counted"]
    Counted.done.clear()
    return Counted.done


@pytest.mark.proof
def test_a_thousand_wrong_tries_keep_the_owner_out_nowhere(site: Site, sanne: Person) -> None:
    known = site.browser(network="198.51.100.1")
    assert known.sign_in(sanne.email).status_code == 302
    known.post("/accounts/logout/")
    assert known.seen_by_thin is None

    strangers = [site.browser(network=f"203.0.113.{number}") for number in range(20)]
    for stranger in strangers:
        assert set(tries(stranger, sanne.email, 50)) == {422}

    # From the browser that she signed in with before: with her password, as always.
    assert known.sign_in(sanne.email).status_code == 302
    assert known.seen_by_thin is not None
    # From a new one: not with the password, for who could tell her from them; with a code by mail.
    new = site.browser(network="192.0.2.77")
    refused = new.sign_in(sanne.email)
    assert refused.status_code == 422
    assert "te veel pogingen" in refused.text
    asked = new.post("/accounts/login/code/", {"email": sanne.email})
    new.post(asked.headers["location"], {"code": last_code(sanne.email)})
    assert new.seen_by_thin is not None


def test_a_stranger_tries_five_passwords_and_no_more(
    site: Site, sanne: Person, hashed: list[str]
) -> None:
    tries(site.browser(), sanne.email, 8)
    assert len(hashed) == 5
    hashed.clear()
    tries(site.browser(network="2001:db8::1"), "nobody@example.nl", 8)
    assert len(hashed) == 5


def test_one_network_of_ipv6_is_one_stranger(site: Site, sanne: Person) -> None:
    networks = [f"2001:db8:0:1:{number:x}::1" for number in range(1, 8)]
    for network in networks:
        site.browser(network=network).post("/accounts/login/code/", {"email": sanne.email})
    assert DemoMail.objects.filter(to=sanne.email).count() == 3


def test_a_flood_of_codes_does_not_take_the_owners_code_away(site: Site, sanne: Person) -> None:
    for _ in range(8):
        site.browser(network="203.0.113.5").post("/accounts/login/code/", {"email": sanne.email})
    assert DemoMail.objects.filter(to=sanne.email).count() == 3

    owner = site.browser(network="192.0.2.8")
    asked = owner.post("/accounts/login/code/", {"email": sanne.email})
    owner.post(asked.headers["location"], {"code": last_code(sanne.email)})
    assert owner.seen_by_thin is not None

    # Many networks together fill a mailbox with thirty mails an hour at most; the owner's known
    # browser has a count of its own.
    for number in range(30):
        other = site.browser(network=f"203.0.114.{number}")
        other.post("/accounts/login/code/", {"email": sanne.email})
    assert DemoMail.objects.filter(to=sanne.email).count() == 30
    owner.post("/accounts/logout/")
    asked = owner.post("/accounts/login/code/", {"email": sanne.email})
    owner.post(asked.headers["location"], {"code": last_code(sanne.email)})
    assert owner.seen_by_thin is not None


def test_a_cookie_that_was_made_up_is_no_known_browser(site: Site, sanne: Person) -> None:
    stranger = site.browser()
    stranger.cookies.set("known", "eyJ4IjoxfQ:1tFake:signature", domain="127.0.0.1")
    tries(stranger, sanne.email, 5)
    assert "te veel pogingen" in stranger.sign_in(sanne.email).text


def test_pages_of_other_parties_answer_so_often_and_no_more(site: Site) -> None:
    browser = site.browser()
    statuses = [browser.get("/accounts/with/nobody/ended/").status_code for _ in range(122)]
    assert statuses == [*[404] * 120, 429, 429]


def test_too_many_tries_stand_in_the_audit_once(site: Site, sanne: Person) -> None:
    tries(site.browser(), sanne.email, 8)
    said = Audit.objects.filter(what="too many tries").values_list("who", "about", "more")
    assert list(said) == [("", sanne.pk.hex, "password, strangers")]
