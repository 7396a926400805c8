"""Several colleagues approve, one after another: in order, each somebody else, never the sender."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from balie.blueprint.check import check
from balie.blueprint.drawing.tell import tell
from balie.blueprint.reader import read
from balie.store.approval_models import Given
from balie.store.instance_models import Mail
from balie.store.models import Audit, Errand
from tests.approving.office import AT, ONE_AFTER_ANOTHER, Office, looked, office, with_approval
from tests.semantics.world import LINDEMAN, contracts_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_approval(tmp_path_factory.mktemp("several") / "lindeman", ONE_AFTER_ANOTHER)


@pytest.fixture
async def here(folder: Path) -> AsyncIterator[Office]:
    async with office(folder) as running:
        yield running


def states() -> list[str]:
    return looked(lambda: list(Errand.objects.order_by("id").values_list("state", flat=True)))


def mailed() -> list[str]:
    return looked(lambda: list(Mail.objects.order_by("at", "id").values_list("person", flat=True)))


async def waits_for(here: Office, who: str) -> list[str]:
    answer = await here.get(who, AT)
    return [one["reference"] for one in answer.json()["waiting"]] if answer.is_success else []


def test_the_lines_are_checked_and_drawn_in_their_order(folder: Path) -> None:
    reading = read(folder)
    blueprint = reading.blueprint
    assert blueprint is not None
    assert [one.code for one in check(blueprint, contracts_of(blueprint), reading.findings)] == []
    (step,) = [one for one in tell(blueprint, "nl").steps if one.id == "ask-question"]
    assert [task.text for task in step.people] == [
        "Inkoper, Boekhouding keurt goed",
        "Boekhouding keurt goed",
    ]
    assert step.people[1].notes[0].text == "als Totaal > 300"


async def test_one_after_another_and_nothing_is_sent_before_the_last(here: Office) -> None:
    reference = await here.ask()
    receipt = (await here.receipt("bram", reference))["approval"]
    assert isinstance(receipt, dict)
    assert (receipt["by"], receipt["then"]) == (["Inkoper", "Boekhouding"], [["Boekhouding"]])
    assert (await here.decide("piet", reference, "approve", "Akkoord.")).status_code == 200
    assert (states(), here.queue) == (["held"], [])
    receipt = (await here.receipt("bram", reference))["approval"]
    assert isinstance(receipt, dict)
    assert [one["by"] for one in receipt["given"]] == ["Piet"]
    assert (receipt["by"], receipt["decision"]) == (["Boekhouding"], None)
    assert receipt["until"] == "2026-11-24T09:30:00+00:00"  # the second has her own two days
    shown = (await here.get("fatima", f"{AT}/{reference}")).json()
    assert ([one["words"] for one in shown["given"]], shown["is_yours"]) == (["Akkoord."], True)
    assert (await here.decide("fatima", reference, "approve")).status_code == 200
    assert (states(), len(here.queue)) == (["due"], 1)
    assert (await here.receipt("bram", reference))["state"] == "received"
    lines = Audit.objects.filter(what__startswith="approval ").order_by("id")
    assert looked(lambda: list(lines.values_list("what", "who"))) == [
        ("approval asked", "person of bram@example.nl"),
        ("approval given", "person of piet@example.nl"),
        ("approval approved", "person of fatima@example.nl"),
    ]


async def test_whose_condition_does_not_hold_is_not_asked(here: Office) -> None:
    here.order()["totalAmountIncludingTax"] = 250
    reference = await here.ask()
    assert (await here.decide("piet", reference, "approve")).status_code == 200
    assert len(here.queue) == 1


async def test_nobody_approves_before_their_turn_or_twice(here: Office) -> None:
    here.order()["totalAmountIncludingTax"] = 900
    reference = await here.ask()
    assert await waits_for(here, "fatima") == [reference]  # one of both kinds that are asked first
    assert (await here.decide("fatima", reference, "approve")).status_code == 200
    assert await waits_for(here, "fatima") == []
    again = await here.decide("fatima", reference, "approve")
    assert (again.status_code, again.json()["is_yours"]) == (200, False)  # hers stands already
    other = await here.decide("fatima", reference, "refuse", "Toch niet.")
    assert (other.status_code, other.json()["refused"]) == (409, "decided already")
    assert looked(Given.objects.count) == 1
    assert states() == ["held"]
    assert await waits_for(here, "piet") == []  # the turn of buyers is over
    late = await here.decide("piet", reference, "approve")
    assert (late.status_code, late.json()["refused"]) == (409, "decided already")
    listed = (await here.get("fatima", AT)).json()["decided"]
    assert [(one["reference"], one["waits_for"]) for one in listed] == [
        (reference, ["Boekhouding"])
    ]
    assert (await here.decide("karim", reference, "approve")).status_code == 200
    assert len(here.queue) == 1


@pytest.mark.parametrize("who", ["bram", "joost", "sanne"])
async def test_the_sender_and_strangers_see_nothing_in_any_turn(here: Office, who: str) -> None:
    reference = await here.ask()
    for _ in range(2):
        assert (await here.get(who, f"{AT}/{reference}")).status_code == 404
        assert (await here.decide(who, reference, "approve")).status_code == 404
        await here.decide("piet", reference, "approve")
    assert states() == ["held"]


async def test_who_comes_second_may_refuse_and_then_nothing_is_sent(here: Office) -> None:
    reference = await here.ask()
    await here.decide("piet", reference, "approve")
    assert (await here.decide("karim", reference, "refuse", "Te duur.")).status_code == 200
    assert (states(), here.queue) == (["not approved"], [])
    assert (await here.receipt("bram", reference))["state"] == "not approved"


async def test_what_changed_after_the_first_is_not_approved_by_the_second(here: Office) -> None:
    reference = await here.ask()
    await here.decide("piet", reference, "approve")
    here.order()["totalAmountIncludingTax"] = 4000
    here.world.hands.on(minutes=10)
    answer = await here.decide("fatima", reference, "approve")
    assert (answer.status_code, answer.json()["refused"]) == (409, "changed meanwhile")
    assert states() == ["held"]


async def test_each_is_told_in_their_turn_and_has_their_own_time(here: Office) -> None:
    for who in ("piet", "fatima", "karim"):
        await here.get(who, "/")
    reference = await here.ask()
    await here.approvals.look()
    assert len(mailed()) == 3  # buyers and bookkeepers are asked first
    here.world.hands.on(days=3)
    await here.approvals.look()  # a reminder
    await here.decide("fatima", reference, "approve")
    await here.approvals.look()
    times = {
        who: mailed().count(f"person of {who}@example.nl") for who in ("piet", "fatima", "karim")
    }
    assert times == {"piet": 2, "fatima": 2, "karim": 3}
    here.world.hands.on(hours=30)
    await here.approvals.look()
    assert states() == ["held"]
    here.world.hands.on(hours=20)
    await here.approvals.look()
    row = looked(Errand.objects.get)
    assert (row.state, row.goes_to) == ("stuck", "service")


async def test_two_approve_the_same_turn_at_once_and_one_counts(here: Office) -> None:
    reference = await here.ask()
    both = await asyncio.gather(
        here.decide("fatima", reference, "approve"), here.decide("karim", reference, "approve")
    )
    done = sorted(answer.status_code for answer in both)
    assert looked(Given.objects.count) == 1
    # Whoever was second may have been in time for the second turn, as another person.
    assert done in ([200, 200], [200, 409])
    assert len(here.queue) == (1 if states() == ["due"] else 0)


async def test_a_fault_between_leaves_the_turn_as_it_was(here: Office) -> None:
    reference = await here.ask()
    await here.decide("piet", reference, "approve")
    here.refuses.append("the engine cannot be reached")
    assert (await here.decide("fatima", reference, "approve")).status_code == 500
    assert states() == ["held"]
    here.refuses.clear()
    assert (await here.decide("fatima", reference, "approve")).status_code == 200
    assert len(here.queue) == 1


async def test_what_an_earlier_version_asked_still_has_its_pages(folder: Path) -> None:
    async with office(folder) as before:
        reference = await before.ask()
        left = await before.approvals.left()
        assert left == {"buyer", "finance"}
        async with office(LINDEMAN, before.actions.cipher, left) as now:
            shown = await now.get("piet", f"{AT}/{reference}")
            assert (shown.status_code, shown.json()["facts"][0]["label"]) == (200, "Totaal")
            assert (await now.decide("piet", reference, "approve")).status_code == 200
            assert (await now.decide("karim", reference, "approve")).status_code == 200
            assert states() == ["due"]
