"""Customers are found by what they say on the telephone, in the systems, and nobody else is."""

import pytest

from balie.backstage.service_desk.finding import Finding
from tests.semantics.world import HeldRows, World, contracts_of, world


def finding(of: World) -> Finding:
    return Finding(of.blueprint, contracts_of(of.blueprint), of.systems)


async def found(of: World, words: str) -> list[str]:
    return sorted(one.mail for one in (await finding(of).find(words)).customers)


@pytest.mark.parametrize(
    ("words", "mails"),
    [
        ("sanne@example.nl", ["sanne@example.nl"]),
        ("Sanne@Example.NL", ["sanne@example.nl"]),
        ("VO-26088", ["sanne@example.nl"]),  # an order, of the ERP
        ("  VO-26088 ", ["sanne@example.nl"]),
        ("VF-33002", ["sanne@example.nl"]),  # an invoice
        ("R-000042", ["bram@example.nl"]),  # a return, of the CRM
        ("VO-26107", ["bram@example.nl", "fatima@example.nl"]),  # of a company: all its people
        ("VO-260", []),
        ("R-0000", []),
        ("nobody@example.nl", []),
        ("", []),
    ],
)
async def test_a_number_or_a_mail_address_finds_whose_it_is(words: str, mails: list[str]) -> None:
    assert await found(world(), words) == mails


@pytest.mark.parametrize("typed", ["3512 AB", "3512AB", "3512 ab"])
async def test_a_postcode_is_found_however_it_is_typed(typed: str) -> None:
    of = world()
    of.systems["erp"].rows = {
        **of.systems["erp"].rows,
        "customers": [{"number": "10085", "postalCode": "3512 AB", "city": "Utrecht"}],
    }
    assert await found(of, typed) == ["sanne@example.nl"]


@pytest.mark.parametrize("words", ["sanne@example.nl", "VO-26088"])
async def test_staff_read_who_it_is(words: str) -> None:
    search = await finding(world()).find(words)
    assert search.customers[0].told == ("Sanne", "Utrecht")


async def test_a_system_that_does_not_answer_is_told() -> None:
    of = world()
    of.systems["erp"].down = True
    search = await finding(of).find("VO-26088")
    assert search.customers == ()
    assert search.away == {"erp"}
    assert search.more is False


async def test_a_system_that_ignores_its_filters_finds_nobody_else() -> None:
    of = world()
    for system in of.systems.values():
        system.ignores_filters = True
    assert await found(of, "VO-26088") == ["sanne@example.nl"]
    assert await found(of, "nobody@example.nl") == []


async def test_nothing_is_asked_that_a_system_cannot_be_asked() -> None:
    of = world()
    await finding(of).find("Sanne")
    asked = {query.table for query in of.systems["crm"].asked}
    assert "contacts" not in asked  # the CRM has no filter on names


async def test_a_search_asks_few_questions() -> None:
    of = world()
    await finding(of).find("VO-26088")
    assert of.calls() <= 14


async def test_nothing_of_a_search_is_remembered() -> None:
    of = world()
    await finding(of).find("VO-26088")
    await of.service.close()
    assert of.memory.kept == {}


async def test_twenty_customers_at_most_and_it_is_said() -> None:
    of = world()
    many = [{"id": f"c{n}", "email": f"c{n}@example.nl", "erpNumber": "10085"} for n in range(30)]
    of.systems["crm"] = HeldRows({**of.systems["crm"].rows, "contacts": many})
    search = await finding(of).find("VO-26088")
    assert len(search.customers) == 20
    assert search.more
