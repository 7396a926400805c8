"""The drawing and the table as they are handed out."""

import re
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from balie.blueprint.drawing.draw import draw, draw_table
from balie.blueprint.model import Blueprint
from balie.blueprint.reader import read

LINDEMAN = Path(__file__).parents[2] / "blueprints" / "lindeman"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", name="blueprint")
def _blueprint() -> Blueprint:
    blueprint = read(LINDEMAN).blueprint
    assert blueprint is not None
    return blueprint


def items(svg: str) -> list[Element]:
    """The steps in a drawing."""
    found = fromstring(svg).iter(f"{SVG}g")
    return [group for group in found if group.get("role") == "listitem"]


def test_the_same_blueprint_gives_the_same_bytes(blueprint: Blueprint):
    again = read(LINDEMAN).blueprint
    assert again is not None
    assert draw(blueprint, "nl") == draw(again, "nl")


def test_the_picture_of_the_readme_has_every_step_of_today(blueprint: Blueprint):
    picture = (LINDEMAN.parents[1] / "docs" / "pictures" / "drawing.svg").read_text("utf-8")
    told = [step.get("id") for step in items(picture)]
    assert told == [f"step-{step.id}" for step in blueprint.steps], "make pictures draws it again"


def test_the_drawing_is_a_named_document(blueprint: Blueprint):
    root = fromstring(draw(blueprint, "nl"))
    assert root.get("role") == "graphics-document"
    assert root.get("lang") == "nl"
    assert root.findtext(f"{SVG}title") == "Mijn Lindeman: serviceblauwdruk"
    described = root.find(f"*[@id='{root.get('aria-describedby')}']")
    assert described is not None
    assert described.text == (
        "Klanten regelen hier zelf hun bestellingen, retouren, facturen en gegevens. "
        "16 stappen, 3 systemen."
    )


def test_every_step_can_be_reached_by_keyboard_under_its_own_id(blueprint: Blueprint):
    steps = items(draw(blueprint, "nl"))
    assert [step.get("id") for step in steps] == [f"step-{step.id}" for step in blueprint.steps]
    assert {step.get("tabindex") for step in steps} == {"0"}


def test_a_step_is_read_out_in_whole_sentences(blueprint: Blueprint):
    step = items(draw(blueprint, "en"))[10]
    assert step.get("aria-label") == (
        "Step 11 of 16, Send back: Why not? For Consumer, Buyer. "
        "The customer: Reads the reason, and calls if it is not right."
    )
    described = step.find(f"*[@id='{step.get('aria-describedby')}']")
    assert described is not None
    assert described.text == (
        "The customer gets: Answer with the reason. Feeling: very unpleasant. "
        "In sight: Explains why on the phone, and looks for a solution together, "
        "Customer service. The screen shows Return number, Status, Our answer. "
        "Reads from CRM: Status, Return number, Our answer. "
        "When it goes wrong: CRM is down, “Our system is down for a moment. "
        "This is what we knew at ‹time›.”, shows what we knew."
    )


def test_what_is_only_to_be_seen_is_hidden_from_who_listens(blueprint: Blueprint):
    root = fromstring(draw(blueprint, "nl"))
    hidden = {text for group in root.iter() if group.get("aria-hidden") for text in group.iter()}
    heard = [
        element.tag.removeprefix(SVG)
        for element in root.iter()
        if (element.text or "").strip() and element not in hidden
    ]
    assert heard == ["title", "desc", *["desc"] * len(blueprint.steps)]


def test_nothing_needs_inline_styles_or_scripts(blueprint: Blueprint):
    svg = draw(blueprint, "nl")
    assert "style=" not in svg
    assert "<style" not in svg
    assert "<script" not in svg
    assert not re.search(r"\bon\w+=", svg)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", svg)


def test_a_text_cannot_break_out_of_the_drawing(tmp_path: Path):
    evil = "</text><script>alert(1)</script>&\"'"
    (tmp_path / "story.yaml").write_text(
        "service: >-\n  </title><script>alert(1)</script>\nlanguage: nl\nstory:\n"
        "  - phase: A\n    steps:\n      - step: a\n"
        f"        title: >-\n          {evil}\n        customer does: >-\n          {evil}\n",
        "utf-8",
    )
    blueprint = read(tmp_path).blueprint
    assert blueprint is not None
    for written in (draw(blueprint, "nl"), draw_table(blueprint, "nl")):
        assert "<script" not in written
        fromstring(written)


def test_a_language_without_words_of_its_own_is_drawn_in_english(blueprint: Blueprint):
    assert "line of visibility" in draw(blueprint, "fy")


def test_an_empty_story_is_drawn_too(tmp_path: Path):
    (tmp_path / "story.yaml").write_text("service: Leeg\nlanguage: nl\nstory: []\n", "utf-8")
    blueprint = read(tmp_path).blueprint
    assert blueprint is not None
    assert items(draw(blueprint, "nl")) == []
    fromstring(draw_table(blueprint, "nl"))


# ---- the table


def table(blueprint: Blueprint, language: str) -> Element:
    return fromstring(draw_table(blueprint, language))


def test_the_table_has_a_column_for_each_step_and_a_row_for_each_lane(blueprint: Blueprint):
    made = table(blueprint, "en")
    titles = made.findall("thead/tr[2]/th")
    assert [title.get("scope") for title in titles] == ["col"] * 17
    assert titles[3].text == "3. Where is my order?"
    lanes = [row.findtext("th") for row in made.findall("tbody/tr")]
    assert lanes == [
        "For whom",
        "Promise",
        "Feeling",
        "What the customer holds",
        "Customer",
        "In sight",
        "Screen",
        "Behind the scenes",
        "Systems",
        "When it goes wrong",
        "Open questions",
        "After that",
    ]
    assert {len(row) for row in made.findall("tbody/tr")} == {17}


def test_the_table_spans_each_phase_over_its_steps(blueprint: Blueprint):
    phases = table(blueprint, "nl").findall("thead/tr[1]/th")[1:]
    assert [(phase.text, phase.get("colspan")) for phase in phases] == [
        ("Binnenkomen", "1"),
        ("Volgen", "2"),
        ("Wijzigen", "2"),
        ("Terugsturen", "6"),
        ("Betalen", "1"),
        ("Hulp", "4"),
    ]


def test_the_table_says_where_a_field_comes_from_and_where_an_answer_goes(blueprint: Blueprint):
    text = draw_table(blueprint, "nl")
    assert "<li>Pakketten ← Vervoerder</li>" in text
    assert "<li>Straat en huisnummer → Business Central, CRM</li>" in text


def test_the_drawing_and_the_table_say_the_same(blueprint: Blueprint):
    """Every whole text of the drawing's cards is in the table as well."""
    said = draw_table(blueprint, "en")
    for text in ("Approves by itself", "at most 14 days", "Register my return", "/facturen"):
        assert text in said
        assert text in draw(blueprint, "en")


def test_a_step_for_everybody_says_so_in_the_readers_language(blueprint: Blueprint):
    for language, word in (("nl", "Iedereen"), ("en", "Everybody")):
        (step,) = [
            one for one in items(draw(blueprint, language)) if one.get("id") == "step-withdraw"
        ]
        assert word in "".join(step.itertext())
