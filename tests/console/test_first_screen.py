"""What staff see first: what is down, since when, and what stood out, in plain words."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from balie.backstage.ports import Health, Incident, IncidentKind
from balie.identity.people import enrol
from tests.browser import PASSWORD, Browser
from tests.identity.conftest import Site

NOW = datetime.now(UTC)


@pytest.fixture
def mila(site: Site) -> Browser:
    """Somebody of the service desk, signed in."""
    person, _ = enrol("mila@example.nl", name="Mila", staff_roles=("service",), verified=True)
    person.set_password(PASSWORD)
    person.save()
    browser = site.browser()
    browser.sign_in(person.email)
    return browser


def incident(kind: IncidentKind, **more: object) -> Incident:
    said = {"system": "erp", "table": "salesOrders", "about": "status", "at": NOW, **more}
    return Incident(kind=kind, **said)  # type: ignore[arg-type]


def test_when_nothing_is_wrong_the_heading_says_so(mila: Browser) -> None:
    page = mila.get("/staff").text

    assert "<h1>Alles werkt</h1>" in page
    assert "Er is niets opgevallen." in page
    assert "Business Central" in page


def test_a_system_that_is_down_is_first_with_its_time_and_what_customers_see(
    site: Site, mila: Browser
) -> None:
    site.down["carrier"] = Health(up=False, since=NOW, why="The carrier does not answer.")
    page = mila.get("/staff").text

    assert "<h1>1 systeem doet het niet</h1>" in page
    assert "Klanten zien de laatst bekende gegevens" in page
    assert page.index("Vervoerder") < page.index("Business Central")
    assert "werkt niet, sinds" in page
    assert "The carrier does not answer." not in page
    codes = mila.get("/staff/operations").text
    assert '<bdi class="soft small" lang="en">The carrier does not answer.</bdi>' in codes


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (IncidentKind.DROPPED, "Business Central gaf regels van iemand anders uit salesOrders."),
        (IncidentKind.BROKEN, "Een regel uit salesOrders van Business Central was niet te lezen."),
        (IncidentKind.UNKNOWN_CODE, "een code waarvoor de blauwdruk geen woorden heeft"),
        (IncidentKind.AMBIGUOUS, "twee regels waar er één hoort te zijn"),
        (IncidentKind.MISCONFIGURED, "Business Central is niet goed ingesteld."),
        (IncidentKind.REFUSED, "Business Central weigerde een vraag over salesOrders."),
        (IncidentKind.DOWN, "Business Central antwoordde niet."),
        (IncidentKind.CUT, "Business Central heeft meer regels in salesOrders dan Balie leest."),
        (IncidentKind.FAILED, "Een pagina is misgegaan door een fout van Balie zelf."),
    ],
)
def test_what_stood_out_is_told_in_plain_words_with_how_often(
    site: Site, mila: Browser, kind: IncidentKind, says: str
) -> None:
    site.incidents.report(incident(kind, count=3, step="my-orders"))
    page = mila.get("/staff").text

    assert says in page.replace("<bdi>", "").replace("</bdi>", "")
    assert "3 keer" in page
    assert "Mijn bestellingen" in page


def test_systems_have_their_name_in_the_language_of_whoever_reads(
    site: Site, mila: Browser
) -> None:
    site.incidents.report(incident(IncidentKind.DOWN, system="carrier"))
    page = mila.get("/staff", headers={"accept-language": "en"}).text

    assert "Carrier did not answer." in page
    assert "Vervoerder" not in page


def test_one_outage_is_told_once_and_for_operators_with_each_place(
    site: Site, mila: Browser
) -> None:
    for table in ("salesOrders", "salesInvoices", "salesShipments"):
        site.incidents.report(incident(IncidentKind.DOWN, table=table, count=2, step="home"))
    page, codes = mila.get("/staff").text, mila.get("/staff/operations").text

    assert page.count("Business Central antwoordde niet.") == 1
    assert "6 keer" in page
    assert codes.count("Business Central antwoordde niet op een vraag over") == 3


def test_the_gravest_comes_before_the_latest(site: Site, mila: Browser) -> None:
    site.incidents.report(incident(IncidentKind.DROPPED, at=NOW - timedelta(hours=3)))
    site.incidents.report(incident(IncidentKind.BROKEN))
    page = mila.get("/staff").text

    assert page.index("van iemand anders") < page.index("niet te lezen")


def test_the_page_speaks_english_too(site: Site, mila: Browser) -> None:
    site.incidents.report(incident(IncidentKind.DROPPED))
    page = mila.get("/staff", headers={"accept-language": "en"}).text

    assert "gave rows of somebody else" in page


def test_the_blueprint_is_drawn_with_its_table_and_its_version(mila: Browser) -> None:
    page = mila.get("/staff/blueprint").text

    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page
    assert '<table class="blueprint-table"' in page
    assert 'style="' not in page


def test_staff_read_where_every_value_on_a_page_comes_from(mila: Browser) -> None:
    page = mila.get("/staff/blueprint/follow-order").text

    assert 'href="/staff/blueprint/follow-order"' in mila.get("/staff/blueprint").text
    assert "<code>/bestellingen/{order.number}</code>" in page
    assert 'Uw kenmerk <code translate="no">order.reference</code>' in page
    assert "salesInvoices.externalDocumentNumber" in page
    assert "Alleen eigen regels:" in page
    assert mila.get("/staff/blueprint/no-such-step").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/staff",
        "/staff/",
        "/staff/blueprint",
        "/staff/blueprint/follow-order",
        "/staff/nothing",
        "/staff/operations",
        "/staff/operations/again",
        "/staff/search",
        "/staff/look",
        "/staff/looks/x",
        "/staff/actions/a1",
        "/staff/work/a1:1",
    ],
)
def test_for_everybody_else_these_pages_do_not_exist(build: Callable[..., Site], path: str) -> None:
    site = build(demo=True)
    customer, _ = enrol("sanne@example.nl", verified=True)
    customer.set_password(PASSWORD)
    customer.save()
    stranger, signed_in = site.browser(), site.browser()
    signed_in.sign_in(customer.email)

    assert stranger.get(path).status_code == 404
    assert signed_in.get(path).status_code == 404
