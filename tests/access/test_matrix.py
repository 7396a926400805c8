"""The access matrix says of everybody what the portal does, and the same each time."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace

import pytest

from balie.access.sentences import sentences
from balie.access.visibility import may_see_field
from balie.backstage.access_matrix import Matrix, matrix_of
from balie.backstage.who_may import ground_of, who_may, whoever_is
from balie.blueprint.model import Approve, ExtraCheck, Phase
from balie.blueprint.source import Span, Text
from balie.commands.matrix import as_csv, as_typst
from tests.places import ANSWER_MAIL, GUARD, INVOICE_OWNER, RETURN_UNTIL
from tests.semantics.world import World, contracts_of, world

SAY = sentences("en", "").told


@pytest.fixture(scope="module")
def lindeman() -> World:
    return world()


def made(held: World) -> Matrix:
    ground = ground_of(held.blueprint, contracts_of(held.blueprint))
    return matrix_of(ground, "en", sentences("en", ""))


def table(held: World) -> list[Mapping[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(made(held), SAY))))


def test_of_each_page_and_kind_it_says_what_the_portal_does(lindeman: World) -> None:
    plans = {plan.address for plan in lindeman.service._plans}
    for kind in (*lindeman.blueprint.people.customers, "everybody"):
        viewer = whoever_is(lindeman.blueprint, kind, "x")
        opened = {plan.address for plan in lindeman.service._reach(viewer).plans}
        said = {
            row["address"]
            for row in table(lindeman)
            if row["who"] == kind and row["doing"] == "open" and row["may"] != "no"
        }
        assert said == opened & plans


def test_of_each_field_on_a_page_that_may_be_opened_it_says_whether_it_is_seen(
    lindeman: World,
) -> None:
    told = [row for row in table(lindeman) if row["doing"] in ("see", "get document")]
    page = {(r["address"], r["who"]): r["may"] for r in table(lindeman) if r["doing"] == "open"}
    fields = [row for row in told if "." in row["what"]]
    assert len(fields) > 100
    for row in fields:
        thing_id, _, field_id = row["what"].partition(".")
        thing = lindeman.service.things[thing_id].thing
        viewer = whoever_is(lindeman.blueprint, row["who"].removeprefix("representative of "), "x")
        sees = may_see_field(thing, thing.fields[field_id], viewer)
        opens = page[row["address"], row["who"]] != "no"
        assert row["may"] == ("yes" if sees and opens else "no"), row


def test_of_whoever_acts_for_a_customer_in_private_it_says_which_steps_are_theirs(
    lindeman: World,
) -> None:
    pages = [row for row in table(lindeman) if row["doing"] in ("open", "make", "change")]
    may = {row["step"]: row["may"] for row in pages if row["who"] == "representative of consumer"}
    said = lindeman.blueprint.representatives
    assert said is not None
    assert {step for step, mark in may.items() if mark != "no"} <= set(said.steps or ())
    assert (may["my-orders"], may["change-details"]) == ("yes", "no")
    assert "representative of buyer" not in {row["who"] for row in pages}


def test_what_holds_at_the_moment_itself_stands_beside_it(lindeman: World) -> None:
    (sends,) = [
        row for row in table(lindeman) if row["doing"] == "send form" and row["who"] == "buyer"
        and row["address"] == "/retour/nieuw"
    ]  # fmt: skip
    assert sends["may"] == "if"
    assert f"only while: order.return_until >= today() ({RETURN_UNTIL})" in sends["beside"]
    (mail,) = [
        row for row in table(lindeman) if (row["what"], row["who"]) == ("contact.email", "buyer")
    ]
    assert (mail["may"], mail["beside"]) == (
        "if",
        f"guard: code ({GUARD})",
    )


def test_what_a_step_asks_besides_stands_beside_it(lindeman: World) -> None:
    said = {row["address"]: row["beside"] for row in table(lindeman) if row["doing"] == "open"}
    mailed = f"opens without signing in: antwoord, 7 days ({ANSWER_MAIL})"
    assert mailed in said["/retour/{return.number}"]
    assert "opens" not in said["/retour"]  # the list that follows from it
    of = lindeman.blueprint
    checked = ExtraCheck(text=Text("two steps"))
    approve = Approve(at=Span("story.yaml", 9, 1, 2), by=(Text("finance"),))
    steps = tuple(
        replace(s, extra_check=checked, approve=(approve,)) if s.id == "ask-question" else s
        for s in of.steps
    )
    changed = replace(of, story=(Phase(Text("p"), steps),))
    ground = ground_of(changed, contracts_of(of))
    (form,) = [
        page for page in who_may(ground, whoever_is(changed, "buyer", "x"))
        if page.address == "/vraag/nieuw"
    ]  # fmt: skip
    assert [(c.word, c.text) for c in form.may.conditions] == [
        ("extra check", "two steps"),
        ("approve", "by finance"),
    ]


def test_whose_rows_they_are_stands_with_each_page(lindeman: World) -> None:
    rows = {row["address"]: row["rows"] for row in table(lindeman)}
    assert rows["/facturen"] == f"invoice: customerNumber = me.customer ({INVOICE_OWNER})"


def test_teams_of_staff_have_what_they_do(lindeman: World) -> None:
    decides = {row["who"]: row["may"] for row in table(lindeman) if row["name"] == "Approve"}
    assert decides == {"returns": "yes", "accounts": "no", "service": "no"}


def test_it_is_the_same_each_time(lindeman: World) -> None:
    first, again = made(lindeman), made(lindeman)
    assert as_csv(first, SAY) == as_csv(again, SAY)
    assert as_typst(first, SAY, "2026-11-23", "en") == as_typst(again, SAY, "2026-11-23", "en")


def test_no_cell_is_a_formula_for_a_spreadsheet(lindeman: World) -> None:
    for row in table(lindeman):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
