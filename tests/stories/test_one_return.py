"""One return, from the form to the refund, through forms, staff, news and systems over HTTP."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import Settings

from balie.backstage.actions import ActionState, ErrandState, Progress, Receipt
from balie.backstage.process.mails import mail_of_our_own
from balie.backstage.service_desk.stuck import Settling, Verdict
from balie.blueprint.model import EVERYBODY
from balie.identity.people import close_account
from balie.site.stories import Versions
from balie.store.instance_models import Mail
from balie.store.staff_actions import StoredStaffActions
from balie.systems.errors import Unavailable
from tests.ports import free_ports
from tests.stories.world import Town

pytestmark = pytest.mark.django_db(transaction=True)

SANNE, ORDER = "sanne@example.nl", "VO-26088"
CONTACT = "00000000-0000-4000-8000-0000000000c1"


async def sends_back(place: Town, how_many: str, reason: str = "REGRET") -> Receipt:
    viewer = await place.viewer(SANNE)
    opening = await place.connected.service.form("/retour/nieuw", viewer, "nl")
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
        "crm changed tasks",
        "crm made cases",
        "crm made tasks",
        "erp made salesCreditMemoLines",
        "erp made salesCreditMemos",
    ]
    (mail,) = await asyncio.to_thread(place.mails)
    assert mail.to == SANNE
    assert mail.subject == "Er staat een antwoord voor u klaar"
    assert "Dag Sanne," in mail.body
    assert re.search(r"^http://portal.example/accounts/mail/[\w-]{43}/$", mail.body, re.MULTILINE)
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


async def test_a_case_that_changes_is_told_at_once_and_its_story_goes_on(place: Town) -> None:
    """Without the news it would be looked at after 15 minutes."""
    receipt = await place.sent(SANNE, "/vraag/nieuw", text=["Waar blijft het?"])
    assert isinstance(receipt, Receipt)
    await place.settle()
    assert (await place.log())[-1] == "see-answer: waits question.status becomes answered"
    (case,) = place.rows("crm", "cases", clientReference=f"{receipt.action.id}-1")
    answered = {"status": "answered", "resolution": "Morgen."}
    await asyncio.to_thread(place.systems["crm"].change_row, "cases", str(case["id"]), answered)
    for _ in range(50):
        if await place.stories.instances.unseen():
            break
        await asyncio.sleep(0.1)
    await place.settle()
    assert (await place.log())[-3:] == [
        "see-answer: closed do",
        "see-answer: mail antwoord",
        "see-answer: over ended",
    ]


async def test_nothing_is_known_of_a_row_that_is_somebody_elses_by_now(place: Town) -> None:
    receipt = await sends_back(place, "2")
    await place.settle()
    (case,) = place.rows("crm", "cases", clientReference=f"{receipt.action.id}-1")
    (instance,) = await place.instances()
    know, names = place.stories.posting.know, frozenset({"return.value", "return.lines.price"})
    look = await know.look(instance, names)
    assert str(look("return.value")) == "129.9"
    rows = look("return.lines")
    assert isinstance(rows, list)
    assert [str(row("price")) for row in rows] == ["64.95"]

    other = {"contactId": "00000000-0000-4000-8000-0000000000c2"}
    await asyncio.to_thread(place.systems["crm"].change_row, "cases", str(case["id"]), other)
    look = await know.look(instance, names)
    assert (look("return.value"), look("return.lines")) == (None, [])
    assert look("a name that was not asked") is None


async def test_a_system_that_is_away_is_not_taken_for_one_that_knows_nothing(place: Town) -> None:
    await sends_back(place, "2")
    await place.settle()
    (instance,) = await place.instances()
    know, names = place.stories.posting.know, frozenset({"return.value"})
    assert (await know.look(instance, names))("return.value") is not None
    await asyncio.to_thread(place.systems["crm"].mode, down=True)
    with pytest.raises(Unavailable):
        await know.look(instance, names)  # also not out of what was known a moment ago
    await asyncio.to_thread(place.systems["crm"].mode, down=False)


async def test_a_story_goes_on_as_it_was_told_when_it_began(place: Town) -> None:
    """The blueprint was changed and started anew: what is under way keeps its own version."""
    await sends_back(place, "2")
    await place.settle()
    now = place.stories.versions.now
    newer = replace(now, blueprint=replace(now.blueprint, version="newer", story=()))
    versions = Versions(place.stories.versions.stored, newer, place.clock.clock)
    assert versions(now.blueprint.version) is None
    await versions.look()
    then = versions(now.blueprint.version)
    assert then is not None
    assert [step.id for step in then.blueprint.steps] == [s.id for s in now.blueprint.steps]

    place.stories.versions.now = newer
    place.stories.versions._known = versions._known
    (item,) = await place.work("returns")
    await place.answer(item, "approve")
    await place.settle()
    assert (await place.log())[-1] == "send-parcel: waits carrier tells parcelReceived"


async def test_a_mail_goes_once_the_mail_server_is_back(place: Town, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_ports(1)
    await sends_back(place, "1")
    await place.settle()
    (kept,) = await place.actions.work.read(lambda: list(Mail.objects.all()))
    assert (kept.tries, kept.sent_at, kept.why) == (
        1,
        None,
        "the mail server: ConnectionRefusedError",
    )
    settings.EMAIL_BACKEND = "balie.identity.outbox.Outbox"
    place.clock.at += timedelta(minutes=1)
    await place.settle()
    assert len(await asyncio.to_thread(place.mails)) == 1


async def test_who_may_not_sign_in_any_more_gets_no_mail(place: Town) -> None:
    await sends_back(place, "2")
    await place.settle()
    await asyncio.to_thread(close_account, SANNE)
    (item,) = await place.work("returns")
    await place.answer(item, "approve")
    await place.settle()
    assert await asyncio.to_thread(place.mails) == []
    (kept,) = await place.actions.work.read(lambda: list(Mail.objects.all()))
    assert (kept.next_at, kept.why) == (None, "there is no address to write to")


async def test_changed_details_reach_the_follower_and_are_told_by_mail_once(place: Town) -> None:
    details = {
        "email": [SANNE],
        "mobile": ["06 12 34 56 78"],
        "street": ["Kade 9"],
        "postcode": ["3512 JC"],
        "city": ["Utrecht"],
    }
    receipt = await place.sent(SANNE, "/gegevens", **details)
    assert isinstance(receipt, Receipt), receipt
    await place.settle()
    (contact,) = place.rows("crm", "contacts", id=CONTACT)
    (customer,) = place.rows("erp", "customers", number="10085")
    assert (contact["addressLine1"], customer["addressLine1"]) == ("Kade 9", "Kade 9")
    (mail,) = await asyncio.to_thread(place.mails)
    assert mail.subject == "Uw gegevens zijn gewijzigd"
    assert "http://portal.example/gegevens" in mail.body
    await place.stories.came_further(receipt.action.id)
    await place.settle()
    assert len(await asyncio.to_thread(place.mails)) == 1


async def test_what_staff_drop_is_told_by_mail_once_in_the_senders_language(place: Town) -> None:
    receipt = await place.sent(SANNE, "/vraag/nieuw", text=["Waar is mijn pakket?"])
    assert isinstance(receipt, Receipt), receipt
    (errand,) = receipt.action.errands
    refused = Progress(errand=errand.id, state=ErrandState.REFUSED, tries=1, why="It says 422.")
    await place.actions.note(refused)
    staff = StoredStaffActions(place.actions)
    dossier = await staff.whole(receipt.action.id)
    assert dossier is not None
    mark, by = dossier.parts[0].mark, "a" * 32
    await staff.settle(Settling(errand=errand.id, mark=mark, what=Verdict.DROPPED, who=by))

    await place.settle()
    await place.stories.came_further(receipt.action.id)
    await place.settle()

    (mail,) = await asyncio.to_thread(place.mails)
    assert mail.to == SANNE
    assert mail.subject == "Niet doorgegeven: Ik heb een vraag"
    assert f"({receipt.action.reference})" in mail.body
    assert f"http://portal.example/ontvangst/{receipt.action.reference}" in mail.body
    assert "pakket" not in mail.body
    sent = receipt.action
    by_nobody = Receipt(action=replace(sent, person=EVERYBODY), state=ActionState.DROPPED)
    assert mail_of_our_own(by_nobody) == ()
    assert mail_of_our_own(Receipt(action=sent, state=ActionState.REFUSED)) == ()
