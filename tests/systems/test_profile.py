"""What a system's own description does not say."""

import pytest

from balie.systems.errors import Misconfigured
from balie.systems.many import many_keys
from balie.systems.placeholders import filled, setting
from balie.systems.profile import Profile


def test_a_word_is_a_text_a_list_or_words_of_its_own() -> None:
    profile = Profile({"a": "text", "b": ["x", "y"], "c": {"d": "e"}})
    assert profile.text("a") == "text"
    assert profile.text("b", "other") == "other"
    assert profile.texts("a") == ("text",)
    assert profile.texts("b") == ("x", "y")
    assert profile.texts("c") == ()
    assert profile.section("c") == {"d": "e"}
    assert profile.section("a") == {}


def test_nothing_and_amounts_have_words() -> None:
    profile = Profile({"no value": ["", "0001-01-01"], "amounts": {"fields": ["total"]}})
    assert profile.no_value == {"", "0001-01-01"}
    assert profile.amounts == {"total"}
    assert profile.currency == "EUR"
    assert Profile({"amounts": {"currency": "SEK"}}).currency == "SEK"


def test_many_keys_for_every_field() -> None:
    profile = Profile({"many keys": "one call per 20 keys, with or on one field"})
    assert many_keys(profile, "orders", ("id", "number")) == {"id": 20, "number": 20}


def test_many_keys_for_some_fields_or_for_a_field_of_one_table() -> None:
    profile = Profile({"many keys": {"id": "50 keys with commas", "labels.reference": "10 keys"}})
    assert many_keys(profile, "labels", ("id", "reference")) == {"id": 50, "reference": 10}
    assert many_keys(profile, "shipments", ("reference",)) == {}
    assert many_keys(Profile(), "labels", ("id",)) == {}


@pytest.mark.parametrize("text", ["many", "0 keys", "5000 keys"])
def test_many_keys_that_say_no_number_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="does not say how many"):
        many_keys(Profile({"many keys": text}), "orders", ("id",))


def test_a_placeholder_is_filled_from_the_settings() -> None:
    settings = {"A": "1", "B": "x y"}
    assert filled("${A}/${B}/${A}", settings) == "1/x y/1"
    assert filled("${B}", settings, lambda value: value.replace(" ", "%20")) == "x%20y"
    assert filled("no placeholder $A {B}", {}) == "no placeholder $A {B}"


def test_what_a_setting_holds_is_not_filled_again() -> None:
    assert filled("${A}", {"A": "${B}", "B": "secret"}) == "${B}"


@pytest.mark.parametrize("settings", [{}, {"ERP_KEY": ""}])
def test_a_missing_setting_is_named(settings: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="The setting ERP_KEY is missing"):
        setting("ERP_KEY", settings)
