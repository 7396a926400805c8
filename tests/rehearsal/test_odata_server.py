"""The rehearsed ERP speaks OData as Business Central does, and is as strict."""

from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import quote

import pytest

from balie.systems.rows import Row
from tests.rehearsal.asking import Asking

MINE = "customerNumber eq '10085'"


def rows(ask: Asking, path: str, **headers: str) -> list[Row]:
    answer = ask.erp(path, **headers)
    assert answer.status_code == 200, answer.text
    found: list[Row] = answer.json()["value"]
    return found


def filtered(table: str, filter_: str) -> str:
    return f"{table}?$filter={quote(filter_)}"


def error(ask: Asking, path: str) -> tuple[int, str, str]:
    answer = ask.erp(path)
    said = answer.json()["error"]
    return answer.status_code, said["code"], said["message"]


def pages(ask: Asking, path: str, size: int) -> Iterator[list[Row]]:
    answer = ask.erp(path, Prefer=f"odata.maxpagesize={size}")
    while True:
        yield answer.json()["value"]
        following = answer.json().get("@odata.nextLink")
        if following is None:
            return
        answer = ask.erp(following, Prefer=f"odata.maxpagesize={size}")


def test_a_filter_gives_the_rows_of_one_customer(ask: Asking) -> None:
    found = rows(ask, filtered("salesOrders", MINE))
    assert len(found) > 10
    assert {row["customerNumber"] for row in found} == {"10085"}


def test_or_on_one_field_gives_several_customers(ask: Asking) -> None:
    found = rows(ask, filtered("salesOrders", f"{MINE} or customerNumber eq '10020'"))
    assert {row["customerNumber"] for row in found} == {"10020", "10085"}


def test_and_narrows_also_with_brackets(ask: Asking) -> None:
    two = f"({MINE} or customerNumber eq '10020') and status eq 'Draft'"
    found = rows(ask, filtered("salesOrders", two))
    assert {(row["customerNumber"], row["status"]) for row in found} == {
        ("10020", "Draft"),
        ("10085", "Draft"),
    }


@pytest.mark.parametrize(
    ("compare", "numbers"),
    [
        ("ge", {"VO-26107", "VO-26120"}),
        ("gt", {"VO-26120"}),
        ("le", {"VO-26098", "VO-26107"}),
        ("lt", {"VO-26098"}),
    ],
)
def test_dates_and_numbers_compare_by_what_they_mean(
    ask: Asking, compare: str, numbers: set[str]
) -> None:
    of_the_examples = "number eq 'VO-26098' or number eq 'VO-26107' or number eq 'VO-26120'"
    by_date = rows(
        ask, filtered("salesOrders", f"({of_the_examples}) and orderDate {compare} 2026-11-18")
    )
    assert {row["number"] for row in by_date} == numbers
    amount = rows(ask, filtered("salesOrders", "totalAmountIncludingTax lt 100"))
    assert all(float(str(row["totalAmountIncludingTax"])) < 100 for row in amount)


def test_select_gives_those_fields_and_the_etag(ask: Asking) -> None:
    (row,) = rows(ask, filtered("salesOrders", "number eq 'VO-26107'") + "&$select=number,status")
    assert set(row) == {"@odata.etag", "number", "status"}


def test_order_and_top(ask: Asking) -> None:
    found = rows(ask, "salesOrders?$orderby=orderDate%20desc,number&$top=5")
    assert len(found) == 5
    assert found[0]["number"] == "VO-26120"
    for one, next_ in pairwise(found):
        assert str(one["orderDate"]) >= str(next_["orderDate"])


@pytest.mark.parametrize("size", [1, 7, 20, 500])
def test_pages_go_to_the_end_without_loss_or_doubles(ask: Asking, size: int) -> None:
    whole = [row["id"] for row in rows(ask, "salesInvoices?$orderby=invoiceDate%20desc")]
    paged = list(pages(ask, "salesInvoices?$orderby=invoiceDate%20desc", size))
    assert [row["id"] for page in paged for row in page] == whole
    assert {len(page) for page in paged[:-1]} <= {size}


def test_top_counts_over_the_pages(ask: Asking) -> None:
    assert [len(page) for page in pages(ask, "salesInvoices?$top=7", 3)] == [3, 3, 1]


def test_a_page_size_that_was_honoured_is_said(ask: Asking) -> None:
    answer = ask.erp("salesOrders", Prefer="odata.maxpagesize=2")
    assert answer.headers["Preference-Applied"] == "odata.maxpagesize=2"


def test_a_row_by_its_key_and_one_that_is_not_there(ask: Asking) -> None:
    place = "salesInvoices(00000000-0000-4000-8000-000000000301)"
    assert ask.erp(place).json()["number"] == "VF-33015"
    gone = "salesOrders(00000000-0000-4000-8000-00000000ffff)"
    assert error(ask, gone)[:2] == (404, "Internal_EntityNotFound")


def test_lines_want_their_document(ask: Asking) -> None:
    assert error(ask, "salesOrderLines") == (
        400,
        "Application_FilterErrorException",
        "You must specify an id or a documentId to get salesOrderLines.",
    )
    one = "documentId eq 00000000-0000-4000-8000-000000000101"
    assert [row["description"] for row in rows(ask, filtered("salesOrderLines", one))] == [
        "Kogelkraan messing 22 x 15 mm"
    ]
    below = rows(ask, "salesOrders(00000000-0000-4000-8000-000000000101)/salesOrderLines")
    assert len(below) == 1


@pytest.mark.parametrize(
    ("filter_", "words"),
    [
        (f"{MINE} or status eq 'Open'", "An 'or' between different fields is not supported."),
        ("customerNumber eq 10085", "The value 10085 does not go with 'customerNumber'"),
        ("id eq '00000000-0000-4000-8000-000000000101'", "which is Edm.Guid"),
        ("orderDate eq '2026-11-18'", "which is Edm.Date"),
        ("status eq 'Shipped'", "The value 'Shipped' does not go with 'status'"),
        ("customer eq '1'", "Could not find a property named 'customer'."),
        ("status ne 'Open'", "This $filter uses what is not supported."),
        ("status in ('Open','Draft')", "This $filter uses what is not supported."),
        ("startswith(number,'VO')", "This $filter uses what is not supported."),
        ("number eq 'VO", "Syntax error in the $filter"),
        ("(number eq 'VO'", "Syntax error in the $filter"),
        ("number eq 'VO' number eq 'VO'", "Syntax error in the $filter"),
        ("and", "Syntax error in the $filter"),
    ],
)
def test_a_filter_that_it_does_not_understand_is_refused(
    ask: Asking, filter_: str, words: str
) -> None:
    status, code, message = error(ask, filtered("salesOrders", filter_))
    assert status == 400
    assert code.startswith("BadRequest")
    assert words in message


@pytest.mark.parametrize(
    "query",
    [
        "$select=colour",
        "$orderby=colour",
        "$orderby=number%20sideways",
        "$top=few",
        "$skiptoken=rubbish",
        "$skiptoken=WyIxIl0rubbish",
        "$expand=everything",
        "$apply=x",
        "$top=1&$top=2",
    ],
)
def test_an_option_that_it_does_not_understand_is_refused(ask: Asking, query: str) -> None:
    assert error(ask, f"salesOrders?{query}")[0] == 400


@pytest.mark.parametrize("name", ["nothing", "salesOrders/sideways", "salesOrders(", "%00", "ü(1)"])
def test_an_address_that_is_none_is_refused(ask: Asking, name: str) -> None:
    assert error(ask, name)[0] in {400, 404}


def test_a_value_cannot_change_the_question(ask: Asking) -> None:
    found = rows(ask, filtered("salesOrders", "customerNumber eq 'x'' or customerNumber eq ''1'"))
    assert found == []


def test_nothing_is_said_in_the_way_of_business_central(ask: Asking) -> None:
    order = rows(ask, filtered("salesOrders", "number eq 'VO-26120'"))[0]
    assert order["requestedDeliveryDate"] == "0001-01-01"
    assert order["externalDocumentNumber"] == ""
    assert order["currencyId"] == "00000000-0000-0000-0000-000000000000"


def test_every_invoice_has_a_document_behind_a_link(ask: Asking) -> None:
    for row in rows(ask, "salesInvoices?$select=id,number"):
        document = ask.erp(f"salesInvoices({row['id']})/pdfDocument").json()
        bytes_ = ask.erp(document["pdfDocumentContent@odata.mediaReadLink"])
        assert bytes_.headers["content-type"] == "application/pdf"
        assert bytes_.content.startswith(b"%PDF-1.4")
        assert str(row["number"]).encode() in bytes_.content


def test_a_document_comes_with_its_row_when_that_is_asked(ask: Asking) -> None:
    row = rows(ask, filtered("salesInvoices", "number eq 'VF-33015'") + "&$expand=pdfDocument")[0]
    document = row["pdfDocument"]
    assert isinstance(document, dict)
    assert document["parentId"] == "00000000-0000-4000-8000-000000000301"


def test_the_metadata_is_the_contract_of_the_blueprint(ask: Asking) -> None:
    answer = ask.erp(f"{ask.settings['ERP_URL']}/$metadata")
    assert answer.headers["content-type"] == "application/xml"
    assert b'<EntityType Name="salesOrder">' in answer.content


def test_another_company_is_not_there(ask: Asking) -> None:
    url = f"{ask.settings['ERP_URL']}/companies(00000000-0000-0000-0000-000000000000)/salesOrders"
    assert ask.erp(url).status_code == 404


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT"])
def test_a_whole_list_cannot_be_written(ask: Asking, method: str) -> None:
    assert ask.write("erp", method, "salesOrders", {}).status_code == 405


CUSTOMERS = "customers?$filter=number eq '10085'"


def test_a_change_needs_the_rows_own_tag_or_any(ask: Asking) -> None:
    row = ask.erp(CUSTOMERS).json()["value"][0]
    path, sent = f"customers({row['id']})", {"city": "Zwolle"}
    tag = row["@odata.etag"]
    assert ask.write("erp", "PATCH", path, sent).status_code == 428
    changed = ask.write("erp", "PATCH", path, sent, **{"If-Match": tag})
    assert (changed.status_code, changed.json()["city"]) == (200, "Zwolle")
    assert changed.json()["@odata.etag"] != tag
    stale = ask.write("erp", "PATCH", path, {"city": "Gouda"}, **{"If-Match": tag})
    assert stale.status_code == 412
    assert ask.write("erp", "PATCH", path, sent, **{"If-Match": "*"}).status_code == 200
    assert ask.erp(path).json()["city"] == "Zwolle"


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"id": "00000000-0000-4000-8000-000000000001"}, "id"),
        ({"city": "x" * 31}, "city"),
        ({"city": 7}, "city"),
        ({"blocked": "Sometimes"}, "blocked"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_name(
    ask: Asking, sent: dict[str, object], named: str
) -> None:
    row = ask.erp(CUSTOMERS).json()["value"][0]
    path = f"customers({row['id']})"
    refused = ask.write("erp", "PATCH", path, sent, **{"If-Match": "*"})
    assert refused.status_code == 400
    assert f"'{named}'" in refused.json()["error"]["message"]
    assert ask.erp(path).json() == ask.erp(path).json() | {
        name: value for name, value in row.items() if not name.startswith("@")
    }


def test_a_row_is_made_with_the_rows_inside_it(ask: Asking) -> None:
    memo = {
        "customerNumber": "10085",
        "externalDocumentNumber": "R-000042",
        "salesCreditMemoLines": [
            {"lineType": "Item", "lineObjectNumber": "KB-2215", "quantity": 5}
        ],
    }
    made = ask.write("erp", "POST", "salesCreditMemos", memo)
    row = made.json()
    assert made.status_code == 201
    assert (row["number"], row["status"], row["customerNumber"]) == ("VCN-25001", "Draft", "10085")
    assert made.headers["Location"].endswith(f"salesCreditMemos({row['id']})")
    lines = ask.erp(f"salesCreditMemoLines?$filter=documentId eq {row['id']}").json()["value"]
    assert [(line["lineObjectNumber"], line["quantity"]) for line in lines] == [("KB-2215", 5)]


def test_a_line_that_does_not_fit_keeps_the_whole_row_from_being_made(ask: Asking) -> None:
    memo = {"customerNumber": "10085", "salesCreditMemoLines": [{"quantity": "many"}]}
    before = ask.erp("salesCreditMemos?$count=true&$top=1").json()["@odata.count"]
    refused = ask.write("erp", "POST", "salesCreditMemos", memo)
    assert (refused.status_code, "'quantity'" in refused.text) == (400, True)
    assert ask.erp("salesCreditMemos?$count=true&$top=1").json()["@odata.count"] == before
