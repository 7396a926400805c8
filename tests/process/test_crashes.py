"""Whatever is killed whenever, and whatever is told early, late or twice: each effect is made once,
and no instance is ever left without a time to be looked at or a person to look at it.
"""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balie.backstage.process.instance import Kind
from tests.process.test_the_return import return_of
from tests.process.world import Office
from tests.writing.world import Killed

KILLS = st.sets(st.integers(0, 120), max_size=25)
"""At which of the moments that can be killed: before and after each thing that is kept or done."""


class Fate:
    """Kills at these moments."""

    def __init__(self, kills: set[int]) -> None:
        self.kills, self.moment, self.killed = kills, 0, 0

    def __call__(self, *_: object) -> None:
        self.moment += 1
        if self.moment in self.kills:
            self.killed += 1
            raise Killed


def fated(kills: set[int]) -> tuple[Office, Fate]:
    office, fate = Office(), Fate(kills)
    office.instances.mishap = fate
    office.actions.before_note = office.actions.after_note = fate
    for system in office.systems.values():
        system.mishap = fate
    return office, fate


def nobody_is_forgotten(office: Office) -> None:
    for instance in office.instances.kept.values():
        waits = instance.wake_at is not None or instance.open_items(*Kind)
        assert instance.is_over or waits, instance


@settings(max_examples=30, deadline=None)
@given(
    KILLS,
    st.sampled_from([0, 1, 3, 15]),
    st.integers(1, 3),
    st.sampled_from([0, 1, 5]),
    st.booleans(),
)
def test_a_return_ends_with_each_effect_once(
    kills: set[int], days: int, times: int, hours_away: int, is_large: bool
) -> None:
    """days: until the parcel is told, of which the first may be too early; times: how often."""
    asyncio.run(_return(kills, days, times, hours_away, is_large=is_large))


@pytest.mark.usefixtures("place")
async def test_a_return_that_is_killed_often_ends_with_each_effect_once() -> None:
    """Some kills of above, on the store too: before and after each of the first forty moments."""
    await _return(set(range(0, 40, 3)) | {50, 61, 72}, 1, 2, 1, is_large=True)


async def _return(
    kills: set[int], days: int, times: int, hours_away: int, *, is_large: bool
) -> None:
    office, _ = fated(kills)
    office.goes_away("carrier", away=hours_away > 0)
    await office.sent("ask-return", "cases", return_of(140 if is_large else 40))
    await office.passes(minutes=1)
    nobody_is_forgotten(office)
    if is_large:
        (item,) = office.work("returns")
        await office.alive(lambda: office.answer(item, "approve"))
    await office.passes(days=days)
    for _ in range(times):
        await office.alive(lambda: office.told("carrier", "parcelReceived", "R-000001"))
    nobody_is_forgotten(office)
    await office.passes(hours=hours_away)
    office.goes_away("carrier", away=False)
    for stuck in office.work("returns"):
        if stuck.kind is Kind.STUCK:
            await office.replayed(stuck.action)
    await office.passes(days=1)
    nobody_is_forgotten(office)
    office.staff_change("erp", "salesCreditMemos", {"number": "VC-1", "status": "Open"})
    await office.passes(days=1)
    (instance,) = office.instances.kept.values()
    assert instance.outcome == "ended"
    assert office.rows("crm", "cases")[0]["status"] == "refunded"
    assert sorted(office.effects()) == [
        "carrier.labels",
        "crm.cases",  # made, approved, received, refunded
        "crm.cases",
        "crm.cases",
        "crm.cases",
        "erp.salesCreditMemos",
    ]
    reminded = ["herinnering"] if days >= 14 and not hours_away else []
    assert office.mails() == ["antwoord", *reminded]
    assert len({mail.id for mail in office.instances.mails}) == len(office.mails())


async def test_the_mishaps_do_happen() -> None:
    office, fate = fated({2, 5, 9, 14, 20})
    await office.sent("ask-return", "cases", return_of(40))
    await office.passes(days=1)
    assert fate.killed == 5
    assert fate.moment > 30


async def test_news_that_was_kept_and_then_forgotten_by_its_bearer_is_found() -> None:
    """Killed between keeping an event and telling whoever waits for it, and never told again."""
    office = Office()
    await office.sent("ask-return", "cases", return_of(40))
    await office.passes(days=1)
    await office.instances.hear(office.event("carrier", "parcelReceived", "R-000001"))
    await office.passes(hours=7)
    assert office.rows("crm", "cases")[0]["status"] == "received"


async def test_two_who_go_on_at_once_make_each_move_once() -> None:
    office = Office()
    id_ = await office.sent("ask-return", "cases", return_of(40))
    await office.carrier.carry(id_)
    await asyncio.gather(*(office.processes.advance(id_) for _ in range(5)))
    assert [line.partition(": ")[2] for line in office.log()] == [
        "entered",
        "settled",
        "entered",
        "decided approve",
        "sent crm.cases",
    ]
