"""What a customer entered stands on their pages, marked, until the systems say it themselves."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from balie.backstage.actions import Action, Errand, ErrandState, Progress, Told
from balie.backstage.page import Cell, Facts, Listing, Page, Trust
from balie.backstage.service import Service
from balie.blueprint.model import Blueprint
from tests.semantics.world import KINDS, SECRET, World, contracts_of, visitor, world
from tests.writing.world import HeldActions

SANNE, BRAM, FATIMA = (f"{n}@example.nl" for n in ("sanne", "bram", "fatima"))
NEW = "Nieuwe Kade 1"


@dataclass
class Desk:
    """A world with what its customers sent."""

    world: World
    actions: HeldActions

    async def open(self, who: str, address: str) -> Page:
        self.world.hands.on(seconds=1.1)  # what somebody has under way may be known for a second
        page = await self.world.open(who, address)
        assert page is not None
        return page

    async def sent(self, who: str, step: str, errand: Errand, **told: str) -> None:
        """Somebody sent a form."""
        viewer = await self.world.viewer(who)
        now = self.world.hands.at
        await self.actions.accept(
            Action(
                id=errand.action,
                reference="R7K2-94QD",
                step=step,
                version="v",
                person=viewer.person,
                acting_for=None,
                language="nl",
                token=errand.action,
                digest="d",
                at=now,
                answers=tuple(Told(field, field, text) for field, text in told.items()),
                errands=(errand,),
            )
        )

    async def fares(self, errand: Errand, state: ErrandState, row: str | None = None) -> None:
        """How it fares, as the carrier notes it."""
        self.world.hands.on(seconds=1)
        noted = Progress(errand=errand.id, state=state, row=row, since=self.world.hands.at)
        await self.actions.note(noted)


@pytest.fixture
def desk() -> Desk:
    """The example, with a page that shows the details that a form changes."""
    shown, actions = world(), HeldActions()
    blueprint = _with_a_page_of_details(shown.blueprint)
    service = Service(
        blueprint,
        contracts_of(blueprint),
        shown.systems,
        KINDS,
        shown.memory,
        shown.hands.clock,
        shown.noticeboard,
        SECRET,
        actions=actions,
    )
    return Desk(replace(shown, blueprint=blueprint, service=service), actions)


def _with_a_page_of_details(blueprint: Blueprint) -> Blueprint:
    """Home shows the street too."""
    home = next(step for step in blueprint.steps if step.screen and step.screen.address == "/")
    form = next(step for step in blueprint.steps if str(step.id) == "change-details")
    assert home.screen is not None
    assert form.screen is not None
    screen = replace(home.screen, shows=(*home.screen.shows, *form.screen.asks))
    story = tuple(
        replace(
            phase,
            steps=tuple(
                replace(s, screen=screen, fails=()) if s is home else s for s in phase.steps
            ),
        )
        for phase in blueprint.story
    )
    return replace(blueprint, story=story)


def _contact(desk: Desk, who: str) -> str:
    rows = desk.world.systems["crm"].rows["contacts"]
    return next(str(row["id"]) for row in rows if row["email"] == who)


def change(desk: Desk, who: str = SANNE, **fields: str) -> Errand:
    return Errand(
        id="a1:1",
        action="a1",
        number=1,
        system="crm",
        table="contacts",
        is_master=True,
        row=_contact(desk, who),
        fields=fields or {"addressLine1": NEW},
    )


def cell(page: Page, thing: str, field: str) -> Cell:
    block = next(b for b in page.blocks if isinstance(b, Facts) and b.id == thing)
    return next(c for c in block.cells if c.field == field)


def set_in_crm(desk: Desk, who: str, **fields: str) -> None:
    rows = desk.world.systems["crm"].rows
    changed = [{**row, **fields} if row["email"] == who else row for row in rows["contacts"]]
    rows["contacts"] = changed


async def test_the_value_that_was_entered_stands_there_marked_until_it_is_done(desk: Desk) -> None:
    before = cell(await desk.open(SANNE, "/"), "contact", "street")
    errand = change(desk)
    await desk.sent(SANNE, "change-details", errand, street=NEW)
    under_way = cell(await desk.open(SANNE, "/"), "contact", "street")
    assert (before.text, before.pending) == ("Kersenlaan 12", False)
    assert (under_way.text, under_way.value, under_way.pending) == (NEW, NEW, True)
    assert not cell(await desk.open(SANNE, "/"), "contact", "city").pending
    set_in_crm(desk, SANNE, addressLine1=NEW.upper())
    await desk.fares(errand, ErrandState.DONE)
    settled = cell(await desk.open(SANNE, "/"), "contact", "street")
    assert (settled.text, settled.pending) == (NEW.upper(), False)


async def test_only_who_sent_it_sees_it(desk: Desk) -> None:
    await desk.sent(SANNE, "change-details", change(desk, BRAM), street=NEW)
    page = await desk.open(BRAM, "/")
    assert cell(page, "contact", "street").text != NEW


@pytest.mark.parametrize(
    ("state", "stands"),
    [
        (ErrandState.UNDER_WAY, True),
        (ErrandState.WAITING, True),
        (ErrandState.UNCERTAIN, True),
        (ErrandState.STUCK, True),
        (ErrandState.REFUSED, False),
        (ErrandState.CONFLICT, False),
        (ErrandState.DROPPED, False),
    ],
)
async def test_what_was_refused_is_the_old_value_again(
    desk: Desk, state: ErrandState, stands: bool
) -> None:
    errand = change(desk)
    await desk.sent(SANNE, "change-details", errand, street=NEW)
    await desk.fares(errand, state)
    found = cell(await desk.open(SANNE, "/"), "contact", "street")
    assert (found.text == NEW, found.pending) == (stands, stands)


async def test_once_settled_what_was_remembered_is_too_old(desk: Desk) -> None:
    errand = change(desk)
    await desk.sent(SANNE, "change-details", errand, street=NEW)
    await desk.open(SANNE, "/")  # remembered, as it was before
    set_in_crm(desk, SANNE, addressLine1=NEW)
    await desk.fares(errand, ErrandState.DONE)
    desk.world.calls()
    page = await desk.open(SANNE, "/")
    assert cell(page, "contact", "street").text == NEW
    assert page.trust is Trust.FRESH
    assert desk.world.calls() > 0
    await desk.open(SANNE, "/")
    assert desk.world.calls() == 0  # asked once: newer than what was settled is fresh again


async def test_with_the_system_away_the_old_value_does_not_come_back(desk: Desk) -> None:
    errand = change(desk)
    await desk.open(SANNE, "/")
    await desk.sent(SANNE, "change-details", errand, street=NEW)
    await desk.fares(errand, ErrandState.DONE)
    desk.world.systems["crm"].down = True
    desk.world.hands.on(minutes=30)
    found = cell(await desk.open(SANNE, "/"), "contact", "street")
    assert (found.text, found.pending) == (NEW, False)


async def test_of_two_changes_the_last_one_stands(desk: Desk) -> None:
    first = change(desk)
    second = replace(change(desk, addressLine1="Derde Dijk 3"), id="a2:1", action="a2")
    await desk.sent(SANNE, "change-details", first, street=NEW)
    await desk.sent(SANNE, "change-details", second, street="Derde Dijk 3")
    assert cell(await desk.open(SANNE, "/"), "contact", "street").text == "Derde Dijk 3"
    await desk.fares(first, ErrandState.DONE)
    found = cell(await desk.open(SANNE, "/"), "contact", "street")
    assert (found.text, found.pending) == ("Derde Dijk 3", True)


def created() -> Errand:
    return Errand(
        id="a1:1",
        action="a1",
        number=1,
        system="crm",
        table="cases",
        is_master=True,
        fields={"orderReference": "VO-26088"},
    )


def listed(page: Page) -> Listing:
    return next(block for block in page.blocks if isinstance(block, Listing))


async def test_a_row_that_is_made_stands_on_top_and_leads_to_its_receipt(desk: Desk) -> None:
    before = listed(await desk.open(SANNE, "/retour")).records
    await desk.sent(SANNE, "ask-return", created(), order="VO-26088")
    first, *others = listed(await desk.open(SANNE, "/retour")).records
    assert (first.pending, first.link) == (True, "/ontvangst/R7K2-94QD")
    assert [(c.field, c.text) for c in first.cells if not c.empty] == [("order", "VO-26088")]
    assert tuple(others) == before
    assert listed(await desk.open(BRAM, "/retour")).records != (first, *others)


async def test_once_its_system_shows_it_it_stands_there_once(desk: Desk) -> None:
    await desk.sent(SANNE, "ask-return", created(), order="VO-26088")
    rows = desk.world.systems["crm"].rows
    mine = {**rows["cases"][0], "contactId": _contact(desk, SANNE)}
    before = listed(await desk.open(SANNE, "/retour")).records
    rows["cases"] = [*rows["cases"], {**mine, "caseNumber": "R-2026-9999"}]
    await desk.fares(created(), ErrandState.DONE, row="R-2026-9999")
    after = listed(await desk.open(SANNE, "/retour")).records
    assert not any(record.pending for record in after)
    assert len(after) == len(before)
    assert "R-2026-9999" in {record.key for record in after}


async def test_it_costs_one_read_a_second_at_most_and_none_of_a_system(desk: Desk) -> None:
    asked: list[str] = []
    real = desk.actions.lately

    @dataclass
    class Counting(HeldActions):
        async def lately(self, person, since, organisation=None):
            asked.append(person)
            return await real(person, since, organisation)

    desk.world.service._overlays._actions = Counting()
    viewer = await desk.world.service.viewer(visitor(SANNE))
    await desk.world.show("/", viewer)
    desk.world.calls()
    for _ in range(5):
        await desk.world.show("/", viewer)
    assert len(asked) == 1
    assert desk.world.calls() == 0
    desk.world.hands.at += timedelta(seconds=1)
    await desk.world.show("/", viewer)
    assert len(asked) == 2
