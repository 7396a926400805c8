"""What happens to a raw value on its way to a customer, in words."""

import re
from collections.abc import Iterator, Mapping

from balie.blueprint.model import Blueprint, Stage
from balie.mapping.kinds import Kind
from balie.mapping.thing import MappedField, MappedSource, MappedThing

_A_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_KINDS: Mapping[Kind, str] = {
    Kind.DATE: "a date, in the customer's language",
    Kind.NUMBER: "a number, in the customer's language",
    Kind.BOOLEAN: "yes or no, in the customer's language",
    Kind.DOCUMENT: "a document",
}


def clearing(
    blueprint: Blueprint, thing: MappedThing, field: MappedField, language: str
) -> tuple[str, ...]:
    """A line for each thing that happens to a raw value of this field before somebody reads it."""
    return tuple(_lines(blueprint, thing, field, language))


def _lines(
    blueprint: Blueprint, thing: MappedThing, field: MappedField, language: str
) -> Iterator[str]:
    names = [name for name, _ in field.paths if name]
    if len(names) > 1:
        yield f"the first of {', '.join(names)} that has it"
    if field.field.calculated_by is not None:
        yield f"calculated by {field.field.calculated_by}"
    sources = [(thing.source(name), path) for name, path in field.paths]
    yield from _kind(blueprint, field, sources)
    for stage in field.field.words:
        yield _reads(stage, blueprint.say(stage.says, language))
    if field.field.empty is not None:
        yield f'nothing reads "{blueprint.say(field.field.empty, language)}"'


def _kind(
    blueprint: Blueprint, field: MappedField, sources: list[tuple[MappedSource, str]]
) -> Iterator[str]:
    if field.kind in _KINDS:
        yield _KINDS[field.kind]
    if field.kind is Kind.DATETIME:
        yield f"a moment, told in the time of {blueprint.zone}"
    if field.kind is Kind.MONEY:
        yield from dict.fromkeys(_amount(source) for source, _ in sources)
    if field.kind in (Kind.DATE, Kind.DATETIME):
        found = {value for source, _ in sources for value in source.no_value}
        yield from (f'"{value}" is nothing' for value in sorted(found) if _A_DATE.match(value))
    if any(source.field(path).labels for source, path in sources):
        yield "a code without words here reads as the system calls it"


def _amount(source: MappedSource) -> str:
    own = source.currency_path
    unless = f", unless {own} says another" if own else ""
    return f"an amount in {source.profile.currency}{unless}"


def _reads(stage: Stage, says: str) -> str:
    if stage.if_ is not None:
        return f'reads "{says}" if {stage.if_.text}'
    if stage.code is None:
        return f'anything else reads "{says}"'
    return f'{stage.code} reads "{says}"'
