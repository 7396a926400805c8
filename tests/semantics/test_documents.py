"""Documents: the row passes its scope first, and then its bytes are asked, and never kept."""

import pytest

from balie.backstage.documents import Documents
from balie.backstage.handing import Handed, NoDocument
from balie.backstage.page import Facts, Listing
from balie.systems.errors import Misconfigured, Refused, Unavailable
from balie.systems.rows import Row
from tests.semantics.world import LINDEMAN, World, rows_of, world

FATIMA, SANNE, BRAM = (f"{name}@example.nl" for name in ("fatima", "sanne", "bram"))
INVOICE = "/facturen/VF-33015/pdf.pdf"


def with_a_label(more: int = 1) -> World:
    rows = rows_of(LINDEMAN)
    rows["carrier"]["labels"] = [
        {"id": f"l{nr}", "reference": "R-000042", "validUntil": "2026-12-06"} for nr in range(more)
    ]
    return world(rows=rows)


def handed(found: Handed | NoDocument) -> Handed:
    assert isinstance(found, Handed), found
    return found


async def test_the_owner_gets_the_document_of_the_row() -> None:
    here = world()
    found = handed(await here.document(FATIMA, INVOICE))
    assert b"VF-33015" in found.head
    assert (found.name, found.media.type) == ("Factuur VF-33015.pdf", "application/pdf")
    assert (found.size, found.rest) == (len(found.head), None)
    assert here.systems["erp"].closed == 1


@pytest.mark.parametrize("who", [SANNE, BRAM, "nobody@example.nl"])
async def test_a_stranger_is_told_nothing_and_the_document_is_not_asked(who: str) -> None:
    here = world()
    for address in (INVOICE, "/facturen/VF-99999/pdf.pdf"):
        assert await here.document(who, address) is NoDocument.NOT_FOUND
    assert here.systems["erp"].fetched == []


async def test_a_system_that_ignores_filters_gives_nobody_elses_document() -> None:
    here = world()
    here.systems["erp"].ignores_filters = True
    assert await here.document(SANNE, INVOICE) is NoDocument.NOT_FOUND
    assert here.systems["erp"].fetched == []


async def test_a_row_that_is_left_out_has_no_document_either() -> None:
    rows = rows_of(LINDEMAN)
    for invoice in rows["erp"]["salesInvoices"]:
        invoice_ = dict(invoice)
        if invoice_["number"] == "VF-33015":
            invoice_["status"] = "Draft"
        rows["erp"]["salesInvoices"][rows["erp"]["salesInvoices"].index(invoice)] = invoice_
    here = world(rows=rows)
    assert await here.document(FATIMA, INVOICE) is NoDocument.NOT_FOUND
    assert here.systems["erp"].fetched == []


@pytest.mark.parametrize(
    "address",
    [
        "/facturen/VF-33015/pdf.png",
        "/facturen/VF-33015/number.pdf",
        "/facturen/VF-33015/pdf.pdf/",
        "/facturen//pdf.pdf",
        "/bestellingen/VO-26107/pdf.pdf",
        "/facturen/VF-33015/%ff.pdf",
    ],
)
async def test_only_what_the_story_shows_has_an_address(address: str) -> None:
    here = world()
    assert not here.service.is_document(address)
    assert await here.document(FATIMA, address) is NoDocument.NOT_FOUND


async def test_a_list_and_a_page_lead_to_their_documents() -> None:
    page = await world().open(FATIMA, "/facturen")
    assert page is not None
    listing = next(block for block in page.blocks if isinstance(block, Listing))
    cell = listing.records[0].cells[-1]
    assert (cell.label, cell.text, cell.link) == ("Factuur bewaren", "Factuur (PDF)", INVOICE)
    here = with_a_label()
    label = await here.open(BRAM, "/retour/R-000042/label")
    assert label is not None
    facts = {b.id: b for b in label.blocks if isinstance(b, Facts)}["label"]
    assert [c.link for c in facts.cells if c.link] == [
        "/retour/R-000042/label/label/qr.png",
        "/retour/R-000042/label/label/pdf.pdf",
    ]


async def test_a_page_does_not_fetch_or_ask_its_documents() -> None:
    here = with_a_label()
    await here.open(BRAM, "/retour/R-000042/label")
    await here.open(FATIMA, "/facturen")
    asked = [field for s in here.systems.values() for query in s.asked for field in query.fields]
    assert not [field for field in asked if "pdf" in field.casefold() or field == "qr"]
    assert [s.fetched for s in here.systems.values()] == [[], [], []]


async def test_what_is_in_a_row_passes_with_that_row() -> None:
    here = with_a_label()
    address = "/retour/R-000042/label/label/pdf.pdf"
    found = handed(await here.document(BRAM, address))
    assert found.name == "Verzendlabel R-000042 Label om te printen.pdf"
    query = here.systems["carrier"].fetched[0]
    assert (query.table, dict(query.key), query.field) == ("labels", {"id": "l0"}, "pdf")
    for stranger in (SANNE, FATIMA):
        assert await here.document(stranger, address) is NoDocument.NOT_FOUND
    assert len(here.systems["carrier"].fetched) == 1


@pytest.mark.parametrize("fault", [Unavailable("x"), Refused("x"), Misconfigured("x")])
async def test_a_system_that_does_not_give_it_is_away_and_staff_hear_of_it(
    fault: Exception,
) -> None:
    here = world()

    def no(_row: Row, _field: str) -> bytes | None:
        raise fault

    here.systems["erp"].papers = no
    assert await here.document(FATIMA, INVOICE) is NoDocument.AWAY
    kinds = {Unavailable: "down", Refused: "refused", Misconfigured: "misconfigured"}
    assert [i.kind.value for i in here.noticeboard.incidents] == [kinds[type(fault)]]


async def test_a_row_that_is_known_and_a_system_that_is_away() -> None:
    here = world()
    await here.open(FATIMA, "/facturen")
    here.systems["erp"].down = True
    assert await here.document(FATIMA, INVOICE) is NoDocument.AWAY
    here.systems["crm"].down = True
    here.hands.on(hours=30)
    assert await here.document(FATIMA, INVOICE) is NoDocument.AWAY


@pytest.mark.parametrize("content", [None, b""])
async def test_a_row_without_a_document_says_so(content: bytes | None) -> None:
    here = world()
    here.systems["erp"].papers = lambda _row, _field: content
    assert await here.document(FATIMA, INVOICE) is NoDocument.NONE
    assert here.noticeboard.incidents == []


@pytest.mark.parametrize(
    "content",
    [b"<html><script>alert(1)</script>", b"<svg xmlns='x'/>", b"PK\x03\x04zip", b"MZ\x90"],
)
async def test_what_could_run_somewhere_is_not_handed_out(content: bytes) -> None:
    here = world()
    here.systems["erp"].papers = lambda _row, _field: content
    assert await here.document(FATIMA, INVOICE) is NoDocument.AWAY
    assert [i.kind.value for i in here.noticeboard.incidents] == ["misconfigured"]
    assert here.systems["erp"].closed >= 1


async def test_a_document_that_breaks_off_is_no_document() -> None:
    here = world()
    here.systems["erp"].breaks_off = True
    assert await here.document(FATIMA, INVOICE) is NoDocument.AWAY
    assert [i.kind.value for i in here.noticeboard.incidents] == ["down"]
    assert here.systems["erp"].closed == 1


async def test_a_large_document_follows_while_it_comes_and_is_not_whole_when_it_breaks() -> None:
    here = world()
    large = b"%PDF-1.4\n" + b"x" * 9_000_000
    here.systems["erp"].papers = lambda _row, _field: large
    found = handed(await here.document(FATIMA, INVOICE))
    assert found.size == len(large)
    assert found.rest is not None
    assert found.head + b"".join([chunk async for chunk in found.rest]) == large
    await found.close()
    here.systems["erp"].breaks_off = True
    found = handed(await here.document(FATIMA, INVOICE))
    assert found.rest is not None
    with pytest.raises(Unavailable):
        _ = [chunk async for chunk in found.rest]
    assert [i.kind.value for i in here.noticeboard.incidents] == ["down"]


async def test_nothing_of_a_document_is_remembered() -> None:
    here = world()
    here.systems["erp"].papers = lambda _row, _field: b"%PDF-1.4 secret of VF-33015"
    await here.document(FATIMA, INVOICE)
    await here.service.close()  # what was learned is written by then
    kept = b"".join(remembered.value for remembered, _ in here.memory.kept.values())
    assert b"VF-33015" in kept
    assert b"secret" not in kept


def test_a_kind_of_system_without_documents_has_no_addresses_for_them() -> None:
    here = world()
    plans = tuple(route.plan for route in here.service.routes)
    none = Documents(plans, here.service.things, frozenset({"crm"}))
    some = Documents(plans, here.service.things, frozenset({"erp"}))
    assert none.places == ()
    assert [place.address for place in some.places] == ["/facturen/{invoice.number}/pdf.pdf"]
