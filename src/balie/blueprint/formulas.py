"""What `sets:` and `sends:` give to a target: a field, a sentence, something computed, or a text.

customer: me.customer
subject: Return of order {return.order}
value: sum(return.lines.price * return.lines.quantity)
creditMemoDate: today()
lineType: Item
"""

import re
from dataclasses import dataclass, field
from datetime import date

from balie.blueprint import conditions
from balie.blueprint.conditions import Evaluate, Lookup, Outcome
from balie.blueprint.source import Text

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", re.ASCII)
_BRACES = re.compile(r"\{([A-Za-z_]\w*(?:\.\w+)+)\}")


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed value. names: the dotted names in it, each with its place."""

    text: Text
    names: tuple[Text, ...]
    _evaluate: Evaluate = field(repr=False, compare=False)

    def value(self, lookup: Lookup, today: date) -> Outcome:
        """What it comes to; None when something in it is unknown."""
        return self._evaluate(lookup, today)


def formula(text: Text) -> Formula:
    """The value that a text writes. Raises NotUnderstood when what it computes has no sense."""
    if _BRACES.search(text):
        return _sentence(text)
    if _DOTTED.fullmatch(text) or "(" in text:
        evaluate, names = conditions.expression(text)
        return Formula(text, names, evaluate)
    plain = str(text)
    return Formula(text, (), lambda _lookup, _today: plain)


def _sentence(text: Text) -> Formula:
    names = tuple(text.part(*found.span(1)) for found in _BRACES.finditer(text))

    def filled_in(lookup: Lookup, _today: date) -> Outcome:
        values = {str(name): lookup(str(name)) for name in names}
        if any(value in (None, "") or isinstance(value, list) for value in values.values()):
            return None
        return _BRACES.sub(lambda found: str(values[found[1]]), text)

    return Formula(text, names, filled_in)
