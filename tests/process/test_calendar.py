"""Working days: hours of people, days off, and nights in which the clock changes."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balie.backstage.process.calendar import Calendar, calendar
from balie.blueprint import durations, working_hours
from balie.blueprint.grammar import NotUnderstood
from balie.blueprint.holidays import has_holidays, is_holiday
from balie.blueprint.model import WorkingHours
from balie.blueprint.reader import read
from balie.blueprint.source import Text
from tests.telling import LINDEMAN

ZONE = ZoneInfo("Europe/Amsterdam")


@cache
def of_lindeman() -> Calendar:
    blueprint = read(LINDEMAN).blueprint
    assert blueprint is not None
    return calendar(blueprint)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


DUE = {
    "on a Monday morning, the same time on Tuesday": ("2026-11-23T10:12", 1, "2026-11-24T10:12"),
    "on a Friday afternoon, the same time on Monday": ("2026-11-20T16:00", 1, "2026-11-23T16:00"),
    "on a Saturday, by the end of Monday": ("2026-11-21T11:00", 1, "2026-11-23T17:00"),
    "at night, by the end of the day": ("2026-11-23T03:00", 1, "2026-11-23T17:00"),
    "when the day begins, by its end": ("2026-11-23T09:00", 1, "2026-11-23T17:00"),
    "when the day ends, by the end of the next": ("2026-11-23T17:00", 1, "2026-11-24T17:00"),
    "two days over a weekend": ("2026-11-20T09:30", 2, "2026-11-24T09:30"),
    "two days of work that came in on a Sunday": ("2026-11-22T12:00", 2, "2026-11-24T17:00"),
    "Christmas 2026 is on Friday and Saturday": ("2026-12-24T12:00", 1, "2026-12-28T12:00"),
    "Easter 2027 is on the last Sunday of March": ("2027-03-25T12:00", 1, "2027-03-30T12:00"),
    "King's Day 2027 is on a Tuesday": ("2027-04-26T16:59", 1, "2027-04-28T16:59"),
    "the night of winter time is longer": ("2026-10-23T14:00", 1, "2026-10-26T14:00"),
    "a year of them": ("2026-11-23T10:00", 254, "2027-11-23T10:00"),
}


@pytest.mark.parametrize("case", DUE)
def test_work_is_due(case: str) -> None:
    came_in, days, due = DUE[case]
    assert of_lindeman().working_days_after(at(came_in), days) == at(due)


def test_all_other_lengths_are_what_the_clock_says() -> None:
    hours = durations.parse(Text("48 hours"))
    assert of_lindeman().after(at("2026-10-24T12:00"), hours) == at("2026-10-26T11:00")
    days = durations.parse(Text("2 working days"))
    assert of_lindeman().after(at("2026-10-23T12:00"), days) == at("2026-10-27T12:00")


@given(st.integers(0, 6 * 366 * 24 * 60), st.integers(1, 12))
def test_work_is_due_while_people_work_and_days_add_up(minutes: int, days: int) -> None:
    came_in, there = at("2024-01-01T00:00") + timedelta(minutes=minutes), of_lindeman()
    due = there.working_days_after(came_in, days)
    local = due.astimezone(ZONE)
    assert local.weekday() < 5
    assert not is_holiday("nl", local.date())
    assert 9 * 60 < local.hour * 60 + local.minute <= 17 * 60
    assert due > came_in
    assert there.working_days_after(due, 1) == there.working_days_after(came_in, days + 1)


WRITTEN = {
    "mon-fri 09-17": WorkingHours(),
    "tue-sat 08:30-18": WorkingHours(days=frozenset({1, 2, 3, 4, 5}), opens=510, closes=1080),
    "sat-mon 0-24": WorkingHours(days=frozenset({5, 6, 0}), opens=0, closes=1440),
    "mon, thu 09-12:30": WorkingHours(days=frozenset({0, 3}), opens=540, closes=750),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_days_and_hours_are_written_as_people_say_them(written: str) -> None:
    assert working_hours.parse(Text(written)) == WRITTEN[written]


@pytest.mark.parametrize(
    "written", ["", "mon-fri", "09-17", "mon-fri 17-09", "mon 09-25", "day 09-17", "mon-fri 9h-17h"]
)
def test_anything_else_is_not_understood(written: str) -> None:
    with pytest.raises(NotUnderstood):
        working_hours.parse(Text(written))


def test_somebody_who_works_around_the_clock_is_due_a_day_later() -> None:
    hours = working_hours.parse(Text("mon-sun 00-24"))
    always = Calendar(ZONE, hours, lambda _day: False)
    assert always.working_days_after(at("2026-11-22T23:15"), 1) == at("2026-11-23T23:15")
    assert always.working_days_after(at("2026-11-22T00:00"), 1) == at("2026-11-23T00:00")


def test_where_nobody_ever_works_there_is_an_answer_all_the_same() -> None:
    never = Calendar(ZONE, WorkingHours(), lambda _day: True)
    assert never.working_days_after(at("2026-11-22T12:00"), 1) > at("2026-11-22T12:00")


def test_holidays_are_known_by_country_and_by_part_of_it() -> None:
    assert has_holidays("nl")
    assert has_holidays("de-by")
    assert not has_holidays("holland")
    assert not has_holidays("nl-by")
    assert is_holiday("de-by", date(2026, 1, 6))
    assert not is_holiday("de", date(2026, 1, 6))


def test_one_country_is_loaded_and_not_250() -> None:
    said = "import sys; from balie.blueprint.holidays import has_holidays; "
    said += "assert has_holidays('nl-zz') is False; print('holidays.countries' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", said], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "False\n"


def test_a_blueprint_without_a_calendar_works_office_hours_without_holidays() -> None:
    whole = read(LINDEMAN).blueprint
    assert whole is not None
    there = calendar(replace(whole, working_hours=WorkingHours(), holidays=None))
    assert there.working_days_after(at("2026-12-24T12:00"), 1) == at("2026-12-25T12:00")
