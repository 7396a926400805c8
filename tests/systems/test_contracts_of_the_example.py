"""The example's contracts say what its blueprint needs."""

from pathlib import Path

import pytest
import yaml

from balie.systems.contract import Contract, Type
from balie.systems.kinds import installed
from balie.systems.profile import Profile

EXAMPLE = Path(__file__).parents[2] / "blueprints" / "lindeman"


def read(system: str, speaks: str, file: str) -> Contract:
    written = (EXAMPLE / "profiles" / f"{system}.yaml").read_text()
    profile = yaml.load(written, yaml.BaseLoader)  # noqa: S506 - every scalar is text
    content = (EXAMPLE / "contracts" / file).read_bytes()
    return installed()[speaks].read_contract([content], Profile(profile))


@pytest.fixture(scope="module")
def erp() -> Contract:
    return read("erp", "odata", "erp.metadata.xml")


@pytest.fixture(scope="module")
def crm() -> Contract:
    return read("crm", "http", "crm.openapi.yaml")


@pytest.fixture(scope="module")
def carrier() -> Contract:
    return read("carrier", "http", "carrier.openapi.yaml")


def test_the_erp_has_its_entity_sets(erp: Contract) -> None:
    assert len(erp.tables) == 35
    assert {"customers", "salesOrders", "salesShipments", "salesInvoices"} <= set(erp.tables)


def test_codes_are_as_they_come_over_the_wire(erp: Contract) -> None:
    status = erp.tables["salesOrders"].fields["status"]
    assert status.codes == ("Draft", "In_x0020_Review", "Open")
    assert not status.writable


def test_a_document_is_found_through_a_navigation_property(erp: Contract) -> None:
    pdf = erp.tables["salesInvoices"].field("pdfDocument.pdfDocumentContent")
    assert pdf is not None
    assert (pdf.type, pdf.writable) == (Type.DOCUMENT, False)


def test_an_order_is_known_by_its_types(erp: Contract) -> None:
    fields = erp.tables["salesOrders"].fields
    found = {
        name: fields[name].type
        for name in ("id", "number", "orderDate", "totalAmountIncludingTax", "fullyShipped")
    }
    assert found == {
        "id": Type.TEXT,
        "number": Type.TEXT,
        "orderDate": Type.DATE,
        "totalAmountIncludingTax": Type.NUMBER,
        "fullyShipped": Type.BOOLEAN,
    }
    assert fields["lastModifiedDateTime"].type is Type.DATETIME


def test_lines_are_only_asked_with_their_document(erp: Contract) -> None:
    demanding = {name for name, table in erp.tables.items() if table.demands}
    assert demanding == {
        "salesOrderLines",
        "salesShipmentLines",
        "salesInvoiceLines",
        "salesCreditMemoLines",
    }
    assert erp.tables["salesOrderLines"].demands == {"documentId"}
    assert erp.tables["salesOrderLines"].among["documentId"] == 20


def test_the_erp_keeps_a_longer_street_than_the_crm(erp: Contract, crm: Contract) -> None:
    assert erp.tables["customers"].fields["addressLine1"].max_length == 100
    assert crm.tables["contacts"].fields["addressLine1"].max_length == 60


def test_the_crm_has_its_lists(crm: Contract) -> None:
    assert list(crm.tables) == ["contacts", "accounts", "cases", "withdrawals", "tasks"]
    assert crm.events == {"contactChanged", "accountChanged", "caseChanged", "taskChanged"}


def test_what_the_crm_can_be_asked(crm: Contract) -> None:
    contacts = crm.tables["contacts"]
    assert contacts.equals == {"id", "email", "accountId", "erpNumber"}
    assert contacts.among == {"id": 50}
    assert contacts.sorts == frozenset()
    assert crm.tables["cases"].sorts == {"createdAt"}
    assert crm.tables["cases"].sorts_up == {"changedAt"}


def test_what_the_crm_lets_us_write(crm: Contract) -> None:
    def writable(table: str) -> set[str]:
        return {name for name, field in crm.tables[table].fields.items() if field.writable}

    assert writable("accounts") == set()
    assert "role" not in writable("contacts")
    assert "email" in writable("contacts")
    assert "photo" in writable("cases")
    assert "caseNumber" not in writable("cases")
    required = {n for n, f in crm.tables["cases"].fields.items() if f.required_to_create}
    assert required == {"clientReference", "kind", "contactId", "subject"}


def test_null_beside_an_enumeration_is_no_code(crm: Contract) -> None:
    reason = crm.tables["cases"].fields["reasonCode"]
    assert (reason.codes, reason.nullable) == (("DEFECT", "WRONG", "REGRET"), True)


def test_rows_inside_rows_have_fields(crm: Contract) -> None:
    lines = crm.tables["cases"].fields["itemLines"]
    assert lines.type is Type.LIST
    assert lines.fields["quantity"].type is Type.NUMBER
    assert lines.fields["lineNumber"].type is Type.INTEGER


def test_the_carrier_is_only_asked_with_a_reference(carrier: Contract) -> None:
    assert sorted(carrier.tables) == ["v2/labels", "v2/shipments"]
    shipments, labels = carrier.tables["v2/shipments"], carrier.tables["v2/labels"]
    assert shipments.demands == labels.demands == {"reference"}
    assert shipments.among == {"reference": 50}
    assert (shipments.key, labels.key) == (("trackingCode",), ("id",))
    assert labels.fields["pdf"].type is Type.DOCUMENT
    assert (labels.fields["service"].readable, labels.fields["service"].writable) == (False, True)
    assert carrier.events == {"parcelMoved", "parcelReceived"}
