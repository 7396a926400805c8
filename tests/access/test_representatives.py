"""A customer lets somebody else act for them: by invitation, in sight, and no further than said."""

import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from balie.access.viewer import PRIVATE, SOMEBODY, Behind
from balie.backstage.actions import Action
from balie.backstage.process.letters import Template, written
from balie.backstage.process.posting import with_sender
from balie.identity.reader import Represented, SignIn, fingerprint, judge
from tests.frontstage.site import site
from tests.running import Portal, portal

SANNE, BRAM, MILA = "sanne@example.nl", "bram@example.nl", "mila@example.nl"
THOMAS, NOOR = "thomas@example.org", "noor@example.org"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
HERE = {"Sec-Fetch-Site": "same-origin"}
JSON = {"Accept": "application/json"}
HERS = "/bestellingen/VO-26088"
LETTING = "/accounts/representatives/"
ACTING_FOR = "/accounts/acting-for/"
BANNER = "U handelt voor Sanne"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def running(state: Path) -> Iterator[Portal]:
    with portal(state) as here:
        yield here


@pytest.fixture(scope="module")
def sanne(running: Portal) -> Iterator[httpx.Client]:
    with closing(running.signed_in(SANNE)) as client:
        client.get("/")
        yield client


@pytest.fixture(scope="module")
def thomas(running: Portal, sanne: httpx.Client, state: Path) -> Iterator[httpx.Client]:
    """Somebody whom no system knows, whom Sanne invited, and who took it up."""
    with running.telling.browser(running.url) as client:
        invited(sanne, THOMAS)
        client.get(way_in(state, THOMAS))
        signed_in(client, state, THOMAS)
        taken = sent(client, "/accounts/invitations/", {})
        assert taken.headers["location"] == ACTING_FOR
        yield client


@pytest.fixture
def acting(thomas: httpx.Client, state: Path) -> httpx.Client:
    """Thomas, who acts for Sanne."""
    with database(state) as rows:
        rows.execute("UPDATE representation SET ended = NULL, ends = NULL, begins = 0")
    assert chosen(thomas).status_code == 302
    return thomas


def sent(
    client: httpx.Client, address: str, data: Mapping[str, str], page: str = ""
) -> httpx.Response:
    page = page or "/accounts/logout/"  # any form of the site has the token of this browser
    token = TOKEN.search(client.get(page).text)
    assert token is not None, client.get(page).text
    referer = str(client.base_url).rstrip("/") + page
    whole = {**data, "csrfmiddlewaretoken": token[1]}
    return client.post(address, data=whole, headers={"Referer": referer})


def invited(client: httpx.Client, mail: str, **dates: str) -> httpx.Response:
    return sent(client, f"{LETTING}invite/", {"email": mail, **dates})


def database(state: Path) -> sqlite3.Connection:
    return sqlite3.connect(state / "balie" / "balie.db", isolation_level=None)


def asked(state: Path, question: str, *values: str) -> list[tuple[str, ...]]:
    with closing(database(state)) as rows:
        return list(rows.execute(question, values))


def id_of(state: Path, mail: str) -> str:
    return asked(state, "SELECT id FROM person WHERE email = ?", mail)[0][0]


def mails(state: Path, to: str) -> list[str]:
    said = 'SELECT body FROM demo_mail WHERE "to" = ? ORDER BY id DESC'
    return [body for (body,) in asked(state, said, to)]


def way_in(state: Path, mail: str) -> str:
    found = re.search(r"(/accounts/invitations/\S+/)", mails(state, mail)[0])
    assert found is not None
    return found[1]


def signed_in(client: httpx.Client, state: Path, mail: str) -> None:
    page = sent(client, "/accounts/login/code/", {"email": mail}, "/accounts/login/")
    code = re.search(r"^(\w{3,}-?\w{3,})$", mails(state, mail)[0], re.MULTILINE)
    assert code is not None, mails(state, mail)[0]
    enter = page.headers["location"]
    done = sent(client, enter, {"code": code[1]}, enter)
    assert done.status_code == 302, done.text


def representation(state: Path, of: str = SANNE, by: str = THOMAS) -> str:
    said = "SELECT id FROM representation WHERE represented_id = ? AND representative_id = ?"
    return asked(state, said, id_of(state, of), id_of(state, by))[0][0]


def end_of(representation: str) -> str:
    return f"{LETTING}end/{UUID(representation)}/"


def chosen(client: httpx.Client, id_: str = "") -> httpx.Response:
    page = client.get(ACTING_FOR).text
    found = re.search(r'name="person" value="(\w+)"', page)
    return sent(client, ACTING_FOR, {"person": id_ or (found[1] if found else "")})


def told(state: Path, what: str) -> list[tuple[str, ...]]:
    return asked(state, "SELECT who, about, record FROM audit WHERE what = ? ORDER BY id", what)


# ---- what they see and do


def test_one_sees_what_the_customer_sees_with_a_banner_on_every_page(
    acting: httpx.Client, sanne: httpx.Client, state: Path
) -> None:
    for address in ("/", "/bestellingen", HERS, "/facturen", "/retour/nieuw"):
        mine, theirs = sanne.get(address), acting.get(address)
        assert (mine.status_code, theirs.status_code) == (200, 200), address
        assert BANNER in theirs.text
        assert BANNER not in mine.text
        seen, hers = acting.get(address, headers=JSON), sanne.get(address, headers=JSON)
        if "json" in hers.headers["content-type"] and address != "/":
            assert blocks(seen) == blocks(hers), address
    thomas, sannes = id_of(state, THOMAS), id_of(state, SANNE)
    assert told(state, "represented")[-1] == (thomas, sannes, "/retour/nieuw")
    assert "U handelt voor" not in acting.get("/accounts/").text  # about oneself


def blocks(answer: httpx.Response) -> object:
    return answer.json().get("blocks")


def test_a_step_that_is_not_said_is_not_there_and_nothing_of_others_is(
    acting: httpx.Client, sanne: httpx.Client
) -> None:
    assert sanne.get("/gegevens").status_code == 200
    for address in ("/gegevens", "/bestellingen/VO-26107", "/gegevens/facturen"):
        assert acting.get(address).status_code == 404, address
        assert acting.get(address, headers=JSON).status_code == 404
    assert acting.post("/gegevens", data={}, headers=HERE).status_code == 404
    assert "/gegevens" not in acting.get("/").text


def test_the_customer_reads_who_was_there(acting: httpx.Client, sanne: httpx.Client) -> None:
    acting.get("/bestellingen")
    looked = sanne.get("/accounts/looked/").text
    assert "Was hier namens u" in looked
    assert THOMAS in looked
    assert THOMAS in sanne.get("/accounts/").text
    assert THOMAS in sanne.get(LETTING).text


def test_what_is_sent_says_who_sent_it(
    acting: httpx.Client, sanne: httpx.Client, state: Path
) -> None:
    headers = {**HERE, **JSON, "Idempotency-Key": "for-sanne"}
    answer = acting.post("/vraag/nieuw", data={"text": "Waar blijft het?"}, headers=headers)
    assert answer.status_code == 201, answer.text
    address = answer.headers["location"]
    assert f"Verstuurd door {THOMAS}." in sanne.get(address).text
    assert f"Verstuurd door {THOMAS}." in acting.get(address).text
    both = (id_of(state, SANNE), id_of(state, THOMAS), "")
    said = "SELECT person, behind, behind_team FROM action WHERE behind <> ''"
    assert asked(state, said) == [both]
    assert id_of(state, THOMAS) in [line[0] for line in told(state, "accepted")]


def test_the_mail_about_it_says_who_sent_it() -> None:
    blueprint = site().blueprint
    text = Template("We have it", "Thank you.", "en")
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    action = Action(
        id="1",
        reference="R7K2-94QD",
        step="ask-question",
        version="1",
        person="f",
        acting_for=None,
        language="en",
        token="",
        digest="",
        at=at,
        sent_by="Karim <b>",
    )
    letter = written(with_sender(blueprint, text, action), {"sender": "Karim <b>"}.__getitem__, "")
    assert letter.text == "Thank you.\n\nThis was sent by Karim <b>, who acts for you."
    assert "Karim &lt;b&gt;, who acts for you." in letter.html
    assert with_sender(blueprint, text, replace(action, sent_by="")) is text
    assert with_sender(blueprint, text, None) is text


# ---- ended


def test_the_customer_ends_it_and_the_other_is_out_at_once(
    acting: httpx.Client, sanne: httpx.Client, state: Path
) -> None:
    assert acting.get(HERS).status_code == 200
    ended = sent(sanne, end_of(representation(state)), {})
    began = time.monotonic()
    out = acting.get(HERS)
    assert time.monotonic() - began < 1
    assert (out.status_code, ended.status_code) == (303, 302)
    assert out.headers["location"].startswith(ACTING_FOR)
    assert acting.get(HERS, headers=JSON).status_code == 409
    assert acting.post("/vraag/nieuw", data={"text": "x"}, headers=HERE).status_code == 409
    assert "niet meer namens iemand" in asked(
        state, 'SELECT subject FROM demo_mail WHERE "to" = ? ORDER BY id DESC', THOMAS
    )[0][0]  # fmt: skip
    assert chosen(acting, representation(state)).status_code == 404


def test_the_other_stops_and_the_customer_reads_it(
    acting: httpx.Client, sanne: httpx.Client, state: Path
) -> None:
    assert sent(acting, end_of(representation(state)), {}).status_code == 302
    assert acting.get(HERS).status_code == 303
    assert THOMAS not in sanne.get(LETTING).text
    assert "niet meer namens u" in mails(state, SANNE)[0]
    assert sent(acting, end_of(representation(state)), {}).status_code == 404


@pytest.mark.parametrize(
    "dates",
    [
        "UPDATE representation SET ends = strftime('%s')",  # over just now
        "UPDATE representation SET ends = 1",
        "UPDATE representation SET begins = strftime('%s') + 3600",  # not yet
        "UPDATE representation SET representative_id = represented_id",  # somebody else's by now
    ],
)
def test_one_is_out_when_a_date_passes(acting: httpx.Client, state: Path, dates: str) -> None:
    before = asked(state, "SELECT representative_id FROM representation")[0][0]
    with closing(database(state)) as rows:
        rows.execute(dates)
    try:
        assert acting.get(HERS).status_code == 303
        assert HERS not in acting.get("/").text
        assert chosen(acting, representation_id(state)).status_code == 404
    finally:
        with closing(database(state)) as rows:
            rows.execute(
                "UPDATE representation SET ends = NULL, begins = 0, representative_id = ?",
                [before],
            )


def representation_id(state: Path) -> str:
    return asked(state, "SELECT id FROM representation ORDER BY since")[0][0]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE person SET is_active = 0 WHERE email = ?",
        "UPDATE person SET is_staff = 1 WHERE email = ?",
        "UPDATE person SET staff_roles = '[\"x\"]' WHERE email = ?",
    ],
)
def test_one_is_out_when_the_customer_is_none_any_more(
    acting: httpx.Client, state: Path, change: str
) -> None:
    with closing(database(state)) as rows:
        rows.execute(change, [SANNE])
    try:
        assert acting.get(HERS).status_code == 303
    finally:
        with closing(database(state)) as rows:
            rows.execute(
                "UPDATE person SET is_active = 1, is_staff = 0, staff_roles = '[]' WHERE email = ?",
                [SANNE],
            )
    assert acting.get(HERS).status_code == 200


def test_to_stop_is_to_be_oneself_again(acting: httpx.Client) -> None:
    page = acting.get(ACTING_FOR).text
    assert "Voor Sanne" in page
    # Somebody whom no system knows is nothing here by themselves, so only others are to choose.
    assert 'name="organisation"' not in page
    assert chosen(acting).status_code == 302


# ---- what others try


def test_a_representation_of_others_is_chosen_and_ended_by_nobody(
    running: Portal, acting: httpx.Client, state: Path
) -> None:
    theirs = representation(state)
    with closing(running.signed_in(BRAM)) as bram:
        assert chosen(bram, theirs).status_code == 404
        assert sent(bram, end_of(theirs), {}).status_code == 404
        assert chosen(bram, uuid4().hex).status_code == 404
        assert sent(bram, end_of(uuid4().hex), {}).status_code == 404
        assert bram.get(HERS).status_code == 404
        # In an organisation administrators say who does what: a buyer lets nobody act.
        assert bram.get(f"{LETTING}invite/").status_code == 404
        assert "handelt namens niemand" in bram.get(LETTING).text
    assert acting.get(HERS).status_code == 200


def test_whoever_acts_lets_no_third_act(
    running: Portal, acting: httpx.Client, sanne: httpx.Client, state: Path
) -> None:
    before = asked(state, "SELECT id FROM invitation")
    assert acting.get(f"{LETTING}invite/").status_code == 404
    assert sent(acting, f"{LETTING}invite/", {"email": NOOR}).status_code == 404
    assert asked(state, "SELECT id FROM invitation") == before
    # Noor acts for Thomas (somebody wrote that row by hand); through him she is never Sanne.
    noor = uuid4().hex
    with closing(database(state)) as rows:
        rows.execute(
            "INSERT INTO person (id, email, name, password, is_active, is_staff, staff_roles,"
            " is_demo, since) SELECT ?, ?, '', password, 1, 0, '[]', 0, since FROM person"
            " WHERE email = ?",
            [noor, NOOR, SANNE],
        )
        rows.execute(
            'INSERT INTO account_emailaddress (email, verified, "primary", user_id)'
            " VALUES (?, 1, 1, ?)",
            [NOOR, noor],
        )
        rows.execute(
            "INSERT INTO representation (id, represented_id, representative_id, begins, ended_by,"
            " since) SELECT ?, representative_id, ?, 0, '', since FROM representation",
            [uuid4().hex, noor],
        )
    with closing(running.signed_in(NOOR)) as client:
        assert chosen(client).status_code == 302
        assert f"U handelt voor {THOMAS}" in client.get("/").text
        assert client.get(HERS).status_code == 404
        assert chosen(client, representation(state)).status_code == 404
    with closing(database(state)) as rows:
        rows.execute("DELETE FROM representation WHERE representative_id = ?", [noor])


def test_an_invitation_is_for_its_address_alone(
    running: Portal, sanne: httpx.Client, state: Path
) -> None:
    invited(sanne, "nicht@example.org")
    address = way_in(state, "nicht@example.org")
    with closing(running.signed_in(BRAM)) as bram:
        bram.get(address)
        assert "Uitnodiging aannemen" not in bram.get("/accounts/invitations/").text
        sent(bram, "/accounts/invitations/", {})
    assert len(asked(state, "SELECT id FROM representation")) == 1
    taken = re.search(
        r'action="(/accounts/representatives/invited/[^"]+)"', sanne.get(LETTING).text
    )
    assert taken is not None
    with closing(running.signed_in(BRAM)) as bram:
        assert sent(bram, taken[1], {}).status_code == 404
    assert sent(sanne, taken[1], {}).status_code == 302
    assert running.signed_out(address).status_code == 404


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"email": SANNE}, "uw eigen adres"),
        ({"email": "x"}, "klopt niet"),
        ({"email": NOOR, "until": "2001-01-01"}, "al voorbij"),
        ({"email": NOOR, "begins": "2031-02-01", "until": "2031-01-01"}, "al voorbij"),
        ({"email": NOOR, "until": "9999-99-99"}, ""),
    ],
)
def test_what_cannot_be_is_refused_with_words(
    sanne: httpx.Client, state: Path, said: dict[str, str], words: str
) -> None:
    before = asked(state, "SELECT id FROM invitation")
    answer = invited(sanne, said["email"], **{k: v for k, v in said.items() if k != "email"})
    assert answer.status_code == 422
    assert words in answer.text
    assert asked(state, "SELECT id FROM invitation") == before


def test_staff_act_for_nobody_in_private(running: Portal, sanne: httpx.Client, state: Path) -> None:
    invited(sanne, MILA)
    address = way_in(state, MILA)
    with closing(running.signed_in(MILA)) as mila:
        assert mila.get(LETTING).status_code == 404
        mila.get(address)
        sent(mila, "/accounts/invitations/", {})
        assert mila.get(ACTING_FOR).status_code == 404
    assert len(asked(state, "SELECT id FROM representation")) == 1


def test_only_so_many_are_invited(sanne: httpx.Client, acting: httpx.Client, state: Path) -> None:
    statuses = [invited(sanne, f"n{number}@example.org").status_code for number in range(5)]
    assert 422 in statuses
    assert statuses == sorted(statuses)
    open_ones = asked(state, "SELECT id FROM invitation WHERE taken_up IS NULL AND revoked IS NULL")
    assert len(open_ones) == 4  # and Thomas


# ---- judged


FATIMA = Represented(
    person="f",
    email="fatima@example.org",
    name="Fatima Jansen",
    is_active=True,
    is_staff=False,
    begins=100,
    ends=900,
    links={"contact": ("c-1",)},
)
KARIM = SignIn(
    person="k",
    email="karim@example.org",
    name="Karim",
    is_active=True,
    is_staff=False,
    staff_roles=frozenset(),
    password="p",
    fingerprint=fingerprint("p"),
    expires=1000,
    acting_for=SOMEBODY,
    links={"contact": ("c-2",)},
    level=2,
    level_at=50,
    represented=FATIMA,
    may_represent=True,
)


def test_one_is_the_customer_with_oneself_behind() -> None:
    visitor = judge(KARIM, 899)
    assert visitor is not None
    assert (visitor.person, visitor.email, visitor.links) == ("f", FATIMA.email, FATIMA.links)
    assert visitor.behind == Behind(
        person="k", name="Karim", teams=frozenset(), until=900, represents=True
    )
    assert (visitor.acting_for, visitor.may_represent) == (PRIVATE, False)
    assert (visitor.level, visitor.level_at) == (2, 50)  # proved by who is there
    assert KARIM.same_until(500) == 900


@pytest.mark.parametrize(
    ("sign_in", "now"),
    [
        (replace(KARIM, represented=None), 500),  # ended
        (KARIM, 99),
        (KARIM, 900),
        (replace(KARIM, represented=replace(FATIMA, is_active=False)), 500),
        (replace(KARIM, represented=replace(FATIMA, is_staff=True)), 500),
    ],
)
def test_over_is_to_choose_again_as_oneself(sign_in: SignIn, now: float) -> None:
    visitor = judge(sign_in, now)
    assert visitor is not None
    assert (visitor.person, visitor.acting_for, visitor.behind) == ("k", SOMEBODY, None)


@pytest.mark.parametrize(
    "sign_in",
    [
        replace(KARIM, is_staff=True),
        replace(KARIM, staff_roles=frozenset({"service"})),
        replace(KARIM, acts=True),  # staff as Karim are not Fatima
        replace(KARIM, acts=True, behind=replace(KARIM, is_staff=True, represented=None)),
        replace(KARIM, expires=500),
        replace(KARIM, fingerprint="another password"),
        replace(KARIM, is_active=False),
    ],
)
def test_nobody_is_who_cannot_be(sign_in: SignIn) -> None:
    assert judge(sign_in, 500) is None
