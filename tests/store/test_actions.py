"""What customers sent is kept once, whole, encrypted, and true at every moment."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection

from balie.backstage.actions import (
    Action,
    ActionState,
    Errand,
    ErrandState,
    Progress,
    Receipt,
    SentBefore,
    Told,
    Waiting,
)
from balie.store.actions import StoredActions
from balie.store.ciphers import Cipher
from balie.store.models import Action as Row
from balie.store.models import Audit
from balie.store.unit_of_work import UnitOfWork

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
MARKER = "Geheimestraat 7, Markerdam"


class Queue:
    """An engine that remembers what was put in its queue, and may refuse."""

    def __init__(self) -> None:
        self.put: list[tuple[str, str]] = []
        self.refuses = False

    def __call__(self, action: str, order_with: str) -> None:
        if self.refuses:
            raise RuntimeError("the engine cannot be reached")
        self.put.append((action, order_with))


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
async def actions(queue: Queue) -> AsyncIterator[StoredActions]:
    work = UnitOfWork()
    yield StoredActions(work, Cipher([Fernet.generate_key().decode()]), queue, lambda: AT)
    await work.close()


def errand(action: str, number: int, **more: object) -> Errand:
    made = Errand(
        id=f"{action}:{number}",
        action=action,
        number=number,
        system="crm",
        table="contacts",
        is_master=number == 1,
        row="c1",
        link={"number": "10042"},
        fields={"addressLine1": MARKER, "lines": [{"quantity": 2, "price": 12.5}]},
        shown={"addressLine1": None},
        returns=("caseNumber",),
        give_up=AT + timedelta(hours=24),
        goes_to="service",
    )
    return replace(made, **more)


def action(id_: str = "a1", **more: object) -> Action:
    made = Action(
        id=id_,
        reference=f"R7K2-{id_.upper():0>4}",
        step="change-details",
        version="v1",
        person="p1",
        acting_for="Installatiebedrijf Van Dalen",
        language="nl",
        token=f"token of {id_}",
        digest="d1",
        at=AT,
        answers=(Told("street", "Straat en huisnummer", MARKER),),
        errands=(errand(id_, 1), errand(id_, 2, row=None, follows=1, file="photo")),
        order_with="p1",
    )
    return replace(made, **more)


async def test_what_was_accepted_is_read_back_the_same(actions: StoredActions) -> None:
    sent = action()
    accepted = await actions.accept(sent)
    assert accepted.state is ActionState.RECEIVED
    assert await actions.carry("a1") == Receipt(action=sent, state=ActionState.RECEIVED)
    assert await actions.receipt(sent.reference, "p1") == accepted


async def test_a_receipt_is_of_whoever_sent_it(actions: StoredActions) -> None:
    await actions.accept(action())
    assert await actions.receipt(action().reference, "p2") is None
    assert await actions.receipts("p2") == []
    assert await actions.under_way("p2") == []


async def test_acceptance_puts_it_in_the_queue_and_in_the_audit(
    actions: StoredActions, queue: Queue
) -> None:
    await actions.accept(action())
    assert queue.put == [("a1", "p1")]
    kept = await actions.work.read(lambda: list(Audit.objects.values_list("who", "what", "about")))
    assert kept == [("p1", "accepted", "a1")]


async def test_without_a_place_in_the_queue_nothing_is_accepted(
    actions: StoredActions, queue: Queue
) -> None:
    queue.refuses = True
    with pytest.raises(RuntimeError):
        await actions.accept(action())
    assert await actions.carry("a1") is None
    assert await actions.work.read(Audit.objects.count) == 0
    queue.refuses = False
    assert (await actions.accept(action())).action == action()


async def test_the_same_token_a_hundred_times_at_once_is_one_action(
    actions: StoredActions, queue: Queue
) -> None:
    """T15."""
    tries = [action(f"x{n:03}", token="the same", reference=f"R7K2-X{n:03}") for n in range(100)]
    receipts = await asyncio.gather(*(actions.accept(one) for one in tries))
    assert len({receipt.action.reference for receipt in receipts}) == 1
    assert await actions.work.read(Row.objects.count) == 1
    assert len(queue.put) == 1


async def test_the_same_token_with_other_answers_is_told_what_was_sent_before(
    actions: StoredActions,
) -> None:
    first = await actions.accept(action(token="t"))
    with pytest.raises(SentBefore) as told:
        await actions.accept(action("a2", token="t", digest="d2"))
    assert told.value.receipt == first


async def test_progress_is_kept_and_the_state_follows(actions: StoredActions) -> None:
    await actions.accept(action())
    done = Progress(
        errand="a1:1", state=ErrandState.DONE, tries=2, row="c1", values={"caseNumber": "R-7"}
    )
    await actions.note(done)
    receipt = await actions.carry("a1")
    assert receipt is not None
    assert receipt.state is ActionState.PASSED_ON
    assert receipt.progress == (done,)
    waiting = Progress(
        errand="a1:2",
        state=ErrandState.WAITING,
        tries=1,
        why="CRM does not answer.",
        next_at=AT + timedelta(seconds=4),
        since=AT,
    )
    await actions.note(waiting)
    receipt = await actions.carry("a1")
    assert receipt is not None
    assert receipt.progress == (done, waiting)
    assert [one.action for one in await actions.waiting()] == ["a1"]
    await actions.note(replace(waiting, state=ErrandState.DONE, next_at=None))
    assert (await actions.receipts("p1"))[0].state is ActionState.SETTLED
    assert [one.action for one in await actions.waiting()] == []
    assert await actions.under_way("p1") == []


async def test_what_is_done_is_never_undone_by_a_late_note(actions: StoredActions) -> None:
    await actions.accept(action())
    await actions.note(Progress(errand="a1:1", state=ErrandState.DONE, row="c1"))
    await actions.note(Progress(errand="a1:1", state=ErrandState.WAITING))
    receipt = await actions.carry("a1")
    assert receipt is not None
    assert receipt.progress[0].state is ErrandState.DONE


async def test_what_waits_for_a_person_waits_for_no_carrier(actions: StoredActions) -> None:
    await actions.accept(action())
    await actions.note(Progress(errand="a1:1", state=ErrandState.REFUSED, why="It says no."))
    await actions.note(Progress(errand="a1:2", state=ErrandState.DROPPED))
    assert [one.action for one in await actions.waiting()] == []
    receipts = await actions.under_way("p1")
    assert [receipt.state for receipt in receipts] == [ActionState.REFUSED]


async def test_the_newest_receipts_come_first_and_no_more_than_asked(
    actions: StoredActions,
) -> None:
    for number in range(30):
        await actions.accept(action(f"b{number:02}"))
    receipts = await actions.receipts("p1", most=20)
    assert [one.action.id for one in receipts] == [f"b{n:02}" for n in range(29, 9, -1)]


async def test_nothing_personal_stands_readable_in_the_file(actions: StoredActions) -> None:
    await actions.accept(action())
    conflict = Progress(errand="a1:1", state=ErrandState.CONFLICT, now={"addressLine1": MARKER})
    await actions.note(conflict)
    await actions.work.read(_checkpoint)
    name = str(settings.DATABASES["default"]["NAME"])
    files = [file for file in Path(name).parent.glob("*") if file.is_file()]
    held = b"".join(file.read_bytes() for file in files)
    assert b"change-details" in held  # this is where it is
    for secret in ("Geheimestraat", "Markerdam", "Van Dalen", "10042", "token of a1"):
        assert secret.encode() not in held


def _checkpoint() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(FULL)")


async def test_without_its_key_an_action_tells_nothing_and_breaks_nothing(
    actions: StoredActions,
) -> None:
    await actions.accept(action())
    other = replace(actions, cipher=Cipher([Fernet.generate_key().decode()]))
    receipt = await other.receipt(action().reference, "p1")
    assert receipt is not None
    assert receipt.action.answers == ()
    assert receipt.action.errands[0].fields == {}


async def test_what_only_a_person_can_help_does_not_wait_for_the_carrier(
    actions: StoredActions,
) -> None:
    await actions.accept(action("a1"))
    await actions.accept(action("a2"))
    stuck = Progress(errand="a1:1", state=ErrandState.STUCK, tries=9, why="It stays away.")
    await actions.note(stuck)
    assert [one.action for one in await actions.waiting()] == ["a2"]
    await actions.note(replace(stuck, state=ErrandState.DONE, row="c1"))
    assert [one.action for one in await actions.waiting()] == ["a1", "a2"]


async def test_an_action_waits_for_the_errand_that_is_next(actions: StoredActions) -> None:
    await actions.accept(action("a1", order_with="p1"))
    assert await actions.waiting() == [Waiting("a1", "p1")]
    later = AT + timedelta(minutes=5)
    waits = Progress(errand="a1:1", state=ErrandState.WAITING, tries=1, next_at=later)
    await actions.note(waits)
    assert await actions.waiting() == [Waiting("a1", "p1", later)]
    await actions.note(replace(waits, state=ErrandState.DONE, next_at=None, row="c1"))
    assert await actions.waiting() == [Waiting("a1", "p1")]
    refused = Progress(errand="a1:2", state=ErrandState.REFUSED, tries=1)
    await actions.note(refused)
    assert await actions.waiting() == []


async def test_a_system_that_answers_again_is_due_for_all_that_waits_for_it(
    actions: StoredActions,
) -> None:
    later = AT + timedelta(minutes=5)
    for id_ in ("a1", "a2"):
        await actions.accept(action(id_))
        waits = Progress(errand=f"{id_}:1", state=ErrandState.WAITING, tries=1, next_at=later)
        await actions.note(waits)
    await actions.hasten("carrier")
    assert [one.at for one in await actions.waiting()] == [later, later]
    await actions.hasten("crm")
    assert [one.at for one in await actions.waiting()] == [None, None]


async def test_an_action_comes_after_earlier_ones_to_the_same_system_only(
    actions: StoredActions,
) -> None:
    first, second = action("a1", order_with="p1"), action("a2", order_with="p1")
    other = action("a3", order_with="p2")
    elsewhere = action("a4", order_with="p1", errands=(errand("a4", 1, system="carrier"),))
    for one in (first, second, other, elsewhere):
        await actions.accept(one)
    again = AT + timedelta(minutes=5)
    waits = Progress(errand="a1:1", state=ErrandState.WAITING, tries=3, next_at=again)
    await actions.note(waits)
    before = await actions.ahead(second)
    assert before is not None
    assert (before.errand, before.next_at) == ("a1:1", again)
    assert await actions.ahead(first) is None
    assert await actions.ahead(other) is None
    assert await actions.ahead(elsewhere) is None
    for number in (1, 2):
        done = Progress(errand=f"a1:{number}", state=ErrandState.DONE, tries=4, row="c1")
        await actions.note(done)
    assert await actions.ahead(second) is None
