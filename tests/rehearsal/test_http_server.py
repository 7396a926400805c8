"""The rehearsed CRM and carrier do what their OpenAPI files say, and no more."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from balie.systems.rows import Row
from tests.rehearsal.asking import Asking

SANNE = "00000000-0000-4000-8000-0000000000c1"
BRAM = "00000000-0000-4000-8000-0000000000c2"


def items(ask: Asking, path: str) -> list[Row]:
    answer = ask.crm(path)
    assert answer.status_code == 200, answer.text
    found: list[Row] = answer.json()["items"]
    return found


def pages(ask: Asking, path: str) -> Iterator[list[Row]]:
    after = ""
    while True:
        page = ask.crm(path + after).json()
        yield page["items"]
        if page["next"] is None:
            return
        after = f"&after={page['next']}"


def test_a_parameter_filters(ask: Asking) -> None:
    assert [row["firstName"] for row in items(ask, "contacts?email=bram@example.nl")] == ["Bram"]


def test_a_mail_address_is_found_however_it_is_written(ask: Asking) -> None:
    assert [row["firstName"] for row in items(ask, "contacts?email=SANNE@Example.NL")] == ["Sanne"]


def test_two_people_may_have_one_address(ask: Asking) -> None:
    assert len(items(ask, "contacts?email=familie@example.nl")) == 2


def test_several_parameters_must_all_hold(ask: Asking) -> None:
    found = items(ask, f"cases?contactId={BRAM}&kind=return&status=new")
    assert {(row["contactId"], row["kind"], row["status"]) for row in found} == {
        (BRAM, "return", "new")
    }


def test_ids_may_have_commas_between_them(ask: Asking) -> None:
    found = items(ask, f"contacts?id={SANNE},{BRAM},{SANNE}")
    assert {row["firstName"] for row in found} == {"Sanne", "Bram"}


def test_where_no_commas_are_promised_a_comma_is_a_comma(ask: Asking) -> None:
    assert items(ask, "contacts?erpNumber=10085,10086") == []


def test_more_than_fifty_ids_are_refused(ask: Asking) -> None:
    many = ",".join(["x"] * 51)
    assert ask.crm(f"contacts?id={many}").status_code == 400


def test_sort_up_and_down(ask: Asking) -> None:
    newest = [str(row["createdAt"]) for row in items(ask, "cases?sort=-createdAt")]
    assert newest == sorted(newest, reverse=True)
    changed = [str(row["changedAt"]) for row in items(ask, "cases")]
    assert changed == sorted(changed)


@pytest.mark.parametrize("limit", [1, 6, 200])
def test_pages_go_to_the_end_without_loss_or_doubles(ask: Asking, limit: int) -> None:
    whole = [row["id"] for row in items(ask, "cases?sort=-createdAt&limit=200")]
    paged = list(pages(ask, f"cases?sort=-createdAt&limit={limit}"))
    assert [row["id"] for page in paged for row in page] == whole
    assert all(len(page) == limit for page in paged[:-1])


def test_a_page_stays_in_place_when_rows_come_and_go(ask: Asking) -> None:
    first, *_ = pages(ask, "cases?sort=-createdAt&limit=10")
    last = first[-1]
    before = [row["id"] for page in pages(ask, "cases?sort=-createdAt&limit=10") for row in page]
    after = ask.crm("cases?sort=-createdAt&limit=10").json()["next"]
    url = f"{ask.settings['CRM_URL']}/_rehearsal/rows/cases/{last['id']}"
    assert ask.send("DELETE", url).status_code == 204
    follows = items(ask, f"cases?sort=-createdAt&limit=200&after={after}")
    assert [row["id"] for row in follows] == before[10:]


def test_the_default_limit_is_that_of_the_file(ask: Asking) -> None:
    ask_fifty = ask.crm("cases").json()
    assert len(ask_fifty["items"]) <= 50


def test_rows_changed_since_a_moment(ask: Asking) -> None:
    found = items(ask, "cases?changedAfter=2026-11-20T00:00:00Z")
    assert found
    assert all(str(row["changedAt"]) >= "2026-11-20" for row in found)


def test_one_row_by_its_key_with_an_etag(ask: Asking) -> None:
    answer = ask.crm(f"contacts/{SANNE}")
    assert answer.json()["lastName"] == "Visser"
    assert answer.headers["etag"].startswith('"')


def test_what_is_not_there_is_a_problem_in_words(ask: Asking) -> None:
    for path in ("contacts/00000000-0000-4000-8000-00000000ffff", "nothing", "cases/x/photo"):
        answer = ask.crm(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 404


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("colour=red", "colour", "unknown"),
        ("limit=0", "limit", "not_allowed"),
        ("limit=201", "limit", "not_allowed"),
        ("limit=few", "limit", "not_allowed"),
        ("kind=gift", "kind", "not_allowed"),
        ("contactId=null", "contactId", "not_allowed"),
        ("caseNumber=R-0000000000042", "caseNumber", "too_long"),
        ("after=rubbish", "after", "not_allowed"),
        ("sort=number", "sort", "not_allowed"),
        ("changedAfter=yesterday", "changedAfter", "not_allowed"),
        ("limit=1&limit=2", "limit", "not_allowed"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused(
    ask: Asking, query: str, field: str, code: str
) -> None:
    answer = ask.crm(f"cases?{query}")
    assert answer.status_code == 400
    problem = answer.json()
    assert (problem["fields"][0]["name"], problem["fields"][0]["code"]) == (field, code)


def test_the_carrier_wants_references_and_gives_the_newest_first(ask: Asking) -> None:
    assert ask.carrier("v2/shipments").json()["fields"][0]["code"] == "required"
    many = ask.carrier("v2/shipments?reference=VO-26098,VO-26088,VO-25977").json()["items"]
    assert [row["reference"] for row in many] == ["VO-26098", "VO-26088", "VO-25977"]
    moments = [row["changedAt"] for row in many]
    assert all(one >= next_ for one, next_ in pairwise(moments))
    assert ask.carrier("v2/shipments/3SLIND0018377").json()["reference"] == "VO-26071"
