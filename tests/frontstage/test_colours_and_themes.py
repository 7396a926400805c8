"""A seed colour becomes a palette that everybody can read, or is refused."""

import re

import pytest

from balie.frontstage.colour import Oklch, contrast, hex_of, oklch_of
from balie.frontstage.theme import Pair, UnreadableTheme, pairs, theme_of

SEEDS = ("#1f6f5c", "#d00000", "#ffd400", "#0050c8", "#000000", "#6a3fc0", "#f06a00", "#b8e000",
         "#ffffff", "#00c8e0", "#808080")  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_every_seed_gives_text_that_can_be_read_in_light_and_in_dark(seed: str) -> None:
    measured = theme_of(seed).measured()
    assert len(measured) == 2 * len(pairs())
    assert measured[0].margin >= 1


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


@pytest.mark.parametrize("colour", ["#1f6f5c", "#ffd400", "#0050c8", "#123456", "#ffffff"])
def test_a_colour_survives_the_way_there_and_back(colour: str) -> None:
    assert hex_of(oklch_of(colour)) == colour


def test_a_colour_that_no_screen_has_gives_way_in_chroma_only() -> None:
    shown = oklch_of(hex_of(Oklch(0.6, 0.4, 150)))
    assert shown.lightness == pytest.approx(0.6, abs=0.01)
    assert shown.hue == pytest.approx(150, abs=1)
    assert shown.chroma < 0.25


def test_a_light_brand_keeps_its_colour_and_gets_dark_text() -> None:
    light = theme_of("#ffd400").light
    assert contrast(light["brand"], "#ffffff") < 2
    assert contrast(light["on-brand"], light["brand"]) > 7


def test_a_theme_with_unreadable_text_is_refused_and_names_the_pair() -> None:
    with pytest.raises(UnreadableTheme) as refused:
        theme_of("#1f6f5c", {"light": {"ink-soft": "#c0c0c0"}})
    assert "light: ink-soft on surface has 1.82:1, and it needs 4.5:1" in str(refused.value)


@pytest.mark.parametrize("colour", ["green", "#12345", "1f6f5c", "#1f6f5cff", ""])
def test_what_is_no_colour_is_refused_with_an_example(colour: str) -> None:
    with pytest.raises(ValueError, match=re.escape('Write six hexadecimal digits: "#1f6f5c".')):
        theme_of(colour)


def test_light_is_for_who_chose_light_and_dark_for_who_chose_dark() -> None:
    theme = theme_of("#1f6f5c")
    css = theme.css()
    dark = f"--bg:{theme.dark['bg']};"
    assert css.index(f"--bg:{theme.light['bg']};") < css.index(dark)
    assert "@media (prefers-color-scheme:dark){:root:not([data-theme=light]){" in css
    assert css.count(dark) == 2
    assert re.fullmatch(r"[\x20-\x7e\n]*", css)


def test_the_pairs_cover_every_token_that_is_a_colour_of_text() -> None:
    theme = theme_of("#1f6f5c")
    read = {pair.colour for pair in pairs()}
    text = {token for token in theme.light if token.endswith("ink") or token.startswith("on-")}
    assert text <= read
    assert Pair("on-brand", "brand", 4.5) in pairs()
