"""What a customer sees now: the same pages, with how each part is, and nothing of it can change."""

from balie.access.viewer import Visitor
from balie.backstage.ports import About, IncidentKind, Noted
from balie.backstage.service_desk.looking import How, Looking, SeenPage
from tests.semantics.world import World, visitor, world

SANNE, FATIMA = visitor("sanne@example.nl"), visitor("fatima@example.nl")


def looking(of: World) -> Looking:
    def noted() -> tuple[Noted, ...]:
        return tuple(
            Noted(About(i.kind, i.system, i.table, i.about, i.step), i.count, i.at, i.at)
            for i in of.noticeboard.incidents
        )

    return Looking(of.service, noted, of.hands.now)


async def seen(of: World, address: str, who: Visitor = SANNE) -> SeenPage:
    return await looking(of).page(address, who, "nl")


def hows(page: SeenPage) -> dict[str, How]:
    return {one.block.id: one.how for one in page.blocks}


async def test_staff_see_the_pages_that_the_customer_can_open() -> None:
    portal = await looking(world()).portal(FATIMA, "nl")
    assert portal.known
    assert portal.kinds == ("finance",)
    assert portal.acting_for == "Installatiebedrijf Van Dalen"
    assert [address for _, address in portal.addresses] == ["/", "/facturen", "/vraag"]


async def test_a_stranger_to_the_systems_has_no_pages() -> None:
    portal = await looking(world()).portal(visitor("nobody@example.nl"), "nl")
    assert (portal.known, portal.kinds, portal.addresses) == (True, (), ())


async def test_the_page_is_the_customers_own() -> None:
    of = world()
    page = await seen(of, "/bestellingen")
    assert page.page == await of.service.open("/bestellingen", await of.service.viewer(SANNE), "nl")
    assert set(hows(page).values()) == {How.FRESH}


async def test_a_page_of_somebody_else_is_not_there_for_staff_either() -> None:
    page = await seen(world(), "/bestellingen/VO-26107")
    assert (page.page, page.blocks) == (None, ())


async def test_what_is_last_known_is_told_so_with_its_system() -> None:
    of = world()
    await seen(of, "/bestellingen")
    of.systems["erp"].down = True
    of.hands.on(minutes=10)
    page = await seen(of, "/bestellingen")
    assert [(one.how, one.systems) for one in page.blocks] == [(How.KNOWN, ("erp",))]


async def test_what_was_never_seen_is_away() -> None:
    of = world()
    of.systems["erp"].down = True
    page = await seen(of, "/bestellingen")
    assert [(one.how, one.systems) for one in page.blocks] == [(How.AWAY, ("erp",))]


async def test_a_system_that_says_no_is_told_apart_from_one_that_is_away() -> None:
    of = world()
    of.systems["erp"].refuses = True
    page = await seen(of, "/bestellingen")
    assert of.noticeboard.incidents[0].kind is IncidentKind.REFUSED
    assert [(one.how, one.systems) for one in page.blocks] == [(How.REFUSED, ("erp",))]


async def test_when_nobody_knows_who_it_is_staff_read_that() -> None:
    of = world()
    of.systems["crm"].down = True
    portal = await looking(of).portal(SANNE, "nl")
    page = await seen(of, "/bestellingen")
    assert not portal.known
    assert page.page is not None
    assert page.blocks == ()
