"""Codes for another address, whichever way somebody tries to get round them; and the sign-in that
follows once the system has the address.
"""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from cryptography.fernet import Fernet
from pytest_django import Settings

from balie.backstage.actions import ErrandState, Progress
from balie.backstage.forms.guarding import CODE, PROOF, AskedFor, Guarded, ProofBy
from balie.backstage.forms.sign_in_changes import TELLS_FOR, SignInChanges
from balie.frontstage.languages import read_words
from balie.identity.addresses.guarding import (
    AT_ONCE,
    LIFE,
    MOST_MAILS,
    MOST_TRIES,
    WITHIN,
    GuardByMail,
)
from balie.identity.addresses.sign_ins import SignInAddresses
from balie.identity.letters import Letters
from balie.identity.models import DemoMail, GuardCode, Person, ViewerSession
from balie.identity.people import enrol
from balie.mapping.rules import Wrong
from balie.store.actions import StoredActions
from balie.store.ciphers import Cipher
from balie.store.models import Audit, SignInChange
from balie.store.sign_in_changes import StoredSignInChanges
from balie.store.unit_of_work import UnitOfWork
from tests.browser import PASSWORD
from tests.store.test_actions import action

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = "sanne@example.nl", "Sanne.Nieuw@example.nl"
START = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@dataclass
class House:
    """A portal's sign-ins, with a clock that is set by hand."""

    work: UnitOfWork
    at: datetime = START
    secret: bytes = b"s" * 32
    people: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        words = {language: read_words(language, "u") for language in ("nl", "en")}
        letters = Letters(
            say=lambda language, key, **values: words[language].say(key, **values),
            service=lambda language: f"Mijn Winkel ({language})",
            brand="Winkel",
        )
        self.guard = GuardByMail(self.work, letters, self.secret, lambda: self.at)
        cipher = Cipher([Fernet.generate_key().decode()])
        self.actions = StoredActions(self.work, cipher, lambda *_: None, lambda: self.at)
        self.changes = SignInChanges(
            StoredSignInChanges(self.work, cipher, lambda: self.at),
            self.actions,
            SignInAddresses(self.work, letters),
            lambda: self.at,
        )

    async def person(self, email: str = OLD, password: str = "") -> str:
        def make() -> str:
            person, _ = enrol(email, verified=True)
            if password:
                person.set_password(password)
                person.save()
            return person.pk.hex

        return await self.work.read(make)

    async def mails(self) -> list[tuple[str, str, str]]:
        """To whom, about what, and the code in it: the oldest first."""
        rows = await self.work.read(lambda: list(DemoMail.objects.order_by("pk")))
        found = [(row, re.search(r"^\d{8}$", row.body, re.MULTILINE)) for row in rows]
        return [(row.to, row.subject, code[0] if code else "") for row, code in found]

    async def codes(self) -> tuple[str, str]:
        """The newest code to the new address, and to the old one."""
        newest = {to: code for to, _, code in await self.mails()}
        return newest.get(NEW, ""), newest.get(OLD, "")


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    settings.EMAIL_BACKEND = "balie.identity.outbox.Outbox"
    work = UnitOfWork()
    yield House(work)
    await work.close()


def change(person: str, **more: str) -> Guarded:
    made = Guarded(person=person, step="details", address=NEW, token="form 1", language="nl")
    return replace(made, **more)


def wrong(asked: AskedFor | None) -> dict[str, str]:
    assert asked is not None
    return {name: problem.word for name, problem in asked.problems.items()}


async def test_two_codes_go_out_and_both_are_needed(house: House) -> None:
    person = await house.person()
    assert await house.guard.begin(change(person)) == AskedFor(by=ProofBy.CODE)
    assert [(to, about) for to, about, _ in await house.mails()] == [
        (NEW, "Code om uw e-mailadres te wijzigen bij Mijn Winkel (nl)"),
        (OLD, "Code om te laten zien dat u het bent, bij Mijn Winkel (nl)"),
    ]
    new, own = await house.codes()
    assert new != own
    assert wrong(await house.guard.look(change(person), "", "")) == {
        PROOF: "missing",
        CODE: "missing",
    }
    assert wrong(await house.guard.look(change(person), own, "00000000")) == {CODE: "wrong code"}
    assert wrong(await house.guard.look(change(person), new, own)) == {
        PROOF: "wrong code",
        CODE: "wrong code",
    }
    assert await house.guard.look(change(person), own, f"{new[:4]} {new[4:]}") is None


async def test_who_has_a_password_shows_that(house: House) -> None:
    person = await house.person(password=PASSWORD)
    assert await house.guard.begin(change(person, language="en")) == AskedFor(by=ProofBy.PASSWORD)
    (mail,) = await house.mails()
    assert mail[:2] == (NEW, "Code to change your email address at Mijn Winkel (en)")
    assert wrong(await house.guard.look(change(person), "guess", mail[2])) == {
        PROOF: "wrong password"
    }
    assert await house.guard.look(change(person), PASSWORD, mail[2]) is None


WAYS_ROUND: dict[str, Callable[[Guarded, str], Guarded]] = {
    "another address after the code": lambda g, _: replace(g, address="dief@example.nl"),
    "the same address written otherwise": lambda g, _: replace(g, address=NEW + "x"),
    "another form": lambda g, _: replace(g, step="billing"),
    "another person": lambda g, other: replace(g, person=other),
}


@pytest.mark.parametrize("way", WAYS_ROUND)
async def test_a_code_is_for_one_person_one_form_and_one_address(house: House, way: str) -> None:
    person, other = await house.person(), await house.person("bram@example.nl")
    await house.guard.begin(change(person))
    new, own = await house.codes()
    tried = WAYS_ROUND[way](change(person), other)
    assert wrong(await house.guard.look(tried, own, new)) == {CODE: "code over"}
    assert await house.guard.look(change(person), own, new) is None


async def test_another_tab_uses_the_same_code_until_one_form_was_sent(house: House) -> None:
    person = await house.person()
    first, second = change(person), change(person, token="form 2")
    await house.guard.begin(first)
    await house.guard.begin(second)
    assert len(await house.mails()) == 2  # no second pair
    new, own = await house.codes()
    assert await house.guard.look(second, own, new) is None
    assert wrong(await house.guard.look(first, own, new)) == {CODE: "code over"}
    assert await house.guard.look(second, "", "") is None  # sent twice is once
    house.at += LIFE
    assert await house.guard.look(second, "", "") is None


async def test_after_a_few_wrong_tries_the_right_code_is_no_good(house: House) -> None:
    person = await house.person()
    await house.guard.begin(change(person))
    new, own = await house.codes()
    for _ in range(MOST_TRIES):
        assert CODE in wrong(await house.guard.look(change(person), own, "12345678"))
    assert wrong(await house.guard.look(change(person), own, new)) == {CODE: "code over"}


async def test_a_code_holds_for_a_quarter_of_an_hour(house: House) -> None:
    person = await house.person()
    await house.guard.begin(change(person))
    new, own = await house.codes()
    house.at += LIFE
    assert wrong(await house.guard.look(change(person), own, new)) == {CODE: "code over"}
    house.at -= timedelta(seconds=1)
    assert await house.guard.look(change(person), own, new) is None


async def test_a_new_code_takes_the_place_of_the_old_one(house: House) -> None:
    person = await house.person()
    await house.guard.begin(change(person))
    old_new, old_own = await house.codes()
    await house.guard.begin(change(person), again=True)
    assert len(await house.mails()) == 2  # not within half a minute
    house.at += AT_ONCE
    await house.guard.begin(change(person), again=True)
    new, own = await house.codes()
    assert (new, own) != (old_new, old_own)
    assert wrong(await house.guard.look(change(person), old_own, old_new))
    assert await house.guard.look(change(person), own, new) is None


async def test_nobody_is_flooded_with_codes(house: House) -> None:
    person = await house.person()
    for number in range(MOST_MAILS):
        await house.guard.begin(change(person, address=f"a{number}@example.nl"))
    refused = await house.guard.begin(change(person))
    assert refused.problems == {CODE: Wrong("too many codes")}
    house.at += WITHIN
    assert (await house.guard.begin(change(person))).problems == {}


async def test_an_address_is_not_flooded_by_several_people_together(house: House) -> None:
    people = [await house.person(f"p{n}@example.nl") for n in range(MOST_MAILS + 1)]
    asked = [await house.guard.begin(change(person)) for person in people]
    assert [wrong(one) for one in asked] == [{}] * MOST_MAILS + [{CODE: "too many codes"}]


async def test_while_no_mail_goes_out_it_says_so_and_nothing_counts(
    house: House, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    person = await house.person()
    asked = await house.guard.begin(change(person))
    assert asked.problems == {CODE: Wrong("no mail now")}
    assert await house.work.read(GuardCode.objects.count) == 0


async def test_neither_codes_nor_addresses_can_be_read_back(house: House) -> None:
    person = await house.person()
    await house.guard.begin(change(person))
    new, own = await house.codes()
    rows = await house.work.read(lambda: list(GuardCode.objects.values_list()))
    for secret in (new, own, NEW, NEW.casefold(), OLD):
        assert secret not in repr(rows)


async def test_codes_that_are_over_are_deleted(house: House) -> None:
    await house.guard.begin(change(await house.person()))
    assert await house.guard.erase_due(house.at + WITHIN - timedelta(seconds=1)) == 0
    assert await house.guard.erase_due(house.at + WITHIN) == 1


# ---- the sign-in follows


async def accepted(house: House, person: str) -> None:
    await house.actions.accept(action("a1", person=person, sign_in=NEW))


async def fares(house: House, state: ErrandState) -> None:
    await house.actions.note(Progress(errand="a1:1", state=state, row="c1", since=house.at))


async def address_of(house: House, person: str) -> tuple[str, list[str]]:
    def read() -> tuple[str, list[str]]:
        found = Person.objects.get(pk=person)
        mine = EmailAddress.objects.filter(user=found, verified=True, primary=True)
        return found.email, list(mine.values_list("email", flat=True))

    return await house.work.read(read)


async def test_the_sign_in_changes_once_the_master_has_it_and_the_old_address_is_told_at_once(
    house: House,
) -> None:
    person = await house.person()
    await accepted(house, person)
    await house.changes.sweep()
    await house.changes.sweep()
    assert [(to, about) for to, about, _ in await house.mails()] == [
        (OLD, "Uw e-mailadres bij Mijn Winkel (nl) wordt gewijzigd")
    ]
    assert await address_of(house, person) == (OLD, [OLD])
    await fares(house, ErrandState.DONE)
    await house.changes.sweep()
    assert await address_of(house, person) == (NEW.casefold(), [NEW.casefold()])
    assert await house.work.read(SignInChange.objects.count) == 0
    noted = await house.work.read(lambda: list(Audit.objects.values_list("what", flat=True)))
    assert "sign-in changed" in noted


async def test_other_sign_ins_end_with_the_address_that_they_were_made_with(house: House) -> None:
    person, other = await house.person(), await house.person("somebody@example.nl")

    def sign_in() -> None:
        for cookie, whose in (("here", person), ("elsewhere", person), ("another's", other)):
            ViewerSession.objects.create(
                cookie=cookie, person_id=whose, fingerprint="", expires=4_000_000_000
            )

    await house.work.write(sign_in)
    await house.actions.accept(action("a1", person=person, sign_in=NEW, sent_from="here"))
    await house.changes.sweep()
    there = ViewerSession.objects.order_by("cookie").values_list("cookie", flat=True)
    assert await house.work.read(lambda: list(there.all())) == ["another's", "elsewhere", "here"]
    await fares(house, ErrandState.DONE)
    await house.changes.sweep()
    assert await house.work.read(lambda: list(there.all())) == ["another's", "here"]


@pytest.mark.parametrize("state", [ErrandState.REFUSED, ErrandState.CONFLICT, ErrandState.DROPPED])
async def test_when_the_master_says_no_the_sign_in_stays(house: House, state: ErrandState) -> None:
    person = await house.person()
    await accepted(house, person)
    await fares(house, state)
    await house.changes.sweep()
    assert await address_of(house, person) == (OLD, [OLD])
    assert await house.work.read(SignInChange.objects.count) == 0


async def test_who_signs_in_with_that_address_already_keeps_it(house: House) -> None:
    person, other = await house.person(), await house.person(NEW)
    await accepted(house, person)
    await fares(house, ErrandState.DONE)
    await house.changes.sweep()
    assert (await address_of(house, person))[0] == OLD
    assert (await address_of(house, other))[0] == NEW.casefold()
    noted = await house.work.read(lambda: list(Audit.objects.values_list("what", flat=True)))
    assert "sign-in not changed" in noted


async def test_an_old_address_that_cannot_be_reached_holds_it_up_for_a_day_only(
    house: House, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    person = await house.person()
    await accepted(house, person)
    await fares(house, ErrandState.DONE)
    house.at = action("a1").at
    await house.changes.sweep()
    assert (await address_of(house, person))[0] == OLD
    house.at += TELLS_FOR
    await house.changes.sweep()
    assert (await address_of(house, person))[0] == NEW.casefold()
