"""The holes that recognising people could have, each closed: semantics 2.2, A to F."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from balie.access.viewer import Knowledge, Visitor
from balie.backstage.page import Page, Trust
from balie.backstage.ports import IncidentKind
from balie.systems.rows import Row
from tests.semantics.world import LINDEMAN, World, rows_of, visitor

Worlds = Callable[..., World]
SANNE, BRAM = "sanne@example.nl", "bram@example.nl"
SANNES = "00000000-0000-4000-8000-0000000000c1"


def contacts(*changes: tuple[str, Mapping[str, object]], more: tuple[Row, ...] = ()) -> object:
    """The example's rows with contacts changed, by mail address; and more of them."""
    rows = rows_of(LINDEMAN)
    by_mail = dict(changes)
    changed = [{**row, **by_mail.get(str(row["email"]), {})} for row in rows["crm"]["contacts"]]
    return {**rows, "crm": {**rows["crm"], "contacts": [*changed, *more]}}


def linked(here: World, mail: str, key: str) -> Visitor:
    return replace(visitor(mail), links={here.telling.me("contact"): (key,)})


async def test_a_who_writes_anothers_address_in_their_own_file_opens_nothing(
    world: Worlds,
) -> None:
    here = world(rows=contacts((BRAM, {"email": SANNE})))
    viewer = await here.service.viewer(linked(here, SANNE, SANNES))
    assert viewer.me[here.telling.me("contact")].values == (SANNES,)
    assert here.telling.back(viewer.kinds) == {"consumer"}


async def test_a_who_changed_their_own_address_is_not_locked_out(world: Worlds) -> None:
    here = world(rows=contacts((SANNE, {"email": "new@example.nl"})))
    viewer = await here.service.viewer(linked(here, SANNE, SANNES))
    assert here.telling.back(viewer.kinds) == {"consumer"}


async def test_a_several_rows_with_one_address_link_nobody_and_staff_hear_of_it(
    world: Worlds,
) -> None:
    here = world(rows=contacts((BRAM, {"email": SANNE})))
    assert dict(await here.service.recognise(visitor(SANNE))) == {}
    viewer = await here.viewer(SANNE)
    assert viewer.kinds == frozenset()
    told = [one.kind for one in here.noticeboard.incidents]
    assert IncidentKind.AMBIGUOUS in told
    assert SANNE not in str(here.noticeboard.incidents)


async def test_b_a_source_that_is_away_is_never_told_as_none(world: Worlds) -> None:
    here = world()
    here.systems["crm"].down = True
    viewer = await here.service.viewer(linked(here, SANNE, SANNES))
    customer = viewer.me[here.telling.me("customer")]
    assert customer.knowledge is Knowledge.UNKNOWN
    assert not viewer.kinds_known
    page: Page | None = await here.show("/bestellingen", viewer)
    assert page is not None
    assert page.trust is Trust.UNRECOGNISED
    assert here.systems["erp"].asked == []


@pytest.mark.parametrize("nothing", [None, ""])
async def test_c_what_is_empty_never_equals_anything(world: Worlds, nothing: str | None) -> None:
    """Somebody in private has no company; a row of nobody has none either."""
    rows = rows_of(LINDEMAN)
    company = {**rows["crm"]["accounts"][0], "id": "nobody's", "erpNumber": nothing}
    own = contacts((SANNE, {"accountId": nothing, "erpNumber": nothing}))
    assert isinstance(own, dict)
    crm = {**own["crm"], "accounts": [*rows["crm"]["accounts"], company]}
    here = world(rows={**own, "crm": crm})
    viewer = await here.viewer(SANNE)
    assert viewer.me[here.telling.me("company")].knowledge is Knowledge.NONE
    assert viewer.me[here.telling.me("customer")].knowledge is Knowledge.NONE
    here.systems["erp"].asked.clear()
    await here.show("/bestellingen", viewer)
    assert here.systems["erp"].asked == []  # an empty set makes no call


async def test_d_a_later_line_uses_another_field_of_the_row(world: Worlds) -> None:
    here = world()
    viewer = await here.viewer(BRAM)
    company = viewer.me[here.telling.me("company")]
    assert company.values == ("00000000-0000-4000-8000-0000000000a1",)


async def test_e_a_role_counts_at_its_own_organisation_only(world: Worlds) -> None:
    """A buyer here and finance there is never both at both."""
    buyer, finance = (f"00000000-0000-4000-8000-0000000000c{n}" for n in "43")
    here = world()
    both = {here.telling.me("contact"): (finance, buyer)}
    viewer = await here.service.viewer(replace(visitor("x@example.nl"), links=both))
    assert len(viewer.kinds) <= 1
    assert len(viewer.me[here.telling.me("company")].values) <= 1


async def test_f_people_are_asked_for_and_never_downloaded(world: Worlds) -> None:
    here = world()
    await here.viewer(SANNE)
    assert here.systems["crm"].asked
    assert all(query.relations for query in here.systems["crm"].asked)
