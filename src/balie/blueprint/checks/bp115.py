"""A field that may be empty, and nobody says what customers read then."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, field_name, place
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.lineage import Described, describe
from balie.blueprint.model import FieldRef, Source
from balie.systems.contract import Field, Table

ABOUT = About(
    code="BP115",
    severity=Severity.WARNING,
    title="A field may be empty, and there are no words for that",
    why="Customers would see a blank, and wonder whether something is broken.",
    example=Change("things.yaml", "from: {running: fee}, empty: None}", "from: {running: fee}}"),
    near_miss=Change("things.yaml", "empty: None}", 'empty: "—"}'),
    follows_from=("BP112",),
    missing_at=0,
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        if step.screen is not None and not step.screen.is_form:
            for ref in step.screen.shows:
                for described in describe(subject.blueprint, ref):
                    yield from _look(subject, ref, described)


def _look(subject: Subject, ref: FieldRef, described: Described) -> Iterator[Finding]:
    thing, field = described.thing, described.field
    is_always_asked = bool(field.to) and not field.optional
    if field.empty is not None or field.words or not field.from_ or is_always_asked:
        return
    named = {line.source for line in field.from_}
    if "" not in named and len(named) < len(thing.from_):
        absent = next(source for source in thing.from_ if source.name not in named)
        at = Place(absent.table.text.at, "this source does not have it")
        yield _may_be_empty(ref, described, at)
        return
    for line in field.from_:
        for source in thing.from_:
            if line.source in ("", source.name) and _may_lack(subject, source, line.path):
                places = subject.contract_place(source.table.system, "says that it may be empty")
                yield _may_be_empty(ref, described, *places)
                return


def _may_lack(subject: Subject, source: Source, path: str) -> bool:
    table, raw = subject.table(source.table), subject.raw_field(source, path)
    return table is not None and raw is not None and raw.nullable and _tells_emptiness(table)


def _tells_emptiness(table: Table) -> bool:
    """Whether the contract tells which fields may be empty. Many say it of their keys only."""
    plain: list[Field] = [field for name, field in table.fields.items() if name not in table.key]
    return any(not field.nullable for field in plain)


def _may_be_empty(ref: FieldRef, described: Described, *more: Place) -> Finding:
    name = field_name(described.field)
    return ABOUT.finding(
        f'"{name}" may be empty. What does the customer see then?',
        place(described.field.id, 'described here, without "empty:"'),
        place(ref.text, "shown here"),
        *more,
        help_=("add  empty: <what the customer should read>",),
    )
