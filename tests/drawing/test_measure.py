"""Widths of texts, without a font."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from balie.blueprint.drawing import measure
from balie.blueprint.drawing.measure import SLACK, Style, clip, width, wrap

BODY = Style(12)
FONTS = Path(measure.__file__).parent / "fonts"


def test_a_text_is_as_wide_as_its_letters():
    assert width("ij", Style(2816)) == pytest.approx((668 + 668) * SLACK)
    assert width("", BODY) == 0


def test_a_heavier_text_is_wider():
    assert width("Mijn facturen", Style(12, 600)) > width("Mijn facturen", Style(12, 400))


def test_a_character_that_inter_lacks_still_takes_room():
    assert width("漢", BODY) == pytest.approx(12 * SLACK)
    assert width("ა", BODY) == pytest.approx(12 * 0.62 * SLACK)


def test_a_text_that_fits_is_left_alone():
    assert clip("kort", BODY, 100) == "kort"


def test_a_text_that_does_not_fit_ends_in_an_ellipsis_and_fits():
    clipped = clip("Waar is mijn pakket gebleven?", BODY, 60)
    assert clipped == "Waar is…"
    assert width(clipped, BODY) <= 60


def test_lines_break_between_words():
    assert wrap("Kiest de artikelen en zegt waarom", BODY, 110) == (
        "Kiest de artikelen",
        "en zegt waarom",
    )


def test_a_word_that_is_too_long_is_broken():
    lines = wrap("Meervoudigepersoonlijkheidsstoornis", BODY, 60)
    assert all(line.endswith("-") for line in lines[:-1])
    joined = "".join(line.removesuffix("-") for line in lines)
    assert joined == "Meervoudigepersoonlijkheidsstoornis"
    assert all(width(line, BODY) <= 60 for line in lines)


def test_what_does_not_fit_in_the_last_line_is_clipped():
    lines = wrap("een twee drie vier vijf zes zeven acht", BODY, 60, most=2)
    assert lines == ("een twee", "drie vier…")


@pytest.mark.parametrize(
    ("weight", "name"), [(400, "Regular"), (500, "Medium"), (600, "SemiBold"), (700, "Bold")]
)
def test_the_table_agrees_with_the_font_that_comes_with_the_drawing(weight: int, name: str):
    font = TTFont(FONTS / f"Inter-{name}.otf")
    glyphs, advances = font.getBestCmap(), font["hmtx"]
    em = font["head"].unitsPerEm
    table = measure._advances(weight)
    assert len(table) > 500
    assert {character: round(ems * em) for character, ems in table.items()} == {
        chr(code): advances[glyph][0] for code, glyph in glyphs.items()
    }


def test_the_font_moves_the_pen_by_its_letters_alone():
    """No kerning and no alternates, so that the table tells all."""
    assert all(
        {"GPOS", "GSUB", "kern"}.isdisjoint(TTFont(file).keys()) for file in FONTS.glob("*.otf")
    )
