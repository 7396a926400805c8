"""What staff decide is kept once, with who and when; whoever comes second reads that."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from balie.backstage.actions import ActionState, ErrandState, Progress
from balie.backstage.auditing import Line
from balie.backstage.service_desk.stuck import (
    Decided,
    Dossier,
    Load,
    Part,
    Settled,
    Settling,
    Verdict,
)
from balie.store.actions import StoredActions
from balie.store.ciphers import Cipher
from balie.store.models import Audit
from balie.store.staff_actions import StoredStaffActions
from balie.store.unit_of_work import UnitOfWork
from balie.systems.rows import Raw
from tests.store.test_actions import AT, MARKER, Queue, action
from tests.writing.world import Time

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def time() -> Time:
    return Time(AT)


@pytest.fixture
def replayed() -> Queue:
    return Queue()


@pytest.fixture
async def desk(time: Time, replayed: Queue) -> AsyncIterator[StoredStaffActions]:
    work = UnitOfWork()
    actions = StoredActions(work, Cipher([Fernet.generate_key().decode()]), Queue(), time.now)
    yield StoredStaffActions(actions, replayed)
    await work.close()


async def sent(
    desk: StoredStaffActions, state: ErrandState, id_: str = "a1", **more: object
) -> Part:
    """An action whose first errand is so."""
    await desk.actions.accept(action(id_))
    progress = Progress(errand=f"{id_}:1", state=state, tries=3, why="CRM says so.")
    await desk.actions.note(replace(progress, **more))
    return await part(desk, id_)


async def part(desk: StoredStaffActions, id_: str = "a1", number: int = 1) -> Part:
    found = (await whole(desk, id_)).part(f"{id_}:{number}")
    assert found is not None
    return found


async def whole(desk: StoredStaffActions, id_: str = "a1") -> Dossier:
    found = await desk.whole(id_)
    assert found is not None
    return found


def decision(part: Part, what: Verdict, who: str = "mila", **more: object) -> Settling:
    return replace(Settling(errand=part.errand.id, mark=part.mark, what=what, who=who), **more)


async def state(desk: StoredStaffActions, id_: str = "a1") -> ActionState:
    return (await whole(desk, id_)).receipt.state


async def test_what_waits_for_people_is_listed_with_its_team_and_since_when(
    desk: StoredStaffActions, time: Time
) -> None:
    await sent(desk, ErrandState.REFUSED)
    time.passes(60)
    await sent(desk, ErrandState.UNCERTAIN, "a2")
    await sent(desk, ErrandState.WAITING, "a3")
    held = await desk.held_up(frozenset({ErrandState.REFUSED, ErrandState.UNCERTAIN}))
    assert [(one.errand, one.state, one.team, one.since) for one in held] == [
        ("a1:1", ErrandState.REFUSED, "service", AT),
        ("a2:1", ErrandState.UNCERTAIN, "service", AT + timedelta(minutes=1)),
    ]
    assert held[0].step == "change-details"
    assert held[0].reference == action().reference


async def test_since_is_of_the_first_of_the_same_outcome_and_not_of_the_last_try(
    desk: StoredStaffActions, time: Time
) -> None:
    await sent(desk, ErrandState.WAITING)
    for _ in range(5):
        time.passes(60)
        await desk.actions.note(
            Progress(errand="a1:1", state=ErrandState.WAITING, tries=9, why="CRM says so.")
        )
    held = await desk.held_up(frozenset({ErrandState.WAITING}))
    assert [one.since for one in held] == [AT]
    attempts = (await part(desk)).attempts
    assert [(one.count, one.first, one.last) for one in attempts] == [
        (6, AT, AT + timedelta(minutes=5))
    ]


async def test_what_does_not_go_on_is_counted_by_system(desk: StoredStaffActions) -> None:
    assert await desk.loads() == []
    await sent(desk, ErrandState.REFUSED)
    await sent(desk, ErrandState.WAITING, "a2")
    await sent(desk, ErrandState.WAITING, "a3")
    await sent(desk, ErrandState.DONE, "a4")
    await sent(desk, ErrandState.STUCK, "a5")
    load = Load(system="crm", for_people=2, waiting=2, given_up=1, oldest=AT)
    assert await desk.loads() == [load]


async def test_a_reference_leads_to_its_action_and_nothing_like_it(
    desk: StoredStaffActions,
) -> None:
    await sent(desk, ErrandState.REFUSED)
    assert await desk.with_reference(action().reference) == "a1"
    assert await desk.with_reference(action().reference[:-1]) is None
    assert await desk.whole("nothing") is None


async def test_tried_again_it_is_due_for_as_long_as_at_first(
    desk: StoredStaffActions, time: Time, replayed: Queue
) -> None:
    stuck = await sent(desk, ErrandState.STUCK)
    time.passes(3 * 24 * 3600)
    settled = await desk.settle(decision(stuck, Verdict.AGAIN))
    assert settled == Settled(is_first=True, by=Decided(what=Verdict.AGAIN, who="mila", at=time.at))
    again = await part(desk)
    assert (again.progress.state, again.progress.tries) == (ErrandState.DUE, 0)
    assert again.errand.give_up == time.at + timedelta(hours=24)
    assert [one.action for one in await desk.actions.waiting()] == ["a1"]
    assert replayed.put == [("a1", "p1")]


async def test_who_comes_second_reads_who_decided(desk: StoredStaffActions) -> None:
    stuck = await sent(desk, ErrandState.STUCK)
    await desk.settle(decision(stuck, Verdict.HANDED_OVER, team="returns"))
    second = await desk.settle(decision(stuck, Verdict.DROPPED, who="joris"))
    first = Decided(what=Verdict.HANDED_OVER, who="mila", at=AT, more="returns")
    assert second == Settled(is_first=False, by=first)
    assert (await part(desk)).team == "returns"


async def test_ten_at_once_are_one_decision(desk: StoredStaffActions, replayed: Queue) -> None:
    stuck = await sent(desk, ErrandState.UNCERTAIN)
    one = decision(stuck, Verdict.AGAIN)
    answers = await asyncio.gather(*(desk.settle(one) for _ in range(10)))
    assert [answer.is_first for answer in answers if answer].count(True) == 1
    assert len(replayed.put) == 1
    lines = await desk.actions.work.read(Audit.objects.filter(what="again").count)
    assert lines == 1


async def test_what_went_on_by_itself_cannot_be_decided_any_more(
    desk: StoredStaffActions,
) -> None:
    stuck = await sent(desk, ErrandState.STUCK)
    await desk.actions.note(Progress(errand="a1:1", state=ErrandState.DONE, row="c1"))
    assert await desk.settle(decision(stuck, Verdict.DROPPED)) == Settled(is_first=False)
    assert (await part(desk)).progress.state is ErrandState.DONE


@pytest.mark.parametrize(
    ("of", "what"),
    [
        (ErrandState.DONE, Verdict.AGAIN),
        (ErrandState.WAITING, Verdict.DROPPED),
        (ErrandState.UNCERTAIN, Verdict.CORRECTED),
        (ErrandState.STUCK, Verdict.CORRECTED),
        (ErrandState.UNDER_WAY, Verdict.DROPPED),
    ],
)
async def test_what_may_not_be_decided_in_a_state_is_not(
    desk: StoredStaffActions, of: ErrandState, what: Verdict
) -> None:
    found = await sent(desk, of)
    assert await desk.settle(decision(found, what)) is None
    assert (await part(desk)).progress.state is of


async def test_done_by_hand_it_has_its_row_and_what_follows_goes_on(
    desk: StoredStaffActions,
) -> None:
    stuck = await sent(desk, ErrandState.UNCERTAIN)
    values: Mapping[str, Raw] = {"caseNumber": "R-000042"}
    await desk.settle(decision(stuck, Verdict.DONE, row="c9", values=values))
    done = await part(desk)
    assert (done.progress.state, done.progress.row) == (ErrandState.DONE, "c9")
    assert done.progress.values == values
    assert await state(desk) is ActionState.PASSED_ON
    assert [one.action for one in await desk.actions.waiting()] == ["a1"]


async def test_dropped_nothing_of_it_is_sent_and_the_customer_reads_so(
    desk: StoredStaffActions,
) -> None:
    stuck = await sent(desk, ErrandState.STUCK)
    await desk.settle(decision(stuck, Verdict.DROPPED))
    assert await state(desk) is ActionState.DROPPED
    assert (await part(desk, number=2)).progress.state is ErrandState.DROPPED
    assert [one.action for one in await desk.actions.waiting()] == []
    assert await desk.actions.under_way("p1") == []


async def test_what_its_masters_no_dropped_follows_again_when_staff_mend_it(
    desk: StoredStaffActions,
) -> None:
    refused = await sent(desk, ErrandState.REFUSED)
    await desk.actions.note(Progress(errand="a1:2", state=ErrandState.DROPPED))
    await desk.settle(decision(refused, Verdict.AGAIN))
    assert (await part(desk, number=2)).progress.state is ErrandState.DUE


async def test_what_staff_dropped_stays_dropped(desk: StoredStaffActions) -> None:
    await sent(desk, ErrandState.DONE)
    await desk.actions.note(Progress(errand="a1:2", state=ErrandState.REFUSED))
    follower = await part(desk, number=2)
    await desk.settle(decision(follower, Verdict.DROPPED))
    assert (await part(desk, number=2)).progress.state is ErrandState.DROPPED
    assert await state(desk) is ActionState.SETTLED


async def test_corrected_it_is_another_write_and_what_it_was_is_kept_unreadable(
    desk: StoredStaffActions,
) -> None:
    refused = await sent(desk, ErrandState.REFUSED)
    assert refused.errand.key == "a1-1"
    other: Mapping[str, Raw] = {**refused.errand.fields, "addressLine1": "Hoofdstraat 1"}
    await desk.settle(decision(refused, Verdict.CORRECTED, fields=other))
    mended = await part(desk)
    assert mended.errand.fields == other
    assert mended.errand.key == "a1-1.1"
    assert [before["addressLine1"] for before in mended.before] == [MARKER]
    assert mended.progress.state is ErrandState.DUE


async def test_sent_over_a_conflict_what_the_system_has_counts_as_seen(
    desk: StoredStaffActions,
) -> None:
    found = await sent(desk, ErrandState.CONFLICT, now={"addressLine1": "Kade 3"})
    await desk.settle(decision(found, Verdict.AGAIN))
    assert (await part(desk)).errand.shown == {"addressLine1": "Kade 3"}


async def test_all_that_waits_for_a_system_is_tried_and_nothing_that_was_refused(
    desk: StoredStaffActions, replayed: Queue
) -> None:
    await sent(desk, ErrandState.WAITING, next_at=AT + timedelta(minutes=10))
    await sent(desk, ErrandState.STUCK, "a2")
    await sent(desk, ErrandState.REFUSED, "a3")
    await sent(desk, ErrandState.UNCERTAIN, "a4")
    assert await desk.again_all("crm", "mila") == 2
    assert await desk.again_all("erp", "mila") == 0
    assert sorted(replayed.put) == [("a1", "p1"), ("a2", "p1")]
    states = [(await part(desk, id_)).progress.state for id_ in ("a1", "a2", "a3", "a4")]
    assert states == [
        ErrandState.DUE,
        ErrandState.DUE,
        ErrandState.REFUSED,
        ErrandState.UNCERTAIN,
    ]


async def test_the_audit_says_who_what_and_when_and_no_value(desk: StoredStaffActions) -> None:
    refused = await sent(desk, ErrandState.REFUSED)
    fields: Mapping[str, Raw] = {"addressLine1": "Geheim 8"}
    await desk.settle(decision(refused, Verdict.CORRECTED, fields=fields))
    await desk.note(Line(who="mila", what="searched", more="mail"))
    lines = await desk.actions.work.read(
        lambda: list(Audit.objects.values_list("who", "what", "about", "more"))
    )
    assert lines == [
        ("p1", "accepted", "a1", ""),
        ("mila", "corrected", "a1:1", ""),
        ("mila", "searched", "", "mail"),
    ]


async def test_an_engine_that_cannot_be_reached_undoes_the_decision(
    desk: StoredStaffActions, replayed: Queue
) -> None:
    stuck = await sent(desk, ErrandState.STUCK)
    replayed.refuses = True
    with pytest.raises(RuntimeError):
        await desk.settle(decision(stuck, Verdict.AGAIN))
    assert (await part(desk)).progress.state is ErrandState.STUCK
    assert await desk.actions.work.read(Audit.objects.filter(what="again").count) == 0
