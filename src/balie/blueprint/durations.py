"""Lengths of time as people write them: `5 minutes`, `800 ms`, `2 working days`, `13 months`."""

import re
from datetime import timedelta

from balie.blueprint.grammar import NotUnderstood
from balie.blueprint.model import Duration
from balie.blueprint.source import Text

# A month and a year are taken at their longest: what is promised to be kept is kept that long.
UNITS = {
    "ms": timedelta(milliseconds=1),
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=31),
    "year": timedelta(days=366),
}
PATTERN = re.compile(r"(\d{1,6}) (working )?(ms|second|minute|hour|day|week|month|year)s?")


def parse(text: Text) -> Duration:
    """A duration. Raises NotUnderstood."""
    match = PATTERN.fullmatch(text)
    if match is None or (match[2] and match[3] != "day"):
        raise NotUnderstood(
            text.at,
            f'"{text}" is not a length of time',
            "write a number and a unit:  800 ms, 5 minutes, 2 working days, 13 months",
        )
    return Duration(text, int(match[1]) * UNITS[match[3]], working=bool(match[2]))
