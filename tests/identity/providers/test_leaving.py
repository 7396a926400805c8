"""Sessions that end: here, at the other party because of here, and here because of that party."""

import html
import json
import re
import secrets
import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from balie.identity.connections.connection import Logout
from balie.identity.connections.ends import EVENT
from balie.identity.models import Person, ProviderSession, ViewerSession
from balie.systems.errors import Unavailable
from tests.browser import Browser
from tests.identity.conftest import Site
from tests.identity.providers.provider import (
    CLIENT,
    ISSUER,
    Provider,
    connection,
    drops,
    rsa,
    sign,
)

ALL = (Logout.RP, Logout.BACK, Logout.FRONT, Logout.REVOKE)
REVOKE = "http://127.0.0.1:8000/accounts/with/acme/revoke/"


@pytest.fixture
def acme(site: Site, sanne: Person) -> Provider:
    provider = Provider()
    site.connect(connection(logout=ALL), provider)
    return provider


def signed_in(site: Site, provider: Provider, sid: str) -> Browser:
    browser = site.browser()
    provider.sid = sid
    back = provider.authorise(browser.get("/accounts/with/acme/").headers["location"])
    browser.get(f"/accounts/with/acme/back/?{back}")
    assert browser.seen_by_thin is not None
    return browser


def logout_token(provider: Provider, **changes: object) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER, "aud": CLIENT, "iat": now, "exp": now + 120, "sub": "s-1",
        "jti": secrets.token_hex(8), "events": {EVENT: {}},
    } | changes  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    return provider.signed(claims, typ="logout+jwt")


def tell(site: Site, token: str) -> httpx.Response:
    outside = site.browser()
    told = outside.client.post("/accounts/with/acme/logout/", data={"logout_token": token})
    return site.loop.run(told)


def revoke(site: Site, token: str, about: object) -> httpx.Response:
    outside = site.browser()
    asked = outside.client.post(
        "/accounts/with/acme/revoke/",
        content=json.dumps(about),
        headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
    )
    return site.loop.run(asked)


def revocation_token(provider: Provider, **changes: object) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": REVOKE, "iat": now, "exp": now + 120, "jti": now} | changes
    return provider.signed({"jti": "x", **claims}, typ="global-token-revocation+jwt")


def test_the_session_that_ended_there_ends_here_and_no_other(site: Site, acme: Provider) -> None:
    phone, laptop = signed_in(site, acme, "a"), signed_in(site, acme, "b")
    answer = tell(site, logout_token(acme, sid="a"))

    assert (answer.status_code, answer.headers["cache-control"]) == (
        200, "max-age=0, no-cache, no-store, must-revalidate, private",
    )  # fmt: skip
    assert phone.seen_by_thin is None
    assert laptop.seen_by_thin is not None


def test_without_a_session_all_of_that_person_end(site: Site, acme: Provider) -> None:
    browsers = [signed_in(site, acme, sid) for sid in ("a", "b")]
    local = site.browser()
    local.sign_in("sanne@example.nl")
    assert tell(site, logout_token(acme)).status_code == 200

    assert [browser.seen_by_thin for browser in browsers] == [None, None]
    assert local.seen_by_thin is not None  # had nothing to do with that party


def test_a_logout_token_that_is_not_right_ends_nothing(site: Site, acme: Provider) -> None:
    browser = signed_in(site, acme, "a")
    now = int(time.time())
    again = logout_token(acme, sid="other")
    assert tell(site, again).status_code == 200
    wrong = {
        "none": "",
        "rubbish": "x.y.z",
        "encrypted": "a.b.c.d.e",
        "came before": again,
        "not signed": sign({"alg": "none"}, b"{}", rsa()),
        "of another key": sign({"alg": "RS256", "kid": "one"}, b"{}", rsa("other")),
        "an ID token": acme.signed({"iss": ISSUER, "aud": CLIENT, "iat": now, "exp": now + 60,
                                    "sub": "s-1", "jti": "1", "nonce": "n"}),
        "another kind": acme.signed({}, typ="at+jwt"),
        "with a nonce": logout_token(acme, nonce="n"),
        "without the event": logout_token(acme, events={}),
        "with a text for an event": logout_token(acme, events={EVENT: "yes"}),
        "events that are a list": logout_token(acme, events=[EVENT]),
        "of another issuer": logout_token(acme, iss="https://evil.example.com"),
        "for another client": logout_token(acme, aud="other"),
        "old": logout_token(acme, iat=now - 3600, exp=None),
        "run out": logout_token(acme, exp=now - 120),
        "about nobody": logout_token(acme, sub=None),
        "about a list": logout_token(acme, sub=["s-1"]),
        "without a number": logout_token(acme, jti=None),
    }  # fmt: skip
    answers = {name: tell(site, token).status_code for name, token in wrong.items()}

    assert set(answers.values()) == {400}, answers
    assert browser.seen_by_thin is not None
    assert browser.get("/accounts/with/acme/logout/").status_code == 405
    outside = site.browser()
    assert site.loop.run(outside.client.post("/accounts/with/gone/logout/")).status_code == 404


def test_what_a_connection_does_not_tell_is_no_address(site: Site, acme: Provider) -> None:
    site.connect(connection(logout=(Logout.RP,)), acme)
    assert tell(site, logout_token(acme)).status_code == 404
    assert revoke(site, "x", {}).status_code == 404
    assert site.browser().get("/accounts/with/acme/ended/").status_code == 404


def test_a_frame_of_the_provider_ends_a_session(site: Site, acme: Provider) -> None:
    browser, frame = signed_in(site, acme, "a"), site.browser()
    for wrong in ("", "?sid=a", f"?iss={ISSUER}", f"?iss={ISSUER}&sid=a&sid=b", "?iss=x&sid=a"):
        assert frame.get(f"/accounts/with/acme/ended/{wrong}").status_code == 400
    assert frame.get(f"/accounts/with/acme/ended/?iss={ISSUER}&sid=other").status_code == 200
    assert browser.seen_by_thin is not None
    answer = frame.get(f"/accounts/with/acme/ended/?iss={ISSUER}&sid=a")

    assert answer.headers["content-security-policy"].endswith(f"frame-ancestors {ISSUER}")
    assert browser.seen_by_thin is None


@pytest.mark.parametrize(
    "about",
    [
        {"format": "iss_sub", "iss": ISSUER, "sub": "s-1"},
        {"format": "email", "email": "Sanne@example.nl"},
    ],
)
def test_okta_revokes_all_sessions_of_a_person(
    site: Site, acme: Provider, about: dict[str, str]
) -> None:
    browsers = [signed_in(site, acme, sid) for sid in ("a", "b")]
    answer = revoke(site, revocation_token(acme, jti="n-1"), {"sub_id": about})

    assert answer.status_code == 204
    assert [browser.seen_by_thin for browser in browsers] == [None, None]
    assert not ProviderSession.objects.exists()


def test_a_revocation_that_is_not_right_ends_nothing(site: Site, acme: Provider) -> None:
    browser = signed_in(site, acme, "a")
    whom = {"sub_id": {"format": "iss_sub", "iss": ISSUER, "sub": "s-1"}}
    answers = {
        "rubbish": revoke(site, "x", whom).status_code,
        "a logout token": revoke(site, logout_token(acme), whom).status_code,
        "for another address": revoke(site, revocation_token(acme, aud="x"), whom).status_code,
        "a body that is none": revoke(site, revocation_token(acme, jti="1"), []).status_code,
        "another form": revoke(
            site, revocation_token(acme, jti="2"), {"sub_id": {"format": "opaque", "id": "s-1"}}
        ).status_code,
        "nobody we know": revoke(
            site, revocation_token(acme, jti="3"),
            {"sub_id": {"format": "email", "email": "niemand@example.nl"}},
        ).status_code,
    }  # fmt: skip

    assert list(answers.values()) == [401, 401, 401, 400, 400, 404], answers
    assert browser.seen_by_thin is not None


def test_who_signs_out_here_signs_out_there(site: Site, acme: Provider) -> None:
    browser = signed_in(site, acme, "a")
    page = browser.post("/accounts/logout/")
    there = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert page.status_code == 200
    assert there
    assert browser.seen_by_thin is None
    asked = parse_qs(urlsplit(html.unescape(there[1])).query)

    assert there[1].startswith(f"{ISSUER}/out?")
    assert asked["post_logout_redirect_uri"] == ["http://127.0.0.1:8000/accounts/signed-out/"]
    assert asked["client_id"] == [CLIENT]
    assert asked["id_token_hint"][0].count(".") == 2
    assert "U bent uitgelogd" in browser.get("/accounts/signed-out/").text


def test_who_signs_out_at_onewelcomes_own_address_takes_no_token_along(
    site: Site, sanne: Person
) -> None:
    """The address of its own is in no description; it knows the browser by its cookie."""
    provider = Provider()
    there = "https://acme.gw.example.net/terminate_session"
    site.connect(connection(logout=(Logout.TERMINATE,), end_session=there), provider)
    browser = signed_in(site, provider, "a")
    page = browser.post("/accounts/logout/").text
    onward = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)
    assert onward
    assert browser.seen_by_thin is None
    where, _, query = html.unescape(onward[1]).partition("?")
    assert where == there
    assert parse_qs(query) == {
        "post_logout_redirect_uri": ["http://127.0.0.1:8000/accounts/signed-out/"]
    }


def test_who_signed_in_locally_goes_nowhere_else(site: Site, acme: Provider) -> None:
    browser = site.browser()
    browser.sign_in("sanne@example.nl")
    assert browser.post("/accounts/logout/").status_code == 302


def test_a_party_that_is_away_keeps_nobody_signed_in(site: Site, acme: Provider) -> None:
    browser = signed_in(site, acme, "a")
    site.logins.party.providers._known.clear()
    acme.raw["/.well-known/openid-configuration"] = Unavailable("away")

    assert browser.post("/accounts/logout/").status_code == 302
    assert browser.seen_by_thin is None


def test_a_party_without_a_way_out_is_left_alone(site: Site, acme: Provider) -> None:
    acme.discovery = drops("end_session_endpoint")
    assert signed_in(site, acme, "a").post("/accounts/logout/").status_code == 302


def test_somebody_sees_where_they_are_signed_in_and_ends_it(site: Site, acme: Provider) -> None:
    chrome = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36"
    phone, laptop, other = site.browser(), signed_in(site, acme, "b"), signed_in(site, acme, "c")
    phone.client.headers["user-agent"] = chrome
    phone.sign_in("sanne@example.nl")
    page = laptop.get("/accounts/sessions/").text
    assert "Chrome, Android" in page
    assert page.count("Uitloggen op dat apparaat") == 2
    assert "Met acme." in page
    marks = re.findall(r'name="mark" value="(\w{16})"', page)
    assert not ViewerSession.objects.filter(pk__in=marks).exists()

    laptop.post("/accounts/sessions/", {"mark": marks[0]})
    assert (phone.seen_by_thin is None) != (other.seen_by_thin is None)
    laptop.post("/accounts/sessions/", {"mark": "all"})
    assert (phone.seen_by_thin, other.seen_by_thin) == (None, None)
    assert laptop.seen_by_thin is not None


def test_nobody_ends_the_sessions_of_somebody_else(site: Site, acme: Provider) -> None:
    sanne = signed_in(site, acme, "a")
    acme.person |= {"sub": "s-2", "email": "bram@example.nl"}
    site.systems.known["bram@example.nl"] = {"contact": "c-2"}
    bram = signed_in(site, acme, "b")
    signed_in(site, acme, "c")
    mark = re.findall(r'name="mark" value="(\w{16})"', bram.get("/accounts/sessions/").text)[0]
    sanne.post("/accounts/sessions/", {"mark": mark})
    sanne.post("/accounts/sessions/", {"mark": "all"})

    assert ViewerSession.objects.filter(person__email="bram@example.nl").count() == 2
    assert site.browser().get("/accounts/sessions/").status_code == 302
