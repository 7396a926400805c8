"""When a form can be used: its `only while`, held against the row that it would be about."""

from collections.abc import Sequence
from datetime import date

from balie.blueprint.conditions import Known, Lookup
from balie.blueprint.model import OnlyWhile
from balie.mapping.thing import Record


def forbids(
    rules: Sequence[OnlyWhile], thing: str, record: Record, today: date
) -> OnlyWhile | None:
    """The first rule that does not certainly hold for this row; None when all of them do."""
    look = _named(thing, record)
    return next((rule for rule in rules if rule.if_.holds(look, today) is not True), None)


def _named(thing: str, record: Record) -> Lookup:
    """Names of the story (`order.sent_on`) as fields of this record."""

    def look(name: str) -> Known | list[Lookup] | None:
        first, _, rest = name.partition(".")
        return record.look(rest) if first == thing else None

    return look
