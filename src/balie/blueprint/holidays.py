"""Public holidays, by the code of a country or of a part of one: `nl`, `de-by`."""

from datetime import date
from functools import cache

import holidays
from holidays import HolidayBase


def has_holidays(code: str) -> bool:
    """Whether the public holidays of this code are known."""
    country, _, part = code.upper().partition("-")
    known = holidays.list_supported_countries(include_aliases=False).get(country)
    return known is not None and (not part or part in known)


def is_holiday(code: str, day: date) -> bool:
    """Whether a day is a public holiday there. Raises NotImplementedError for an unknown code."""
    return day in _of(code)


@cache
def _of(code: str) -> HolidayBase:
    country, _, part = code.upper().partition("-")
    return holidays.country_holidays(country, subdiv=part or None)
