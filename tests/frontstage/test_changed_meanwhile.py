"""T11 on pages: what changed between showing a form and sending it is told, and not overwritten."""

import pytest
from httpx import AsyncClient, Response

from tests.frontstage.test_forms import Office, confirm, kept_in, only, post


@pytest.fixture
def office() -> Office:
    return Office()


def moves(office: Office, **values: str) -> None:
    """Somebody else changes Sanne's row in the CRM, and what we know of it grows too old."""
    rows = office.world.systems["crm"].rows["contacts"]
    (place,) = [n for n, row in enumerate(rows) if row["email"] == "sanne@example.nl"]
    office.world.systems["crm"].rows["contacts"] = [
        {**row, **values} if n == place else row for n, row in enumerate(rows)
    ]
    office.world.hands.on(minutes=10)


async def opened(visit: AsyncClient) -> tuple[dict[str, str], dict[str, list[str]]]:
    """What stands in the form's fields, and what goes along with it unseen."""
    form = (await visit.get("/gegevens", headers={"accept": "application/json"})).json()
    page = await visit.get("/gegevens")
    hidden: dict[str, list[str]] = {}
    for name, value in kept_in(page):
        hidden.setdefault(name, []).append(value)
    return {one["name"]: one["value"] for one in form["questions"]}, hidden


def both_in(page: Response, label: str) -> str:
    """The line of the table with both values."""
    return page.text.partition(f"{label}</th>")[2].partition("</tr>")[0]


async def test_both_values_are_told_before_anything_is_sent(office: Office) -> None:
    async with office.visit() as visit:
        fields, hidden = await opened(visit)
        moves(office, addressLine1="Singel 4")
        told = await post(visit, "/gegevens", {**hidden, **fields, "street": "Kade 9"})
        assert told.status_code == 409
        assert "Er is nog niets verstuurd" in told.text
        row = both_in(told, "Straat en huisnummer")
        assert "Kade 9" in row
        assert "Singel 4" in row
        assert office.actions.kept == {}
        answer = await confirm(visit, "/gegevens", told)
    assert answer.status_code == 303
    (errand, *_) = only(office.actions).errands
    assert errand.fields == {"addressLine1": "Kade 9"}
    assert errand.shown == {"addressLine1": "Singel 4"}


async def test_it_is_told_as_well_when_it_changes_while_somebody_checks(office: Office) -> None:
    async with office.visit() as visit:
        fields, hidden = await opened(visit)
        page = await post(visit, "/gegevens", {**hidden, **fields, "street": "Kade 9"})
        assert "<h1>Klopt dit?</h1>" in page.text
        moves(office, addressLine1="Singel 4")
        told = await confirm(visit, "/gegevens", page)
        assert told.status_code == 409
        assert "Singel 4" in both_in(told, "Straat en huisnummer")
        assert office.actions.kept == {}


async def test_what_nobody_touched_keeps_the_value_that_it_has_by_now(office: Office) -> None:
    async with office.visit() as visit:
        fields, hidden = await opened(visit)
        moves(office, city="Zeist")
        check = await post(visit, "/gegevens", {**hidden, **fields, "street": "Kade 9"})
        assert check.status_code == 200
        assert "Zeist" in check.text
        answer = await confirm(visit, "/gegevens", check)
    assert answer.status_code == 303
    assert only(office.actions).errands[0].fields == {"addressLine1": "Kade 9"}


async def test_who_wants_what_is_there_by_now_changes_nothing(office: Office) -> None:
    async with office.visit() as visit:
        fields, hidden = await opened(visit)
        moves(office, addressLine1="Kade 9")
        answer = await post(visit, "/gegevens", {**hidden, **fields, "street": "Kade 9"})
    assert answer.status_code == 422
    assert "intussen" not in answer.text
    assert office.actions.kept == {}


@pytest.mark.parametrize("marks", ["", "x", "street=", "street=ü =", "=" * 2000, "street"])
async def test_marks_that_are_none_of_ours_do_no_harm(office: Office, marks: str) -> None:
    async with office.visit() as visit:
        fields, hidden = await opened(visit)
        sent = {**hidden, **fields, "street": "Kade 9", "form_shown": marks}
        answer = await post(visit, "/gegevens", sent)
    assert answer.status_code in (200, 409)


async def test_marks_say_nothing_and_are_of_one_person(office: Office) -> None:
    async with office.visit() as sanne, office.visit("bram") as bram:
        (fields, hers), (_, his) = await opened(sanne), await opened(bram)
    (marks,) = hers["form_shown"]
    assert all(value not in marks for value in fields.values() if value)
    mine, theirs = set(marks.split()), set(his["form_shown"][0].split())
    assert not mine & theirs


async def test_a_program_that_says_what_it_was_shown_is_told_too(office: Office) -> None:
    as_json = {"accept": "application/json"}
    async with office.visit(**as_json) as visit:
        form = (await visit.get("/gegevens")).json()
        said = {one["name"]: one["value"] for one in form["questions"]}
        said |= {"street": "Kade 9", "form_shown": form["form_shown"]}
        moves(office, addressLine1="Singel 4")
        key = {"idempotency-key": "k"}
        told = await visit.post("/gegevens", json=said, headers=key)
        assert told.status_code == 409
        assert told.json()["refused"] == "changed meanwhile"
        assert told.json()["changed_meanwhile"] == [
            {"label": "Straat en huisnummer", "yours": "Kade 9", "now": "Singel 4"}
        ]
        said["form_shown"] = told.json()["form_shown"]
        assert (await visit.post("/gegevens", json=said, headers=key)).status_code == 201
