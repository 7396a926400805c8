"""A letter with a code: whoever has it, and knows number and postcode, becomes known."""

import os
import re
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils.timezone import now

from balie.identity.linking.activation import MOST_OF_A_NETWORK, Asker, Codes, Filled, network_of
from balie.identity.linking.links import links_of
from balie.identity.models import ActivationTry, LetterCode, Person, Recognition
from balie.identity.people import enrol
from balie.site import configuration
from balie.site.letters import codes as codes_of
from tests.browser import Browser
from tests.identity.conftest import Site, last_code

PAGE = "/accounts/activate/"
ASKER = Asker(person="a" * 32, network="203.0.113.9")


@pytest.fixture
def codes(transactional_db: None) -> Codes:
    return codes_of(configuration.read(os.environ))


def letter(codes: Codes, key: str = "c-1", number: str = "10085") -> dict[str, str]:
    code = codes.make("contact", key, number, "3512 AB", now())
    return {"number": number, "postcode": "3512 AB", "code": code}


def links(browser: Browser) -> object:
    seen = browser.seen_by_thin
    assert seen is not None
    return seen["links"]


def test_somebody_signed_in_becomes_known_by_a_letter(
    site: Site, codes: Codes, sanne: Person
) -> None:
    filled = letter(codes)
    browser = site.browser()
    browser.sign_in("sanne@example.nl")
    assert links(browser) == {}

    as_typed = {"number": " 10085", "postcode": "3512ab", "code": filled["code"].lower()}
    answer = browser.post(PAGE, as_typed)

    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    assert links(browser) == {"contact": ["c-1"]}
    assert Recognition.objects.get().why == "letter"


def test_a_second_letter_adds_a_second_number(site: Site, codes: Codes, sanne: Person) -> None:
    browser = site.browser()
    browser.sign_in("sanne@example.nl")
    browser.post(PAGE, letter(codes, "c-1", "10085"))
    browser.post(PAGE, letter(codes, "c-2", "10086"))

    assert links(browser) == {"contact": ["c-1", "c-2"]}


def test_somebody_whom_no_system_knows_begins_with_the_letter(site: Site, codes: Codes) -> None:
    browser = site.browser()
    asked = browser.post(PAGE, letter(codes) | {"email": "Nieuw@Example.nl"})
    assert "De brief klopt" in asked.text
    assert browser.seen_by_thin is None
    sent = browser.post("/accounts/login/code/", {"email": "nieuw@example.nl"}, "/accounts/login/")
    browser.post(sent.headers["location"], {"code": last_code("nieuw@example.nl")})

    assert links(browser) == {"contact": ["c-1"]}
    assert LetterCode.objects.get().used_by == Person.objects.get(email="nieuw@example.nl")


def test_whoever_proves_another_address_gets_nothing_by_the_letter(
    site: Site, codes: Codes, sanne: Person
) -> None:
    browser = site.browser()
    browser.post(PAGE, letter(codes) | {"email": "nieuw@example.nl"})
    browser.sign_in("sanne@example.nl")

    assert links(browser) == {}
    assert LetterCode.objects.get().used is None


def test_whatever_is_wrong_is_answered_in_one_way(site: Site, codes: Codes, sanne: Person) -> None:
    right = letter(codes)
    used, revoked, over = (letter(codes, f"c-{n}", f"2000{n}") for n in range(3))
    LetterCode.objects.filter(key="c-0").update(used=now())
    assert codes.revoke("20001", now()) == 1
    LetterCode.objects.filter(key="c-2").update(expires=now() - timedelta(seconds=1))
    wrong = [
        right | {"number": "99999"},
        right | {"postcode": "1000 AA"},
        right | {"code": "K7QMX-2RT4H"},
        right | {"number": "20000"},
        used,
        revoked,
        over,
    ]
    answers = []
    for filled in wrong:
        ActivationTry.objects.all().delete()
        browser = site.browser()
        answers.append(browser.post(PAGE, filled | {"email": "nieuw@example.nl"}))
    assert {answer.status_code for answer in answers} == {422}
    assert (
        len({_bare(answer.text, filled) for answer, filled in zip(answers, wrong, strict=True)})
        == 1
    )
    assert not Person.objects.filter(email="nieuw@example.nl").exists()


def test_guessing_is_stopped_and_the_holder_is_not(site: Site, codes: Codes, sanne: Person) -> None:
    right = letter(codes)
    stranger, _ = enrol("vreemde@example.nl", verified=True)
    guesser = Asker(person=stranger.pk.hex, network="203.0.113.9")
    for n in range(5):
        assert codes.look(_filled(right | {"code": f"AAAAA-{n:05}"}), guesser, now()) is None
    assert codes.look(_filled(right), guesser, now()) is None

    assert codes.look(_filled(right), ASKER, now()) is not None


def test_a_network_that_guesses_without_signing_in_is_stopped(codes: Codes) -> None:
    right = letter(codes)
    nobody = Asker(person="", network="2001:db8:1:2::5")
    for _ in range(MOST_OF_A_NETWORK):
        codes.look(_filled(right | {"code": "AAAAAAAAAA"}), nobody, now())

    neighbour = Asker(person="", network="2001:db8:1:2:ffff::9")
    assert codes.look(_filled(right), neighbour, now()) is None
    assert codes.look(_filled(right), Asker(person="", network="2001:db8:1:3::5"), now())
    assert codes.look(_filled(right), nobody, now() + timedelta(hours=25))


def test_guesses_at_one_moment_are_counted_like_those_in_a_row(codes: Codes) -> None:
    right = letter(codes)
    found: list[object] = []
    together = threading.Barrier(6)

    def guess(code: str) -> None:
        together.wait()
        found.append(codes.look(_filled(right | {"code": code}), ASKER, now()))
        connections.close_all()

    threads = [threading.Thread(target=guess, args=(right["code"],)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in found if one is not None]) <= 5


def test_of_two_with_one_letter_one_succeeds(codes: Codes, sanne: Person) -> None:
    other, _ = enrol("ander@example.nl", verified=True)
    letter(codes)
    kept = LetterCode.objects.get()
    used: list[bool] = []
    together = threading.Barrier(2)

    def use(person: Person) -> None:
        together.wait()
        used.append(codes.use(kept.pk, person, now()))
        connections.close_all()

    threads = [threading.Thread(target=use, args=(person,)) for person in (sanne, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(used) == [False, True]
    assert Recognition.objects.count() == 1


def test_a_new_letter_ends_the_one_before(codes: Codes) -> None:
    first, second = letter(codes), letter(codes)

    assert codes.look(_filled(first), ASKER, now()) is None
    assert codes.look(_filled(second), ASKER, now()) is not None


def test_a_letter_outlives_a_change_of_keys(codes: Codes) -> None:
    filled = _filled(letter(codes))
    assert Codes((b"new" * 11, *codes.secrets), codes.note).look(filled, ASKER, now())
    assert Codes((b"new" * 11,), codes.note).look(filled, ASKER, now()) is None


def test_staff_have_no_letters(site: Site, codes: Codes) -> None:
    mila, _ = enrol("mila@example.nl", staff_roles=("service",), verified=True)
    letter(codes)

    assert not codes.use(LetterCode.objects.get().pk, mila, now())
    assert links_of(mila) == {}


def test_nothing_of_a_letter_can_be_read_back(codes: Codes) -> None:
    filled = letter(codes)
    codes.look(_filled(filled), ASKER, now())
    kept = str([*LetterCode.objects.values(), *ActivationTry.objects.values()])

    for secret in ("10085", "3512", filled["code"], filled["code"].replace("-", ""), ASKER.network):
        assert secret not in kept


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2::5", "2001:0db8:0001:0002"),
        ("unix", ""),
    ],
)
def test_a_network_is_an_address_or_a_house(address: str, network: str) -> None:
    assert network_of(address) == network


def _filled(said: dict[str, str]) -> Filled:
    return Filled(**said)


def _bare(html: str, filled: dict[str, str]) -> str:
    for text in filled.values():
        html = html.replace(f'value="{text}"', "")
    return re.sub(r'value="\w{64}"', "", html)
