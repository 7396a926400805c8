"""One return, from the form to the refund, through forms, staff, news and systems over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from balie.backstage.actions import Receipt
from balie.rehearsal.launch import RehearsedSystem, launched
from tests.stories.world import Town, town
from tests.telling import LINDEMAN

pytestmark = pytest.mark.django_db(transaction=True)

SANNE, ORDER = "sanne@example.nl", "VO-26088"
CONTACT = "00000000-0000-4000-8000-0000000000c1"


@pytest.fixture(scope="module")
def running() -> Iterator[Mapping[str, RehearsedSystem]]:
    with launched(LINDEMAN, today=datetime.now(UTC).date(), only_examples=True) as systems:
        yield systems


@pytest.fixture
async def place(running: Mapping[str, RehearsedSystem], settings: Settings) -> AsyncIterator[Town]:
    settings.EMAIL_BACKEND = "balie.identity.outbox.Outbox"
    for system in running.values():
        await asyncio.to_thread(system.reset)
    async with town(running) as found:
        yield found


async def sends_back(place: Town, how_many: str, reason: str = "REGRET") -> Receipt:
    viewer = await place.viewer(SANNE)
    opening = place.connected.service.form("/retour/nieuw", viewer, "nl")
    assert opening is not None
    forms = place.connected.service.forms
    assert forms is not None
    around = place.connected.service.around(viewer, "nl", "/retour/nieuw")
    page = await forms.open(opening, around, ORDER)
    assert page is not None
    assert page.ticking is not None
    key = page.ticking.rows[0].key
    receipt = await place.sent(
        SANNE,
        "/retour/nieuw",
        ORDER,
        reason=[reason],
        lines=[key],
        **{f"lines__{key}__quantity": [how_many]},
    )
    assert isinstance(receipt, Receipt), receipt
    return receipt


async def test_a_small_return_goes_from_the_form_to_the_refund(place: Town) -> None:
    since = {name: len(system.log()) for name, system in place.systems.items()}
    receipt = await sends_back(place, "1")
    assert (await place.log())[-1] == "ask-return: entered"  # in the transaction of acceptance
    await place.settle()
    (case,) = place.rows("crm", "cases", clientReference=f"{receipt.action.id}-1")
    assert case["status"] == "approved"
    number = str(case["caseNumber"])
    assert [row["reference"] for row in place.rows("carrier", "labels", reference=number)] == [
        number
    ]
    assert (await place.log())[-1] == "send-parcel: waits carrier tells parcelReceived"

    heard = await asyncio.to_thread(place.systems["carrier"].tell, "parcelReceived", number)
    assert heard
    await place.settle()
    (memo,) = place.rows("erp", "salesCreditMemos", externalDocumentNumber=number)
    assert memo["status"] == "Draft"
    (item,) = await place.work("accounts")
    assert item.title == "Controleert het voorstel en boekt het in Business Central"

    booked = {"number": "VC-1", "status": "Open"}
    erp = place.systems["erp"]
    await asyncio.to_thread(erp.change_row, "salesCreditMemos", str(memo["id"]), booked)
    await place.passes(minutes=20)
    (case,) = place.rows("crm", "cases", caseNumber=number)
    assert case["status"] == "refunded"
    assert await place.work("accounts", "returns", "service") == []
    assert await place.log() == [
        "ask-return: entered",
        "ask-return: settled",
        "judge-return: entered",
        "judge-return: decided approve",
        "judge-return: sent crm.cases",
        "judge-return: settled",
        "judge-return: mail antwoord",
        "send-parcel: entered",
        "send-parcel: sent carrier.labels",
        "send-parcel: settled",
        "send-parcel: waits carrier tells parcelReceived",
        "send-parcel: happened carrier tells parcelReceived",
        "money-back: entered",
        "money-back: sent crm.cases",
        "money-back: settled",
        "money-back: sent erp.salesCreditMemos",
        "money-back: settled",
        "money-back: work do: accounts",
        "money-back: waits refund.status becomes Open or Paid",
        "money-back: happened refund.status becomes Open or Paid",
        "money-back: closed do",
        "money-arrives: entered",
        "money-arrives: sent crm.cases",
        "money-arrives: settled",
        "money-arrives: over ended",
    ]
    done = [
        f"{name} {effect.deed} {effect.table}"
        for name, system in place.systems.items()
        for effect in system.effects(since[name])
    ]
    assert sorted(done) == [
        "carrier made v2/labels",
        "crm changed cases",
        "crm changed cases",
        "crm changed cases",
        "crm made cases",
        "erp made salesCreditMemoLines",
        "erp made salesCreditMemos",
    ]
    (mail,) = await asyncio.to_thread(place.mails)
    assert mail.to == SANNE
    assert mail.subject == "Er staat een antwoord voor u klaar"
    assert "Dag Sanne," in mail.body
    assert f"http://portal.example/retour/{number}" in mail.body
    assert "030 - 555 01 23, maandag tot en met vrijdag van 9 tot 17 uur" in mail.body


async def test_a_larger_return_is_decided_by_a_person_who_says_why(place: Town) -> None:
    await sends_back(place, "2")
    await place.settle()
    (item,) = await place.work("returns")
    assert [button.answer for button in item.buttons] == ["approve", "refuse"]
    answered = await place.answer(item, "refuse", return__answer="De termijn is voorbij.")
    assert answered is not None
    await place.settle()
    (case,) = place.rows("crm", "cases", contactId=CONTACT, status="refused")
    assert case["resolution"] == "De termijn is voorbij."
    assert (await place.log())[-1] == "see-refusal: over ended"
    assert len(await asyncio.to_thread(place.mails)) == 1
