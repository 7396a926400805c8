"""Work for people that is a task in the CRM as well: once, and closed when it is settled here."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from balie.backstage.actions import Receipt
from balie.backstage.inbox import Described, Inbox, Piece
from balie.backstage.service_desk.stuck import Settling, Verdict
from balie.identity.models import Person
from balie.site.inboxes import Inboxes
from balie.store.instance_models import InboxRow
from balie.store.models import Action, Errand
from balie.store.staff_actions import StoredStaffActions
from tests.stories.world import Town

pytestmark = pytest.mark.django_db(transaction=True)

SANNE, ORDER = "sanne@example.nl", "VO-26088"
CONTACT = "00000000-0000-4000-8000-0000000000c1"
DETAILS = {
    "email": [SANNE],
    "mobile": ["06 12 34 56 78"],
    "street": ["Kade 9"],
    "postcode": ["3512 JC"],
    "city": ["Utrecht"],
}


async def asks_a_question(place: Town) -> Receipt:
    receipt = await place.sent(SANNE, "/vraag/nieuw", text=["Waar blijft het?"])
    assert isinstance(receipt, Receipt)
    await place.settle()
    return receipt


def of_tasks(place: Town, since: int = 0) -> list[str]:
    """What the CRM's own log says was done to tasks."""
    done = [e for e in place.systems["crm"].effects(since) if e.table == "tasks"]
    return [str(one.deed) for one in done]


def last_line(place: Town) -> int:
    """Where the CRM's log ends now."""
    return max((line.seq for line in place.systems["crm"].log()), default=0)


def inboxes_of(place: Town) -> Inboxes:
    assert place.stories.inboxes is not None
    return place.stories.inboxes


async def stuck(place: Town) -> Receipt:
    """A change of address that the CRM never took: for people after a day."""
    receipt = await place.sent(SANNE, "/gegevens", **DETAILS)
    assert isinstance(receipt, Receipt), receipt
    await asyncio.to_thread(recognised, SANNE)
    await asyncio.to_thread(place.systems["crm"].mode, down=True)
    await place.settle()
    await later(place, hours=25)
    return receipt


def recognised(mail: str) -> None:
    """As after signing in: who they are to the CRM is known here."""
    person = Person.objects.get(email=mail)
    person.recognitions.get_or_create(name="contact", key=CONTACT)


async def later(place: Town, **length: float) -> None:
    """Time passes at one go: a system that is away is tried once in it, not all the time."""
    place.clock.at += timedelta(**length)
    await place.settle()


async def is_back(place: Town) -> None:
    """The CRM answers again, and is asked again: it is left alone for seconds of its own."""
    await asyncio.to_thread(place.systems["crm"].mode, down=False)
    since = last_line(place)
    for _ in range(20):
        await later(place, minutes=11)
        if last_line(place) > since and not await place.actions.waiting():
            return
        await asyncio.sleep(0.3)


async def states(place: Town, table: str) -> list[tuple[str, str]]:
    rows = Errand.objects.filter(table=table).order_by("id").values_list("state", "goes_to")
    return await place.actions.work.read(lambda: list(rows))


async def settle(place: Town, receipt: Receipt, what: Verdict) -> None:
    desk = StoredStaffActions(place.actions)
    dossier = await desk.whole(receipt.action.id)
    assert dossier is not None
    part = dossier.parts[0]
    settling = Settling(errand=part.errand.id, mark=part.mark, what=what, who="mila")
    settled = await desk.settle(settling)
    assert settled is not None
    assert settled.is_first


async def test_a_work_item_is_a_task_in_the_crm_until_it_is_answered_there(place: Town) -> None:
    since = last_line(place)
    await asks_a_question(place)
    (item,) = await place.work("service")
    (task,) = place.rows("crm", "tasks", kind="work", status="open", contactId=CONTACT)
    (case,) = place.rows("crm", "cases", kind="question", contactId=CONTACT, status="new")
    assert {name: task[name] for name in ("team", "subject", "description", "caseNumber")} == {
        "team": "SERVICE",
        "subject": "Zoekt het uit en schrijft het antwoord in het CRM",
        "description": "Wat is het antwoord?: Doe dit. "
        "Handel het af in Balie: dan sluit deze taak vanzelf.",
        "caseNumber": case["caseNumber"],
    }
    assert task["link"] == f"http://portal.example/staff/work/{item.id}"
    assert item.due is not None
    assert datetime.fromisoformat(str(task["dueAt"])) == item.due
    assert of_tasks(place, since) == ["made"]

    await place.answer(item, "done")
    await later(place, minutes=5)
    (closed,) = place.rows("crm", "tasks", id=task["id"])
    assert closed["status"] == "done"
    assert of_tasks(place, since) == ["made", "changed"]
    assert await place.stories.inboxes.kept.put() == []  # type: ignore[union-attr]


async def test_two_that_look_at_once_and_again_later_make_one_task(place: Town) -> None:
    since = last_line(place)
    place.carrying = False
    await asks_a_question(place)  # nothing goes to a system, so nobody has work yet
    place.carrying = True
    inboxes = inboxes_of(place)
    await place.settle()
    await asyncio.gather(*(inboxes.look() for _ in range(4)))
    await place.settle()
    assert of_tasks(place, since) == ["made"]


async def test_a_task_waits_for_the_system_that_is_itself_away_and_comes_when_it_is_back(
    place: Town,
) -> None:
    since = last_line(place)
    receipt = await stuck(place)
    assert await states(place, "contacts") == [("stuck", "service")]
    assert await states(place, "tasks") == [("waiting", "service")]
    await later(place, hours=48)
    assert await states(place, "tasks") == [("waiting", "service")]  # of a task comes no task

    await is_back(place)
    (task,) = place.rows("crm", "tasks", kind="work", subject="Ik wijzig mijn gegevens")
    assert task["description"] == (
        "CRM antwoordde te lang niet. Balie probeert het niet meer vanzelf. "
        "Handel het af in Balie: dan sluit deze taak vanzelf."
    )
    assert task["contactId"] == CONTACT
    assert task["link"] == f"http://portal.example/staff/actions/{receipt.action.id}"
    assert task["caseNumber"] == receipt.action.reference
    assert "Kade 9" not in str(task)

    await settle(place, receipt, Verdict.AGAIN)
    await later(place, minutes=15)
    (task,) = place.rows("crm", "tasks", id=task["id"])
    assert task["status"] == "done"
    assert of_tasks(place, since) == ["made", "changed"]


async def test_a_task_that_never_arrived_is_dropped_when_its_work_is_settled(place: Town) -> None:
    since = last_line(place)
    receipt = await stuck(place)
    await settle(place, receipt, Verdict.DROPPED)
    await place.settle()
    assert await states(place, "tasks") == [("dropped", "service")]
    await is_back(place)
    assert of_tasks(place, since) == []


async def test_whose_work_it_is_is_waited_for_when_the_system_that_knows_is_away(
    place: Town,
) -> None:
    await stuck(place)
    await asyncio.to_thread(lambda: Person.objects.get(email=SANNE).recognitions.all().delete())
    await place.actions.work.write(lambda: InboxRow.objects.all().delete())
    await place.actions.work.write(lambda: Action.objects.filter(person="").delete())
    await later(place, hours=1)
    assert await states(place, "tasks") == []
    await is_back(place)
    (task,) = place.rows("crm", "tasks", kind="work", subject="Ik wijzig mijn gegevens")
    assert task["contactId"] == CONTACT


async def test_what_is_refused_about_a_task_is_for_staff_and_makes_no_task(place: Town) -> None:
    """The CRM does not know the team by now: the task itself is what is stuck."""
    inboxes = inboxes_of(place)
    told = inboxes.inbox.inboxes
    unknown = replace(told, sends=tuple(s for s in told.sends if s.target != "subject"))
    other = replace(inboxes, inbox=replace(inboxes.inbox, inboxes=unknown), _refused=set())
    place.stories = replace(place.stories, inboxes=other)
    await asks_a_question(place)
    assert [one.about for one in place.noticed.incidents] == []
    assert await states(place, "tasks") == [("refused", "service")]
    await later(place, minutes=30)
    assert await states(place, "tasks") == [("refused", "service")]


def described(**more: object) -> Described:
    known = {"origin": "a", "title": "Doe het", "why": "Nu", "step": "s", "address": "http://x"}
    return Described(**{**known, **more})  # type: ignore[arg-type]


PIECE = Piece(id="p", team="service", action="a", item="a:1")
AT = datetime(2026, 11, 22, tzinfo=UTC)


def test_personal_data_goes_only_where_the_blueprint_sends_it(place: Town) -> None:
    inbox = inboxes_of(place).inbox
    me = {"contact": CONTACT, "customer": "10085"}
    (errand,) = inbox.making(PIECE, described(me=me), AT).errands
    assert errand.fields["contactId"] == CONTACT
    assert "10085" not in str(errand.fields)
    silent = tuple(line for line in inbox.inboxes.sends if line.value != "work.contact")
    quiet = replace(inbox, inboxes=replace(inbox.inboxes, sends=silent))
    (errand,) = quiet.making(PIECE, described(me=me), AT).errands
    assert CONTACT not in str(errand.fields)


def test_long_texts_are_cut_and_the_same_work_is_the_same_write(place: Town) -> None:
    inbox: Inbox = inboxes_of(place).inbox
    first = inbox.making(PIECE, described(title="x" * 300), AT)
    assert first.errands[0].fields["subject"] == "x" * 99 + "…"
    assert first.errands[0].key == inbox.making(PIECE, described(), AT).errands[0].key
    assert first.order_with == inbox.closing("p", "s", "row", AT).order_with
    assert inbox.closing("p", "s", "row", AT).errands[0].fields == {"status": "done"}
