"""Who acts for somebody else in private, as it is kept and read with the sign-in."""

import time

import pytest
from django.utils.timezone import now

from balie.access.viewer import PRIVATE, SOMEBODY, Visitor
from balie.identity.invitations import Invited, invite
from balie.identity.invitations import take_up as use_up
from balie.identity.models import (
    Invitation,
    Membership,
    Person,
    Recognition,
    Representation,
    ViewerSession,
)
from balie.identity.pages.invited import TAKE_UPS
from balie.identity.people import enrol, forget
from balie.identity.representing import (
    PURPOSE,
    by,
    end,
    of,
    open_invitations,
    take_up,
    that_hold,
)
from balie.identity.signing_in import Proved, complete, visitor_in
from tests.browser import Loop
from tests.identity.conftest import Noted, read_database

COOKIE, HERS = "the cookie of Karim", "the cookie of Sanne"
NOW = int(time.time())


@pytest.fixture
def karim(transactional_db: None, sanne: Person) -> Person:
    """He acts for Sanne, and chose so in his browser."""
    person, _ = enrol("karim@example.nl", name="Karim", verified=True)
    Recognition.objects.create(person=sanne, name="contact", key="c-1", why="test")
    Recognition.objects.create(person=sanne, name="contact", key="c-2", why="test", claim="sub")
    Membership.objects.create(person=sanne, organisation="", role="consumer")
    Recognition.objects.create(person=person, name="contact", key="c-9", why="test")
    complete(person, COOKIE, 3600, proved=Proved(2, 77))
    complete(sanne, HERS, 3600)
    one = Representation.objects.create(represented=sanne, representative=person, begins=NOW - 9)
    ViewerSession.objects.filter(person=person).update(acting_for=SOMEBODY, representation=one)
    return person


def who(loop: Loop, cookie: str = COOKIE) -> Visitor:
    async def read() -> Visitor | None:
        reader = await read_database()
        try:
            return await reader(cookie)
        finally:
            await reader.close()

    visitor = loop.run(read())
    assert visitor is not None
    return visitor


def test_one_is_read_as_the_customer_with_oneself_behind(
    loop: Loop, karim: Person, sanne: Person
) -> None:
    visitor, hers = who(loop), who(loop, HERS)
    assert (visitor.person, visitor.email, visitor.name) == (hers.person, hers.email, hers.name)
    assert visitor.memberships == hers.memberships
    assert visitor.links == {"contact": ("c-1",)}  # what a claim says is of her own sign-in
    assert (visitor.acting_for, visitor.level, visitor.level_at) == (PRIVATE, 2, 77)
    assert visitor.behind is not None
    assert (visitor.behind.person, visitor.behind.represents) == (karim.pk.hex, True)
    assert visitor.who != hers.who


def test_on_djangos_pages_one_is_oneself(karim: Person) -> None:
    here = visitor_in(karim, COOKIE)
    assert here is not None
    assert (here.person, here.behind, here.links) == (karim.pk.hex, None, {"contact": ("c-9",)})


@pytest.mark.parametrize("who_ends", ["sanne", "karim"])
def test_either_ends_it_and_nobody_else(
    loop: Loop, karim: Person, sanne: Person, note: Noted, who_ends: str
) -> None:
    stranger, _ = enrol("x@example.nl", verified=True)
    (one,) = of(sanne)
    assert end(stranger, one.pk, note) is None
    assert who(loop).person == sanne.pk.hex
    ended = end({"sanne": sanne, "karim": karim}[who_ends], one.pk, note)
    assert ended is not None
    assert note.lines[-1][0] == "ended representing"
    assert end(sanne, one.pk, note) is None
    visitor = who(loop)
    assert (visitor.person, visitor.acting_for, visitor.may_represent) == (
        karim.pk.hex,
        SOMEBODY,
        False,
    )
    assert (of(sanne), by(karim), that_hold(karim)) == ([], [], [])


def test_what_was_ended_is_not_begun_again_by_a_mail_that_is_still_there(
    karim: Person, sanne: Person, note: Noted
) -> None:
    hers = Invited(address=karim.email, purpose=PURPOSE, by=sanne.pk.hex)
    still_open, _ = invite(hers, now(), note)
    others = Invited(address="x@example.nl", purpose=PURPOSE, by=sanne.pk.hex)
    of_another, _ = invite(others, now(), note)
    (one,) = of(sanne)
    assert end(sanne, one.pk, note) is not None
    assert use_up(still_open.pk, karim, now(), TAKE_UPS, note) is None
    assert of(sanne) == []
    assert open_invitations(sanne) == [of_another]


def test_another_sign_in_of_the_same_person_did_not_choose(loop: Loop, karim: Person) -> None:
    complete(karim, "another", 3600)
    visitor = who(loop, "another")
    assert (visitor.person, visitor.acting_for, visitor.may_represent) == (karim.pk.hex, None, True)


def test_the_row_of_others_makes_nobody_of_who_has_it(
    loop: Loop, karim: Person, sanne: Person
) -> None:
    other, _ = enrol("x@example.nl", verified=True)
    complete(other, "other", 3600)
    (one,) = of(sanne)
    ViewerSession.objects.filter(person=other).update(representation=one, acting_for=SOMEBODY)
    assert who(loop, "other").person == other.pk.hex


def test_who_is_erased_is_represented_by_nobody(loop: Loop, karim: Person, sanne: Person) -> None:
    assert forget(sanne.pk.hex, keep_account=True)["representations"] == 1
    assert who(loop).acting_for == SOMEBODY
    assert not Representation.objects.exists()


def test_taken_up_twice_it_is_one_with_the_new_dates(karim: Person, sanne: Person) -> None:
    noted = Noted()
    invitation = Invitation(by=sanne.pk.hex, about={"begins": "", "ends": str(NOW + 900)})
    take_up(karim, invitation, noted)
    (one,) = of(sanne)
    assert one.ends == NOW + 900
    assert noted.lines == [("began to represent", sanne.pk.hex, "", "")]


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_staff": True}])
def test_nobody_acts_for_who_left_before_it_was_taken_up(
    transactional_db: None, sanne: Person, gone: dict[str, object]
) -> None:
    Person.objects.filter(pk=sanne.pk).update(**gone)
    other, _ = enrol("x@example.nl", verified=True)
    take_up(other, Invitation(by=sanne.pk.hex, about={}), Noted())
    take_up(sanne, Invitation(by=sanne.pk.hex, about={}), Noted())
    assert not Representation.objects.exists()
