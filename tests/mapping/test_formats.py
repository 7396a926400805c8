"""How a clear value reads."""

from decimal import Decimal

import pytest

from balie.mapping.formats import read_aloud
from balie.mapping.kinds import Kind


def read(value: Decimal | int, kind: Kind, language: str = "nl", currency: str = "EUR") -> str:
    text = read_aloud(value, kind, language, "Europe/Amsterdam", currency)
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12.500", "12,5"),
        ("12.123456", "12,123456"),
        ("5.000", "5"),
        ("1200", "1.200"),
        ("1E+3", "1.000"),
        ("0.30000000000000004", "0,3"),
        ("-0.0", "0"),
        ("1e-400", "0"),
    ],
)
def test_a_number_has_the_decimals_that_it_has(value: str, text: str) -> None:
    assert read(Decimal(value), Kind.NUMBER) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("237.4600", "€ 237,46"),
        ("237.5", "€ 237,50"),
        ("5", "€ 5,00"),
        ("0.0375", "€ 0,0375"),
        ("12.299999999999999", "€ 12,30"),
        ("-1200", "€ -1.200,00"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency_or_more(value: str, text: str) -> None:
    assert read(Decimal(value), Kind.MONEY) == text


def test_a_number_that_is_a_name_has_no_groups() -> None:
    assert read(10085, Kind.TEXT) == "10085"
    assert read(10085, Kind.NUMBER) == "10.085"
