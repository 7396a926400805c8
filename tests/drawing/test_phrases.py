"""The blueprint's small languages in words."""

from pathlib import Path

import pytest

from balie.blueprint.drawing.phrases import Phrases
from balie.blueprint.drawing.speech import speech
from balie.blueprint.reader import read

LINDEMAN = Path(__file__).parents[2] / "blueprints" / "lindeman"
DRAWING = Path(__file__).parents[2] / "src" / "balie" / "blueprint" / "drawing"


def phrases(language: str) -> Phrases:
    blueprint = read(LINDEMAN).blueprint
    assert blueprint is not None
    return Phrases(blueprint, language, speech(language))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('return.status == "approved"', "Stand is “Stuur het maar op”"),
        ("return.value <= 100", "Waarde ≤ 100"),
        (
            'return.value <= 100 && return.reason != "DEFECT"',
            "Waarde ≤ 100 en Waarom is niet “Het is stuk”",
        ),
        (
            'order.status in ["received", "confirmed"]',
            "Stand is “We hebben uw bestelling” of “Bevestigd”",
        ),
        ("has(order.sent_on)", "Verzonden op bekend is"),
        ("!has(order.sent_on)", "Verzonden op niet bekend is"),
        ("order.return_until >= today()", "Terugsturen kan tot en met ≥ vandaag"),
        ("something.else == 3", "something.else is 3"),
    ],
)
def test_a_condition_is_said_in_the_words_of_customers(condition: str, words: str):
    assert phrases("nl").condition(condition) == words


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("erp is down", "Business Central is down"),
        ("login is down", "Signing in is down"),
        ("nobody decides", "Nobody decides"),
        ("this form is settled", "this is settled"),
        ("this form is received", "this is received"),
        ("carrier tells parcelReceived", "Carrier tells: parcelReceived"),
        ("refund.status becomes Open or Paid", "Refund becomes “Posted” or “Paid out or set off”"),
        ("the moon is full tonight", "the moon is full tonight"),
    ],
)
def test_a_happening_is_said_in_words(when: str, words: str):
    assert phrases("en").happening(when) == words


@pytest.mark.parametrize(
    ("language", "times"),
    [
        ("nl", ["2 seconden", "1 seconde", "1 seconde", "1 seconde"]),
        ("en", ["2 seconds", "1 second", "1 second", "1 second"]),
    ],
)
def test_a_length_of_time_is_said_in_the_language(language: str, times: list[str]):
    speaker = phrases(language)
    promised = [step.promise.page_within for step in speaker.blueprint.steps]
    assert [speaker.time(promise) for promise in promised if promise][:4] == times


def test_no_words_of_the_drawing_are_unused():
    code = "\n".join(file.read_text("utf-8") for file in DRAWING.glob("*.py"))
    for section in ("lanes", "lines", "says", "happenings", "legend", "step", "table"):
        unused = [key for key in speech("en").sections[section] if f'"{key}"' not in code]
        assert unused == [], section
