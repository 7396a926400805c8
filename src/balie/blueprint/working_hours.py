"""When people work, as people write it: `mon-fri 09-17`, `tue-sat 08:30-18`."""

import re
from collections.abc import Iterator

from balie.blueprint.grammar import NotUnderstood
from balie.blueprint.model import WorkingHours
from balie.blueprint.source import Text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = rf"(?:{'|'.join(DAYS)})"
_HOURS = r"(\d{1,2})(?::([0-5]\d))?"
_RANGE = rf"{_DAY}(?:-{_DAY})?"
PATTERN = re.compile(rf"({_RANGE}(?:, ?{_RANGE})*) {_HOURS}-{_HOURS}")
MIDNIGHT = 24 * 60


def parse(text: Text) -> WorkingHours:
    """The days and hours. A range of days may pass Sunday: `sat-mon`. Raises NotUnderstood."""
    match = PATTERN.fullmatch(text)
    opens, closes = (_minute(match[2], match[3]), _minute(match[4], match[5])) if match else (0, 0)
    if match is None or not opens < closes <= MIDNIGHT:
        raise NotUnderstood(
            text.at,
            f'"{text}" does not say when people work',
            "write days and hours:  mon-fri 09-17, tue-sat 08:30-18:00, mon, thu 09-12:30",
        )
    days = frozenset(day for part in match[1].split(",") for day in _days(part.strip()))
    return WorkingHours(days=days, opens=opens, closes=closes)


def _minute(hour: str, minute: str | None) -> int:
    return int(hour) * 60 + int(minute or 0)


def _days(part: str) -> Iterator[int]:
    first, _, last = part.partition("-")
    day, end = DAYS.index(first), DAYS.index(last or first)
    yield day
    while day != end:
        day = (day + 1) % len(DAYS)
        yield day
