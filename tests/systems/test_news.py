"""What systems tell is believed by its signature, and by nothing else."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from balie.systems.errors import Misconfigured
from balie.systems.news import News, NotBelieved, ToldOf, news_of
from balie.systems.profile import Plain, Profile

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY = {"NEWS_KEY": "a key of the tests"}
BODY = b'{"id": "c1"}'


def profile(**more: Plain) -> Profile:
    said: dict[str, Plain] = {"signature": "X-Signature, hmac sha256 with ${NEWS_KEY}"}
    return Profile({"news": {**said, "caseChanged": "cases.id", **more}})


def news(**more: Plain) -> News:
    found = news_of(profile(**more), KEY)
    assert found is not None
    return found


def lower(headers: object) -> dict[str, str]:
    return {name.lower(): text for name, text in dict(headers).items()}  # type: ignore[call-overload]


def test_a_profile_says_what_is_told_of_which_row() -> None:
    told = news(time="X-Timestamp, at most 2 minutes old", moved="v2/shipments.reference")
    assert told.events == {
        "caseChanged": ToldOf("cases", "id"),
        "moved": ToldOf("v2/shipments", "reference"),
    }
    assert (told.header, told.time, told.at_most) == (
        "X-Signature",
        "X-Timestamp",
        timedelta(minutes=2),
    )
    assert news_of(Profile({}), {}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "X-Signature"},
        {"signature": "X-Signature, md5 with ${NEWS_KEY}"},
        {"time": "X-Timestamp"},
        {"time": "X-Timestamp, at most old"},
        {"moved": "shipments"},
        {"moved": ["a", "b"]},
    ],
)
def test_what_a_profile_cannot_mean_is_refused(wrong: dict[str, Plain]) -> None:
    with pytest.raises(ValueError, match="news: "):
        news_of(profile(**wrong), KEY)


def test_without_its_key_nothing_is_heard() -> None:
    with pytest.raises(Misconfigured, match="NEWS_KEY"):
        news_of(profile(), {})


@pytest.mark.parametrize("time", [None, "X-Timestamp, at most 5 minutes old"])
def test_what_the_system_signs_is_believed(time: str | None) -> None:
    told = news(**({} if time is None else {"time": time}))
    told.believe(lower(told.signed(BODY, NOW)), BODY, NOW + timedelta(minutes=4))


def test_a_signature_is_an_hmac_of_the_body_as_everybody_computes_it() -> None:
    """`printf '{"id": "c1"}' | openssl dgst -sha256 -hmac 'a key of the tests'` says the same."""
    said = "1b2816d9ed73cbedcb235cc1232b30a0c0a0349d2af887eebb22964bb8d02cb1"
    assert news().signed(BODY, NOW) == {"X-Signature": said}


@pytest.mark.parametrize("how", ["{hex}", "sha256={hex}", "v1={hex}", "{base64}", "v1=00,v1={hex}"])
def test_the_ways_in_which_a_signature_is_written(how: str) -> None:
    digest = news().digest("", BODY)
    said = how.format(hex=digest.hex(), base64=base64.b64encode(digest).decode())
    news().believe({"x-signature": said}, BODY, NOW)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "There is no X-Signature"),
        ({"x-signature": ""}, "There is no X-Signature"),
        ({"x-signature": "00" * 32}, "does not fit"),
        ({"x-signature": "no signature at all, é"}, "does not fit"),
        ({"x-signature": "=" * 999}, "does not fit"),
    ],
)
def test_what_is_not_signed_is_not_believed(headers: dict[str, str], why: str) -> None:
    with pytest.raises(NotBelieved, match=why):
        news().believe(headers, BODY, NOW)


def test_a_body_that_was_changed_is_not_believed() -> None:
    headers = lower(news().signed(BODY, NOW))
    with pytest.raises(NotBelieved):
        news().believe(headers, BODY + b" ", NOW)


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("", "says no time"),
        ("yesterday", "says no time"),
        ("99999999999999999999", "says no time"),
        ("2026-11-23T09:00:00", "says no time"),  # of which zone?
        (str(int(NOW.timestamp()) - 301), "too far"),
        (str(int(NOW.timestamp()) + 301), "too far"),
        ("2026-11-23T08:00:00Z", "too far"),
    ],
)
def test_what_is_old_is_not_believed_again(when: str, why: str) -> None:
    told = news(time="X-Timestamp, at most 5 minutes old")
    headers = {"x-signature": told.digest(when, BODY).hex(), "x-timestamp": when}
    with pytest.raises(NotBelieved, match=why):
        told.believe(headers, BODY, NOW)


def test_the_time_is_signed_too() -> None:
    told = news(time="X-Timestamp, at most 5 minutes old")
    headers = lower(told.signed(BODY, NOW))
    headers["x-timestamp"] = str(int(NOW.timestamp()) + 60)
    with pytest.raises(NotBelieved, match="does not fit"):
        told.believe(headers, BODY, NOW)
