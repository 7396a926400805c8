"""How a clear value reads in a language: `20 november 2026`, `€ 237,46`."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from balie.mapping import numbers
from balie.mapping.clear import Clear
from balie.mapping.kinds import Kind
from balie.words.languages import MODEL, flat, part, spoken

MOST_DECIMALS = 9
"""No price or measure has more; what comes after them is noise."""

_PLAIN = re.compile(r"\d{1,12}(\.\d{1,9})?", re.ASCII)


def read_aloud(value: Clear, kind: Kind, language: str, zone: str, currency: str) -> str:
    """The text of a value as people read it. "" when there is no value. Raises nothing for what
    `balie.mapping.clear.meant` lets pass, whatever its kind.
    """
    if type(value) is Decimal and kind is Kind.MONEY:  # as most are
        return _amount(value, currency, locale_of(language))
    match value:
        case None:
            return ""
        case bool():
            return said(language)["values.yes" if value else "values.no"]
        case datetime():
            return _moment(value, language, zone)
        case date():
            return day(value, language)
        case Decimal() | int() if kind is Kind.MONEY:
            return _amount(value, currency, locale_of(language))
        case Decimal() | int():
            return _number(value, locale_of(language), in_groups=kind is not Kind.TEXT)
        case _:
            return value


def _amount(value: Decimal | int, currency: str, locale: str) -> str:
    """With the decimals of its currency, and more when the amount has more: `€ 0,0375`."""
    text = _plain_amount(str(value), currency, locale)
    return text or numbers.of_amounts(currency, locale).write(_without_noise(value))


@lru_cache(maxsize=4096)
def _plain_amount(written: str, currency: str, locale: str) -> str | None:
    """Of an amount that is neither negative nor noisy; None for others."""
    is_plain = _PLAIN.fullmatch(written) is not None
    return numbers.of_amounts(currency, locale).digits(written) if is_plain else None


def _number(value: Decimal | int, locale: str, *, in_groups: bool) -> str:
    """With the decimals that it has: `12,5`. A number that is a name has no groups."""
    return numbers.of_numbers(locale, in_groups=in_groups).write(_without_noise(value))


@lru_cache(maxsize=4096)
def _moment(value: datetime, language: str, zone: str) -> str:
    here = value.astimezone(ZoneInfo(zone))
    return f"{day(here.date(), language)}, {clock_time(here, language)}"


def _without_noise(value: Decimal | int) -> Decimal:
    """As it was meant: a system that counts in binary sends 0.30000000000000004."""
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    is_noisy = isinstance(exponent, int) and exponent < -MOST_DECIMALS
    return (round(number, MOST_DECIMALS) if is_noisy else number) + 0


@cache
def locale_of(language: str) -> str:
    """The locale in which a language's dates and amounts are written."""
    return said(language)["locale"] if language in spoken() else language


@cache
def said(language: str) -> Mapping[str, str]:
    """What a language says of values; in English when Balie does not speak it."""
    return flat(part(language if language in spoken() else MODEL, "language"), "u")


def receipts_word(language: str) -> str:
    """The word of the address that receipts have in services of a language: "receipts"."""
    return said(language)["addresses.receipts"]


def approvals_word(language: str) -> str:
    """The word of the address of what waits for somebody's approval: "approvals"."""
    return said(language)["addresses.approvals"]


@lru_cache(maxsize=4096)
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
