"""What cannot be known, sent or waited for becomes work for people: nothing is left out, and
nothing goes round for ever.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from balie.backstage.actions import Errand, ErrandState, Progress, Receipt, state_of
from balie.backstage.process.instance import Kind
from balie.backstage.process.mails import mails_about
from balie.blueprint.conditions import parse
from balie.blueprint.model import Sends, Step, Tells, Work
from balie.blueprint.source import Span, Text
from tests.process.test_the_return import return_of
from tests.process.world import MONDAY, Office

pytestmark = pytest.mark.usefixtures("place")

HERE = Span("story.yaml", 1, 1, 1)
Retold = Callable[[Step], Step]


def when(id_: str, change: Retold) -> Retold:
    return lambda step: change(step) if step.id == id_ else step


def work(**said: object) -> Work:
    return Work(at=HERE, does=Text("Doet iets"), **said)  # type: ignore[arg-type]


def sends(**values: str) -> tuple[Sends, ...]:
    return tuple(Sends(target=Text(k), value=Text(v)) for k, v in values.items())


def without(row: dict[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in names}


async def test_a_value_that_nobody_knows_is_judged_by_whoever_decides() -> None:
    office = Office()
    await office.sent("ask-return", "cases", without(return_of(40), "amount"))
    await office.settle()
    assert office.log()[3:] == [
        "23 10:00 judge-return: skipped Keurt zelf goed (not known)",
        "23 10:00 judge-return: work decide: returns",
    ]


@pytest.mark.parametrize(("says", "status"), [("yes", "approved"), ("no", "new")])
async def test_where_nobody_decides_a_person_says_whether_it_holds(says: str, status: str) -> None:
    sets = (Sends(target=Text("return.status"), value=Text("approved")),)
    line = work(if_=parse(Text("return.value <= 100")), sets=sets)
    office = Office(told_so=when("send-parcel", lambda s: replace(s, backstage=(line,))))
    await office.sent("ask-return", "cases", without(return_of(40), "amount"))
    await office.settle()
    (item,) = office.work("returns")
    await office.answer(item, "approve")
    await office.settle()
    office.staff_change("crm", "cases", {"status": "new"})
    (item,) = office.work("returns")
    assert (item.kind, item.why) == (Kind.JUDGE, "return.value <= 100")
    await office.answer(item, says)
    await office.settle()
    assert office.rows("crm", "cases")[0]["status"] == status
    assert office.log()[-1] == "23 10:00 send-parcel: waits carrier tells parcelReceived"


async def test_a_row_of_which_something_is_not_known_is_not_sent_by_half() -> None:
    office = Office()
    await office.sent("ask-return", "cases", without(return_of(40), "customerNumber"))
    await office.told("carrier", "parcelReceived", "R-000001")
    await office.settle()
    (item,) = office.work("accounts")
    assert (item.kind, item.title) == (
        Kind.BY_HAND,
        "Legt een voorstel voor de terugbetaling klaar",
    )
    assert item.why == '"return.customer" is not known, and "customerNumber" needs it'
    office.staff_change("crm", "cases", {"customerNumber": "10085"})
    await office.answer(item, "again")
    await office.settle()
    assert office.rows("erp", "salesCreditMemos")[0]["customerNumber"] == "10085"


async def test_what_a_person_did_by_hand_is_not_sent_any_more() -> None:
    office = Office()
    await office.sent("ask-return", "cases", without(return_of(40), "customerNumber"))
    await office.told("carrier", "parcelReceived", "R-000001")
    await office.settle()
    (item,) = office.work("accounts")
    await office.answer(item, "done")
    await office.settle()
    assert office.log()[-1] == "23 10:00 money-back: waits refund.status becomes Open or Paid"
    assert office.rows("erp", "salesCreditMemos") == []


async def test_a_system_that_cannot_be_read_is_asked_again_and_then_a_person_is() -> None:
    office = Office()
    id_ = await office.sent("ask-return", "cases", return_of(40))
    await office.carrier.carry(id_)
    office.goes_away("crm")
    await office.passes(hours=20)
    assert office.log()[3:] == ["23 10:00 judge-return: away"]
    await office.passes(hours=5)
    (item,) = office.work()
    assert (item.kind, item.why) == (Kind.JUDGE, "It is away.")
    office.goes_away("crm", away=False)
    await office.answer(item, "yes")
    await office.settle()
    assert "24 11:00 judge-return: decided approve" in office.log()


async def test_a_value_that_cannot_be_read_is_for_a_person_and_holds_up_nobody_else() -> None:
    office = Office()
    broken = {**return_of(40), "amount": "much"}
    for row in (broken, return_of(40)):
        await office.sent("ask-return", "cases", row)
    await office.settle()
    (item,) = office.work()
    assert (item.kind, item.teams) == (Kind.JUDGE, ("service",))
    assert item.why == '"amount" is not a number'
    first, second = office.instances.kept.values()
    assert (first.step, second.step) == ("judge-return", "send-parcel")


async def test_an_instance_that_fails_holds_up_no_other() -> None:
    office = Office()
    for _ in range(2):
        await office.sent("ask-return", "cases", return_of(40))
    for id_ in list(office.actions.kept):
        await office.carrier.carry(id_)
    first, second = office.instances.kept
    lost = replace(office.instances.kept[first], step="a step that is not there")
    office.instances.force(lost)
    office.now += timedelta(minutes=10)
    with pytest.raises(ExceptionGroup):
        await office.processes.sweep()
    assert office.instances.kept[second].step == "judge-return"
    assert office.instances.kept[first] == lost


async def test_a_mail_waits_for_a_system_that_is_away_but_holds_nothing_up_for_ever() -> None:
    tells = (Tells(mail=Text("antwoord"), when=Text("return.status becomes new")),)
    office = Office(told_so=when("ask-return", lambda s: replace(s, tells=tells)))
    id_ = await office.sent("ask-return", "cases", return_of(140))
    await office.carrier.carry(id_)
    office.goes_away("crm")
    await office.passes(hours=47)
    assert office.log()[-1] == "23 10:00 ask-return: away"
    office.goes_away("crm", away=False)
    await office.passes(minutes=20)
    assert office.log()[3:5] == [
        "25 09:05 ask-return: mail antwoord",
        "25 09:05 judge-return: entered",
    ]


async def test_a_mail_about_what_cannot_be_read_is_for_a_person() -> None:
    tells = (Tells(mail=Text("antwoord"), when=Text("return.value becomes 5")),)
    office = Office(told_so=when("ask-return", lambda s: replace(s, tells=tells)))
    await office.sent("ask-return", "cases", {**return_of(40), "amount": "much"})
    await office.settle()
    (item,) = office.work()
    assert (item.kind, item.why) == (Kind.BY_HAND, '"amount" is not a number')
    await office.answer(item, "done")
    assert office.log()[-2] == "23 10:00 judge-return: entered"


async def test_after_two_days_the_story_goes_on_without_that_mail() -> None:
    tells = (Tells(mail=Text("antwoord"), when=Text("return.status becomes new")),)
    office = Office(told_so=when("ask-return", lambda s: replace(s, tells=tells)))
    id_ = await office.sent("ask-return", "cases", return_of(140))
    await office.carrier.carry(id_)
    office.goes_away("crm")
    await office.passes(hours=50)
    assert office.log()[3:] == [
        "25 10:05 judge-return: entered",
        "25 10:05 judge-return: away",
    ]


async def test_a_story_that_goes_round_is_stopped_for_a_person_to_look_at() -> None:
    office = Office(told_so=when("ask-return", lambda s: replace(s, next=Text("ask-return"))))
    await office.sent("ask-return", "cases", return_of(40))
    await office.passes(minutes=10)
    (item,) = office.work()
    assert (item.kind, item.visit, item.why) == (Kind.LATE, 100, "It goes round.")
    await office.answer(item, "go on")
    await office.passes(minutes=10)
    (item,) = office.work()
    assert item.visit == 200
    await office.answer(item, "stop")
    assert office.log()[-1].endswith("ask-return: over stopped")


async def test_work_of_a_partner_is_no_work_of_ours() -> None:
    line = work(who=Text("parcel_point"))
    office = Office(told_so=when("see-refusal", lambda s: replace(s, backstage=(line,))))
    await office.sent("ask-return", "cases", return_of(140))
    await office.settle()
    (item,) = office.work()
    await office.answer(item, "refuse", said={"return.answer": "Nee."})
    await office.settle()
    assert office.log()[-1] == "23 10:00 see-refusal: over ended"
    assert office.work() == []


async def test_a_decision_that_nobody_was_asked_goes_to_the_team_of_the_step() -> None:
    office = Office(told_so=when("judge-return", lambda s: replace(s, backstage=())))
    await office.sent("ask-return", "cases", return_of(40))
    await office.settle()
    (item,) = office.work("service")
    assert (item.kind, item.title) == (Kind.DECIDE, "Is het goed?")
    await office.answer(item, "approve")
    await office.settle()
    assert office.rows("crm", "cases")[0]["status"] == "approved"


async def test_a_line_changes_our_own_row_or_the_one_with_the_key_that_it_sends() -> None:
    own = work(updates=Text("crm.cases"), sends=sends(resolution="Het is goed."))
    other = work(
        updates=Text("crm.tasks"), sends=sends(id="tasks-1", description="{return.number}")
    )
    nowhere = work(updates=Text("crm.tasks"), sends=sends(description="Niemand weet waar"))
    office = Office(
        told_so=when("send-parcel", lambda s: replace(s, backstage=(own, other, nowhere)))
    )
    await office.sent("call-me-back", "tasks", {"kind": "call_back", "subject": "Bel"})
    await office.sent("ask-return", "cases", return_of(40))
    await office.settle()
    assert office.rows("crm", "cases")[0]["resolution"] == "Het is goed."
    assert office.rows("crm", "tasks")[0]["description"] == "R-000001"
    (item,) = office.work("returns")
    assert item.why == 'nothing says which row of "crm.tasks" changes'


async def test_a_happening_without_a_time_becomes_work_after_a_month() -> None:
    def told_so(step: Step) -> Step:
        assert step.waits is not None
        return replace(step, waits=replace(step.waits, at_most=None, then=None))

    office = Office(told_so=when("send-parcel", told_so))
    await office.sent("ask-return", "cases", return_of(40))
    await office.passes(days=31)
    assert office.log()[-1] == "23 10:00 send-parcel: work late: returns"
    assert office.mails() == ["antwoord"]


def test_a_form_that_is_settled_has_its_mail_once_it_is() -> None:
    office = Office()
    step = office.story.step("change-details")
    errand = Errand(
        id="a:1", action="a", number=1, system="crm", table="contacts", is_master=True, row="c1"
    )
    action = office.action("change-details", (errand,))
    received = Receipt(action=action, state=state_of(action, ()))
    assert mails_about(step, received) == ()
    done = Progress(errand="a:1", state=ErrandState.DONE, row="c1", since=MONDAY + timedelta(1))
    settled = Receipt(action=action, state=state_of(action, (done,)), progress=(done,))
    (mail,) = mails_about(step, settled)
    assert (mail.id, mail.mail, mail.thing, mail.row, mail.at) == (
        f"{action.id}:change-details:1",
        "gegevens-gewijzigd",
        "contact",
        "c1",
        MONDAY + timedelta(1),
    )
