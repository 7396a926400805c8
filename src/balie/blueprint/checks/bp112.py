"""A field that its table does not have."""

from collections.abc import Iterator, Mapping

from balie.blueprint.checks.check import About, Change, Subject, field_name, place
from balie.blueprint.checks.raw import READ, RawField, fields
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import FieldSource, Thing, ThingField
from balie.blueprint.spelling import did_you_mean
from balie.systems.contract import Field, Table

ABOUT = About(
    code="BP112",
    severity=Severity.ERROR,
    title="A table has no such field",
    why="The page would stay empty there, or the system would refuse the question. It is found "
    "before anybody asks, by comparing with what the system says of itself.",
    example=Change("things.yaml", "{running: dueDate}", "{running: dueDat}"),
    near_miss=Change("things.yaml", "{running: dueDate}", "dueDate"),
    follows_from=("BP319",),
)


def check(subject: Subject) -> Iterator[Finding]:
    for raw in fields(subject.blueprint):
        table = subject.table_of(raw.system, raw.table)
        if table is not None and table.field(raw.path) is None:
            yield _unknown(subject, raw, table)
    for thing, field in subject.fields:
        for line in field.from_:
            if not line.source and len(thing.from_) > 1:
                yield from _in_no_source(subject, thing, field, line)


def _in_no_source(
    subject: Subject, thing: Thing, field: ThingField, line: FieldSource
) -> Iterator[Finding]:
    """A bare name is that field in each source that has it: one of them must."""
    known = [subject.table(source.table) for source in thing.from_]
    if all(
        table is not None and table.field(source.table.within(line.path)) is None
        for table, source in zip(known, thing.from_, strict=True)
    ):
        first = thing.from_[0].table
        raw = RawField(line.path, first.system, first.table, str(line.path), READ, thing, field)
        tables = [table for table in known if table is not None]
        yield _unknown(subject, raw, tables[0])


def _unknown(subject: Subject, raw: RawField, table: Table) -> Finding:
    *outer, _ = raw.path.split(".")
    around = table.field(".".join(outer)) if outer else None
    inside = "".join(f"{part}." for part in outer) if around else ""
    known = around.fields if around else table.fields
    return ABOUT.finding(
        f'{subject.system_name(raw.system)} has no field "{raw.text}" in "{raw.table}"',
        place(raw.text, raw.label),
        *subject.contract_place(raw.system, "this does not know it"),
        why=_why(raw),
        help_=did_you_mean(raw.text, _names(raw, inside, known)),
    )


def _names(raw: RawField, inside: str, known: Mapping[str, Field]) -> list[str]:
    """The names that could stand there, written as they would be."""
    written = raw.path.removesuffix(str(raw.text))
    return [f"{inside}{name}".removeprefix(written) for name in known]


def _why(raw: RawField) -> str:
    if raw.label == READ and raw.feeds is not None:
        return f'"{field_name(raw.feeds)}" would stay empty'
    return ""
