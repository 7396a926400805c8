"""Each system fails on command, and says in its log what it did."""

import json
import time
from collections.abc import Mapping

import httpx
import pytest

from balie.rehearsal.launch import RehearsedSystem
from balie.rehearsal.trouble import RehearsalError
from tests.rehearsal.asking import Asking

Systems = Mapping[str, RehearsedSystem]
SANNE = "00000000-0000-4000-8000-0000000000c1"
MINE = "salesOrders?$filter=customerNumber%20eq%20'10085'"


def test_down_is_a_reset_connection_and_not_an_answer(systems: Systems, ask: Asking) -> None:
    systems["crm"].mode(down=True)
    with pytest.raises(httpx.TransportError):
        ask.as_stranger(f"{ask.settings['CRM_URL']}/contacts")
    systems["crm"].mode(down=False)
    assert ask.crm("contacts").status_code == 200


def test_one_system_down_leaves_the_others_up(systems: Systems, ask: Asking) -> None:
    systems["crm"].mode(down=True)
    assert ask.erp(MINE).status_code == 200


def test_ignored_filters_give_everybodys_rows_in_the_same_pages_and_order(
    systems: Systems, ask: Asking
) -> None:
    mine = ask.erp(f"{MINE}&$orderby=orderDate%20desc&$top=50").json()["value"]
    systems["erp"].mode(ignore_filters=True)
    answer = ask.erp(f"{MINE}&$orderby=orderDate%20desc&$top=50").json()["value"]
    assert {row["customerNumber"] for row in mine} == {"10085"}
    assert len({row["customerNumber"] for row in answer}) > 5
    assert len(answer) == 50
    dates = [row["orderDate"] for row in answer]
    assert dates == sorted(dates, reverse=True)


def test_ignored_filters_of_the_crm_give_everybody_too(systems: Systems, ask: Asking) -> None:
    systems["crm"].mode(ignore_filters=True)
    found = ask.crm(f"contacts?id={SANNE}&limit=7").json()
    assert len(found["items"]) == 7
    assert found["next"] is not None


def test_latency_is_waited_for(systems: Systems, ask: Asking) -> None:
    ask.crm("contacts")
    systems["crm"].mode(latency_ms=200)
    start = time.monotonic()
    ask.crm("contacts")
    assert time.monotonic() - start >= 0.2


def test_failures_take_turns_and_say_when_to_come_back(systems: Systems, ask: Asking) -> None:
    ask.erp(MINE)
    systems["erp"].mode(failure_rate=1)
    answers = [ask.erp(MINE) for _ in range(4)]
    assert {answer.status_code for answer in answers} == {429, 500, 502, 503}
    for answer in answers:
        assert ("retry-after" in answer.headers) is (answer.status_code in {429, 503})
        assert "code" in answer.json()["error"]


def test_a_rate_is_the_same_every_time(systems: Systems, ask: Asking) -> None:
    def statuses() -> list[int]:
        systems["carrier"].reset()
        systems["carrier"].mode(failure_rate=0.4)
        return [ask.carrier("v2/shipments?reference=VO-26071").status_code for _ in range(40)]

    first = statuses()
    assert first == statuses()
    assert 8 <= sum(status != 200 for status in first) <= 24


def test_a_lost_reply_is_work_that_was_done(systems: Systems, ask: Asking) -> None:
    ask.erp(MINE)
    systems["erp"].mode(lost_reply_rate=1)
    seen = systems["erp"].log()[-1].seq
    with pytest.raises(httpx.TransportError):
        ask.erp(MINE)
    (line,) = systems["erp"].log(after=seen)
    assert line.status is None
    assert line.did.endswith("rows of salesOrders; the reply was lost")


def garbage(systems: Systems, ask: Asking, *kinds: str) -> httpx.Response:
    ask.erp(MINE)
    systems["erp"].mode(garbage_rate=1, garbage=list(kinds))
    answer = ask.erp(MINE)
    assert answer.status_code == 200
    return answer


def test_garbage_may_be_a_page(systems: Systems, ask: Asking) -> None:
    assert garbage(systems, ask, "html").headers["content-type"].startswith("text/html")


def test_garbage_may_be_half_an_answer(systems: Systems, ask: Asking) -> None:
    with pytest.raises(json.JSONDecodeError):
        garbage(systems, ask, "truncated").json()


def test_garbage_may_be_nothing(systems: Systems, ask: Asking) -> None:
    assert garbage(systems, ask, "empty").content == b""


def test_garbage_may_have_another_shape(systems: Systems, ask: Asking) -> None:
    assert "value" not in garbage(systems, ask, "shape").json()


def test_one_row_of_a_page_may_have_values_of_the_wrong_type(systems: Systems, ask: Asking) -> None:
    found = garbage(systems, ask, "wrong type").json()["value"]
    assert [row for row in found if not isinstance(row["orderDate"], str)] == [found[0]]
    assert len(found) > 5


def test_one_row_of_a_page_may_have_no_key(systems: Systems, ask: Asking) -> None:
    found = garbage(systems, ask, "no key").json()["value"]
    assert len([row for row in found if "id" not in row]) == 1


def test_the_ways_of_garbage_take_turns(systems: Systems, ask: Asking) -> None:
    ask.erp(MINE)
    seen = systems["erp"].log()[-1].seq
    systems["erp"].mode(garbage_rate=1)
    for _ in range(7):
        ask.erp(MINE)
    told = [line.did.rpartition("garbage: ")[2] for line in systems["erp"].log(after=seen)]
    assert told == ["html", "truncated", "shape", "empty", "wrong type", "no key", "html"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"down": "yes"}, "Expected `bool`, got `str` - at `$.down`"),
        ({"latency_ms": -1}, "`$.latency_ms`"),
        ({"latency_ms": 1.5}, "Expected `int`, got `float`"),
        ({"failure_rate": 2}, "Expected `float` <= 1.0"),
        ({"garbage": ["paint"]}, "Invalid enum value 'paint'"),
        ({"garbage": []}, "length >= 1"),
        ({"speed": 1}, "unknown field `speed`"),
    ],
)
def test_rubbish_for_a_mode_is_refused_in_words_and_changes_nothing(
    systems: Systems, changes: dict[str, object], words: str
) -> None:
    before = systems["erp"].mode()
    url = f"{systems['erp'].url}/_rehearsal/mode"
    answer = httpx.put(url, json={"ignore_filters": True} | changes)
    assert answer.status_code == 400
    assert words in answer.json()["problem"]
    assert "The switches are: down, latency_ms" in answer.json()["problem"]
    assert systems["erp"].mode() == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"down"', b"\xff"])
def test_a_mode_that_is_no_object_is_refused(systems: Systems, body: bytes) -> None:
    answer = httpx.put(f"{systems['erp'].url}/_rehearsal/mode", content=body)
    assert answer.status_code == 400
    assert answer.json()["problem"]


def test_a_change_keeps_the_other_switches(systems: Systems) -> None:
    systems["erp"].mode(latency_ms=5)
    mode = systems["erp"].mode(ignore_filters=True)
    assert (mode["latency_ms"], mode["ignore_filters"], mode["down"]) == (5, True, False)


def test_a_row_can_be_changed_and_goes_back_with_a_reset(systems: Systems, ask: Asking) -> None:
    order = "00000000-0000-4000-8000-000000000101"
    systems["erp"].change_row("salesOrders", order, {"status": "In_x0020_Review"})
    changed = ask.erp(f"salesOrders({order})").json()
    assert changed["status"] == "In_x0020_Review"
    assert changed["number"] == "VO-26107"
    assert changed["lastModifiedDateTime"] > "2026-11-22"
    systems["erp"].reset()
    kept = next(row for row in systems["erp"].rows("salesOrders") if row["id"] == order)
    assert kept["status"] == "Open"


def test_a_row_can_come_and_go(systems: Systems, ask: Asking) -> None:
    systems["carrier"].change_row("shipments", "3SNEW", {"reference": "VO-26107"})
    assert len(ask.carrier("v2/shipments?reference=VO-26107").json()["items"]) == 1
    systems["carrier"].remove_row("shipments", "3SNEW")
    assert ask.carrier("v2/shipments?reference=VO-26107").json()["items"] == []
    with pytest.raises(RehearsalError, match="There is no row with this key"):
        systems["carrier"].remove_row("shipments", "3SNEW")
    with pytest.raises(RehearsalError, match="There is no table 'ships'"):
        systems["carrier"].rows("ships")


def test_the_log_says_what_was_asked_and_done(systems: Systems, ask: Asking) -> None:
    ask.carrier("v2/shipments?reference=VO-26071")
    line = systems["carrier"].log()[-1]
    assert (line.method, line.path, line.query) == ("GET", "/v2/shipments", "reference=VO-26071")
    assert (line.status, line.did) == (200, "1 of 1 rows of v2/shipments")
    assert line.time.startswith("2026-11-22T")


def test_the_log_only_grows(systems: Systems, ask: Asking) -> None:
    ask.carrier("v2/shipments?reference=VO-26071")
    before = systems["carrier"].log()
    systems["carrier"].reset()
    assert systems["carrier"].log() == before


def test_the_log_holds_no_keys_and_no_tokens(systems: Systems, ask: Asking) -> None:
    ask.crm("contacts")
    ask.carrier("v2/shipments?reference=x")
    told = httpx.get(f"{systems['crm'].url}/_rehearsal/log").text
    told += httpx.get(f"{systems['carrier'].url}/_rehearsal/log").text
    for name in ("CRM_CLIENT_SECRET", "CARRIER_KEY"):
        assert ask.settings[name] not in told


def test_there_is_a_page_that_says_what_there_is(systems: Systems) -> None:
    said = httpx.get(f"{systems['erp'].url}/_rehearsal").json()
    assert (said["system"], said["title"]) == ("erp", "Business Central")
    assert said["rows"]["salesOrders"] == 130
    wrong = httpx.get(f"{systems['erp'].url}/_rehearsal/modes")
    assert wrong.status_code == 404
    assert "PUT /_rehearsal/mode" in wrong.json()["problem"]
