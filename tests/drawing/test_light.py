"""One field lit, colours that can be read, and what comes out as PNG, PDF and a page."""

from dataclasses import astuple
from pathlib import Path

import pytest

from balie.blueprint.drawing.layout import lay_out
from balie.blueprint.drawing.palette import DARK, LIGHT, Palette, quiet, recoloured
from balie.blueprint.drawing.sheet import Look
from balie.blueprint.drawing.tell import tell
from balie.blueprint.model import Blueprint
from balie.blueprint.reader import read
from balie.commands.main import main

LINDEMAN = Path(__file__).parents[2] / "blueprints" / "lindeman"


@pytest.fixture(scope="module", name="blueprint")
def _blueprint() -> Blueprint:
    blueprint = read(LINDEMAN).blueprint
    assert blueprint is not None
    return blueprint


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    "palette",
    [LIGHT, DARK, quiet(LIGHT), quiet(DARK)],
    ids=["light", "dark", "quiet", "quiet dark"],
)
def test_every_text_and_line_can_be_seen(palette: Palette):
    grounds = (*palette.grounds, palette.card, palette.machine, palette.slip)
    for text in (palette.ink, palette.muted):
        assert min(contrast(text, ground) for ground in grounds) >= 4.5
    assert contrast(palette.alarm, palette.grounds[0]) >= 4.5
    assert contrast(palette.alarm, palette.card) >= 4.5
    assert contrast(palette.on_dark, palette.bar) >= 4.5
    assert contrast(palette.address, palette.screen_bar) >= 4.5
    for text in (palette.ink, palette.muted, palette.alarm):
        assert contrast(text, palette.marker) >= 4.5
    for line in (*palette.systems, palette.line if palette in (LIGHT, DARK) else palette.ink):
        assert min(contrast(line, ground) for ground in palette.grounds) >= 3
        assert contrast(line, palette.card) >= 4.4


def test_no_two_roles_share_a_colour_so_a_page_can_turn_the_drawing_dark():
    flat = [
        colour for part in astuple(LIGHT) for colour in ([part] if isinstance(part, str) else part)
    ]
    assert len(flat) == len(set(flat))
    assert '.d svg [fill="#172033"] { fill: #edf1f8 }' in recoloured(".d svg")


def test_one_field_is_lit_from_the_system_to_the_screen(blueprint: Blueprint):
    sheet = lay_out(tell(blueprint, "nl", "order.status"))
    lit = {column.step: [card for card in column.cards if card.lit] for column in sheet.columns}
    order = lit["order"] if "order" in lit else lit[sheet.columns[2].step]
    assert {card.look for card in order} >= {Look.CUSTOMER, Look.PILL}
    pill = next(card for card in order if card.look is Look.PILL)
    assert "salesOrders.status" in [text.text for text in pill.every_text()]
    column = sheet.columns[2]
    assert [riser.lit for riser in column.risers] == [True, False]
    assert any(arrow.lit for arrow in column.arrows)
    assert not any(card.lit for card in sheet.columns[11].cards)


def test_without_a_field_nothing_is_lit(blueprint: Blueprint):
    sheet = lay_out(tell(blueprint, "nl"))
    assert not sheet.has_light
    assert not any(card.lit for column in sheet.columns for card in column.cards)


def drawn(*arguments: str) -> int:
    try:
        return main(["draw", str(LINDEMAN), *arguments])
    except SystemExit as stopped:
        return int(stopped.code or 0)


def test_a_pdf_and_a_picture_are_the_same_bytes_every_time(tmp_path: Path):
    for name, begin in (("a.pdf", b"%PDF-"), ("a.png", b"\x89PNG")):
        files = [tmp_path / f"{time}-{name}" for time in (1, 2)]
        assert [drawn("-o", str(file)) for file in files] == [0, 0]
        first, second = (file.read_bytes() for file in files)
        assert first.startswith(begin)
        assert first == second


def test_sheets_are_a_file_each(tmp_path: Path):
    assert drawn("--sheets", "-o", str(tmp_path / "a.svg")) == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a-1.svg", "a-2.svg", "a-3.svg"]


def test_a_page_holds_sheets_cards_and_table(tmp_path: Path):
    assert drawn("-o", str(tmp_path / "a.html"), "--language", "en") == 0
    page = (tmp_path / "a.html").read_text("utf-8")
    assert page.count("<svg") == 3
    assert page.count('id="card-') == 16
    assert "<table" in page
    assert "size: A3 landscape" in page
    ids = [part.partition('"')[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "wrong",
    [
        ("--field", "order.statu"),
        ("-o", "a.docx"),
        ("--sheets",),
        ("--paper", "A4"),
        ("--dark", "--table"),
        ("--json", "-o", "a.svg"),
    ],
)
def test_what_cannot_be_meant_is_wrong_use(wrong: tuple[str, ...]):
    assert drawn(*wrong) == 2
