"""The example's stories from the form to their end, in simulated time, line by line of the log."""

import pytest

from balie.backstage.process.instance import Kind
from balie.backstage.process.processes import NotAnAnswer
from tests.process.world import CONTACT, Office
from tests.telling import Telling

pytestmark = pytest.mark.usefixtures("place")


@pytest.fixture
def office(telling: Telling) -> Office:
    """The service, in its own words and with every name replaced."""
    return Office(telling)


def return_of(amount: float, reason: str = "REGRET") -> dict[str, object]:
    return {
        "kind": "return",
        "contactId": CONTACT,
        "customerNumber": "10085",
        "orderReference": "VO-26088",
        "subject": "Retour bij bestelling VO-26088",
        "reasonCode": reason,
        "amount": amount,
        "itemLines": [
            {"lineNumber": 1, "itemNumber": "KB-1", "description": "Kraan", "quantity": 2,
             "unitPrice": 12.5},
            {"lineNumber": 2, "itemNumber": "KB-2", "description": "Slang", "quantity": 1,
             "unitPrice": 15},
        ],
    }  # fmt: skip


QUESTION = {"kind": "question", "contactId": CONTACT, "subject": "Vraag van een klant"}
CALLBACK = {"kind": "call_back", "contactId": CONTACT, "subject": "Bel", "team": "SERVICE"}

APPROVED_BY_ITSELF = [
    "23 10:00 ask-return: entered",
    "23 10:00 ask-return: settled",
    "23 10:00 judge-return: entered",
    "23 10:00 judge-return: decided approve",
    "23 10:00 judge-return: sent crm.cases",
    "23 10:00 judge-return: settled",
    "23 10:00 judge-return: mail antwoord",
    "23 10:00 send-parcel: entered",
    "23 10:00 send-parcel: sent carrier.labels",
    "23 10:00 send-parcel: settled",
    "23 10:00 send-parcel: waits carrier tells parcelReceived",
]
TO_BE_JUDGED = [
    "23 10:00 ask-return: entered",
    "23 10:00 ask-return: settled",
    "23 10:00 judge-return: entered",
    "23 10:00 judge-return: skipped Keurt zelf goed",
    "23 10:00 judge-return: work decide: returns",
]


async def test_a_small_return_from_the_form_to_the_refund(office: Office) -> None:
    await office.sent("ask-return", "cases", return_of(40))
    await office.passes(days=2)
    await office.told("carrier", "parcelReceived", "R-000001")
    await office.passes(hours=5)
    office.staff_change("erp", "salesCreditMemos", {"number": "VC-1", "status": "Open"})
    await office.passes(hours=1)
    assert office.log() == [
        *APPROVED_BY_ITSELF,
        "25 10:00 send-parcel: happened carrier tells parcelReceived",
        "25 10:00 money-back: entered",
        "25 10:00 money-back: sent crm.cases",
        "25 10:00 money-back: settled",
        "25 10:00 money-back: sent erp.salesCreditMemos",
        "25 10:00 money-back: settled",
        "25 10:00 money-back: work do: accounts",
        "25 10:00 money-back: waits refund.status becomes Open or Paid",
        "25 15:15 money-back: happened refund.status becomes Open or Paid",
        "25 15:15 money-back: closed do",
        "25 15:15 money-arrives: entered",
        "25 15:15 money-arrives: sent crm.cases",
        "25 15:15 money-arrives: settled",
        "25 15:15 money-arrives: over ended",
    ]
    assert office.mails() == ["antwoord"]
    assert office.work() == []


async def test_the_rows_that_a_return_leaves_in_every_system(office: Office) -> None:
    await office.sent("ask-return", "cases", return_of(40))
    await office.told("carrier", "parcelReceived", "R-000001")
    await office.passes(days=1)
    (case,) = office.rows("crm", "cases")
    assert case["status"] == "received"
    (label,) = office.rows("carrier", "labels")
    assert (label["reference"], label["service"]) == ("R-000001", "RETURN_PARCEL")
    (memo,) = office.rows("erp", "salesCreditMemos")
    assert {name: memo[name] for name in memo if name not in ("id", "number", "status")} == {
        "customerNumber": "10085",
        "externalDocumentNumber": "R-000001",
        "creditMemoDate": "2026-11-23",
        "salesCreditMemoLines": [
            {"lineType": "Item", "lineObjectNumber": "KB-1", "quantity": 2, "unitPrice": 12.5},
            {"lineType": "Item", "lineObjectNumber": "KB-2", "quantity": 1, "unitPrice": 15},
        ],
    }


async def test_a_larger_return_is_refused_by_a_person_and_the_customer_reads_why(
    office: Office,
) -> None:
    await office.sent("ask-return", "cases", return_of(140))
    await office.passes(hours=2)
    (item,) = office.work("returns")
    assert [office.telling.text(b.answer) for b in item.buttons] == ["approve", "refuse"]
    assert item.due == office.at("2026-11-24T10:00")
    await office.answer(item, "refuse", "mila", {"return.answer": "De termijn is voorbij."})
    await office.passes(hours=1)
    assert office.log() == [
        *TO_BE_JUDGED,
        "23 12:00 judge-return: closed decide: refuse by mila",
        "23 12:00 judge-return: decided refuse by mila",
        "23 12:00 judge-return: sent crm.cases",
        "23 12:00 judge-return: settled",
        "23 12:00 judge-return: mail antwoord",
        "23 12:00 see-refusal: entered",
        "23 12:00 see-refusal: over ended",
    ]
    (case,) = office.rows("crm", "cases")
    assert (case["status"], case["resolution"]) == ("refused", "De termijn is voorbij.")


async def test_something_broken_is_looked_at_by_a_person_however_small(office: Office) -> None:
    await office.sent("ask-return", "cases", return_of(12, "DEFECT"))
    await office.passes(hours=1)
    assert office.log() == TO_BE_JUDGED


async def test_the_first_answer_wins_and_the_second_person_reads_who_decided(
    office: Office,
) -> None:
    await office.sent("ask-return", "cases", return_of(140))
    await office.passes(hours=1)
    (item,) = office.work("returns")
    first = await office.answer(item, "approve", "mila")
    second = await office.answer(item, "refuse", "noor", {"return.answer": "Nee."})
    assert first is not None
    assert second is not None
    assert (first.is_first, second.is_first) == (True, False)
    assert (second.item.by, office.telling.text(second.item.answer)) == ("mila", "approve")
    await office.passes(hours=1)
    assert office.rows("crm", "cases")[0]["status"] == "approved"


async def test_when_nobody_decides_within_a_working_day_more_people_see_it(
    office: Office,
) -> None:
    await office.passes(days=4)  # Friday, 10:00
    await office.sent("ask-return", "cases", return_of(140))
    await office.passes(days=2, hours=23)
    assert office.work("service") == []
    await office.passes(hours=2)
    assert office.log()[-1] == "30 10:00 judge-return: more teams service"
    (item,) = office.work("service")
    assert office.work("returns") == [item]


async def test_who_does_not_bring_the_parcel_is_reminded_once_and_then_people_look(
    office: Office,
) -> None:
    await office.sent("ask-return", "cases", return_of(40))
    await office.passes(days=40)
    assert office.log() == [
        *APPROVED_BY_ITSELF,
        "07 10:00 send-parcel: mail herinnering",
        "07 10:00 send-parcel: reminded",
        "21 10:00 send-parcel: work late: returns",
    ]
    await office.told("carrier", "parcelReceived", "R-000001")
    await office.passes(minutes=1)
    assert office.log()[14:17] == [
        "02 10:00 send-parcel: happened carrier tells parcelReceived",
        "02 10:00 send-parcel: closed late",
        "02 10:00 money-back: entered",
    ]


async def test_a_person_can_stop_what_never_happens(office: Office) -> None:
    await office.sent("ask-return", "cases", return_of(40))
    await office.passes(days=30)
    (item,) = office.work("returns")
    await office.answer(item, "stop")
    assert office.log()[-2:] == [
        "23 10:00 send-parcel: closed late: stop by mila",
        "23 10:00 send-parcel: over stopped",
    ]
    await office.told("carrier", "parcelReceived", "R-000001")
    await office.passes(days=30)
    assert office.log()[-1] == "23 10:00 send-parcel: over stopped"


async def test_a_person_can_say_that_it_happened_though_no_system_told(office: Office) -> None:
    await office.sent("ask-return", "cases", return_of(40))
    await office.passes(days=30)
    (item,) = office.work("returns")
    await office.answer(item, "go on")
    await office.passes(minutes=1)
    assert office.rows("crm", "cases")[0]["status"] == "received"


async def test_a_parcel_that_came_before_its_label_was_kept_counts(office: Office) -> None:
    office.goes_away("carrier")
    await office.sent("ask-return", "cases", return_of(40))
    await office.told("carrier", "parcelReceived", "R-000001")
    await office.told("carrier", "parcelReceived", "R-000002")  # of somebody else
    await office.passes(hours=1)
    assert office.log()[-1] == "23 10:00 send-parcel: sent carrier.labels"
    office.goes_away("carrier", away=False)
    await office.passes(hours=1)
    assert "send-parcel: happened carrier tells parcelReceived" in " ".join(office.log())
    assert office.work("accounts")[0].due == office.at("2026-11-25T11:07:03")


async def test_a_carrier_that_stays_away_becomes_work_and_goes_on_when_it_is_back(
    office: Office,
) -> None:
    office.goes_away("carrier")
    await office.sent("ask-return", "cases", return_of(40))
    await office.passes(hours=6)
    assert office.log()[-1] == "23 14:07 send-parcel: work stuck: returns"
    (item,) = office.work("returns")
    assert item.why == "It is away."
    office.goes_away("carrier", away=False)
    await office.replayed(item.action)
    await office.passes(minutes=10)
    assert office.log()[-3:] == [
        "23 16:00 send-parcel: closed stuck",
        "23 16:00 send-parcel: settled",
        "23 16:00 send-parcel: waits carrier tells parcelReceived",
    ]


async def test_a_return_that_the_crm_refuses_has_no_story(office: Office) -> None:
    office.refuses("crm")
    await office.sent("ask-return", "cases", return_of(40))
    await office.passes(days=3)
    assert office.log() == ["23 10:00 ask-return: entered", "23 10:00 ask-return: over refused"]


async def test_a_question_is_answered_late(office: Office) -> None:
    await office.sent("ask-question", "cases", QUESTION)
    await office.passes(days=2)
    office.staff_change("crm", "cases", {"status": "answered", "resolution": "Zo."})
    await office.passes(hours=1)
    assert office.log() == [
        "23 10:00 ask-question: entered",
        "23 10:00 ask-question: settled",
        "23 10:00 see-answer: entered",
        "23 10:00 see-answer: work do: service",
        "23 10:00 see-answer: waits question.status becomes answered",
        "24 10:00 see-answer: work late: service",
        "25 10:15 see-answer: happened question.status becomes answered",
        "25 10:15 see-answer: closed do",
        "25 10:15 see-answer: closed late",
        "25 10:15 see-answer: mail antwoord",
        "25 10:15 see-answer: over ended",
    ]
    assert office.mails() == ["antwoord"]


async def test_somebody_is_called_back(office: Office) -> None:
    await office.sent("call-me-back", "tasks", CALLBACK)
    await office.passes(hours=3)
    office.staff_change("crm", "tasks", {"status": "done"})
    await office.passes(hours=1)
    assert office.log() == [
        "23 10:00 call-me-back: entered",
        "23 10:00 call-me-back: settled",
        "23 10:00 call-me-back: work do: service",
        "23 10:00 call-me-back: waits callback.status becomes done",
        "23 13:15 call-me-back: happened callback.status becomes done",
        "23 13:15 call-me-back: closed do",
        "23 13:15 call-me-back: over ended",
    ]


async def test_work_that_is_done_closes_and_the_story_waits_for_the_system(
    office: Office,
) -> None:
    await office.sent("ask-question", "cases", QUESTION)
    await office.passes(hours=1)
    (item,) = office.work("service")
    await office.answer(item, "done")
    assert office.work() == []
    assert office.log()[-1] == "23 11:00 see-answer: closed do: done by mila"
    await office.passes(days=1)
    assert [one.kind for one in office.work()] == [Kind.LATE]


async def test_an_answer_must_be_one_of_the_buttons_with_what_it_asks(office: Office) -> None:
    await office.sent("ask-return", "cases", return_of(140))
    await office.passes(hours=1)
    (item,) = office.work("returns")
    with pytest.raises(NotAnAnswer):
        await office.processes.answer(item.id, "perhaps", "mila")
    with pytest.raises(NotAnAnswer):
        await office.answer(item, "refuse", "mila", {})
    assert await office.processes.answer("nothing:1", "approve", "mila") is None
    assert office.work("returns") == [item]


async def test_nothing_goes_wrong_while_systems_cannot_be_read(office: Office) -> None:
    await office.sent("ask-return", "cases", return_of(140))
    await office.settle()
    (item,) = office.work("returns")
    office.goes_away("crm")
    await office.answer(item, "approve")
    await office.passes(hours=3)
    office.goes_away("crm", away=False)
    await office.passes(minutes=20)
    assert office.log()[5:] == [
        "23 10:00 judge-return: closed decide: approve by mila",
        "23 10:00 judge-return: decided approve by mila",
        "23 10:00 judge-return: sent crm.cases",
        "23 13:07 judge-return: settled",
        "23 13:07 judge-return: mail antwoord",
        "23 13:07 send-parcel: entered",
        "23 13:07 send-parcel: sent carrier.labels",
        "23 13:07 send-parcel: settled",
        "23 13:07 send-parcel: waits carrier tells parcelReceived",
    ]
