"""How a clear value reads in a language: `20 november 2026`, `€ 237,46`."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal

from balie.mapping.clear import Clear
from balie.mapping.kinds import Kind

LOCALES = {"en": "en_GB"}
"""Where people read a language, when Babel's own choice is elsewhere: 20 November 2026."""

YES_NO = {"nl": ("Ja", "Nee"), "en": ("Yes", "No")}


@lru_cache(maxsize=4096, typed=True)
def read_aloud(value: Clear, kind: Kind, language: str, zone: str, currency: str) -> str:
    """The text of a value as people read it. "" when there is no value. Raises nothing for what
    `balie.mapping.clear.meant` lets pass, whatever its kind.
    """
    match value:
        case None:
            return ""
        case bool():
            yes, no = YES_NO.get(language, YES_NO["en"])
            return yes if value else no
        case datetime():
            here = value.astimezone(ZoneInfo(zone))
            return f"{day(here.date(), language)}, {clock_time(here, language)}"
        case date():
            return day(value, language)
        case Decimal() | int() if kind is Kind.MONEY:
            return str(format_currency(value, currency, locale=locale_of(language)))
        case Decimal() | int():
            return str(format_decimal(value, locale=locale_of(language)))
        case _:
            return value


def locale_of(language: str) -> str:
    """The locale in which a language's dates and amounts are written."""
    return LOCALES.get(language, language)


def day(value: date, language: str) -> str:
    """A day in words: `20 november 2026`."""
    return str(format_date(value, "long", locale=locale_of(language)))


def month(value: date, language: str) -> str:
    """A month, short: `nov 2026`."""
    return str(format_date(value, "MMM y", locale=locale_of(language)))


def clock_time(value: datetime, language: str) -> str:
    """The time of day: `9:12`."""
    return str(format_time(value, "HH:mm", locale=locale_of(language)))


def moment(value: datetime, now: datetime, language: str, zone: str) -> str:
    """A moment for in a sentence: the time when it is today, else the day and the time."""
    here, today = value.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    if here.date() == today:
        return clock_time(here, language)
    return f"{day(here.date(), language)}, {clock_time(here, language)}"
