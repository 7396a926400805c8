"""A form for everybody: filled in without signing in, sent once, and telling nobody anything."""

import re

import pytest
from httpx import Response
from openapi_spec_validator import validate

from balie.backstage.actions import ErrandState
from tests.frontstage.site import leads_to
from tests.frontstage.test_forms import Office, check, confirm, only, post, sent, token_of

FORM = "/herroepen"
SAID = {"name": "Noor Bakker", "order": "VO-26088", "email": "noor@example.nl"}
_FOOTER = re.compile(r'<footer class="foot".*?</footer>', re.DOTALL)
_CHANGES = re.compile(r'name="form_token" value="[^"]+"')


@pytest.fixture
def office() -> Office:
    return Office()


async def test_whoever_comes_by_gets_a_receipt_that_nobody_can_guess(office: Office) -> None:
    async with office.visit("") as visit:
        page = await check(visit, FORM, **SAID)
        assert page.status_code == 200
        assert "<h1>Klopt dit?</h1>" in page.text
        assert re.search(
            r'name="confirm" value="yes"[^>]*><span[^>]*>Herroeping bevestigen<', page.text
        )
        assert office.actions.kept == {}
        answer = await confirm(visit, FORM, page)
        assert answer.status_code == 303
        address = leads_to(answer.headers["location"])
        reference = only(office.actions).reference
        assert re.fullmatch(rf"/herroepen/{reference}\.[0-9a-f]{{40}}", address)
    async with office.visit("") as another_browser:
        receipt = await another_browser.get(address)
        assert receipt.status_code == 200
        assert "<h1>We hebben het ontvangen</h1>" in receipt.text
        assert "Ontvangen op 22 november 2026 om 10:30" in receipt.text
        for said in (reference, *SAID.values()):
            assert said in receipt.text
        guessed = address[:-1] + ("0" if address[-1] != "0" else "1")
        for wrong in (guessed, f"/herroepen/{reference}", f"/ontvangst/{reference}"):
            assert (await another_browser.get(wrong)).status_code in (303, 404)
        assert (await another_browser.post(address)).status_code == 405


async def test_what_is_sent_makes_one_row_that_is_of_nobody(office: Office) -> None:
    async with office.visit("") as visit:
        await sent(visit, FORM, **SAID)
    action = only(office.actions)
    (errand,) = action.errands
    assert (errand.system, errand.table) == ("crm", "withdrawals")
    assert errand.fields == {
        "kind": "withdrawal",
        "fullName": "Noor Bakker",
        "orderReference": "VO-26088",
        "email": "noor@example.nl",
    }
    assert (action.person, action.order_with, action.tells_at_once) == ("everybody", "", True)


async def test_the_same_form_twice_is_one_and_with_other_answers_is_asked_about(
    office: Office,
) -> None:
    async with office.visit("") as visit:
        page = await check(visit, FORM, **SAID)
        first, second = await confirm(visit, FORM, page), await confirm(visit, FORM, page)
        assert first.headers["location"] == second.headers["location"]
        other = {**SAID, "order": "VO-1", "form_token": token_of(page), "confirm": "yes"}
        answer = await post(visit, FORM, other)
        assert answer.status_code == 409
        assert first.headers["location"] in answer.text
    assert len(office.actions.kept) == 1


async def test_the_form_of_another_browser_cannot_be_sent(office: Office) -> None:
    async with office.visit("") as one, office.visit("") as another:
        page = await check(one, FORM, **SAID)
        await another.get(FORM)
        answer = await confirm(another, FORM, page)
        assert answer.status_code == 409
        assert "Kijk er nog even naar" in answer.text or "nog niets verstuurd" in answer.text
        without = await post(another, FORM, {**SAID, "confirm": "yes"})
        assert without.status_code == 409
    assert office.actions.kept == {}


async def test_other_websites_cannot_send_it(office: Office) -> None:
    async with office.site.visit("", **{"sec-fetch-site": "cross-site"}) as visit:
        answer = await post(visit, FORM, {**SAID, "confirm": "yes"})
    assert answer.status_code == 403


async def test_the_answer_is_the_same_whatever_the_systems_have(office: Office) -> None:
    """Nothing is asked of a system, so neither words nor time can tell."""
    pages = []
    for order, mail in (("VO-26088", "sanne@example.nl"), ("no such", "nobody@example.org")):
        async with office.visit("") as visit:
            page = await check(visit, FORM, name="X", order=order, email=mail)
            receipt = await visit.get((await confirm(visit, FORM, page)).headers["location"])
            pages.append(_without(page, order, mail) + _without(receipt, order, mail))
    assert pages[0] == pages[1]
    assert all(system.asked == [] for system in office.world.systems.values())


async def test_a_receipt_does_not_tell_what_became_of_it(office: Office) -> None:
    async with office.visit("", accept="application/json") as visit:
        form = (await visit.get(FORM)).json()
        sent_at = await visit.post(FORM, json={**SAID, "form_token": form["form_token"]})
        assert sent_at.status_code == 201, sent_at.text
        before = (await visit.get(sent_at.headers["location"])).json()
        office.done(state=ErrandState.REFUSED, why="there is no such order")
        assert (await visit.get(sent_at.headers["location"])).json() == before
    assert before.get("state") == "received", before
    assert before["parts"] == []


async def test_who_signed_in_meets_the_same_form_and_staff_too(office: Office) -> None:
    for who in ("sanne", "mila"):
        async with office.visit(who) as visit:
            answer = await sent(visit, FORM, **SAID)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/herroepen/")
    assert {one.person for one in office.actions.kept.values()} == {"everybody"}


async def test_a_way_to_it_is_on_every_page(office: Office) -> None:
    for who, address in (("", FORM), ("", "/nowhere"), ("sanne", "/gegevens"), ("sanne", "/")):
        async with office.visit(who) as visit:
            found = _FOOTER.search((await visit.get(address)).text)
            assert found is not None
            assert '<a href="/herroepen">Contract herroepen</a>' in found[0], (who, address)
            english = _FOOTER.search((await visit.get(address, params={"lang": "en"})).text)
            assert english is None or "Withdraw from contract here" in english[0] or not who


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({}, 3),
        ({**SAID, "email": "no address"}, 1),
        ({**SAID, "name": "x" * 81}, 1),
        ({**SAID, "order": "x" * 5_000}, 1),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field_and_kept(
    office: Office, fields: dict[str, str], faults: int
) -> None:
    async with office.visit("") as visit:
        page = await check(visit, FORM, **fields)
    assert page.status_code == 422
    assert page.text.count('aria-invalid="true"') == faults
    assert office.actions.kept == {}


async def test_rubbish_gets_words_and_nothing_is_kept(office: Office) -> None:
    async with office.visit("") as visit:
        form = {"content-type": "application/x-www-form-urlencoded"}
        answers = [
            await visit.post(FORM, content=b"\xff\xfe=%", headers=form),
            await visit.post(FORM, content=b"a=1&" * 2_000, headers=form),
            await visit.post(FORM, content=b"a=" + b"x" * 300_000, headers=form),
            await visit.post(FORM, content=b"<a/>", headers={"content-type": "text/xml"}),
            await visit.post(FORM, content=b"[1", headers={"content-type": "application/json"}),
            await visit.put(FORM),
        ]
    assert [one.status_code for one in answers] == [400, 400, 413, 415, 400, 405]
    assert all("<h1>" in one.text for one in answers)
    assert office.actions.kept == {}


async def test_too_much_at_once_waits_a_moment_and_loses_nothing(office: Office) -> None:
    async with office.visit("") as visit:
        for number in range(10):
            answer = await sent(visit, FORM, **{**SAID, "email": f"noor{number}@example.nl"})
            assert answer.status_code == 303
        page = await check(visit, FORM, **SAID)
        refused = await confirm(visit, FORM, page)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "120"
        assert "Een ogenblik geduld" in refused.text
        assert 'value="Noor Bakker"' in refused.text
        office.world.hands.on(minutes=2)
        assert (await confirm(visit, FORM, refused)).status_code == 303


async def test_one_mail_address_gets_no_mail_without_end(office: Office) -> None:
    async with office.visit("") as visit:
        answers = [await sent(visit, FORM, **SAID) for _ in range(6)]
    assert [one.status_code for one in answers] == [303] * 5 + [429]


async def test_its_description_says_that_nobody_signs_in(office: Office) -> None:
    async with office.visit("") as visit:
        described = (await visit.get("/api/openapi.json")).json()
    validate(described)
    form, receipt = described["paths"][FORM], described["paths"][f"{FORM}/{{receipt}}"]
    for operation in (form["get"], form["post"], receipt["get"]):
        assert operation["security"] == []
        assert "401" not in operation["responses"]
    assert "429" in form["post"]["responses"]
    assert form["post"]["parameters"] == [{"$ref": "#/components/parameters/language"}]
    assert "security" not in described["paths"]["/gegevens"]["post"]


def _without(page: Response, *said: str) -> str:
    """A page without what is of this one time."""
    text = _CHANGES.sub("", page.text)
    for one in said:
        text = text.replace(one, "...")
    return re.sub(r"[2-9A-Z]{4}-[2-9A-Z]{4}(\.[0-9a-f]{40})?", "", text)
