"""What a form sends waits until a colleague approves it: once, by who may, and as it was sent."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from balie.blueprint.check import check
from balie.blueprint.drawing.content import Doer
from balie.blueprint.drawing.draw import draw
from balie.blueprint.drawing.tell import tell
from balie.blueprint.reader import read
from balie.store.instance_models import Mail
from balie.store.models import Audit, Errand
from tests.approving.office import AT, Office, looked, office, with_approval
from tests.semantics.world import contracts_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_approval(tmp_path_factory.mktemp("approve") / "lindeman")


@pytest.fixture
async def here(folder: Path) -> AsyncIterator[Office]:
    async with office(folder) as running:
        yield running


def test_the_lines_of_the_guide_are_checked_and_drawn(folder: Path) -> None:
    reading = read(folder)
    blueprint = reading.blueprint
    assert blueprint is not None
    assert [one.code for one in check(blueprint, contracts_of(blueprint), reading.findings)] == []
    told = tell(blueprint, "nl")
    (step,) = [one for one in told.steps if one.id == "ask-question"]
    assert [(task.doer, task.text) for task in step.people] == [
        (Doer.DECISION, "Boekhouding keurt goed")
    ]
    assert [note.text for note in step.people[0].notes] == [
        "als Totaal > 100",
        "binnen 2 dagen",
        "geeft het aan een mens → Klantenservice",
    ]
    assert "Boekhouding keurt goed" in draw(blueprint, "nl")


def states() -> list[str]:
    return looked(lambda: list(Errand.objects.order_by("id").values_list("state", flat=True)))


async def test_who_sends_reads_that_it_waits_and_nothing_goes_to_a_system(here: Office) -> None:
    reference = await here.ask()
    receipt = await here.receipt("bram", reference)
    assert receipt["state"] == "waits for approval"
    assert receipt["approval"] == {
        "by": ["Boekhouding"],
        "until": "2026-11-26T09:30:00+00:00",
        "then": [],
        "given": [],
        "decision": None,
    }
    assert here.queue == []
    assert list(await here.actions.waiting()) == []
    assert states() == ["held"]


async def test_below_the_amount_nobody_is_asked(here: Office) -> None:
    here.world.systems["erp"].rows["salesOrders"][0]["totalAmountIncludingTax"] = 99.5
    await here.ask()
    assert len(here.queue) == 1
    assert (await here.get("fatima", AT)).json()["waiting"] == []


async def test_who_acts_for_nobody_has_no_colleagues_and_needs_none(here: Office) -> None:
    await here.ask("sanne", order="VO-26120")
    assert len(here.queue) == 1


async def test_a_colleague_sees_it_with_its_count_and_approves_it(here: Office) -> None:
    reference = await here.ask()
    async with here.site.visit("fatima") as browser:
        page = (await browser.get("/")).text
    assert f'href="{AT}"' in page
    assert "Goedkeuren (1)" in page
    listed = (await here.get("fatima", AT)).json()["waiting"]
    assert [(one["reference"], one["sender"]) for one in listed] == [(reference, "Bram")]
    shown = (await here.get("fatima", f"{AT}/{reference}")).json()
    assert shown["facts"] == [{"name": "order.total", "label": "Totaal", "text": "€\xa0379,94"}]
    told = {one["field"]: one["text"] for one in shown["answers"]}
    assert told == {"text": "Kan dit op factuur?"}  # `order` is seen by: [consumer, buyer]
    answer = await here.decide("fatima", reference, "approve", "Prima.")
    assert answer.status_code == 200
    assert answer.json()["decision"]["outcome"] == "approved"
    receipt = await here.receipt("bram", reference)
    assert receipt["state"] == "received"
    approval = receipt["approval"]
    assert isinstance(approval, dict)
    assert {name: approval["decision"][name] for name in ("by", "words")} == {
        "by": "Fatima",
        "words": "Prima.",
    }
    assert len(here.queue) == 1
    assert states() == ["due"]


async def test_refused_with_words_nothing_is_written_and_the_sender_is_told(here: Office) -> None:
    reference = await here.ask()
    mute = await here.decide("fatima", reference, "refuse", "  ")
    assert (mute.status_code, mute.json()["refused"]) == (422, "words are missing")
    refused = await here.decide("fatima", reference, "refuse", "Te duur.")
    assert refused.status_code == 200
    receipt = await here.receipt("bram", reference)
    assert receipt["state"] == "not approved"
    approval = receipt["approval"]
    assert isinstance(approval, dict)
    assert approval["decision"]["words"] == "Te duur."
    assert here.queue == []
    assert states() == ["not approved"]
    mails = looked(lambda: list(Mail.objects.values_list("person", flat=True)))
    assert mails == ["person of bram@example.nl"]


@pytest.mark.parametrize("who", ["bram", "joost", "sanne"])
async def test_nobody_else_sees_it(here: Office, who: str) -> None:
    """The sender, another organisation, and somebody in private: all of them find nothing."""
    reference = await here.ask()
    assert (await here.get(who, AT)).status_code == 404
    assert (await here.get(who, f"{AT}/{reference}")).status_code == 404
    assert (await here.decide(who, reference, "approve")).status_code == 404
    assert states() == ["held"]


BILLING = {
    "email": "nieuw@vandalen.example",
    "street": "Havenweg 5",
    "postcode": "3439 LA",
    "city": "Nieuwegein",
}


async def changed_address(here: Office) -> str:
    async with here.visit("fatima") as browser:
        sent = await browser.post(
            "/factuuradres", json=BILLING, headers={"Idempotency-Key": "address"}
        )
    assert sent.status_code == 201, sent.text
    return str(sent.json()["reference"])


async def test_a_change_is_approved_with_what_stands_there_now_in_sight(here: Office) -> None:
    reference = await changed_address(here)
    assert here.queue == []
    shown = (await here.get("karim", f"{AT}/{reference}")).json()
    now = {one["name"]: one["text"] for one in shown["facts"]}
    assert now["billing.email"] == "facturen@vandalen.example"
    assert {one["field"]: one["text"] for one in shown["answers"]}["street"] == "Havenweg 5"
    assert (await here.decide("fatima", reference, "approve")).status_code == 404
    assert (await here.decide("karim", reference, "approve")).status_code == 200
    assert len(here.queue) == 1


async def test_a_row_that_changed_since_is_not_changed_by_an_approval(here: Office) -> None:
    reference = await changed_address(here)
    row = here.world.systems["erp"].rows["customers"][0]
    row["email"] = "boekhouding@vandalen.example"
    here.world.hands.on(minutes=10)
    answer = await here.decide("karim", reference, "approve")
    assert (answer.status_code, answer.json()["refused"]) == (409, "changed meanwhile")
    assert [one["label"] for one in answer.json()["changed_meanwhile"]] == [
        "E-mailadres voor facturen"
    ]


async def test_what_nobody_approves_in_time_is_refused_where_the_story_says_so(
    here: Office,
) -> None:
    reference = await changed_address(here)
    here.world.hands.on(days=8)
    await here.approvals.look()  # it reminds
    await here.approvals.look()
    receipt = await here.receipt("fatima", reference)
    assert receipt["state"] == "not approved"
    approval = receipt["approval"]
    assert isinstance(approval, dict)
    assert approval["decision"]["outcome"] == "nobody"
    assert here.queue == []


async def test_the_sender_is_never_who_approves_also_with_the_role(here: Office) -> None:
    here.world.systems["crm"].rows["contacts"][1]["role"] = "FIN"  # Bram, once he has sent it
    reference = await here.ask("karim")
    assert (await here.get("karim", AT)).json()["waiting"] == []
    assert (await here.decide("karim", reference, "approve")).status_code == 404


async def test_what_it_is_about_changed_meanwhile_so_it_is_not_approved(here: Office) -> None:
    reference = await here.ask()
    here.order()["totalAmountIncludingTax"] = 900
    here.world.hands.on(minutes=10)
    answer = await here.decide("fatima", reference, "approve")
    assert (answer.status_code, answer.json()["refused"]) == (409, "changed meanwhile")
    moved = [{"label": "Totaal", "then": "€\xa0379,94", "now": "€\xa0900,00"}]
    assert answer.json()["changed_meanwhile"] == moved
    assert states() == ["held"]


async def test_while_a_system_is_away_nobody_approves_and_it_stays(here: Office) -> None:
    reference = await here.ask()
    here.world.hands.on(minutes=10)
    here.world.systems["erp"].down = True
    answer = await here.decide("fatima", reference, "approve")
    assert (answer.status_code, answer.json()["refused"]) == (503, "cannot be looked at now")
    here.world.systems["erp"].down = False
    assert (await here.decide("fatima", reference, "approve")).status_code == 200


async def test_two_decide_at_once_and_one_decision_counts(here: Office) -> None:
    reference = await here.ask()
    both = await asyncio.gather(
        here.decide("fatima", reference, "approve"),
        here.decide("karim", reference, "refuse", "Nee."),
    )
    assert sorted(answer.status_code for answer in both) == [200, 409]
    outcomes = {answer.json()["decision"]["outcome"] for answer in both}
    assert len(outcomes) == 1
    assert len(here.queue) == (1 if outcomes == {"approved"} else 0)
    lines = looked(lambda: list(Audit.objects.filter(what__startswith="approval ").values("what")))
    assert len(lines) == 2  # asked, and one decision


async def test_approving_twice_is_once(here: Office) -> None:
    reference = await here.ask()
    first = await here.decide("fatima", reference, "approve")
    again = await here.decide("fatima", reference, "approve")
    assert (first.status_code, again.status_code) == (200, 200)
    assert len(here.queue) == 1


async def test_a_fault_in_between_leaves_all_of_it_as_it_was(here: Office) -> None:
    reference = await here.ask()
    here.refuses.append("the engine cannot be reached")
    assert (await here.decide("fatima", reference, "approve")).status_code == 500
    assert states() == ["held"]
    assert looked(Mail.objects.count) == 0
    here.refuses.clear()
    assert (await here.decide("fatima", reference, "approve")).status_code == 200
    assert states() == ["due"]


async def test_colleagues_are_told_and_reminded_and_then_a_team_has_it(here: Office) -> None:
    await here.get("fatima", "/")  # seen here before: somebody who can be told
    reference = await here.ask()
    await here.approvals.look()
    await here.approvals.look()
    assert looked(lambda: list(Mail.objects.values_list("person", flat=True))) == [
        "person of fatima@example.nl"
    ]
    here.world.hands.on(days=2)
    await here.approvals.look()
    assert looked(Mail.objects.count) == 2
    here.world.hands.on(days=2)
    await here.approvals.look()
    row = looked(Errand.objects.get)
    assert (row.state, row.goes_to) == ("stuck", "service")
    receipt = await here.receipt("bram", reference)
    assert receipt["state"] == "attention"
    answer = await here.decide("fatima", reference, "approve")
    assert (answer.status_code, answer.json()["refused"]) == (409, "decided already")


async def test_a_colleague_who_was_never_seen_here_is_told_when_balie_knows_them(
    here: Office,
) -> None:
    known = {"00000000-0000-4000-8000-0000000000a1": [("karim", ["finance"]), ("piet", ["buyer"])]}
    approvals = replace(here.approvals, members=lambda key: known.get(key, ()))
    await here.ask()
    await approvals.look()
    assert looked(lambda: list(Mail.objects.values_list("person", flat=True))) == ["karim"]


async def test_the_time_that_colleagues_took_is_not_taken_from_carrying(here: Office) -> None:
    reference = await here.ask()
    before = looked(lambda: Errand.objects.get().give_up)
    here.world.hands.on(hours=30)
    await here.decide("fatima", reference, "approve")
    after = looked(lambda: Errand.objects.get().give_up)
    assert before is not None
    assert after is not None
    assert after - before == timedelta(hours=30)


async def test_a_browser_is_led_back_and_reads_what_was_decided(here: Office) -> None:
    reference = await here.ask()
    async with here.site.visit("fatima", **{"sec-fetch-site": "same-origin"}) as browser:
        page = (await browser.get(f"{AT}/{reference}")).text
        assert 'name="answer" value="approve"' in page
        sent = await browser.post(f"{AT}/{reference}", data={"answer": "approve"})
        assert (sent.status_code, sent.headers["location"]) == (303, f"{AT}/{reference}")
        after = (await browser.get(sent.headers["location"])).text
        listed = (await browser.get(AT)).text
    assert "Goedgekeurd door <bdi>Fatima</bdi>" in after
    assert 'name="answer"' not in after
    assert reference in listed


async def test_who_is_not_signed_in_is_asked_to_and_nonsense_is_told_in_words(
    here: Office,
) -> None:
    reference = await here.ask()
    assert (await here.get("", AT)).status_code == 401
    assert (await here.decide("", reference, "approve")).status_code == 401
    assert (await here.get("mila", AT)).status_code == 404
    assert (await here.get("fatima", f"{AT}/%F0%9F%98%80")).status_code == 404
    assert (await here.get("fatima", f"{AT}/{'A' * 99}")).status_code == 404
    for answer in ("", "yes", "approve "):
        assert (await here.decide("fatima", reference, answer)).status_code == 400
    async with here.visit("fatima") as browser:
        assert (await browser.post(AT, json={"answer": "approve"})).status_code == 405
        assert (await browser.delete(f"{AT}/{reference}")).status_code == 405
        listed = await browser.post(f"{AT}/{reference}", json=["approve"])
    assert listed.status_code in (400, 422)
    foreign = await here.site.visit("fatima", **{"sec-fetch-site": "cross-site"}).post(
        f"{AT}/{reference}", data={"answer": "approve"}
    )
    assert foreign.status_code == 403
    assert states() == ["held"]
