"""An explanation and what is done never differ: for viewers, steps, fields and rows by chance, and
for everybody of the examples.
"""

import asyncio
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balie.access.reasons import (
    Rule,
    Verdict,
    why_change,
    why_open,
    why_row,
    why_rows,
    why_see,
    why_see_field,
    why_show_field,
)
from balie.access.scope import NoScope, Scope, scope_for
from balie.access.sentences import sentences
from balie.access.viewer import Knowledge, Mine, Viewer, anybody
from balie.access.visibility import is_for, may_open, may_see, may_see_field
from balie.backstage.page import Listing, Page
from balie.backstage.plans import Plan
from balie.backstage.who_may import MayOpen, ground_of, page_of, who_may, whoever_is
from balie.backstage.why import Explainer, Finding
from balie.blueprint import relations
from balie.blueprint.model import EVERYBODY, Blueprint, Step, Thing, ThingField
from balie.blueprint.relations import Equality
from balie.blueprint.source import Text
from tests.places import INVOICE_SEEN, ORDER_OWNER
from tests.semantics.world import World, contracts_of, visitor, world

PEOPLE = [f"{name}@example.nl" for name in ("sanne", "bram", "fatima", "joost", "mila")]
KINDS = ("consumer", "buyer", "finance")
VALUES = ("", "1", "10", "01", "a", "A", "B")
NAMES = ("customer", "contact", "nobody")
FIELDS = ("number", "owner", "kind")

kinds = st.lists(st.sampled_from((*KINDS, EVERYBODY)), unique=True, max_size=3)
values = st.lists(st.sampled_from(VALUES[1:]), unique=True, max_size=2).map(tuple)
mine = st.builds(Mine, st.sampled_from(Knowledge), values)
whose = st.one_of(
    st.builds(relations.Me, st.sampled_from(NAMES)),
    st.builds(relations.Literal, st.sampled_from(VALUES[1:])),
    st.builds(relations.Other, st.just("order"), st.sampled_from(FIELDS)),
    st.just(relations.Login("email")),
)
equalities = st.lists(st.builds(Equality, st.just(Text("it = so")), st.sampled_from(FIELDS), whose))
rows = st.dictionaries(st.sampled_from(FIELDS), st.one_of(st.sampled_from(VALUES), st.none()))


@st.composite
def viewers(draw: st.DrawFn) -> Viewer:
    return Viewer(
        person="p",
        email="",
        kinds=frozenset(draw(kinds)),
        kinds_known=True,
        me=draw(st.dictionaries(st.sampled_from(NAMES), mine)),
    )


def texts(of: list[str]) -> tuple[Text, ...]:
    return tuple(map(Text, of))


@settings(max_examples=300)
@given(viewers(), kinds, kinds, kinds, kinds, st.booleans())
def test_of_kinds_it_says_what_is_decided(
    viewer: Viewer,
    for_: list[str],
    seen: list[str],
    field_seen: list[str],
    change: list[str],
    named: bool,
) -> None:
    step = Step(id=Text("s"), title=Text("S"), customer_does=Text("x"), phase="p", for_=texts(for_))
    thing = Thing(id=Text("t"), seen_by=texts(seen), may_change=texts(change))
    name = Text("Name") if named else None
    field = ThingField(id=Text("f"), name=name, seen_by=texts(field_seen))

    assert why_open(step, viewer).yes == may_open(step, viewer)
    assert why_see(thing, viewer).yes == may_see(thing, viewer)
    assert why_see_field(thing, field, viewer).yes == may_see_field(thing, field, viewer)
    shown = named and may_see_field(thing, field, viewer)
    assert why_show_field(thing, field, viewer).yes == shown
    assert why_change(thing, viewer).yes == is_for(thing.may_change, viewer)


@settings(max_examples=500)
@given(viewers(), equalities, rows, values)
def test_of_rows_it_says_what_the_scope_says(
    viewer: Viewer, said: list[Equality], row: dict[str, str | None], bound: tuple[str, ...]
) -> None:
    scope = scope_for(viewer, "erp", "orders", said, bind=lambda _: bound)
    covered = isinstance(scope, Scope) and scope.covers(row)

    verdict = why_row("order", said, viewer, row, bind=lambda _: bound)
    assert verdict.yes == covered
    all_rows = why_rows("order", said, viewer, bind=lambda _: bound)
    assert all_rows.yes == isinstance(scope, Scope)
    unknown = any(reason.rule is Rule.MINE_UNKNOWN for reason in all_rows.reasons)
    assert unknown or scope is not NoScope.UNKNOWN


@settings(max_examples=100)
@given(viewers(), equalities, rows)
def test_no_sentence_tells_what_stands_in_a_row_of_somebody_else(
    viewer: Viewer, said: list[Equality], row: dict[str, str | None]
) -> None:
    told = why_row("order", said, viewer, {**row, "owner": "secret of another"})
    for language in ("en", "nl"):
        lines = sentences(language, "bram").all(told.reasons)
        assert not any("secret" in line for line in lines)
        assert not any(re.search(r"\{\w+\}", line) for line in lines)


# ---- whole blueprints


@pytest.fixture(scope="module")
def lindeman() -> World:
    return world()


def everybody_of(held: World) -> list[Viewer]:
    contracts_known = [*map(str, held.blueprint.people.customers), EVERYBODY]
    made = [whoever_is(held.blueprint, kind, "x") for kind in contracts_known]
    people = [asyncio.run(held.viewer(mail)) for mail in PEOPLE]
    nobody = Viewer(person="x", email="", kinds=frozenset(), kinds_known=True, me={})
    return [*made, *people, nobody, anybody()]


def shown_on(page: Page) -> set[str]:
    """Every field that stands on a page, as `block.field`."""
    return {
        one.field
        for block in page.blocks
        for one in (block.columns if isinstance(block, Listing) else getattr(block, "cells", ()))
    }


def test_of_the_example_it_says_of_everybody_what_the_portal_does(lindeman: World) -> None:
    ground = ground_of(lindeman.blueprint, contracts_of(lindeman.blueprint))
    for viewer in everybody_of(lindeman):
        reach = lindeman.service._reach(viewer)  # what every page is made by
        told = {id(plan): page_of(ground, plan, viewer) for plan in ground.pages}
        said = {plan.address for plan in ground.pages if told[id(plan)].may.verdict.yes}
        assert said == {plan.address for plan in reach.plans}


@pytest.mark.parametrize("mail", PEOPLE)
def test_what_is_told_of_a_page_is_what_stands_on_it(lindeman: World, mail: str) -> None:
    ground = ground_of(lindeman.blueprint, contracts_of(lindeman.blueprint))
    viewer = asyncio.run(lindeman.viewer(mail))
    for plan in (plan for plan in ground.pages if plan.is_fixed):
        told = page_of(ground, plan, viewer)
        page = asyncio.run(lindeman.open(mail, plan.address))
        assert (page is not None) == told.may.verdict.yes
        if page is not None:
            assert shown_on(page) == said_of(told, plan)


def said_of(told: MayOpen, plan: Plan) -> set[str]:
    """The fields that would stand there."""
    counted = {str(figure.of) for figure in plan.screen.figures}
    in_headline = set(re.findall(r"\{([\w.]+)\}", plan.screen.headline or ""))
    return {
        part.about.partition(".")[2]
        for part in told.parts
        if part.verdict.yes
        and part.about not in counted | in_headline
        # what there is none of has no block: a consumer has no company
        and (part.about != "company.name" or "consumer" not in part.verdict.reasons[0].mine)
    }


# ---- of one address


@pytest.mark.parametrize(
    ("mail", "address", "finding"),
    [
        ("bram", "/bestellingen/VO-26107", Finding.SEEN),
        ("bram", "/bestellingen/VO-26088", Finding.NOT_THEIRS),
        ("bram", "/bestellingen/VO-99999", Finding.NO_ROW),
        ("bram", "/facturen", Finding.NOT_FOR_THEM),
        ("bram", "/factuuradres", Finding.NOT_FOR_THEM),
        ("fatima", "/factuuradres", Finding.SEEN),
        ("mila", "/bestellingen", Finding.NOT_FOR_THEM),
        ("bram", "/nergens", Finding.NO_ADDRESS),
    ],
)
def test_an_address_is_explained(
    lindeman: World, mail: str, address: str, finding: Finding
) -> None:
    why = asyncio.run(explainer(lindeman).why(address, visitor(f"{mail}@example.nl"), "nl"))
    assert why.finding is finding


def test_a_row_of_somebody_else_is_explained_without_telling_whose(lindeman: World) -> None:
    why = asyncio.run(
        explainer(lindeman).why("/bestellingen/VO-26088", visitor("bram@example.nl"), "nl")
    )
    assert why.row is not None
    (told,) = sentences("en", "bram").all(why.row.reasons)
    assert told == (
        f"The row is not theirs: customerNumber = me.customer ({ORDER_OWNER}), "
        "and me.customer is 10010. The row has something else there."
    )


def test_a_system_that_is_away_is_not_taken_for_a_no() -> None:
    held = world()
    held.systems["crm"].down = True
    why = asyncio.run(explainer(held).why("/bestellingen", visitor("bram@example.nl"), "nl"))
    assert (why.finding, why.viewer.kinds_known) == (Finding.AWAY, False)
    assert why.place is not None
    assert [reason.rule for reason in why.place.may.verdict.deciding][:1] == [Rule.UNRECOGNISED]


def explainer(held: World) -> Explainer:
    contracts = contracts_of(held.blueprint)
    return Explainer(
        service=held.service, ground=ground_of(held.blueprint, contracts), connectors=held.systems
    )


def verdict_of(blueprint: Blueprint, kind: str, about: str) -> Verdict:
    ground = ground_of(blueprint, contracts_of(blueprint))
    pages = who_may(ground, whoever_is(blueprint, kind, "x"))
    return next(part.verdict for page in pages for part in page.parts if part.about == about)


def test_a_no_names_the_place_and_what_somebody_is(lindeman: World) -> None:
    verdict = verdict_of(lindeman.blueprint, "buyer", "invoice.total")
    assert sentences("en", "bram").all(verdict.deciding) == (
        f"invoice is seen by consumer, finance ({INVOICE_SEEN}); bram is buyer.",
    )
