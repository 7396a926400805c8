"""Work items are answered by those whose work they are; the first answer counts."""

from dataclasses import replace
from datetime import timedelta

from balie.backstage.actions import ErrandState
from balie.backstage.process.instance import Button, Kind
from tests.browser import Browser
from tests.console.conftest import AT, Counter, colleague, work_item


def test_the_first_screen_lists_what_is_to_be_done_what_is_due_first(
    counter: Counter, mila: Browser
) -> None:
    late = work_item("a2:1", title="Belt terug op het gekozen moment", due=AT - timedelta(hours=1))
    counter.work.items = {"a1:1": work_item(), "a2:1": late}
    page = mila.get("/staff").text
    assert "<h1>Er wachten 2 dingen op u</h1>" in page
    assert page.index("Belt terug") < page.index("Bekijkt de retour")
    assert page.count("te laat") == 1
    assert "Neem een besluit." in page


def test_work_of_one_step_is_told_apart_by_what_the_customer_has_as_reference(
    counter: Counter, mila: Browser
) -> None:
    counter.sent(ErrandState.DONE)
    counter.work.items = {
        "a1:1": work_item(),
        "b2:1": work_item("b2:1"),
    }  # b2 is not there any more
    page = mila.get("/staff").text
    assert page.count("Bekijkt de retour en beslist</a>") == 2
    assert page.count("<bdi>R7K2-00A1</bdi>") == 1


def test_its_page_has_what_was_filled_in_and_a_button_for_each_answer(
    counter: Counter, mila: Browser
) -> None:
    counter.sent(ErrandState.DONE)
    counter.work.items = {"a1:1": work_item()}
    page = mila.get("/staff/work/a1:1").text
    assert "<h1>Bekijkt de retour en beslist</h1>" in page
    assert "Markerstraat 7" in page
    assert ">Goedkeuren</button>" in page
    assert ">Ons antwoord</label>" in page  # what refusing asks
    assert counter.audit == [("looked", "a1", "")]


def test_an_answer_is_kept_with_who_gave_it(counter: Counter, mila: Browser) -> None:
    counter.work.items = {"a1:1": work_item()}
    answer = mila.post("/staff/work/a1:1", {"answer": "approve"})
    assert answer.headers["location"] == "/staff/work/a1:1?told=answered"
    page = mila.get(answer.headers["location"]).text
    assert "Dit antwoord telt." in page
    assert "Antwoord van Mila, " in page
    assert ("answered", "a1:1", "") in counter.audit


def test_who_comes_second_reads_who_decided(
    counter: Counter, mila: Browser, joris: Browser
) -> None:
    counter.work.items = {"a1:1": work_item()}
    mila.post("/staff/work/a1:1", {"answer": "approve"})
    second = joris.post("/staff/work/a1:1", {"answer": "approve"}, page="/staff/search")
    assert second.status_code == 409
    assert "Iemand was eerder." in second.text
    assert "Antwoord van Mila, " in second.text
    assert "Goedkeuren" in second.text


def test_what_an_answer_asks_must_be_filled_in(counter: Counter, mila: Browser) -> None:
    counter.work.items = {"a1:1": work_item()}
    answer = mila.post("/staff/work/a1:1", {"answer": "refuse"})
    assert answer.status_code == 422
    assert "<title>Fout: " in answer.text
    assert "Vul in: Ons antwoord" in answer.text
    assert mila.post("/staff/work/a1:1", {"answer": "refuse", "f1-0": "Te laat"}).status_code == 302


def test_work_of_others_and_answers_that_it_does_not_have_are_not_found(
    counter: Counter, mila: Browser
) -> None:
    counter.work.items = {"a1:1": work_item(teams=("returns",)), "a2:1": work_item("a2:1")}
    assert mila.get("/staff/work/a1:1").status_code == 404
    assert mila.get("/staff/work/a9:1").status_code == 404
    assert mila.post("/staff/work/a2:1", {"answer": "burn it"}).status_code == 404
    nobody = counter.browser(colleague("ada@example.nl", "accounts").email)
    assert nobody.get("/staff/work/a2:1").status_code == 404


def test_what_closed_by_itself_says_so(counter: Counter, mila: Browser) -> None:
    counter.work.items = {"a1:1": replace(work_item(), closed=AT)}
    page = mila.get("/staff/work/a1:1").text
    assert "Vanzelf gesloten" in page
    assert "Goedkeuren" not in page


def test_a_stuck_action_leads_to_its_page(counter: Counter, mila: Browser) -> None:
    stuck = work_item(kind=Kind.STUCK, action="a1", buttons=(Button(answer="done"),))
    counter.work.items = {"a1:1": stuck}
    page = mila.get("/staff/work/a1:1").text
    assert 'href="/staff/actions/a1"' in page


def test_answers_of_balie_itself_have_words(counter: Counter, mila: Browser) -> None:
    buttons = tuple(Button(answer=a) for a in ("done", "again", "yes", "no", "go on", "stop"))
    counter.work.items = {"a1:1": work_item(kind=Kind.LATE, buttons=buttons)}
    page = mila.get("/staff/work/a1:1").text
    for words in ("Het is gedaan", "Opnieuw proberen", "Ja", "Nee", "Zonder verdergaan", "Stoppen"):
        assert f">{words}</button>" in page
