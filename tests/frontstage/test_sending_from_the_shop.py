"""What customers of the bicycle shop send: the order that it is about goes along."""

from tests.frontstage.fietsen import fietsen
from tests.frontstage.site import FROM_HERE, site
from tests.frontstage.test_forms import check, confirm, only
from tests.writing.world import HeldActions

ASK = "/vragen/nieuw"


async def test_a_question_goes_with_the_order_that_its_address_names() -> None:
    actions = HeldActions()
    async with site(fietsen(actions)).visit("sanne", **FROM_HERE) as visit:
        order = await visit.get("/bestellingen/101")
        assert f'href="{ASK}?order=101"' in order.text
        page = await check(visit, f"{ASK}?order=101", text="Wanneer komt mijn fiets?")
        assert "101" in page.text
        answer = await confirm(visit, f"{ASK}?order=101", page)
        receipt = await visit.get(answer.headers["location"])
    assert answer.status_code == 303
    assert "Wanneer komt mijn fiets?" in receipt.text
    (errand,) = only(actions).errands
    assert (errand.system, errand.table) == ("tryton", "complaints")
    assert errand.fields == {
        "customer": {"id": 1},
        "type": {"name": "Vraag over een bestelling"},
        "origin": {"number": "101"},
        "description": "Wanneer komt mijn fiets?",
    }


async def test_an_order_of_somebody_else_or_one_that_is_a_draft_is_no_subject() -> None:
    actions = HeldActions()
    async with site(fietsen(actions)).visit("sanne", **FROM_HERE) as visit:
        theirs = await visit.get(f"{ASK}?order=102")
        assert theirs.status_code == 404
        draft = await visit.get(f"{ASK}?order=201")
        assert "Deze bestelling is nog niet bevestigd" in draft.text
        posted = await visit.post(
            f"{ASK}?order=102", data={"text": "Wat staat erin?", "confirm": "yes"}
        )
        assert posted.status_code == 404
    assert actions.kept == {}
