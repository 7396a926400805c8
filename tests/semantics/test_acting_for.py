"""For whom somebody acts: memberships of Balie beside those of the systems, never two at once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from balie.access.viewer import PRIVATE, Membership, Viewer, Visitor
from balie.blueprint.model import Says
from tests.semantics.world import World, visitor

Worlds = Callable[..., World]
COMPANY, HOTEL = (f"00000000-0000-4000-8000-0000000000a{n}" for n in "12")
BRAM, SANNE, STRANGER = "bram@example.nl", "sanne@example.nl", "nobody@example.nl"


@pytest.fixture
def here(world: Worlds) -> World:
    return world()


def member(here: World, mail: str, *own: Membership, acting_for: str | None = None) -> Visitor:
    told = tuple(replace(one, kind=here.telling.kind(one.kind)) for one in own)
    return replace(visitor(mail), memberships=told, acting_for=acting_for)


async def seen(here: World, mail: str, *own: Membership, acting_for: str | None = None) -> Viewer:
    return await here.service.viewer(member(here, mail, *own, acting_for=acting_for))


def kinds(here: World, viewer: Viewer) -> set[str]:
    return set(here.telling.back(viewer.kinds))


async def test_who_is_known_to_no_system_is_what_balie_says(here: World) -> None:
    viewer = await seen(here, STRANGER, Membership(HOTEL, "buyer"))

    assert kinds(here, viewer) == {"buyer"}
    assert (viewer.acting_for, viewer.organisation) == ("Hotel Zeezicht", HOTEL)
    assert viewer.me[here.telling.me("company")].values == (HOTEL,)
    assert viewer.me[here.telling.me("customer")].values == ("10020",)
    page = await here.show("/bestellingen/VO-26098", viewer)
    assert page is not None
    assert await here.show("/bestellingen/VO-26107", viewer) is None


async def test_what_balie_says_of_somebody_there_stands_above_the_systems(here: World) -> None:
    viewer = await seen(here, BRAM, Membership(COMPANY, "finance"))
    assert kinds(here, viewer) == {"finance"}


async def test_who_was_removed_is_nobody_there_whatever_the_systems_say(here: World) -> None:
    viewer = await seen(here, BRAM, Membership(COMPANY, "buyer", holds=False))
    assert viewer.kinds_known
    assert kinds(here, viewer) == set()
    assert viewer.organisation == PRIVATE
    assert await here.show("/bestellingen", viewer) is None


async def test_who_was_removed_stays_so_while_the_system_is_away(here: World) -> None:
    gone = Membership(COMPANY, "buyer", holds=False)
    here.systems["crm"].down = True
    viewer = await seen(here, BRAM, gone, acting_for=COMPANY)
    assert kinds(here, viewer) == set()
    assert viewer.organisation == PRIVATE


async def test_an_administrator_sees_nothing_by_it(here: World) -> None:
    viewer = await seen(here, STRANGER, Membership(HOTEL, "", is_administrator=True))
    assert viewer.administers
    assert kinds(here, viewer) == set()
    assert await here.show("/bestellingen", viewer) is None


async def test_an_administrator_keeps_what_the_systems_say_of_them(here: World) -> None:
    viewer = await seen(here, BRAM, Membership(COMPANY, "", is_administrator=True))
    assert viewer.administers
    assert kinds(here, viewer) == {"buyer"}


async def test_of_several_one_is_chosen_and_nothing_is_seen_before(here: World) -> None:
    at_both = Membership(HOTEL, "finance")
    viewer = await seen(here, BRAM, at_both)
    assert viewer.must_choose
    assert not any(mine.values for mine in viewer.me.values())
    assert await here.show("/bestellingen", viewer) is None

    found = await here.service.contexts(member(here, BRAM, at_both))
    assert [one.name for one in found.found] == ["Installatiebedrijf Van Dalen", "Hotel Zeezicht"]
    company = await seen(here, BRAM, at_both, acting_for=COMPANY)
    hotel = await seen(here, BRAM, at_both, acting_for=HOTEL)
    assert (kinds(here, company), kinds(here, hotel)) == ({"buyer"}, {"finance"})
    assert await here.show("/bestellingen", hotel) is None
    assert await here.show("/facturen/VF-33015", company) is None


async def test_what_hangs_from_a_contact_of_one_is_not_seen_at_the_other(here: World) -> None:
    """A return is owned by the contact, and that contact is of the first company."""
    at_both = Membership(HOTEL, "buyer")
    there = await seen(here, BRAM, at_both, acting_for=COMPANY)
    elsewhere = await seen(here, BRAM, at_both, acting_for=HOTEL)
    assert await here.show("/retour/R-000042", there) is not None
    assert await here.show("/retour/R-000042", elsewhere) is None
    assert elsewhere.me[here.telling.me("contact")].values == ()


@pytest.mark.parametrize("wanted", [HOTEL, "", "nothing", "*"])
async def test_a_choice_that_is_not_theirs_shows_nothing(here: World, wanted: str) -> None:
    viewer = await seen(here, BRAM, acting_for=wanted)
    assert viewer.must_choose
    assert kinds(here, viewer) == set()


async def test_in_private_nothing_of_an_organisation_is_there(here: World) -> None:
    at_both = Membership(COMPANY, "finance")
    private = await seen(here, SANNE, at_both, acting_for=PRIVATE)
    assert kinds(here, private) == {"consumer"}
    assert private.acting_for is None
    assert private.me[here.telling.me("company")].values == ()
    company = await seen(here, SANNE, at_both, acting_for=COMPANY)
    assert kinds(here, company) == {"finance"}
    assert company.me[here.telling.me("customer")].values == ("10010",)
    assert company.me[here.telling.me("contact")].values == ()


@pytest.mark.parametrize(
    "wrong",
    [
        Membership(HOTEL, "consumer"),
        Membership(PRIVATE, "buyer"),
        Membership(HOTEL, "buyer", source="claims"),
        Membership(HOTEL, "owner"),
        Membership(HOTEL, "buyer", holds=False),
    ],
    ids=["private kind", "no organisation", "another source", "no such kind", "not now"],
)
async def test_a_membership_that_the_blueprint_does_not_know_gives_nothing(
    here: World, wrong: Membership
) -> None:
    viewer = await seen(here, STRANGER, wrong)
    assert (kinds(here, viewer), viewer.may_choose) == (set(), False)


async def test_where_balie_lists_the_organisations_no_others_count(world: Worlds) -> None:
    blueprint = world().blueprint
    memberships = replace(blueprint.memberships, organisations=Says.LOCAL, roles=(Says.LOCAL,))
    here = world(change=replace(blueprint, memberships=memberships))
    unlisted = await seen(here, STRANGER, Membership(HOTEL, "buyer"))
    assert (kinds(here, unlisted), unlisted.may_choose) == (set(), False)
    listed = await seen(here, STRANGER, Membership(HOTEL, "buyer", name="The hotel"))
    assert (kinds(here, listed), listed.acting_for) == ({"buyer"}, "The hotel")
    assert kinds(here, await seen(here, BRAM)) == set()  # what systems say is not asked
