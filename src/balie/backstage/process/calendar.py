"""Lengths of time from a moment on, also those that are counted in working days.

A working day is as long as its hours. Work that comes in while people work is a working day later
due at the same time on the next day that they work; work that comes in while nobody does begins
when they do, and is due at the end of that day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from balie.blueprint.holidays import is_holiday
from balie.blueprint.model import Blueprint, Duration, WorkingHours

_A_DAY = timedelta(days=1)
_MOST_DAYS_OFF = 366  # in a row: whoever works never at all is not looked for forever


@dataclass(frozen=True, slots=True)
class Calendar:
    """When people work, in one zone. is_day_off: whether nobody works on a day, though it is one
    of the days of the week on which they do.
    """

    zone: ZoneInfo
    hours: WorkingHours
    is_day_off: Callable[[date], bool]

    def after(self, moment: datetime, duration: Duration) -> datetime:
        """The moment so much later, in UTC. moment: aware."""
        if not duration.working:
            return moment.astimezone(UTC) + duration.length
        return self.working_days_after(moment, duration.length.days)

    def working_days_after(self, moment: datetime, days: int) -> datetime:
        """The moment so many working days later, in UTC; of 0 days the moment itself."""
        if days < 1:
            return moment.astimezone(UTC)
        local = moment.astimezone(self.zone)
        day, minute = self._begin(local)
        if minute <= timedelta(minutes=self.hours.opens):
            days, minute = days - 1, timedelta(minutes=self.hours.closes)
        for _ in range(days):
            day = self._working_day(day + _A_DAY)
        return (datetime.combine(day, time(), self.zone) + minute).astimezone(UTC)

    def _begin(self, local: datetime) -> tuple[date, timedelta]:
        """The day on which work begins that comes in now, and how far into that day."""
        into = local.replace(tzinfo=None) - datetime.combine(local.date(), time())
        if self._works_on(local.date()) and into < timedelta(minutes=self.hours.closes):
            return local.date(), into
        return self._working_day(local.date() + _A_DAY), timedelta()

    def _working_day(self, day: date) -> date:
        """This day, or the first one after it on which people work."""
        for days in range(_MOST_DAYS_OFF):
            if self._works_on(day + days * _A_DAY):
                return day + days * _A_DAY
        return day

    def _works_on(self, day: date) -> bool:
        return day.weekday() in self.hours.days and not self.is_day_off(day)


def calendar(blueprint: Blueprint) -> Calendar:
    """The calendar of a blueprint."""
    code = blueprint.holidays
    is_off = (lambda day: is_holiday(str(code), day)) if code is not None else _never
    return Calendar(ZoneInfo(blueprint.zone), blueprint.working_hours, is_off)


def _never(_day: date) -> bool:
    return False
