"""What is stuck is seen and settled by those whose work it is: once, knowingly, with a trace."""

import re
from dataclasses import replace

import pytest

from balie.backstage.actions import ErrandState, Progress
from balie.identity.models import Person
from tests.browser import PASSWORD, Browser
from tests.console.conftest import STREET, Counter, action, colleague
from tests.identity.conftest import Site


def plain(html: str) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_first_screen_says_what_is_stuck_since_when_and_what_the_customer_reads(
    counter: Counter, mila: Browser
) -> None:
    counter.sent(ErrandState.REFUSED)
    page = mila.get("/staff").text
    assert "<h1>Er wacht 1 ding op u</h1>" in page
    assert "CRM nam het niet aan." in page
    assert "De klant leest: het is niet aangenomen" in page
    assert "Sinds <time" in page
    assert 'href="/staff/actions/a1"' in page
    assert STREET not in page


def test_a_page_is_in_one_language(counter: Counter, mila: Browser) -> None:
    counter.sent(ErrandState.REFUSED)
    english = mila.get("/staff", headers={"accept-language": "en"}).text
    assert "<h1>1 thing waits for you</h1>" in english
    assert "I change my details" in english
    for dutch in ("wacht", "Klant", "Ik wijzig"):
        assert dutch not in english


def test_without_anything_stuck_it_says_so(counter: Counter, mila: Browser) -> None:
    page = mila.get("/staff").text
    assert "<h1>Alles werkt</h1>" in page
    assert "Er is niets vastgelopen." in page
    assert "Alles gaat verder." in mila.get("/staff/operations").text


def test_what_waits_for_a_system_is_told_apart_and_asks_nothing(
    counter: Counter, mila: Browser
) -> None:
    counter.sent(ErrandState.WAITING)
    page = plain(mila.get("/staff").text)
    assert "Er is niets vastgelopen." in page
    assert "Balie stuurt het vanzelf zodra het kan." in page
    assert "CRM : 1 wijziging" in page


def test_work_of_another_team_is_counted_and_not_settled(counter: Counter, mila: Browser) -> None:
    address = counter.sent(ErrandState.STUCK)
    other = counter.browser(colleague("ada@example.nl", "accounts").email)
    page = other.get("/staff").text
    assert "Er wacht er nog 1 op een ander team." in page
    assert "CRM antwoordde te lang niet" not in page
    assert "Dit is voor Klantenservice." in other.get(address).text
    assert counter.decide(other, "again").status == 404
    assert counter.part().progress.state is ErrandState.STUCK


def test_an_action_is_shown_whole_and_that_it_was_looked_at_is_kept(
    counter: Counter, mila: Browser
) -> None:
    address = counter.sent(ErrandState.REFUSED)
    page = mila.get(address).text
    for said in ("R7K2-00A1", "Ik wijzig mijn gegevens", "CRM nam het niet aan.", STREET):
        assert said in page
    assert "3 keer geprobeerd" in page
    assert '<span lang="en">It says 422.</span>' in page
    assert counter.audit == [("looked", "a1", "")]


def test_trying_again_is_done_at_once(counter: Counter, mila: Browser) -> None:
    counter.sent(ErrandState.STUCK)
    answer = counter.decide(mila, "again")
    assert (answer.status, answer.to) == (302, "/staff/actions/a1?told=again")
    assert counter.part().progress.state is ErrandState.DUE
    page = mila.get(answer.to).text
    assert "Het wordt opnieuw geprobeerd." in page
    assert "Mila liet het opnieuw proberen" in page


@pytest.mark.parametrize(
    ("state", "what", "says"),
    [
        (ErrandState.UNCERTAIN, "again", "gebeurt het twee keer"),
        (ErrandState.CONFLICT, "again", "Dit overschrijft wat CRM nu heeft"),
        (ErrandState.STUCK, "dropped", "Dit gaat nooit naar CRM."),
        (ErrandState.REFUSED, "done by hand", "Balie stuurt het dan niet meer naar CRM"),
        (ErrandState.REFUSED, "corrected", "Dit gaat naar CRM zoals het er nu staat."),
    ],
)
def test_what_cannot_be_undone_is_asked_first(
    counter: Counter, mila: Browser, state: ErrandState, what: str, says: str
) -> None:
    counter.sent(state)
    asked = counter.decide(mila, what)
    assert asked.status == 200
    assert "<h1>Zeker weten?</h1>" in asked.text
    assert says in asked.text
    assert counter.part().progress.state is state
    assert counter.decide(mila, what, sure="yes").status == 302
    assert counter.part().progress.state is not state


def test_a_double_click_decides_once(counter: Counter, mila: Browser) -> None:
    counter.sent(ErrandState.STUCK)
    seen = counter.part().mark
    assert counter.decide(mila, "again").status == 302
    again = counter.decide(mila, "again", mark=seen)
    assert again.status == 409
    assert "Mila liet het opnieuw proberen" in again.text
    assert [line for line in counter.audit if line[0] == "again"] == [("again", "a1:1", "")]


def test_who_comes_second_reads_who_decided(
    counter: Counter, mila: Browser, joris: Browser
) -> None:
    counter.sent(ErrandState.STUCK)
    seen = counter.part().mark
    counter.decide(mila, "dropped", sure="yes")
    second = counter.decide(joris, "again", mark=seen)
    assert second.status == 409
    assert "Iemand was eerder." in second.text
    assert "Mila besloot het niet te sturen" in second.text
    assert counter.part().progress.state is ErrandState.DROPPED


def test_a_correction_is_typed_by_the_contract(counter: Counter, mila: Browser) -> None:
    counter.sent(ErrandState.REFUSED)
    wrong = counter.decide(mila, "corrected", v1="x" * 200)
    assert wrong.status == 422
    assert "<title>Fout: " in wrong.text
    assert "Plaats: CRM kan dit niet aannemen" in plain(wrong.text)
    assert "x" * 200 in wrong.text  # what was filled in stays
    right = counter.decide(mila, "corrected", v1="Utrecht", sure="yes")
    assert right.status == 302
    assert counter.part().errand.fields == {"addressLine1": STREET, "city": "Utrecht"}


def test_a_conflict_shows_what_the_system_has_now(counter: Counter, mila: Browser) -> None:
    address = counter.sent(ErrandState.CONFLICT, now={"addressLine1": "Kade 3"})
    page = plain(mila.get(address).text)
    assert "CRM heeft nu: Kade 3" in page
    assert "Overschrijf wat CRM heeft" in page


def test_a_row_that_was_made_by_hand_must_be_there(counter: Counter, mila: Browser) -> None:
    made = counter.site.loop.run(counter.actions.carry("nothing"))
    assert made is None
    new_row(counter)
    missing = counter.decide(mila, "done by hand")
    unknown = counter.decide(mila, "done by hand", number="R-999999")
    counter.world.systems["crm"].down = True
    away = counter.decide(mila, "done by hand", number="R-000042")
    counter.world.systems["crm"].down = False
    assert [missing.status, unknown.status, away.status] == [422, 422, 422]
    assert "Vul het nummer in dat CRM eraan gaf" in missing.text
    assert "CRM heeft niets met dit nummer" in unknown.text
    assert "CRM antwoordt nu niet" in away.text
    assert counter.decide(mila, "done by hand", number="R-000042", sure="yes").status == 302
    done = counter.part().progress
    assert done.state is ErrandState.DONE
    assert done.row == "00000000-0000-4000-8000-0000000000e1"
    assert done.values == {"caseNumber": "R-000042"}


def new_row(counter: Counter) -> None:
    """A case that nobody knows of whether it was made."""
    sent = action("a1", "")
    errand = replace(sent.errands[0], table="cases", row=None, fields={"kind": "question"})
    loop = counter.site.loop
    loop.run(counter.actions.accept(replace(sent, step="ask-question", errands=(errand,))))
    loop.run(counter.actions.note(Progress(errand="a1:1", state=ErrandState.UNCERTAIN)))


def test_handing_over_needs_another_team(counter: Counter, mila: Browser) -> None:
    counter.sent(ErrandState.STUCK)
    assert counter.decide(mila, "handed over").status == 422
    assert counter.decide(mila, "handed over", team="service").status == 422
    assert counter.decide(mila, "handed over", team="nobody").status == 422
    assert counter.decide(mila, "handed over", team="returns").status == 302
    assert counter.part().team == "returns"
    assert "Er is niets vastgelopen." in mila.get("/staff").text


def test_rubbish_is_not_found_and_decides_nothing(counter: Counter, mila: Browser) -> None:
    counter.sent(ErrandState.STUCK)
    assert counter.decide(mila, "sell it").status == 404
    assert counter.decide(mila, "corrected").status == 404  # not while it may have been done
    assert counter.decide(mila, "again", errand="a2:1").status == 404
    assert mila.get("/staff/actions/nothing").status_code == 404
    assert counter.part().progress.state is ErrandState.STUCK


def test_a_form_of_elsewhere_decides_nothing(counter: Counter, mila: Browser) -> None:
    counter.sent(ErrandState.STUCK)
    part = counter.part()
    data = {"errand": part.errand.id, "mark": part.mark, "do": "again"}
    answer = counter.site.loop.run(mila.client.post("/staff/actions/a1", data=data))
    assert answer.status_code == 403
    assert counter.part().progress.state is ErrandState.STUCK


def test_all_that_waits_for_a_system_is_tried_after_asking(counter: Counter, mila: Browser) -> None:
    counter.sent(ErrandState.WAITING)
    counter.sent(ErrandState.STUCK, "a2")
    counter.sent(ErrandState.REFUSED, "a3")
    asked = mila.post("/staff/operations/again", {"system": "crm"}, page="/staff/operations")
    assert asked.status_code == 200
    assert "Zeker weten?" in asked.text
    sure = {"system": "crm", "sure": "yes"}
    done = mila.post("/staff/operations/again", sure, page="/staff/operations")
    assert done.headers["location"] == "/staff/operations?told=again_all&n=2"
    assert "2 worden opnieuw geprobeerd." in mila.get(done.headers["location"]).text
    assert counter.part("a3").progress.state is ErrandState.REFUSED
    assert mila.post("/staff/operations/again", {"system": "x"}, page="/staff").status_code == 404


def test_the_operators_screen_has_codes_tries_and_times(counter: Counter, mila: Browser) -> None:
    counter.sent(ErrandState.REFUSED)
    page = mila.get("/staff/operations").text
    for said in ("<code>1 crm.contacts</code>", "<code>refused</code>", "It says 422."):
        assert said in page
    assert STREET not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_for_customers_nothing_of_it_exists(counter: Counter, method: str) -> None:
    address = counter.sent(ErrandState.STUCK)
    customer = Person.objects.create(email="sanne@example.nl")
    customer.set_password(PASSWORD)
    customer.save()
    browser = counter.browser(colleague("sanne@example.nl").email)
    stranger = counter.site.browser()
    for path in (address, "/staff/operations/again", "/staff/search", "/staff/look"):
        for who in (browser, stranger):
            send = who.get if method == "get" else who.post
            assert send(path).status_code in ((404,) if method == "get" else (403, 404))


def test_a_portal_where_nothing_is_sent_has_no_desk(site: Site) -> None:
    colleague("mila@example.nl", "service")
    browser = site.browser()
    browser.sign_in("mila@example.nl")
    assert browser.get("/staff/actions/a1").status_code == 404
    assert "Zoek een klant" not in browser.get("/staff").text
