"""Staff drop what waits for a colleague: once, all of it; nobody approves it after that."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from balie.backstage.actions import ErrandState
from balie.backstage.service_desk.stuck import Part, Settled, Settling, Verdict
from balie.store.models import Audit, Errand
from balie.store.staff_actions import StoredStaffActions
from tests.approving.office import AT, Office, looked, office, with_approval

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_approval(tmp_path_factory.mktemp("dropped") / "lindeman")


@pytest.fixture
async def here(folder: Path) -> AsyncIterator[Office]:
    async with office(folder) as running:
        yield running


async def part_of(here: Office, reference: str) -> Part:
    staff = StoredStaffActions(here.actions)
    action = await staff.with_reference(reference)
    dossier = await staff.whole(action or "")
    assert dossier is not None
    return dossier.parts[0]


async def drop(here: Office, part: Part) -> Settled | None:
    settling = Settling(errand=part.errand.id, mark=part.mark, what=Verdict.DROPPED, who="mila")
    return await StoredStaffActions(here.actions).settle(settling)


async def test_what_staff_drop_is_never_sent_and_waits_for_nobody(here: Office) -> None:
    reference = await here.ask()
    part = await part_of(here, reference)
    assert part.progress.state is ErrandState.HELD
    settled = await drop(here, part)
    assert settled is not None
    assert settled.is_first
    assert here.queue == []
    receipt = await here.receipt("bram", reference)
    assert receipt["state"] == "dropped"
    approval = receipt["approval"]
    assert isinstance(approval, dict)
    assert {name: approval["decision"][name] for name in ("outcome", "by")} == {
        "outcome": "dropped",
        "by": None,  # customers read no names of staff
    }
    waiting = (await here.get("fatima", AT)).json()
    assert waiting["waiting"] == []
    assert [one["decision"]["outcome"] for one in waiting["decided"]] == ["dropped"]
    late = await here.decide("fatima", reference, "approve")
    assert (late.status_code, late.json()["refused"]) == (409, "decided already")
    here.world.hands.on(days=9)
    await here.approvals.look()
    assert looked(lambda: list(Errand.objects.values_list("state", flat=True))) == ["dropped"]
    lines = looked(lambda: list(Audit.objects.filter(who="mila").values_list("what", flat=True)))
    assert lines == ["dropped"]


async def test_the_pages_of_both_tell_it_without_a_way_to_decide(here: Office) -> None:
    reference = await here.ask()
    await drop(here, await part_of(here, reference))
    for who, at in (("bram", f"/ontvangst/{reference}"), ("fatima", f"{AT}/{reference}")):
        async with here.site.visit(who) as browser:
            page = (await browser.get(at)).text
        assert "Een medewerker heeft het gestopt" in page
        assert 'name="answer"' not in page


async def test_only_what_was_seen_to_wait_can_be_dropped(here: Office) -> None:
    reference = await here.ask()
    part = await part_of(here, reference)
    assert (await here.decide("fatima", reference, "approve")).status_code == 200
    settled = await drop(here, part)
    assert settled is not None
    assert not settled.is_first
    assert looked(lambda: list(Errand.objects.values_list("state", flat=True))) == ["due"]
    other = await here.ask(key="k2")
    held = await part_of(here, other)
    again = Settling(errand=held.errand.id, mark=held.mark, what=Verdict.AGAIN, who="mila")
    assert await StoredStaffActions(here.actions).settle(again) is None  # staff approve nothing


async def test_dropped_and_approved_at_once_is_one_of_both(here: Office) -> None:
    reference = await here.ask()
    part = await part_of(here, reference)
    settled, answer = await asyncio.gather(
        drop(here, part), here.decide("fatima", reference, "approve")
    )
    states = looked(lambda: list(Errand.objects.values_list("state", flat=True)))
    assert settled is not None
    if settled.is_first:
        assert (states, here.queue, answer.status_code) == (["dropped"], [], 409)
    else:
        assert (states, len(here.queue), answer.status_code) == (["due"], 1, 200)
