"""What an HTTP answer means."""

from datetime import UTC, datetime

import pytest

from balie.systems.errors import Misconfigured, Refused, SystemFault, Unavailable
from balie.systems.interpretation import json_of, seconds_to_wait
from balie.systems.transport import Response

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def read(status: int = 200, body: bytes = b"{}", **headers: str) -> object:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = Response(
        status=status, headers={"content-type": "application/json", **named}, body=body
    )
    return json_of(response, title="The ERP", table="orders", now=NOW)


def test_json_is_read() -> None:
    assert read(body=b'{"a": [1, 2.5, null, true, "x"]}') == {"a": [1, 2.5, None, True, "x"]}
    assert read(content_type="application/hal+json; charset=utf-8") == {}


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (400, Refused, 'The ERP refused the question for "orders" (status 400).'),
        (401, Misconfigured, "The ERP does not let us in (status 401). Check its key."),
        (403, Misconfigured, "The ERP does not let us in (status 403). Check its key."),
        (404, Misconfigured, 'The ERP has no "orders" at this address (status 404).'),
        (410, Misconfigured, 'The ERP has no "orders" at this address (status 410).'),
        (301, Misconfigured, "The ERP sends us to another address (status 301)."),
        (408, Unavailable, "The ERP has a fault of its own (status 408)."),
        (429, Unavailable, "The ERP asks us to wait (status 429)."),
        (500, Unavailable, "The ERP has a fault of its own (status 500)."),
        (599, Unavailable, "The ERP has a fault of its own (status 599)."),
        (204, Unavailable, "The ERP answered without content (status 204)."),
        (422, Refused, 'The ERP refused the question for "orders" (status 422).'),
    ],
)
def test_each_status_has_its_remedy(status: int, kind: type[SystemFault], says: str) -> None:
    with pytest.raises(kind) as caught:
        read(status)
    assert caught.value.staff == says


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{", b"\xff", b"[" * 100_000, b"NaN", b"{'a':1}"]
)
def test_what_is_not_json_is_said_to_be_so(body: bytes) -> None:
    with pytest.raises(Unavailable, match="something that is not JSON"):
        read(body=body)


@pytest.mark.parametrize("kind", ["text/html", "", "application/xml", "text/json-ish"])
def test_json_that_is_called_something_else_is_not_read(kind: str) -> None:
    with pytest.raises(Unavailable, match="something that is not JSON"):
        read(content_type=kind)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("7" * 5000, 777_777_777.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(written: str, seconds: float | None) -> None:
    assert seconds_to_wait({"retry-after": written}, NOW) == seconds


def test_a_fault_carries_how_long_to_wait() -> None:
    with pytest.raises(Unavailable) as caught:
        read(503, retry_after="12")
    assert caught.value.retry_after == 12.0
