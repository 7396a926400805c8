"""Staff act as a customer: for a reason and a short time, in sight, and no further than allowed."""

import asyncio
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from balie.access.acting import Extent, extent_of, team_of
from balie.access.viewer import Behind, Visitor
from balie.backstage.auditing import Line
from balie.blueprint.model import Blueprint, Colleague
from balie.blueprint.source import Text
from balie.frontstage.acting import Acting
from balie.frontstage.asking import Ask
from balie.frontstage.looks import Appearance
from balie.frontstage.preferences import Preferences
from balie.identity.reader import SignIn, fingerprint, judge
from tests.access.test_every_route import CASES, FIXED, PUBLIC
from tests.frontstage.site import site
from tests.running import Portal, portal
from tests.telling import LINDEMAN

RETURN = "/retour/R-000042"
BRAM, MILA, SANNE = "bram@example.nl", "mila@example.nl", "sanne@example.nl"
WHO = re.compile(r'name="who" value="([^"]+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
HERE = {"Sec-Fetch-Site": "same-origin"}
ACTING = "balie-as"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def running(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The example, in which one more team may only look."""
    folder = tmp_path_factory.mktemp("blueprint") / "lindeman"
    shutil.copytree(LINDEMAN, folder)
    story, accounts = folder / "story.yaml", "accounts: {name: Administratie"
    assert accounts in story.read_text()
    reads = f"{accounts}, may act for customers: read"
    story.write_text(story.read_text().replace(accounts, reads))
    with portal(state, folder) as here:
        for person in (BRAM, SANNE):
            with closing(here.signed_in(person)):
                pass
        yield here


@pytest.fixture
def mila(running: Portal) -> Iterator[httpx.Client]:
    with closing(running.signed_in(MILA)) as client:
        yield client


def sent(client: httpx.Client, address: str, data: dict[str, str], page: str) -> httpx.Response:
    """A form of staff's pages, with the token of a page."""
    token = TOKEN.search(client.get(page).text)
    assert token is not None
    referer = str(client.base_url).rstrip("/") + page
    return client.post(
        address, data={**data, "csrfmiddlewaretoken": token[1]}, headers={"Referer": referer}
    )


def looking_along(client: httpx.Client, mail: str) -> str:
    found = sent(client, "/staff/search", {"words": mail}, "/staff/search")
    who = WHO.search(found.text)
    assert who is not None, found.text
    looks = sent(client, "/staff/look", {"who": who[1], "why": "calls"}, "/staff/search")
    return str(looks.headers["location"])


def acting_as(client: httpx.Client, mail: str) -> None:
    address = looking_along(client, mail)
    begun = sent(client, f"{address}/act", {}, address)
    assert (begun.status_code, begun.headers["location"]) == (302, "/")
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def told(state: Path, what: str) -> list[tuple[str, ...]]:
    """Lines of the audit: who, about, more, record."""
    with closing(sqlite3.connect(state / "balie" / "balie.db")) as rows:
        asked = "SELECT who, about, more, record FROM audit WHERE what = ? ORDER BY id"
        return list(rows.execute(asked, [what]))


def id_of(state: Path, mail: str) -> str:
    with closing(sqlite3.connect(state / "balie" / "balie.db")) as rows:
        (found,) = rows.execute("SELECT id FROM person WHERE email = ?", [mail]).fetchone()
        return str(found)


def test_one_sees_the_portal_of_the_customer_with_a_banner_and_stays_oneself_for_staff(
    running: Portal, mila: httpx.Client, state: Path
) -> None:
    acting_as(mila, BRAM)
    page = mila.get("/bestellingen")
    assert page.status_code == 200
    assert "VO-26107" in page.text
    assert 'class="behind"' in page.text
    assert "U bent in het portaal als" in page.text
    assert "Mila" in page.text
    assert mila.get("/bestellingen/VO-26107").status_code == 200
    assert mila.get("/bestellingen/VO-26088").status_code == 404  # of somebody else
    assert mila.get("/facturen").status_code == 404  # of another kind of customer
    assert mila.get("/staff").status_code == 200  # her own
    lines = told(state, "acted as")
    both = (id_of(state, MILA), id_of(state, BRAM), "calls")
    assert lines[-4:] == [
        (*both, "/bestellingen"),
        (*both, "/bestellingen/VO-26107"),
        (*both, "/bestellingen/VO-26088"),
        (*both, "/facturen"),
    ]


def test_the_customers_own_pages_have_no_banner_though_they_were_just_made(
    running: Portal, mila: httpx.Client
) -> None:
    acting_as(mila, BRAM)
    assert 'class="behind"' in mila.get("/bestellingen").text
    with closing(running.signed_in(BRAM)) as bram:
        assert 'class="behind"' not in bram.get("/bestellingen").text
        looked = bram.get("/accounts/looked/").text  # and he sees who looked
    assert "Werkte hier namens u" in looked
    assert "Klantenservice" in looked
    assert "U belde" in looked


def test_pages_about_signing_in_are_staffs_own(running: Portal, mila: httpx.Client) -> None:
    acting_as(mila, BRAM)
    for address in ("/accounts/sessions/", "/accounts/password/change/"):
        assert "Bram" not in mila.get(address).text
    assert "/accounts/" not in links_of(mila.get("/bestellingen").text)


def links_of(page: str) -> str:
    return " ".join(re.findall(r'(?:href|action)="([^"]*)"', page.partition("<footer")[0]))


def test_what_is_sent_bears_both_names(running: Portal, mila: httpx.Client, state: Path) -> None:
    acting_as(mila, BRAM)
    headers = {**HERE, "Accept": "application/json", "Idempotency-Key": "acting"}
    answer = mila.post("/vraag/nieuw", data={"text": "Waar is het?"}, headers=headers)
    assert answer.status_code == 201, answer.text
    address = answer.headers["location"]
    with closing(running.signed_in(BRAM)) as bram:
        assert "Voor u ingevuld door Klantenservice." in bram.get(address).text
    with closing(sqlite3.connect(state / "balie" / "balie.db")) as rows:
        asked = "SELECT person, behind, behind_team FROM action WHERE behind <> ''"
        assert list(rows.execute(asked)) == [(id_of(state, BRAM), id_of(state, MILA), "service")]
    assert id_of(state, MILA) in [line[0] for line in told(state, "accepted")]
    assert told(state, "acted as")[-1][3] == "/vraag/nieuw"


def test_with_what_a_customer_signs_in_is_not_asked_of_staff(
    running: Portal, mila: httpx.Client
) -> None:
    with closing(running.signed_in(SANNE)) as sanne:
        assert 'name="email"' in sanne.get("/gegevens").text
    acting_as(mila, SANNE)
    form = mila.get("/gegevens").text
    assert 'name="city"' in form
    assert 'name="email"' not in form


def test_one_stops_and_is_oneself_again(running: Portal, mila: httpx.Client, state: Path) -> None:
    acting_as(mila, BRAM)
    kept = mila.cookies[ACTING]
    elsewhere = mila.post("/staff/acting/stop", headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 404
    stopped = mila.post("/staff/acting/stop", headers=HERE)
    assert (stopped.status_code, stopped.headers["location"]) == (302, "/staff")
    assert ACTING not in mila.cookies
    assert told(state, "stopped acting as")[-1][:2] == (id_of(state, MILA), id_of(state, BRAM))
    mila.cookies.set(ACTING, kept)
    answer = mila.get("/bestellingen")
    assert answer.status_code == 404
    assert answer.headers["set-cookie"].startswith(f"{ACTING}=; Max-Age=0")


def test_signing_out_ends_it(running: Portal, mila: httpx.Client) -> None:
    acting_as(mila, BRAM)
    kept = mila.cookies[ACTING]
    sent(mila, "/accounts/logout/", {}, "/accounts/logout/")
    with running.telling.browser(running.url) as stranger:
        stranger.cookies.set(ACTING, kept)
        assert stranger.get("/bestellingen").status_code == 303  # sign in first


def test_neither_cookie_counts_in_the_place_of_the_other(
    running: Portal, mila: httpx.Client
) -> None:
    acting_as(mila, BRAM)
    kept = mila.cookies[ACTING]
    with running.telling.browser(running.url) as stranger:
        stranger.cookies.set("balie", kept)
        assert stranger.get("/bestellingen").status_code == 303
        assert stranger.get("/staff").status_code == 404
    with running.telling.browser(running.url) as stranger:  # a cookie that was carried away
        stranger.cookies.set(ACTING, kept)
        assert stranger.get("/bestellingen").status_code == 303
    with closing(running.signed_in(BRAM)) as bram:  # nor in the browser of somebody else
        bram.cookies.set(ACTING, kept)
        page = bram.get("/bestellingen")
        assert (page.status_code, 'class="behind"' in page.text) == (200, False)
    with closing(running.signed_in(BRAM)) as bram, running.telling.browser(running.url) as stranger:
        stranger.cookies.set(ACTING, bram.cookies["balie"])
        assert stranger.get("/bestellingen").status_code == 303


def test_one_can_be_nobody_of_staff_and_only_with_the_pass(
    running: Portal, mila: httpx.Client
) -> None:
    address = looking_along(mila, BRAM)
    assert sent(mila, "/staff/looks/rubbish/act", {}, address).status_code == 404
    assert mila.get(f"{address}/act").status_code == 404
    with closing(running.signed_in(BRAM)) as bram:
        assert bram.post(f"{address}/act").status_code in (403, 404)
    assert "Niemand gevonden" in sent(mila, "/staff/search", {"words": MILA}, "/staff/search").text


def test_losing_the_role_ends_it_at_once(running: Portal, state: Path) -> None:
    with closing(running.signed_in(MILA)) as mila:
        acting_as(mila, BRAM)
        assert mila.get("/bestellingen").status_code == 200
        with closing(sqlite3.connect(state / "balie" / "balie.db")) as rows, rows:
            rows.execute("UPDATE person SET staff_roles = '[\"returns\"]' WHERE email = ?", [MILA])
        try:
            began = time.monotonic()
            refused = mila.get("/bestellingen")
            assert time.monotonic() - began < 1
            assert (refused.status_code, "VO-26107" in refused.text) == (403, False)
            assert '/act"' not in mila.get(looking_along(mila, BRAM)).text  # nor can it be begun
        finally:
            with closing(sqlite3.connect(state / "balie" / "balie.db")) as rows, rows:
                roles = '["returns", "service"]'
                rows.execute("UPDATE person SET staff_roles = ? WHERE email = ?", [roles, MILA])


# ---- what somebody reads for their organisation


def test_who_read_which_record_for_an_organisation_is_kept_a_moment_later(
    running: Portal, mila: httpx.Client, state: Path
) -> None:
    before, order, label = told(state, "read"), "/bestellingen/VO-26107", f"{RETURN}/label"
    with closing(running.signed_in(BRAM)) as bram, closing(running.signed_in(SANNE)) as sanne:
        for address in (order, order, "/bestellingen", "/", "/bestellingen/VO-26088"):
            bram.get(address)
        assert bram.get(label, headers={"Accept": "application/json"}).status_code == 200
        assert sanne.get("/bestellingen/VO-26088").status_code == 200  # her own, in private
        acting_as(mila, BRAM)
        assert mila.get(order).status_code == 200  # which is kept as that
        until = time.monotonic() + 10
        while len(told(state, "read")) < len(before) + 2 and time.monotonic() < until:
            time.sleep(0.1)
        lines = told(state, "read")[len(before) :]
        assert lines == [(id_of(state, BRAM), "", "", one) for one in (order, label)]
    with closing(sqlite3.connect(state / "balie" / "balie.db")) as rows:
        asked = "SELECT DISTINCT organisation = '' FROM audit WHERE what = 'read'"
        assert rows.execute(asked).fetchall() == [(0,)]


# ---- to look, at every address and by every method

METHODS = ("POST", "PUT", "DELETE", "QUERY")
SENT = {"text": "Waar is het?", "phone": "0612345678", "reason": "REGRET", "decision": "approve"}
LEADS_AWAY = ("/accounts/logout/", "/staff/acting/stop", "/accounts/demo/bram@example.nl")
"""Where one signs out, stops, or (in a demo) signs in as somebody else."""

OF_THE_CUSTOMER = (
    *("SELECT count(*), max(id) FROM action", "SELECT count(*) FROM draft"),
    *("SELECT count(*) FROM upload", "SELECT count(*) FROM approval WHERE decided_at IS NOT NULL"),
    "SELECT p.email, p.name, p.password, p.is_active FROM person p WHERE p.id = :id",
    "SELECT name, key, ended FROM recognition WHERE person_id = :id",
    "SELECT organisation, role, ends FROM membership WHERE person_id = :id AND source <> 'api'",
    "SELECT cookie, acting_for FROM viewer_session WHERE person_id = :id AND behind_id IS NULL",
)


def of_the_customer(state: Path) -> list[list[tuple[object, ...]]]:
    """All that a request could change for Bram, as it is now."""
    with closing(sqlite3.connect(state / "balie" / "balie.db")) as rows:
        given = {"id": id_of(state, BRAM)}
        return [list(rows.execute(asked, given)) for asked in OF_THE_CUSTOMER]


def as_of(state: Path, roles: str) -> None:
    """Mila is in these teams from now on."""
    with closing(sqlite3.connect(state / "balie" / "balie.db")) as rows, rows:
        rows.execute("UPDATE person SET staff_roles = ? WHERE email = ?", [roles, MILA])


def test_whoever_only_looks_sends_nothing_to_any_address_by_any_method(
    running: Portal, state: Path
) -> None:
    ours = [case.address for cases in CASES.values() for case in cases]
    theirs = [
        case.address for case in FIXED if not case.address.startswith(("/accounts", "/staff"))
    ]
    customers = [
        *ours,
        PUBLIC,
        "/goedkeuren/R7K2-94QD",
        "/ontvangst/R7K2-94QD",
        "/nergens",
        *theirs,
    ]
    own = [case.address for case in FIXED if case.address.startswith(("/accounts", "/staff"))]
    with closing(running.signed_in(BRAM)), closing(running.signed_in(MILA)) as mila:
        as_of(state, '["accounts"]')
        try:
            acting_as(mila, BRAM)
            before = of_the_customer(state)
            for address in dict.fromkeys(customers):
                for method in METHODS:
                    files = (
                        {"photo": ("a.png", b"\x89PNG", "image/png")} if method == "PUT" else None
                    )
                    headers = {**HERE, "Idempotency-Key": f"{method}{address}"[:60]}
                    answer = mila.request(method, address, data=SENT, files=files, headers=headers)
                    assert answer.status_code in (400, 403, 404, 405), (method, address)
            for address in dict.fromkeys(own):  # they are her own, and of no customer
                if address in LEADS_AWAY:
                    continue
                answer = mila.post(address, data=SENT, headers=HERE)
                assert "bram@example.nl" not in answer.text.replace(address, ""), address
            assert of_the_customer(state) == before
            assert mila.get("/bestellingen").status_code == 200  # she is still here, to look
        finally:
            as_of(state, '["returns", "service"]')


def test_the_door_that_ends_it_is_open_to_everybody_and_does_nothing_for_them(
    running: Portal, mila: httpx.Client, state: Path
) -> None:
    """It takes no token of a form, so it may do no more than end what its own browser began."""
    acting_as(mila, BRAM)
    ended, stop = told(state, "stopped acting as"), "/staff/acting/stop"
    with (
        running.telling.browser(running.url) as stranger,
        closing(running.signed_in(SANNE)) as sanne,
    ):
        for browser in (stranger, sanne):
            for headers in (HERE, {"Origin": running.url}):
                answer = browser.post(stop, headers=headers)
                assert (answer.status_code, answer.headers["location"]) == (302, "/staff")
            for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
                assert browser.request(method, stop, headers=HERE).status_code in (404, 405)
            for headers in (
                {},
                {"Origin": "https://evil.example"},
                {"Sec-Fetch-Site": "same-site"},
            ):
                assert browser.post(stop, headers=headers).status_code == 404
        assert sanne.get("/bestellingen").status_code == 200  # and is signed in as before
        stranger.cookies.set(ACTING, mila.cookies[ACTING])
        assert stranger.post(stop, headers=HERE).status_code == 302
    with closing(running.signed_in(MILA)) as elsewhere:  # herself, in another browser
        assert elsewhere.post(stop, headers=HERE).status_code == 302
    assert told(state, "stopped acting as") == ended
    assert 'class="behind"' in mila.get("/bestellingen").text


# ---- judged


COLLEAGUE = SignIn(
    person="m",
    email=MILA,
    name="Mila",
    is_active=True,
    is_staff=True,
    staff_roles=frozenset({"service"}),
    password="p",
    fingerprint=fingerprint("p"),
    expires=1000,
    acting_for=None,
    links={},
)
AS_BRAM = replace(
    COLLEAGUE,
    person="b",
    email=BRAM,
    name="Bram",
    is_staff=False,
    staff_roles=frozenset(),
    expires=900,
    acts=True,
    behind=COLLEAGUE,
    why="calls",
)


def test_it_holds_while_both_sign_ins_do() -> None:
    visitor = judge(AS_BRAM, 899)
    assert visitor is not None
    teams = frozenset({"service"})
    assert visitor.behind == Behind(person="m", name="Mila", teams=teams, until=900, why="calls")
    assert visitor.who != Visitor(person="b", email=BRAM, name="Bram").who


@pytest.mark.parametrize(
    "sign_in",
    [
        replace(AS_BRAM, behind=None),  # signed out
        replace(AS_BRAM, behind=replace(COLLEAGUE, is_active=False)),
        replace(AS_BRAM, behind=replace(COLLEAGUE, is_staff=False)),
        replace(AS_BRAM, behind=replace(COLLEAGUE, fingerprint="another password")),
        replace(AS_BRAM, behind=replace(COLLEAGUE, expires=899)),
        replace(AS_BRAM, behind=AS_BRAM),  # whoever acts does not act as a third
        replace(AS_BRAM, expires=899),
        replace(AS_BRAM, is_active=False),
        replace(AS_BRAM, is_staff=True),  # the customer became a colleague
        replace(AS_BRAM, staff_roles=frozenset({"returns"})),
    ],
)
def test_it_ends_with_whatever_it_rests_on(sign_in: SignIn) -> None:
    assert judge(sign_in, 899) is None


# ---- how far


def staff(**teams: str | None) -> dict[str, Colleague]:
    return {
        id_: Colleague(
            id=Text(id_), name=Text(id_), acts_for_customers=None if one is None else Text(one)
        )
        for id_, one in teams.items()
    }


def test_a_team_goes_as_far_as_the_blueprint_says() -> None:
    teams = staff(returns=None, service="read", accounts="write")
    assert extent_of(teams, {"returns"}) is None
    assert extent_of(teams, {"returns", "service"}) is Extent.READ
    assert extent_of(teams, {"service", "accounts"}) is Extent.WRITE
    assert extent_of(teams, {"of nobody"}) is None
    assert team_of(teams, {"service", "accounts"}) == "accounts"
    assert team_of(teams, {"returns"}) == ""


@pytest.mark.parametrize(
    ("team", "method", "status"),
    [
        ("read", "GET", None),
        ("read", "HEAD", None),
        ("read", "POST", 403),
        ("read", "PUT", 403),
        ("write", "POST", None),
        (None, "GET", 403),
        (None, "POST", 403),
    ],
)
def test_whoever_reads_along_sends_nothing(
    team: str | None, method: str, status: int | None
) -> None:
    here = site()
    blueprint = with_service(here.blueprint, team)
    lines: list[Line] = []

    async def add(line: Line) -> None:
        lines.append(line)

    behind = Behind(person="m", name="Mila", teams=frozenset({"service"}), until=900, why="calls")
    visitor = Visitor(person="b", email=BRAM, behind=behind)
    ask = Ask(
        method=method,
        path="/vraag/nieuw",
        address="/vraag/nieuw",
        preferences=Preferences("nl", Appearance.AUTO),
        visitor=visitor,
    )
    acting = Acting(blueprint, here.views._messages, add)
    answer = asyncio.run(acting.refused(ask, visitor, behind))
    assert (None if answer is None else answer.status) == status
    assert len(lines) == (0 if answer else 1)  # what was refused was not seen either


def with_service(blueprint: Blueprint, team: str | None) -> Blueprint:
    said = None if team is None else Text(team)
    service = replace(blueprint.people.staff["service"], acts_for_customers=said)
    people = replace(blueprint.people, staff={**blueprint.people.staff, "service": service})
    return replace(blueprint, people=people)
