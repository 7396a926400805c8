"""What `must be:` accepts, how it is kept, and what it says of the rest."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balie.mapping.rules import Bounds, Picture, Wrong, cleaned, must_be, number_of


def kept(rule: str, answer: str) -> str | Wrong:
    must = must_be(rule)
    assert callable(must)
    return must(answer)


@pytest.mark.parametrize(
    ("rule", "answer", "as_kept"),
    [
        ("e-mail", "Sanne.De-Wit+winkel@Voorbeeld.NL", "Sanne.De-Wit+winkel@voorbeeld.nl"),
        ("e-mail", "s@bücher.example", "s@bücher.example"),
        ("phone", "06 12 34 56 78", "06 12 34 56 78"),
        ("phone", "+31 (0)30 - 555 01 23", "+31 (0)30 - 555 01 23"),
        ("postcode", "3512jc", "3512 JC"),
        ("postcode", "3512  jc", "3512 JC"),
        ("at most 5 characters", "vijf!", "vijf!"),
    ],
)
def test_what_people_type_is_kept_in_one_form(rule: str, answer: str, as_kept: str) -> None:
    assert kept(rule, answer) == as_kept


@pytest.mark.parametrize(
    ("rule", "answer", "word"),
    [
        ("e-mail", "sanne", "mail"),
        ("e-mail", "sanne@", "mail"),
        ("e-mail", "sanne@nl", "mail"),
        ("e-mail", "a@b@c.nl", "mail"),
        ("e-mail", "a b@c.nl", "mail"),
        ("e-mail", ".a@c.nl", "mail"),
        ("e-mail", "a..b@c.nl", "mail"),
        ("e-mail", "a@c.nl\nBcc: x@y.nl", "mail"),
        ("e-mail", f"{'a' * 250}@c.nl", "mail"),
        ("phone", "bel mij", "phone"),
        ("phone", "123", "phone"),
        ("phone", "1" * 16, "phone"),
        ("postcode", "0512 JC", "postcode"),
        ("postcode", "3512 SS", "postcode"),
        ("postcode", "3512", "postcode"),
        ("at most 5 characters", "zesses", "length"),
    ],
)
def test_what_cannot_be_meant_is_said_in_a_word(rule: str, answer: str, word: str) -> None:
    found = kept(rule, answer)
    assert isinstance(found, Wrong)
    assert found.word == word


def test_a_text_that_is_too_long_says_how_long_it_is() -> None:
    assert kept("at most 5 characters", "zesses") == Wrong("length", {"most": "5", "has": "6"})


def test_an_end_may_be_a_field_of_the_row_that_was_picked() -> None:
    bounds = must_be("from 1 to order.sent_lines.quantity")
    assert bounds == Bounds(lowest="1", highest="order.sent_lines.quantity")
    assert isinstance(bounds, Bounds)
    rule = bounds.rule({"order.sent_lines.quantity": Decimal("3.00")}.get)
    assert rule("3") == "3"
    assert rule("2,0") == "2"
    assert rule("4") == Wrong("between", {"lowest": "1", "highest": "3"})
    assert rule("0") == Wrong("between", {"lowest": "1", "highest": "3"})
    assert rule("drie") == Wrong("number")
    assert rule("NaN") == Wrong("number")


def test_parts_of_one_are_refused_where_a_number_is_to_be_whole() -> None:
    bounds = must_be("whole, from 1 to order.sent_lines.quantity")
    assert isinstance(bounds, Bounds)
    rule = bounds.rule({"order.sent_lines.quantity": Decimal("3.00")}.get)
    assert rule("2,0") == "2"
    assert rule("1,5") == Wrong("whole")
    assert rule("4") == Wrong("between", {"lowest": "1", "highest": "3"})


def test_a_picture_has_a_size_in_bytes() -> None:
    assert must_be("image under 8 MB") == Picture(8 * 1024 * 1024)


@pytest.mark.parametrize("text", ["", "email", "at most characters", "under 8 MB", "a number"])
def test_a_rule_that_is_not_on_the_list_is_refused_with_the_list(text: str) -> None:
    with pytest.raises(ValueError, match="is none of: e-mail, phone"):
        must_be(text)


@given(st.text(max_size=200))
def test_no_answer_breaks_a_rule_and_what_is_kept_is_kept_again(answer: str) -> None:
    text = cleaned(answer)
    assert cleaned(text) == text
    for rule in ("e-mail", "phone", "postcode", "at most 60 characters"):
        found = kept(rule, text)
        assert isinstance(found, Wrong) or kept(rule, found) == found


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-999, max_value=999))
def test_a_number_is_read_as_it_is_written_here_and_elsewhere(number: Decimal) -> None:
    assert number_of(str(number)) == number_of(str(number).replace(".", ",")) == number
