"""Conditions (`if:`): a subset of CEL with three answers, yes, no and unknown.

Whatever CEL would answer with an error (a missing or empty value) is unknown, and unknown is
never yes. Parsed once; evaluated by `Condition.holds`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from balie.blueprint.source import Text

Known = str | bool | int | Decimal | date | datetime
"""A value that a condition can compare."""

Lookup = Callable[[str], "Known | list[Lookup] | None"]
"""A dotted name ("open.status") -> its value, rows for a nested list, or None when unknown."""

Evaluate = Callable[[Lookup, date], "Known | list[Lookup] | None"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition. `names` are the dotted names in it, each with its place."""

    text: Text
    names: tuple[Text, ...]
    evaluate: Evaluate = field(repr=False, compare=False)

    def holds(self, lookup: Lookup, today: date) -> bool | None:
        """Yes, no, or None for unknown."""
        answer = self.evaluate(lookup, today)
        return answer if isinstance(answer, bool) else None
