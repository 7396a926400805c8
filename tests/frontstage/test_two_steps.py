"""Who must prove two steps and did not is asked to, at every door; never told "not found"."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from httpx import AsyncClient

from balie.backstage.forms.inputs import Inputs
from balie.blueprint.model import Blueprint, Duration, ExtraCheck
from balie.blueprint.source import Text
from tests.frontstage.site import FROM_HERE, IN_ONE_STEP, SIGNED_IN_AT, Site, site
from tests.frontstage.test_forms import confirm, kept_in, post, token_of
from tests.frontstage.test_what_comes_in import HeldDrafts
from tests.semantics.world import LINDEMAN, blueprint_of, world
from tests.writing.world import HeldActions

ONE, TWO = f"fatima{IN_ONE_STEP}", "fatima"
ADDRESS = {
    "email": "boek@example.nl",
    "street": "Kade 9",
    "postcode": "3512 JC",
    "city": "Utrecht",
}
HERS = (
    "/",
    "/facturen",
    "/vraag/nieuw",
    "/facturen/VF-33015/pdf.pdf",
    "/facturen?sort=date&q=VF",
    "/factuuradres",
    "/vraag/V-000007",
    "/ontvangst",
    "/ontvangst/ABCD-EFGH",
)
CHALLENGE = (
    'Bearer error="insufficient_user_authentication", '
    'error_description="two steps must be proved first", acr_values="two-steps"'
)


class Office:
    """A portal in which forms can be sent and are kept. drafts: what is held of them."""

    def __init__(self, change: Blueprint | None = None, now: float = SIGNED_IN_AT) -> None:
        self.actions, self.drafts = HeldActions(), HeldDrafts()
        self.now = now  # on the clock by which people sign in
        self.world = self.drafts.world = world(
            change=change,
            actions=self.actions,
            inputs=Inputs(drafts=self.drafts),
            now=lambda: self.now,
        )
        self.site: Site = site(self.world)

    def visit(self, who: str, **headers: str) -> AsyncClient:
        return self.site.visit(who, **FROM_HERE, **headers)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.mark.parametrize("address", HERS)
async def test_every_page_of_hers_asks_two_steps_first(office: Office, address: str) -> None:
    async with office.visit(ONE) as one, office.visit(TWO) as two:
        asked, shown = await one.get(address), await two.get(address)
    assert asked.status_code == 303
    there = asked.headers["location"]
    assert re.fullmatch(r"/accounts/two-steps/\?next=[%\w.-]+", there)
    assert not asked.content
    assert shown.status_code in (200, 404)  # there is no such receipt


@pytest.mark.parametrize("address", HERS)
async def test_programs_are_told_what_is_missing(office: Office, address: str) -> None:
    async with office.visit(ONE, accept="application/json") as one:
        asked = await one.get(address)
    assert asked.status_code == 401
    assert asked.headers["www-authenticate"] == CHALLENGE
    assert asked.headers["content-type"] == "application/problem+json"
    assert "VF-33015" not in asked.text


@pytest.mark.parametrize("address", ["/bestellingen", "/retour/nieuw", "/of-nothing"])
async def test_what_is_not_hers_is_not_found_once_she_proved_it(
    office: Office, address: str
) -> None:
    async with office.visit(TWO) as two:
        assert (await two.get(address)).status_code == 404


@pytest.mark.parametrize("who", ["sanne", "bram"])
async def test_others_are_not_asked(office: Office, who: str) -> None:
    async with office.visit(who + IN_ONE_STEP) as visit:
        assert (await visit.get("/")).status_code == 200
        assert (await visit.get("/vraag")).status_code == 200


async def test_one_browser_of_hers_opens_nothing_for_the_other(office: Office) -> None:
    """Pages and viewers that are kept are the same for both; the proof is not."""
    async with office.visit(ONE) as one, office.visit(TWO) as two:
        for _ in range(2):
            assert (await two.get("/facturen")).status_code == 200
            assert (await one.get("/facturen")).status_code == 303
            assert (await one.get("/facturen/VF-33015/pdf.pdf")).status_code == 303


# ---- forms


async def test_a_form_that_is_sent_straight_away_writes_nothing(office: Office) -> None:
    async with office.visit(TWO) as two:
        page = await two.get("/factuuradres")
    async with office.visit(ONE) as one:
        fields = {**ADDRESS, "form_token": token_of(page), "confirm": "yes"}
        answer = await post(one, "/factuuradres", fields)
        told = await one.post("/factuuradres", data=fields, headers={"accept": "application/json"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/accounts/two-steps/")
    assert told.status_code == 401
    assert office.actions.kept == {}


async def test_what_was_filled_in_stands_there_afterwards(office: Office) -> None:
    """The proof held when the form was opened, and not any more when it was sent."""
    async with office.visit(TWO) as before:
        page = await before.get("/factuuradres")
    async with office.visit(ONE) as visit:
        fields = {**ADDRESS, "form_token": token_of(page), "confirm": "yes"}
        asked = await post(visit, "/factuuradres", fields)
        assert asked.headers["location"] == "/accounts/two-steps/?next=%2Ffactuuradres"
        assert asked.headers["set-cookie"].startswith("held=")
        visit.cookies.set("balie", TWO, domain="portal.example")  # proved, under another cookie
        again = await visit.get("/factuuradres")
        assert 'value="boek@example.nl"' in again.text
        assert 'value="Kade 9"' in again.text
        assert office.actions.kept == {}
        checked = await post(visit, "/factuuradres", {**ADDRESS, **dict(kept_in(again))})
        sent = await confirm(visit, "/factuuradres", checked)
    assert sent.headers["location"].startswith("/ontvangst/")
    assert len(office.actions.kept) == 1


async def test_what_was_held_is_given_to_nobody_else(office: Office) -> None:
    async with office.visit(TWO) as before:
        page = await before.get("/factuuradres")
    async with office.visit(ONE) as visit:
        await post(visit, "/factuuradres", {**ADDRESS, "form_token": token_of(page)})
        visit.cookies.set("balie", "bram", domain="portal.example")
        assert "Kade 9" not in (await visit.get("/factuuradres")).text


# ---- how long it holds, and single steps


def asking(step: str, within: timedelta | None) -> Blueprint:
    """The example, in which no kind of customer must prove two steps, but this step must."""
    blueprint = blueprint_of(LINDEMAN)
    text = Text("two steps", blueprint.people.at)
    check = ExtraCheck(text, None if within is None else Duration(text, within))
    kinds = {
        name: replace(kind, extra_check=None) for name, kind in blueprint.people.customers.items()
    }
    phases = tuple(
        replace(
            phase,
            steps=tuple(
                replace(one, extra_check=check) if one.id == step else one for one in phase.steps
            ),
        )
        for phase in blueprint.story
    )
    return replace(blueprint, people=replace(blueprint.people, customers=kinds), story=phases)


async def test_a_single_step_may_ask_it() -> None:
    office = Office(asking("change-billing", None))
    async with office.visit(ONE) as one, office.visit(f"sanne{IN_ONE_STEP}") as sanne:
        assert (await one.get("/facturen")).status_code == 200
        assert (await one.get("/factuuradres")).status_code == 303
        assert (await sanne.get("/factuuradres")).status_code == 404  # is not hers in any case


async def test_a_proof_of_long_ago_is_asked_again() -> None:
    office = Office(asking("change-billing", timedelta(minutes=10)))
    async with office.visit(TWO) as visit:
        office.now = SIGNED_IN_AT + 600
        page = await visit.get("/factuuradres")
        assert page.status_code == 200
        office.now = SIGNED_IN_AT + 601
        asked = await visit.get("/factuuradres")
        assert asked.headers["location"] == ("/accounts/two-steps/?next=%2Ffactuuradres&within=600")
        sent = await post(
            visit, "/factuuradres", {**ADDRESS, "form_token": token_of(page), "confirm": "yes"}
        )
        assert sent.status_code == 303
        assert office.actions.kept == {}
    async with office.visit(TWO, accept="application/json") as program:
        told = await program.get("/factuuradres")
        assert told.headers["www-authenticate"] == f'{CHALLENGE}, max_age="600"'


async def test_a_receipt_of_such_a_step_asks_it_too() -> None:
    office = Office(asking("change-billing", None))
    async with office.visit(TWO) as visit:
        page = await visit.get("/factuuradres")
        fields = {**ADDRESS, "form_token": token_of(page)}
        checked = await post(visit, "/factuuradres", fields)
        receipt = (await confirm(visit, "/factuuradres", checked)).headers["location"]
        assert (await visit.get(receipt)).status_code == 200
    async with office.visit(ONE) as one:
        assert (await one.get(receipt)).headers["location"].startswith("/accounts/two-steps/")
