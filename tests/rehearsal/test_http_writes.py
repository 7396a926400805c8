"""The rehearsed CRM and carrier take writes as their OpenAPI files say, and note each effect."""

from collections.abc import Mapping

import httpx
import pytest

from balie.rehearsal.launch import RehearsedSystem
from balie.systems.rehearsed import Deed, Effect
from tests.rehearsal.asking import Asking

Systems = Mapping[str, RehearsedSystem]
SANNE = "00000000-0000-4000-8000-0000000000c1"
CASE = {
    "clientReference": "0123456789abcdef-1",
    "kind": "return",
    "contactId": SANNE,
    "subject": "Retour bij bestelling VO-26088",
    "itemLines": [
        {
            "lineNumber": 10000,
            "itemNumber": "HS-0090",
            "description": "Handdoekdispenser RVS wit",
            "quantity": 1,
            "unitPrice": 64.95,
        }
    ],
}


def last(systems: Systems, name: str) -> int:
    """The number of the last line of a system's log."""
    lines = systems[name].log()
    return lines[-1].seq if lines else 0


def named(response: httpx.Response) -> list[tuple[str, str]]:
    """The fields that a problem names, each with its code."""
    return [(one["name"], one["code"]) for one in response.json()["fields"]]


def test_a_new_row_gets_its_number_and_is_noted_once(systems: Systems, ask: Asking) -> None:
    before = last(systems, "crm")
    made = ask.write("crm", "POST", "cases", CASE)
    row = made.json()
    assert made.status_code == 201
    assert row["caseNumber"] == "R-005001"
    assert (row["status"], row["description"], row["itemLines"]) == ("new", None, CASE["itemLines"])
    assert made.headers["Location"] == f"/cases/{row['id']}"
    assert ask.crm(f"cases/{row['id']}").json() == row
    assert ask.crm(f"cases/{row['id']}").headers["ETag"] == made.headers["ETag"]
    assert systems["crm"].effects(before) == (
        Effect(
            deed=Deed.MADE, table="cases", key=row["id"], fields=tuple(sorted([*CASE, "status"]))
        ),
    )


def test_a_known_reference_is_refused_and_says_whose_it_is(systems: Systems, ask: Asking) -> None:
    first = ask.write("crm", "POST", "cases", CASE).json()
    before = last(systems, "crm")
    again = ask.write("crm", "POST", "cases", CASE)
    assert (again.status_code, again.json()["existingId"]) == (409, first["id"])
    assert systems["crm"].effects(before) == ()


def test_a_system_that_notices_no_repeats_makes_it_twice(systems: Systems, ask: Asking) -> None:
    systems["crm"].mode(notices_repeats=False)
    before = last(systems, "crm")
    assert [ask.write("crm", "POST", "cases", CASE).status_code for _ in "12"] == [201, 201]
    assert len({effect.key for effect in systems["crm"].effects(before)}) == 2


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"subject": None}, [("subject", "not_allowed")]),
        ({"subject": ""}, [("subject", "required")]),
        ({"subject": "x" * 101}, [("subject", "too_long")]),
        ({"kind": "theft"}, [("kind", "not_allowed")]),
        ({"contactId": "c1"}, [("contactId", "not_allowed")]),
        ({"amount": -1}, [("amount", "not_allowed")]),
        ({"amount": "12"}, [("amount", "not_allowed")]),
        ({"caseNumber": "R-1"}, [("caseNumber", "read_only")]),
        ({"colour": "red"}, [("colour", "unknown")]),
        ({"reasonCode": "BORED"}, [("reasonCode", "not_allowed")]),
        ({"status": "refunded"}, [("status", "not_allowed")]),
        ({"itemLines": [{"lineNumber": 0}]}, None),
    ],
)
def test_what_does_not_fit_is_refused_by_its_name(
    systems: Systems, ask: Asking, changed: dict[str, object], names: list[tuple[str, str]] | None
) -> None:
    before = last(systems, "crm")
    refused = ask.write("crm", "POST", "cases", {**CASE, **changed})
    inside = [
        ("itemLines.0.itemNumber", "required"),
        ("itemLines.0.description", "required"),
        ("itemLines.0.quantity", "required"),
        ("itemLines.0.unitPrice", "required"),
        ("itemLines.0.lineNumber", "not_allowed"),
    ]
    assert refused.status_code == 422
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert named(refused) == (names or inside)
    assert systems["crm"].effects(before) == ()


def test_every_field_that_is_missing_is_named(ask: Asking) -> None:
    refused = ask.write("crm", "POST", "cases", {})
    assert {name for name, _ in named(refused)} == {
        "clientReference",
        "kind",
        "contactId",
        "subject",
    }


def test_a_change_changes_what_was_sent_and_nothing_else(systems: Systems, ask: Asking) -> None:
    was = ask.crm(f"contacts/{SANNE}").json()
    before = last(systems, "crm")
    sent = {"addressLine1": "Lindestraat 1", "city": was["city"], "mobilePhone": None}
    now = ask.write("crm", "PATCH", f"contacts/{SANNE}", sent)
    assert now.status_code == 200
    differs = {name for name in was if was[name] != now.json()[name]}
    assert differs == {"addressLine1", "mobilePhone", "changedAt"}
    assert ask.write("crm", "PATCH", f"contacts/{SANNE}", sent).json() == now.json()
    assert [(one.key, one.fields) for one in systems["crm"].effects(before)] == [
        (SANNE, ("addressLine1", "mobilePhone"))
    ]


def test_a_tag_that_is_not_the_rows_any_more_stops_the_change(
    systems: Systems, ask: Asking
) -> None:
    tag = ask.crm(f"contacts/{SANNE}").headers["ETag"]
    path, sent = f"contacts/{SANNE}", {"city": "Zwolle"}
    assert ask.write("crm", "PATCH", path, sent, **{"If-Match": tag}).status_code == 200
    before = last(systems, "crm")
    stale = ask.write("crm", "PATCH", path, {"city": "Deventer"}, **{"If-Match": tag})
    assert stale.status_code == 412
    assert systems["crm"].effects(before) == ()
    assert ask.crm(path).json()["city"] == "Zwolle"


def test_only_what_can_be_written_can_be_changed(ask: Asking) -> None:
    refused = ask.write("crm", "PATCH", f"contacts/{SANNE}", {"role": "FIN", "city": "Gouda"})
    assert (refused.status_code, named(refused)) == (422, [("role", "read_only")])
    assert ask.write("crm", "PATCH", f"contacts/{SANNE}", {}).status_code == 422
    assert ask.crm(f"contacts/{SANNE}").json()["city"] != "Gouda"


def test_what_the_file_does_not_have_cannot_be_done(ask: Asking) -> None:
    contact = f"contacts/{SANNE}"
    assert ask.write("crm", "POST", "contacts", {}).status_code == 405
    assert ask.write("crm", "DELETE", contact, b"").status_code == 405
    assert ask.write("crm", "PATCH", contact.replace("c1", "ff"), {"city": "A"}).status_code == 404
    as_json = {"Content-Type": "application/json"}
    assert ask.write("crm", "PATCH", contact, {"city": "A"}, **as_json).status_code == 415
    assert ask.write("crm", "PATCH", contact, b"{").status_code == 400


def test_a_photo_is_kept_once_and_can_be_had_again(systems: Systems, ask: Asking) -> None:
    case = ask.write("crm", "POST", "cases", CASE).json()
    path, jpeg = f"cases/{case['id']}/photo", {"Content-Type": "image/jpeg"}
    assert (ask.crm(path).status_code, case["photoUrl"]) == (404, None)
    before = last(systems, "crm")
    for _ in "12":
        assert ask.write("crm", "PUT", path, b"\xff\xd8photo", **jpeg).status_code == 204
    there = ask.crm(path)
    assert (there.content, there.headers["Content-Type"]) == (b"\xff\xd8photo", "image/jpeg")
    assert ask.crm(f"cases/{case['id']}").json()["photoUrl"].endswith(path)
    deeds = [(effect.deed, effect.fields) for effect in systems["crm"].effects(before)]
    assert deeds == [(Deed.KEPT, ("photo",)), (Deed.CHANGED, ("photoUrl",))]
    gif = {"Content-Type": "image/gif"}
    assert ask.write("crm", "PUT", path, b"GIF89a", **gif).status_code == 415


def test_the_carrier_gives_the_same_label_to_the_same_key(systems: Systems, ask: Asking) -> None:
    label = {"reference": "R-000042", "service": "RETURN_PARCEL"}
    key = {"Idempotency-Key": "0123456789abcdef-2"}
    before = last(systems, "carrier")
    first = ask.write("carrier", "POST", "v2/labels", label, **key)
    again = ask.write("carrier", "POST", "v2/labels", label, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json().keys() == {
        "id",
        "reference",
        "trackingCode",
        "validUntil",
        "pdf",
        "qr",
        "createdAt",
    }
    other = ask.write("carrier", "POST", "v2/labels", {**label, "reference": "R-1"}, **key)
    assert other.status_code == 409
    assert len(systems["carrier"].effects(before)) == 1


def test_the_carrier_wants_a_key_that_is_long_enough(ask: Asking) -> None:
    label = {"reference": "R-000042", "service": "RETURN_PARCEL"}
    assert ask.write("carrier", "POST", "v2/labels", label).status_code == 400
    short = {"Idempotency-Key": "1"}
    assert ask.write("carrier", "POST", "v2/labels", label, **short).status_code == 400


def test_a_lost_reply_is_lost_after_the_effect(systems: Systems, ask: Asking) -> None:
    ask.crm("tasks?limit=1")  # with a token, so that the reply that is lost is that of the write
    systems["crm"].mode(lost_reply_rate=1)
    before = last(systems, "crm")
    with pytest.raises(httpx.TransportError):
        ask.write("crm", "POST", "cases", CASE)
    systems["crm"].mode(lost_reply_rate=0)
    line = systems["crm"].log(before)[-1]
    assert (line.status, len(line.effects)) == (None, 1)
    assert line.did == "made a row of cases; the reply was lost"


def test_a_reset_takes_away_what_was_made_and_answered(systems: Systems, ask: Asking) -> None:
    made = ask.write("crm", "POST", "cases", CASE).json()
    systems["crm"].reset()
    with Asking(ask.settings) as anew:
        assert anew.crm(f"cases/{made['id']}").status_code == 404
        assert anew.write("crm", "POST", "cases", CASE).status_code == 201
