"""Customers are found and looked along with: for a reason, with a trace, and read only."""

import logging
import re
from urllib.parse import unquote

import pytest

from balie.backstage.actions import ErrandState
from tests.browser import Browser
from tests.console.conftest import Counter, colleague
from tests.places import INVOICE_SEEN, INVOICES_FOR, ORDER_OWNER

WHO = re.compile(r'name="who" value="([^"]+)"')


def found(browser: Browser, words: str) -> str:
    answer = browser.post("/staff/search", {"words": words})
    return answer.text if answer.status_code == 200 else answer.headers["location"]


def looked(browser: Browser, mail: str, why: str = "calls") -> str:
    """The address of the page where one looks along with a customer."""
    who = WHO.search(found(browser, mail))
    assert who is not None
    answer = browser.post("/staff/look", {"who": who[1], "why": why}, page="/staff/search")
    assert answer.status_code == 302
    return str(answer.headers["location"])


def test_an_order_number_finds_whose_it_is(counter: Counter, mila: Browser) -> None:
    page = found(mila, "VO-26088")
    assert "<h1>1 klant gevonden</h1>" in page
    assert "sanne@example.nl" in page
    assert "Heeft hier nog nooit ingelogd." in page


def test_a_name_is_found_among_those_who_sign_in(counter: Counter, mila: Browser) -> None:
    colleague("bram@example.nl")
    page = found(mila, "bram")
    assert "bram@example.nl" in page
    assert "nooit ingelogd" not in page


def test_a_reference_leads_to_its_action(counter: Counter, mila: Browser) -> None:
    counter.sent(ErrandState.REFUSED)
    assert found(mila, "r7k2-00a1") == "/staff/actions/a1"


def test_nobody_found_says_what_to_look_at(counter: Counter, mila: Browser) -> None:
    page = found(mila, "VO-99999")
    assert "<h1>Niemand gevonden</h1>" in page
    counter.world.systems["erp"].down = True
    assert "Business Central antwoordt niet." in found(mila, "VO-99998")


def test_staff_are_no_customers(counter: Counter, mila: Browser, joris: Browser) -> None:
    assert "Niemand gevonden" in found(mila, "joris@example.nl")


def test_a_reason_is_asked_before_anything_is_shown(counter: Counter, mila: Browser) -> None:
    who = WHO.search(found(mila, "sanne@example.nl"))
    assert who is not None
    asked = mila.post("/staff/look", {"who": who[1]}, page="/staff/search")
    assert (asked.status_code, "Kies een reden" in asked.text) == (200, False)
    assert "De klant belt" in asked.text
    without = mila.post("/staff/look", {"who": who[1], "asked": "yes"}, page="/staff/search")
    assert (without.status_code, "Kies een reden" in without.text) == (422, True)
    wrong = mila.post("/staff/look", {"who": who[1], "why": "curious"}, page="/staff/search")
    assert wrong.status_code == 422


def test_one_sees_what_the_customer_sees_and_each_look_is_kept(
    counter: Counter, mila: Browser
) -> None:
    sanne = colleague("sanne@example.nl")
    counter.sent(ErrandState.REFUSED, person=sanne.pk.hex)
    address = looked(mila, "sanne@example.nl")
    page = mila.get(address).text
    assert "<h1><bdi>Sanne</bdi></h1>" in page
    assert "Dag Sanne" in page
    assert "Ik wijzig mijn gegevens" in page  # what she sent
    assert "De klant leest: het is niet aangenomen" in page
    assert "actueel" in page
    assert counter.audit == [
        ("searched", "", "mail"),
        ("found", sanne.pk.hex, "mail"),
        ("looked along", sanne.pk.hex, "calls"),
        ("looked along", sanne.pk.hex, "calls"),
    ]


def test_one_goes_from_page_to_page_as_the_customer(counter: Counter, mila: Browser) -> None:
    page = mila.get(looked(mila, "sanne@example.nl")).text
    orders = re.search(r'href="([^"]+)">Bestellingen</a>', page)
    assert orders is not None
    listed = mila.get(orders[1].replace("&amp;", "&")).text
    assert "VO-26088" in listed
    order = re.search(r'href="(/staff/looks/[^"]+)"><bdi>VO-26088', listed)
    assert order is not None
    assert "<h2>" in mila.get(order[1].replace("&amp;", "&")).text


def test_a_system_that_is_away_is_told_with_the_next_step(counter: Counter, mila: Browser) -> None:
    counter.world.systems["erp"].down = True
    page = mila.get(looked(mila, "sanne@example.nl")).text
    assert "niet te bereiken" in page
    assert "(Business Central)" in page
    assert "Probeer het over een paar minuten weer" in page


def test_a_pass_is_one_colleagues_and_ends(counter: Counter, mila: Browser, joris: Browser) -> None:
    address = looked(mila, "sanne@example.nl")
    other = joris.get(address)
    assert other.status_code == 404
    assert "Het meekijken is voorbij" in other.text
    assert "sanne" not in other.text
    assert mila.get("/staff/looks/gAAAAAB-rubbish").status_code == 404


def test_looking_along_is_reading_only(counter: Counter, mila: Browser) -> None:
    address = looked(mila, "sanne@example.nl")
    assert mila.post(address, page="/staff/search").status_code == 405


@pytest.mark.parametrize("words", ["sanne@example.nl", "VO-26088"])
def test_nothing_personal_stands_in_an_address_the_audit_or_a_log(
    counter: Counter, mila: Browser, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        page = found(mila, words)
        address = looked(mila, "sanne@example.nl")
        shown = mila.get(address).text
    links = [unquote(link) for link in re.findall(r'href="(/staff[^"]*)"', page + shown)]
    kept = "\n".join([*links, address, str(counter.audit), caplog.text])
    for secret in ("sanne", "example.nl", "VO-26088", "bestellingen"):
        assert secret not in kept


def explained(browser: Browser, address: str, at: str) -> str:
    answer = browser.post(f"{address}/why", {"at": at}, page="/staff/search")
    assert answer.status_code == 200
    return answer.text


def test_why_a_customer_sees_no_row_of_somebody_else_is_explained(
    counter: Counter, mila: Browser
) -> None:
    address = looked(mila, "sanne@example.nl")
    page = explained(mila, address, "https://mijn.example.nl/bestellingen/VO-26107?x=1")
    assert "Nee: bestelling “VO-26107” is er, maar is niet van sanne@example.nl" in page
    assert f"De rij is niet van deze klant: customerNumber = me.customer ({ORDER_OWNER})" in page
    assert "10010" not in page  # whose it is
    assert counter.audit[-1] == ("explained", "", "not_theirs")


def test_why_a_page_and_its_fields_are_there_or_not_is_explained(
    counter: Counter, mila: Browser
) -> None:
    address = looked(mila, "bram@example.nl")
    page = explained(mila, address, "/facturen")
    assert "Nee: Mijn facturen (/facturen) is niet voor bram@example.nl" in page
    assert f"see-invoices is voor Particulier, Boekhouding ({INVOICES_FOR})" in page
    page = explained(mila, address, "/")
    assert "Ja: bram@example.nl ziet wat er op / staat." in page
    assert f"invoice is te zien voor Particulier, Boekhouding ({INVOICE_SEEN})" in page
    assert "Nee: geen pagina van het verhaal heeft het adres /nergens." in explained(
        mila, address, "/nergens"
    )


def test_an_explanation_is_for_whom_has_the_pass(
    counter: Counter, mila: Browser, joris: Browser
) -> None:
    address = looked(mila, "sanne@example.nl")
    other = joris.post(f"{address}/why", {"at": "/"}, page="/staff/search")
    assert (other.status_code, "sanne" in other.text) == (404, False)
    link = re.search(r'href="(/staff/looks/[^"]+/why\?page=[^"]+)"', mila.get(address).text)
    assert link is not None
    assert "Ja: sanne@example.nl ziet" in mila.get(link[1].replace("&amp;", "&")).text
