"""A raw value becomes a clear one, or says why it cannot."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from balie.mapping.calculations import calculation
from balie.mapping.clear import Clear, Unreadable, clear, meant
from balie.mapping.formats import read_aloud
from balie.mapping.kinds import Kind
from balie.systems.contract import Field, Type
from balie.systems.rows import Raw

NOTHING = frozenset[str]()
ZONES = ("UTC", "Europe/Amsterdam", "Pacific/Kiritimati", "America/New_York")


def cleared(raw: Raw, type_: Type, no_value: frozenset[str] = NOTHING) -> Clear:
    return clear(raw, Field(name="total", type=type_), no_value)


@pytest.mark.parametrize(
    ("raw", "type_"),
    [
        (10**27, Type.INTEGER),
        ("1" * 5000, Type.INTEGER),
        (1e27, Type.NUMBER),
        ("1e27", Type.NUMBER),
        ("1e999999999", Type.NUMBER),
        ("NaN", Type.NUMBER),
        ("-Infinity", Type.NUMBER),
        ("1234567890123456", Type.NUMBER),
        ("9999-12-31T23:59:59Z", Type.DATETIME),
        ("9999-12-31T23:59:59-12:00", Type.DATETIME),
        ("0001-01-01T00:00:00Z", Type.DATETIME),
        ("0001-01-01T00:00:00+14:00", Type.DATETIME),
        ("2026-11-22T10:00:00", Type.DATETIME),
    ],
)
def test_what_nobody_can_mean_is_unreadable(raw: Raw, type_: Type) -> None:
    with pytest.raises(Unreadable, match='"total" is not a'):
        cleared(raw, type_)


@pytest.mark.parametrize("type_", [Type.TEXT, Type.UNKNOWN, Type.DATE, Type.NUMBER])
def test_only_spaces_are_no_value(type_: Type) -> None:
    assert cleared("  \t", type_) is None


def test_words_for_nothing_are_nothing_with_spaces_around_them() -> None:
    assert cleared(" n/a ", Type.TEXT, frozenset({"n/a"})) is None
    assert cleared("0001-01-01T00:00:00Z", Type.DATETIME, frozenset({"0001-01-01"})) is None
    assert cleared(" n/a, says he ", Type.TEXT, frozenset({"n/a"})) == "n/a, says he"


def test_long_keys_and_large_amounts_are_values() -> None:
    assert cleared(2**63, Type.INTEGER) == 2**63
    assert cleared("-123456789012345.67", Type.NUMBER) == Decimal("-123456789012345.67")
    assert cleared("9998-12-31T23:59:59Z", Type.DATETIME) is not None


NUMBERS = some.one_of(
    some.integers(),
    some.decimals(),
    some.decimals(min_value=-(10**15), max_value=10**15, places=7),
    some.sampled_from([Decimal("1e-999999"), Decimal("-0"), Decimal("-0.0000000001"), 10**19 - 1]),
)
MOMENTS = some.datetimes(timezones=some.timezones())
VALUES = some.one_of(some.none(), some.booleans(), some.text(), some.dates(), MOMENTS, NUMBERS)


def is_meant(value: Clear) -> bool:
    try:
        meant(value)
    except ValueError:
        return False
    return True


@given(
    VALUES.filter(is_meant),
    some.sampled_from(Kind),
    some.sampled_from(("nl", "en", "de", "fr")),
    some.sampled_from(("EUR", "USD", "JPY", "XXX", "")),
)
def test_every_clear_value_can_be_read_aloud(
    value: Clear, kind: Kind, language: str, currency: str
) -> None:
    for zone in ZONES:
        assert isinstance(read_aloud(value, kind, language, zone, currency), str)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("def mine(value): return 1 / (value - value)", "ZeroDivisionError"),
        ("def mine(value): return value.nothing_like_it", "AttributeError"),
        ("def mine(value): raise RuntimeError(f'about {value}')", "RuntimeError"),
        ("def mine(value): return [value]", "TypeError"),
        ("def mine(value): return value * 10.0 ** 40", "ValueError"),
        ("def mine(value): return float('nan')", "ValueError"),
    ],
)
def test_a_calculation_that_fails_names_itself_and_not_the_value(source: str, fault: str) -> None:
    mine = calculation("mine", {"functions/mine.py": source.encode()})
    with pytest.raises(Unreadable) as found:
        mine(4711, date(2026, 11, 22))
    assert str(found.value) == f'the calculation "mine" cannot do this: {fault}'


def test_a_calculation_with_a_fraction_gives_a_decimal() -> None:
    half = calculation("half", {"functions/half.py": b"def half(value): return value / 2"})
    assert half(5, date(2026, 11, 22)) == Decimal("2.5")


def test_a_moment_is_one_moment_whatever_its_zone() -> None:
    assert cleared("2026-11-22T10:00:00+05:30", Type.DATETIME) == datetime(
        2026, 11, 22, 4, 30, tzinfo=UTC
    )
