"""Times are said as people say them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from balie.frontstage.languages import read_words
from balie.frontstage.moments import Voice

NOW = datetime(2026, 11, 22, 9, 14, tzinfo=UTC)  # 10:14 in Amsterdam


def voice(language: str, now: datetime = NOW) -> Voice:
    return Voice(read_words(language, "u"), ZoneInfo("Europe/Amsterdam"), now)


@pytest.mark.parametrize(
    ("age", "dutch", "english"),
    [
        (timedelta(seconds=-5), "zojuist", "just now"),
        (timedelta(seconds=20), "zojuist", "just now"),
        (timedelta(seconds=50), "1 minuut geleden", "1 minute ago"),
        (timedelta(minutes=2), "2 minuten geleden", "2 minutes ago"),
        (timedelta(hours=3), "3 uur geleden", "3 hours ago"),
        (timedelta(hours=14), "op 21 november 2026 om 20:14", "on 21 November 2026 at 20:14"),
        (timedelta(days=400), "op 18 oktober 2025 om 11:14", "on 18 October 2025 at 11:14"),
    ],
)
def test_how_long_ago(age: timedelta, dutch: str, english: str) -> None:
    assert voice("nl").ago(NOW - age) == dutch
    assert voice("en").ago(NOW - age) == english


def test_long_ago_but_today_is_said_with_the_time() -> None:
    late = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
    assert voice("nl", late).ago(NOW - timedelta(minutes=30)) == "om 09:44"


def test_when_it_is_today_the_day_is_not_said() -> None:
    assert voice("nl").at(NOW) == "10:14"
    assert voice("nl").at(NOW - timedelta(days=2)) == "20 november 2026, 10:14"


def test_today_is_the_day_where_the_service_is() -> None:
    just_after_midnight = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert voice("nl", just_after_midnight).today() == "Maandag 23 november"
    assert voice("en").today() == "Sunday 22 November"
