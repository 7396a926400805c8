"""The example's rows: they fit the contracts, hang together, and give everybody a lively portal."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import pytest

from balie.blueprint import reader
from balie.blueprint.model import Blueprint, Thing
from balie.blueprint.relations import Other
from balie.rehearsal.backoffice import back_offices, everybody_of, shapes
from balie.rehearsal.everybody import Everybody
from balie.rehearsal.reading import read_data
from balie.rehearsal.shape import misfits
from balie.systems.rows import Row
from tests.rehearsal.conftest import BLUEPRINT, TODAY

OFFICES = back_offices(BLUEPRINT)


@pytest.fixture(scope="module")
def rows() -> Everybody:
    return everybody_of(BLUEPRINT, OFFICES, TODAY)


@pytest.fixture(scope="module")
def blueprint() -> Blueprint:
    read = reader.read(BLUEPRINT).blueprint
    assert read is not None
    return read


def test_every_row_fits_its_contract(rows: Everybody) -> None:
    problems = [
        (name, problem)
        for name, shape in shapes(OFFICES).items()
        for row in rows[name]
        for problem in misfits(row, shape.table.fields)
    ]
    assert problems == []


def test_every_key_is_there_once(rows: Everybody) -> None:
    for name, shape in shapes(OFFICES).items():
        keys = Counter(tuple(row[part] for part in shape.table.key) for row in rows[name])
        assert [key for key, times in keys.items() if times > 1] == [], name


def pairs(thing: Thing, parent: Thing) -> Iterator[tuple[str, str]]:
    """The tables of a nested thing, each with the table of the row that it is in."""
    outer = {source.name: str(source.table.text) for source in parent.from_}
    for source in thing.from_:
        for equality in thing.linked_by:
            if isinstance(equality.value, Other) and equality.value.of == parent.id:
                yield str(source.table.text), outer.get(equality.value.source or source.name, "")


def test_whatever_is_in_something_leads_to_a_row_that_is_there(
    rows: Everybody, blueprint: Blueprint
) -> None:
    checked = 0
    for thing in blueprint.things.values():
        if thing.parent is None or not thing.linked_by:
            continue
        parent = blueprint.things[thing.parent]
        for inner, outer in pairs(thing, parent):
            if outer and "documentId" in str(thing.linked_by[0].text):
                there = {row["id"] for row in rows[outer]}
                assert [row for row in rows[inner] if row["documentId"] not in there] == []
                checked += 1
    assert checked == 4


def test_every_order_shipment_and_invoice_has_lines(rows: Everybody) -> None:
    for head, line in (
        ("salesOrders", "salesOrderLines"),
        ("salesShipments", "salesShipmentLines"),
        ("salesInvoices", "salesInvoiceLines"),
    ):
        with_items = {r["documentId"] for r in rows[f"erp.{line}"] if r["lineType"] == "Item"}
        assert [r["number"] for r in rows[f"erp.{head}"] if r["id"] not in with_items] == []


def test_parcels_returns_and_labels_are_of_something_that_is_there(rows: Everybody) -> None:
    orders = set(customers_of_orders(rows))
    cases = {row["caseNumber"] for row in rows["crm.cases"]}
    contacts = {row["id"] for row in rows["crm.contacts"]}
    customers = {row["number"] for row in rows["erp.customers"]}
    assert {row["reference"] for row in rows["carrier.shipments"]} <= orders
    assert {row["reference"] for row in rows["carrier.labels"]} <= cases
    assert {row["orderReference"] for row in rows["crm.cases"]} <= orders | {None}
    assert {row["contactId"] for row in rows["crm.cases"] + rows["crm.tasks"]} <= contacts
    for table in ("salesOrders", "salesShipments", "salesInvoices", "salesCreditMemos"):
        assert {row["customerNumber"] for row in rows[f"erp.{table}"]} <= customers


def test_everything_that_was_sent_has_a_parcel(rows: Everybody) -> None:
    with_parcel = {row["reference"] for row in rows["carrier.shipments"]}
    assert {row["orderNumber"] for row in rows["erp.salesShipments"]} == with_parcel


def test_an_order_that_is_sent_says_so_and_its_lines_too(rows: Everybody) -> None:
    left: Counter[str] = Counter()
    for line in rows["erp.salesOrderLines"]:
        if line["lineType"] == "Item":
            left[str(line["documentId"])] += int(str(line["quantity"])) - int(
                str(line["shippedQuantity"])
            )
    shipped = {row["orderNumber"] for row in rows["erp.salesShipments"]}
    for order in rows["erp.salesOrders"]:
        assert order["fullyShipped"] is (left[str(order["id"])] == 0)
        if order["fullyShipped"]:
            assert order["number"] in shipped


def test_an_invoiced_order_is_gone_from_the_orders(rows: Everybody) -> None:
    open_orders = {row["number"] for row in rows["erp.salesOrders"]}
    invoiced = {row["orderNumber"] for row in rows["erp.salesInvoices"]} - {""}
    assert open_orders & invoiced == set()


def test_the_total_of_an_invoice_is_that_of_its_lines(rows: Everybody) -> None:
    totals: Counter[str] = Counter()
    for line in rows["erp.salesInvoiceLines"]:
        totals[str(line["documentId"])] += round(float(str(line["amountIncludingTax"])) * 100)
    for invoice in rows["erp.salesInvoices"]:
        total = round(float(str(invoice["totalAmountIncludingTax"])) * 100)
        assert totals[str(invoice["id"])] == total, invoice["number"]


def customers_of_orders(rows: Everybody) -> Mapping[str, str]:
    """Order number -> customer number, in whatever part of its life the order is."""
    return {
        str(row["number" if table == "erp.salesOrders" else "orderNumber"]): str(
            row["customerNumber"]
        )
        for table in ("erp.salesInvoices", "erp.salesShipments", "erp.salesOrders")
        for row in rows[table]
        if row.get("orderNumber") != ""
    }


def test_there_is_much_of_everything(rows: Everybody) -> None:
    assert len(customers_of_orders(rows)) == 202
    assert len(rows["crm.contacts"]) == 20
    assert len(rows["crm.accounts"]) == 8
    assert len(posted(rows)) >= 60


def posted(rows: Everybody) -> list[Row]:
    said = {"Open", "Paid", "Canceled", "Corrective"}
    return [
        row
        for row in rows["erp.salesInvoices"]
        if str(row["number"]).startswith("VF-") and row["status"] in said
    ]


def test_the_demo_people_have_lists_that_page(rows: Everybody) -> None:
    orders = Counter(customers_of_orders(rows).values())
    invoices = Counter(row["customerNumber"] for row in posted(rows))
    assert orders["10085"] >= 25
    assert invoices["10085"] >= 8
    assert orders["10010"] >= 45
    assert invoices["10010"] >= 20
    assert orders["10020"] >= 15


def test_the_company_has_unpaid_invoices_over_several_months(rows: Everybody) -> None:
    ours = [row for row in posted(rows) if row["customerNumber"] == "10010"]
    assert len([row for row in ours if row["remainingAmount"] != 0]) >= 4
    assert len({str(row["invoiceDate"])[:7] for row in ours}) >= 6


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ("erp.salesOrders", "status"),
        ("erp.salesInvoices", "status"),
        ("erp.salesCreditMemos", "status"),
        ("erp.customers", "blocked"),
        ("crm.cases", "status"),
        ("crm.cases", "reasonCode"),
        ("crm.contacts", "role"),
        ("crm.tasks", "team"),
        ("crm.tasks", "status"),
        ("carrier.shipments", "status"),
    ],
)
def test_every_code_occurs(rows: Everybody, table: str, field: str) -> None:
    codes = shapes(OFFICES)[table].table.fields[field].codes
    assert set(codes) <= {row[field] for row in rows[table]}


def test_there_is_the_dirt_that_real_systems_hold(rows: Everybody) -> None:
    assert any(row["requestedDeliveryDate"] == "0001-01-01" for row in rows["erp.salesOrders"])
    assert any(row["externalDocumentNumber"] == "" for row in rows["erp.salesOrders"])
    assert any(row["orderReference"] is None for row in rows["crm.cases"])
    assert any(row["erpNumber"] == "00417" for row in rows["crm.accounts"])
    mails = Counter(row["email"] for row in rows["crm.contacts"])
    assert mails["familie@example.nl"] == 2
    assert max(len(str(row["description"])) for row in rows["erp.salesOrderLines"]) > 90


def test_the_examples_are_there_as_they_were_written(rows: Everybody) -> None:
    for table, written in read_data(BLUEPRINT / "examples" / "rows.yaml").items():
        assert isinstance(written, list)
        for row, example in zip(rows[table], written, strict=False):
            assert isinstance(example, dict)
            assert {name: str(row[name]).removesuffix(".0") for name in example} == {
                name: as_said(value) for name, value in example.items()
            }


def as_said(value: object) -> str:
    text = str(value)
    if text in {"true", "false"}:
        return text.capitalize()
    if isinstance(value, list):
        return str([{k: plain(v) for k, v in item.items()} for item in value])
    return str(plain(value)).removesuffix(".0")


def plain(value: object) -> object:
    try:
        number = float(value) if type(value).__name__ == "Decimal" else None  # type: ignore[arg-type]
    except ValueError:
        return value
    if number is None:
        return value
    return int(number) if number == int(number) else number


def test_the_rows_are_the_same_every_time_to_the_byte(rows: Everybody) -> None:
    assert everybody_of(BLUEPRINT, back_offices(BLUEPRINT), TODAY) == rows


def test_a_year_later_there_is_as_much_and_all_of_it_a_year_later(rows: Everybody) -> None:
    later = everybody_of(BLUEPRINT, OFFICES, TODAY + timedelta(days=364))
    assert {name: len(found) for name, found in later.items()} == {
        name: len(found) for name, found in rows.items()
    }
    assert later["erp.salesOrders"][0]["orderDate"] == "2027-11-17"


@pytest.mark.parametrize("later", range(7))
def test_nothing_has_happened_after_today_whatever_day_that_is(later: int) -> None:
    today = TODAY + timedelta(days=later)
    rows = everybody_of(BLUEPRINT, OFFICES, today)
    for table, field in (
        ("erp.salesOrders", "orderDate"),
        ("erp.salesShipments", "postingDate"),
        ("erp.salesInvoices", "invoiceDate"),
        ("crm.cases", "createdAt"),
        ("carrier.shipments", "changedAt"),
    ):
        assert max(str(row[field])[:10] for row in rows[table]) <= today.isoformat(), table


def test_only_what_is_written_down_is_there_when_that_is_asked() -> None:
    rows = everybody_of(BLUEPRINT, OFFICES, date(2026, 11, 22), only_examples=True)
    assert [row["number"] for row in rows["erp.salesOrders"]] == [
        "VO-26107",
        "VO-26098",
        "VO-26120",
    ]
    assert len(rows["crm.contacts"]) == 4
