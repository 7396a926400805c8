"""The highest value of a question, in the words of the field's own type."""

import pytest

from balie.systems.bounds import highest
from balie.systems.contract import Field, Type


@pytest.mark.parametrize(
    ("type_", "text", "asked"),
    [
        (Type.DATE, "2026-11-22", "2026-11-22"),
        (Type.DATE, "2026-11-22T10:00:00Z", "2026-11-23"),
        (Type.DATE, "9999-12-31T23:00:00Z", "9999-12-31"),
        (Type.DATETIME, "2026-11-22", "2026-11-23T23:59:59.999999Z"),
        (Type.DATETIME, "2026-11-22T10:00:00Z", "2026-11-22T10:00:01Z"),
        (Type.DATETIME, "2026-11-22T10:00:00.25+01:00", "2026-11-22T09:00:01.250000Z"),
        (Type.DATETIME, "9999-12-31", "9999-12-31T23:59:59.999999Z"),
        (Type.TEXT, "VO-1", "VO-1"),
        (Type.INTEGER, "7", "7"),
    ],
)
def test_days_and_moments_are_asked_of_either_and_lose_no_row(
    type_: Type, text: str, asked: str
) -> None:
    assert highest(Field(name="changed", type=type_), text) == asked


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-11-22T10:00:00", ""])
@pytest.mark.parametrize("type_", [Type.DATE, Type.DATETIME])
def test_what_is_neither_is_refused(type_: Type, text: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid|zone|month"):
        highest(Field(name="changed", type=type_), text)
