"""The benchmarks' own blueprint, its back office, and the answers that are held side by side."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from benchmarks.answers import html_differences, json_differences, raw_differences
from benchmarks.backoffice import SYSTEMS, answer
from benchmarks.grown import grown
from benchmarks.load import Failed
from benchmarks.pages import Differs, as_meant, compare
from benchmarks.peers import Server, minimal_asgi
from benchmarks.portal import BLUEPRINT, Office, Portal, ask, back_office, portal

from balie.site.blueprints import checked


def test_the_blueprint_checks_clean() -> None:
    assert len(checked(BLUEPRINT).blueprint.steps) == 5


def test_a_grown_blueprint_has_so_many_steps_and_checks_clean(tmp_path: Path) -> None:
    assert len(checked(grown(tmp_path / "grown", 60)).blueprint.steps) == 60


# ---- the back office


def _items(table: str, query: bytes, cents: bytes = b"42") -> tuple[list[dict[str, str]], str]:
    page = json.loads(answer(table, query, cents).partition(b"\r\n\r\n")[2])
    return page["items"], page["next"]


def test_a_customer_gets_their_own_rows_and_no_others() -> None:
    rows, more = _items("orders", b"customerNumber=C00042&limit=200")
    assert ({row["customerNumber"] for row in rows}, len(rows), more) == ({"C00042"}, 20, None)


def test_a_thousand_rows_come_two_hundred_at_a_time() -> None:
    rows, more = _items("orders", b"customerNumber=D00001&limit=200&after=800")
    assert (rows[0]["id"], len(rows), more) == ("o-D00001-0800", 200, None)


def test_one_row_is_found_by_its_number() -> None:
    rows, _ = _items("orders", b"number=SO-C00042-0003&customerNumber=C00042")
    assert [row["number"] for row in rows] == ["SO-C00042-0003"]


def test_while_answers_change_the_amounts_differ() -> None:
    totals = [_items("orders", b"customerNumber=C00042", c)[0][0] for c in (b"11", b"12")]
    assert [row["totalIncludingTax"] for row in totals] == ["133.11", "133.12"]


def test_nobody_has_no_rows() -> None:
    assert _items("orders", b"limit=200") == ([], None)


# ---- comparing


def _page(**total: object) -> bytes:
    fields = {"number": {"value": "1"}, "total": {"value": "2.50"} | total}
    order = {"type": "list", "records": [{"fields": fields}]}
    return json.dumps({"as_of": "now", "address": "/a", "blocks": {"order": order}}).encode()


def test_a_field_that_differs_is_told_with_its_place() -> None:
    (difference,) = json_differences(_page(text="2,50"), _page(text="2.50"))
    assert str(difference) == (
        ".blocks.order.records[0].fields.total.text: '2,50' here, '2.50' there"
    )


def test_when_it_was_asked_and_where_do_not_count() -> None:
    other = json.loads(_page()) | {"as_of": "later", "address": "/b"}
    assert json_differences(_page(), json.dumps(other).encode()) == []


def test_a_field_too_many_and_another_type_are_differences() -> None:
    assert len(json_differences(_page(), _page(more=1))) == 1
    assert len(json_differences(_page(value="1"), _page(value=1))) == 1


def test_a_cell_that_differs_on_a_page_is_a_difference() -> None:
    page = b"<h1>A</h1><table><tbody><tr><td>1</td></tr></tbody></table><dl><dt>B<dd>2</dd></dl>"
    assert html_differences(page, page.replace(b"<td>", b"<td class='x'>")) == []
    assert [one.at for one in html_differences(page, page.replace(b">1<", b">3<"))] == ["rows"]


def test_raw_rows_are_held_against_our_values() -> None:
    clear = {"order": ("listOrders", "owner", {"number": "no", "total": "amount"})}
    raw = {"data": {"listOrders": {"items": [{"no": "1", "amount": 2.5}]}}}
    assert raw_differences(_page(), json.dumps(raw).encode(), clear) == []
    raw["data"]["listOrders"]["items"][0]["amount"] = 2.51
    assert [one.at for one in raw_differences(_page(), json.dumps(raw).encode(), clear)] == [
        ".order[0].total"
    ]


# ---- side by side


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Portal, Server]]:
    """The back office, Balie, and the peer that needs nothing installed."""
    state = tmp_path_factory.mktemp("benchmark")
    with ExitStack() as stack:
        office = stack.enter_context(back_office(state))
        balie = stack.enter_context(portal(state, office, ["C:3"]))
        yield office, balie, stack.enter_context(minimal_asgi(state, office, balie))


def _ours(balie: Portal) -> Server:
    return Server("Balie", balie.port, balie.process, frozenset())


def test_a_peer_answers_each_customer_what_we_answer(
    running: tuple[Office, Portal, Server],
) -> None:
    _, balie, peer = running
    told = list(compare([_ours(balie), peer], ["C00000", "C00001", "C00002"]))
    assert told == [
        f"minimal ASGI: {kind} of 3 customers is the same as ours"
        for kind in ("cold JSON", "cold HTML", "warm JSON", "warm HTML")
    ]


def test_a_cold_page_is_four_calls_and_a_warm_one_none(
    running: tuple[Office, Portal, Server],
) -> None:
    office, balie, _ = running
    for path, calls in (("/cold/{number}", 1), ("/warm/{number}", 0)):
        ask(balie.port, path, "C00001")
        before = office.calls()
        ask(balie.port, path, "C00001")
        after = office.calls()
        assert {name: after[name] - before[name] for name in SYSTEMS} == dict.fromkeys(
            SYSTEMS, calls
        )


def test_a_peer_that_answers_something_else_stops_the_run(
    running: tuple[Office, Portal, Server],
) -> None:
    office, balie, peer = running
    office.set(changing=1)
    with pytest.raises(Differs, match=r"minimal ASGI, cold JSON of C00002 differs in"):
        list(compare([_ours(balie), peer], ["C00002"]))
    office.set(changing=0)


@pytest.mark.parametrize(("kind", "calls"), [("warm JSON", 0.5), ("cold HTML", 3.0)])
def test_a_round_that_did_not_do_what_it_is_called_stops_the_run(
    running: tuple[Office, Portal, Server], kind: str, calls: float
) -> None:
    with pytest.raises(Failed, match=f"minimal ASGI: a {kind[:4]} page, and yet"):
        as_meant(running[2], kind, calls)
