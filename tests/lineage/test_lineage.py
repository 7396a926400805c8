"""The lineage says what a running portal does: no more is asked of a system, and nothing less."""

from pathlib import Path

import pytest

from balie.backstage.lineage.asking import answer, names, system_side
from balie.backstage.lineage.trails import Lineage, Trail, lineage_of
from balie.blueprint.lineage import SHOWN
from balie.blueprint.links import ME, Role
from tests.semantics.world import LINDEMAN, ROOT, blueprint_of, contracts_of, visitor, world

BLUEPRINTS = [LINDEMAN, ROOT / "blueprints" / "fietsen"]
PAGES = [
    ("sanne@example.nl", "/"),
    ("sanne@example.nl", "/bestellingen"),
    ("sanne@example.nl", "/bestellingen/VO-26120"),
    ("sanne@example.nl", "/facturen"),
    ("bram@example.nl", "/"),
    ("bram@example.nl", "/retour"),
    ("bram@example.nl", "/retour/R-000042"),
    ("bram@example.nl", "/retour/R-000042/label"),
    ("bram@example.nl", "/retour/R-000042/terugbetaling"),
    ("bram@example.nl", "/retour/R-000042/antwoord"),
    ("fatima@example.nl", "/facturen"),
]


def lineage(folder: Path = LINDEMAN) -> Lineage:
    blueprint = blueprint_of(folder)
    return lineage_of(blueprint, contracts_of(blueprint), str(blueprint.language))


def trail(name: str) -> Trail:
    found = lineage().trail(*name.split(".", 1))
    assert found is not None
    return found


def things_of(found: Lineage, address: str) -> set[str]:
    """The things of a page, and what they are in."""
    things = {one.thing for one in answer(found, address).trails}
    parents = {found.blueprint.things[thing].parent for thing in things}
    return things | {parent for parent in parents if parent is not None}


@pytest.mark.parametrize(("who", "address"), PAGES)
async def test_all_that_a_page_asks_of_a_system_is_in_the_lineage_of_its_things(
    who: str, address: str
):
    here, found = world(), lineage()
    assert await here.open(who, address) is not None
    told = {link.address for link in found.links if link.thing in {ME, *things_of(found, address)}}
    asked = {
        f"{system}.{query.table}.{field}"
        for system, held in here.systems.items()
        for query in held.asked
        for field in (*query.fields, *(relation.field for relation in query.relations))
    }
    assert len(asked) > 5
    assert asked - told == set()


@pytest.mark.parametrize(("who", "address"), PAGES)
async def test_all_that_the_lineage_says_a_page_shows_this_customer_is_asked(
    who: str, address: str
):
    here, found = world(), lineage()
    viewer = await here.service.viewer(visitor(who))
    await here.service.open(address, viewer, "nl")
    asked = {
        (system, query.table, field)
        for system, held in here.systems.items()
        for query in held.asked
        for field in query.fields
    }
    tables = {(system, table) for system, table, _ in asked}
    page = answer(found, address)
    shown = [
        link
        for one in page.trails
        for place in one.places
        if place.does == SHOWN
        and viewer.kinds & set(place.kinds)
        and (place.step, place.address) in {(p.step.id, p.address) for p in page.pages}
        for link in one.links
        if link.role is Role.VALUE and (link.system, link.table) in tables
        if "a document" not in one.becomes  # those are asked for when somebody opens them
    ]
    missing = [
        link.address
        for link in shown
        if (link.system, link.table, link.path) not in asked
        and (link.system, link.table, link.path.partition(".")[0]) not in asked
    ]
    assert missing == []


@pytest.mark.parametrize("folder", BLUEPRINTS, ids=lambda folder: folder.name)
def test_every_raw_field_in_the_lineage_is_in_the_contract_of_its_system(folder: Path):
    found = lineage(folder)
    strange = [
        link.address
        for link in found.links
        if not link.path.startswith("salesCreditMemoLines.")  # lines go along in a deep insert
        if (system := found.blueprint.systems[link.system])
        and (table := str(system.tables.get(link.table, link.table)))
        and found.contracts[link.system].tables[table].field(link.path) is None
    ]
    assert strange == []


@pytest.mark.parametrize("folder", BLUEPRINTS, ids=lambda folder: folder.name)
def test_everything_that_has_a_name_can_be_asked_about(folder: Path):
    found = lineage(folder)
    every = list(dict.fromkeys(names(found)))
    assert len(every) > 100
    assert [name for name in every if not answer(found, name).is_there] == []


# ---- a field


def test_a_field_tells_its_value_and_what_only_decides_its_words():
    by_role = {role: set() for role in Role}
    for link in trail("order.status").links:
        by_role[link.role].add(link.address)
    assert by_role[Role.VALUE] == {"erp.salesOrders.status"}
    assert by_role[Role.WORDS] == {
        "erp.salesOrders.status",
        "erp.salesOrders.fullyShipped",
        "erp.salesOrders.number",
        "erp.salesShipments.number",
        "erp.salesInvoices.number",
    }


def test_an_answer_goes_to_the_master_first_and_then_to_the_row_that_follows():
    email = trail("contact.email")
    assert [(link.address, link.role, link.how) for link in email.targets] == [
        ("crm.contacts.email", Role.MASTER, ""),
        (
            "erp.customers.email",
            Role.FOLLOWS,
            "the row with number = me.customer, for consumer",
        ),
    ]


def test_an_amount_comes_with_its_currency():
    total = trail("invoice.total")
    assert [(link.address, link.role) for link in total.sources] == [
        ("erp.salesInvoices.totalAmountIncludingTax", Role.VALUE),
        ("erp.salesInvoices.currencyCode", Role.CURRENCY),
    ]
    assert total.becomes == ("an amount in EUR, unless currencyCode says another",)


def test_who_sees_a_field_is_who_may_see_the_step_the_thing_and_the_field():
    assert trail("company.name").kinds == ("buyer", "finance")  # its own "seen by"
    assert trail("order.total").kinds == ("consumer", "buyer")  # of the thing and of the step
    assert trail("order.id").kinds == ()  # without a name it is never shown
    assert trail("parcel.status").kinds == ("consumer", "buyer")  # of what it is in


def test_what_is_asked_of_staff_is_not_said_to_be_seen_by_customers_there():
    answered = {place.step: place for place in trail("return.answer").places}
    assert answered["judge-return"].does == "asked of staff here"
    assert answered["judge-return"].kinds == ()
    assert answered["see-refusal"].kinds == ("consumer", "buyer")


def test_rules_lead_from_the_field_up_to_whoever_signs_in():
    assert trail("return_line.quantity").whose == (
        "return_line in a return",
        'return with contactId = me.contact and kind = "return"',
    )


def test_what_nobody_types_is_told_with_where_it_comes_from():
    assert trail("return_line.price").filled == ("set to order.sent_lines.price",)
    assert trail("return.status").filled == (
        "set to approved in judge-return",
        "set to refused in judge-return",
        "set to received in money-back",
        "set to refunded in money-arrives",
    )


def test_a_list_that_no_step_writes_is_a_place_too():
    listed = [place for place in trail("return.registered_on").places if place.kinds]
    assert [(place.address, place.does) for place in listed] == [("/retour", "listed here")]


# ---- a raw field


def test_a_field_that_only_a_rule_looks_at_is_told_with_the_rule():
    kind = system_side(lineage(), "crm.cases.kind").raw
    assert [(link.thing, link.role, link.how) for link in kind] == [
        ("return", Role.WHERE, 'kind = "return"'),
        ("return", Role.STAMPED, 'kind = "return"'),
        ("question", Role.WHERE, 'kind = "question"'),
        ("question", Role.STAMPED, 'kind = "question"'),
    ]


def test_a_field_that_only_says_who_somebody_is_is_told_too():
    account = system_side(lineage(), "crm.contacts.accountId").raw
    assert [(link.thing, link.field, link.how) for link in account] == [
        (ME, "company", "id = contact.accountId")
    ]


def test_what_is_sent_to_a_system_is_told_apart_from_what_is_read_of_it():
    found = lineage()
    sent = system_side(found, "carrier", is_written=True).raw
    read = system_side(found, "carrier", is_written=False).raw
    assert {link.address for link in sent} == {
        "carrier.labels.reference",
        "carrier.labels.service",
    }
    assert "carrier.shipments.status" in {link.address for link in read}
    assert set(read) | set(sent) == set(system_side(found, "carrier").raw)


def test_a_field_of_a_contract_that_nobody_uses_is_there_and_has_no_links():
    unused = answer(lineage(), "erp.salesOrders.shipToCity")
    assert (unused.is_there, unused.raw) == (True, ())


def test_an_address_is_found_as_a_customer_opens_it():
    found = lineage()
    opened, written = (
        {one.id for one in answer(found, address).trails}
        for address in ("/bestellingen/VO-26120", "/bestellingen/{order.number}")
    )
    assert opened == written
    assert "order.total" in opened
