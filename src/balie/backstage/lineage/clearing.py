"""What happens to a raw value on its way to a customer, in words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from balie.blueprint.model import Blueprint, Stage
from balie.mapping.kinds import Kind
from balie.mapping.thing import MappedField, MappedSource, MappedThing

_A_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class How(StrEnum):
    """What happens to a raw value. Each is a sentence with room for `what` and `says`."""

    FIRST = "the first of {what} that has it"
    CALCULATED = "calculated by {what}"
    DATE = "a date, in the customer's language"
    NUMBER = "a number, in the customer's language"
    BOOLEAN = "yes or no, in the customer's language"
    DOCUMENT = "a document"
    MOMENT = "a moment, told in the time of {what}"
    AMOUNT = "an amount in {what}"
    AMOUNT_UNLESS = "an amount in {what}, unless {says} says another"
    NO_VALUE = '"{what}" is nothing'
    LABELS = "a code without words here reads as the system calls it"
    CODE = '{what} reads "{says}"'
    IF = 'reads "{says}" if {what}'
    ELSE = 'anything else reads "{says}"'
    EMPTY = 'nothing reads "{says}"'


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happens to a raw value. what, says: as the sentence of `how` has room for."""

    how: How
    what: str = ""
    says: str = ""

    def __str__(self) -> str:
        return self.how.format(what=self.what, says=self.says)


_KINDS: Mapping[Kind, How] = {
    Kind.DATE: How.DATE,
    Kind.NUMBER: How.NUMBER,
    Kind.BOOLEAN: How.BOOLEAN,
    Kind.DOCUMENT: How.DOCUMENT,
}


def clearing(
    blueprint: Blueprint, thing: MappedThing, field: MappedField, language: str
) -> tuple[Change, ...]:
    """Each thing that happens to a raw value of this field before somebody reads it."""
    return tuple(_lines(blueprint, thing, field, language))


def _lines(
    blueprint: Blueprint, thing: MappedThing, field: MappedField, language: str
) -> Iterator[Change]:
    names = [name for name, _ in field.paths if name]
    if len(names) > 1:
        yield Change(How.FIRST, ", ".join(names))
    if field.field.calculated_by is not None:
        yield Change(How.CALCULATED, str(field.field.calculated_by))
    sources = [(thing.source(name), path) for name, path in field.paths]
    yield from _kind(blueprint, field, sources)
    for stage in field.field.words:
        yield _reads(stage, blueprint.say(stage.says, language))
    if field.field.empty is not None:
        yield Change(How.EMPTY, says=blueprint.say(field.field.empty, language))


def _kind(
    blueprint: Blueprint, field: MappedField, sources: list[tuple[MappedSource, str]]
) -> Iterator[Change]:
    if field.kind in _KINDS:
        yield Change(_KINDS[field.kind])
    if field.kind is Kind.DATETIME:
        yield Change(How.MOMENT, blueprint.zone)
    if field.kind is Kind.MONEY:
        yield from dict.fromkeys(_amount(source) for source, _ in sources)
    if field.kind in (Kind.DATE, Kind.DATETIME):
        found = {value for source, _ in sources for value in source.no_value}
        yield from (Change(How.NO_VALUE, value) for value in sorted(found) if _A_DATE.match(value))
    if any(source.field(path).labels for source, path in sources):
        yield Change(How.LABELS)


def _amount(source: MappedSource) -> Change:
    own = source.currency_path
    how = How.AMOUNT_UNLESS if own else How.AMOUNT
    return Change(how, source.profile.currency, own or "")


def _reads(stage: Stage, says: str) -> Change:
    if stage.if_ is not None:
        return Change(How.IF, str(stage.if_.text), says)
    if stage.code is None:
        return Change(How.ELSE, says=says)
    return Change(How.CODE, str(stage.code), says)
