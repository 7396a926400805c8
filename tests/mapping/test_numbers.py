"""Numbers are written as Babel writes them, in every locale that it knows."""

from decimal import Decimal

from babel.core import Locale
from babel.localedata import locale_identifiers
from babel.numbers import format_currency, format_decimal
from hypothesis import example, given, settings
from hypothesis import strategies as st

from balie.mapping.numbers import of_amounts, of_numbers

LOCALES = sorted(
    name for name in locale_identifiers() if "latn" in Locale.parse(name).number_symbols
)
VALUES = st.decimals(
    min_value=-(10**15), max_value=10**15, allow_nan=False, allow_infinity=False, places=4
)


@settings(max_examples=500, deadline=None)
@given(
    VALUES, st.sampled_from(LOCALES), st.sampled_from(["EUR", "USD", "JPY", "KWD", "INR", "XYZ"])
)
@example(Decimal("-1234567.5"), "nl", "EUR")
@example(Decimal("1234567.5"), "hi", "INR")
@example(Decimal("1E+3"), "de_CH", "JPY")
def test_an_amount_reads_as_babel_writes_it(value: Decimal, locale: str, currency: str) -> None:
    expected = format_currency(value, currency, locale=locale, decimal_quantization=False)
    assert of_amounts(currency, locale).write(value) == expected


@settings(max_examples=500, deadline=None)
@given(VALUES, st.sampled_from(LOCALES), st.booleans())
@example(Decimal("-1234567.5"), "nl", True)
@example(Decimal("10085"), "en", False)
def test_a_number_reads_as_babel_writes_it(value: Decimal, locale: str, in_groups: bool) -> None:
    expected = format_decimal(
        value, locale=locale, decimal_quantization=False, group_separator=in_groups
    )
    assert of_numbers(locale, in_groups=in_groups).write(value) == expected
