"""Sign-ins of staff as a customer, as they are kept and read."""

from datetime import timedelta

import pytest

from balie.access.viewer import Visitor
from balie.identity.acting import ActingSessions
from balie.identity.models import Person, ViewerSession
from balie.identity.people import enrol
from balie.identity.reader import cookie_digest
from balie.identity.signing_in import complete, still_holds
from tests.browser import Loop
from tests.identity.conftest import read_database

OWN = "the cookie of Mila"


@pytest.fixture
def mila(transactional_db: None) -> Person:
    person, _ = enrol("mila@example.nl", name="Mila", staff_roles=("service",), verified=True)
    complete(person, OWN, 3600)
    return person


def who(loop: Loop, cookie: str) -> Visitor | None:
    async def read() -> Visitor | None:
        reader = await read_database()
        try:
            return await reader(cookie)
        finally:
            await reader.close()

    return loop.run(read())


def begun(customer: Person) -> str:
    cookie = ActingSessions().begin(customer.pk.hex, OWN, "calls")
    assert cookie is not None
    return cookie


def test_one_is_the_customer_with_oneself_behind(loop: Loop, mila: Person, sanne: Person) -> None:
    visitor = who(loop, begun(sanne))
    assert visitor is not None
    assert (visitor.person, visitor.is_staff) == (sanne.pk.hex, False)
    assert visitor.behind is not None
    assert (visitor.behind.person, visitor.behind.why) == (mila.pk.hex, "calls")
    assert visitor.behind.teams == {"service"}
    own = who(loop, OWN)
    assert own is not None
    assert (own.person, own.behind) == (mila.pk.hex, None)


def test_on_djangos_pages_one_is_never_the_customer(mila: Person, sanne: Person) -> None:
    assert still_holds(OWN)
    assert not still_holds(begun(sanne))


def test_it_ends_with_ones_own_sign_in(loop: Loop, mila: Person, sanne: Person) -> None:
    cookie = begun(sanne)
    ViewerSession.objects.filter(pk=cookie_digest(OWN)).delete()
    assert who(loop, cookie) is None
    assert not ViewerSession.objects.filter(person=sanne).exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False, "staff_roles": []}])
def test_it_ends_with_ones_account_and_ones_role(
    loop: Loop, mila: Person, sanne: Person, change: dict[str, object]
) -> None:
    cookie = begun(sanne)
    Person.objects.filter(pk=mila.pk).update(**change)
    assert who(loop, cookie) is None


def test_it_ends_in_time_and_never_after_ones_own(mila: Person, sanne: Person) -> None:
    own = ViewerSession.objects.get(pk=cookie_digest(OWN))
    for lasts, expected in ((timedelta(minutes=15), 900), (timedelta(hours=9), 3600)):
        cookie = ActingSessions(lasts).begin(sanne.pk.hex, OWN, "calls")
        assert cookie is not None
        until = ViewerSession.objects.get(pk=cookie_digest(cookie)).expires
        assert until - (own.expires - 3600) == pytest.approx(expected, abs=5)


def test_one_is_one_customer_at_a_time(loop: Loop, mila: Person, sanne: Person) -> None:
    bram, _ = enrol("bram@example.nl", verified=True)
    first, second = begun(sanne), begun(bram)
    assert who(loop, first) is None
    assert who(loop, second) is not None


def test_nobody_acts_as_staff_as_a_closed_account_or_without_a_sign_in(
    mila: Person, sanne: Person
) -> None:
    joris, _ = enrol("joris@example.nl", staff_roles=("returns",), verified=True)
    acting = ActingSessions()
    assert acting.begin(joris.pk.hex, OWN, "calls") is None
    assert acting.begin(mila.pk.hex, OWN, "calls") is None
    assert acting.begin(sanne.pk.hex, "no cookie", "calls") is None
    cookie = begun(sanne)
    assert acting.begin(sanne.pk.hex, cookie, "calls") is None  # not through a third
    Person.objects.filter(pk=sanne.pk).update(is_active=False)
    assert acting.begin(sanne.pk.hex, OWN, "calls") is None


def test_stopping_says_who_it_was(mila: Person, sanne: Person) -> None:
    begun(sanne)
    assert ActingSessions().stop(OWN) == sanne.pk.hex
    assert ActingSessions().stop(OWN) == ""
