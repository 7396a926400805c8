"""A source that is not in the life order."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, joined, place
from balie.blueprint.conditions import Condition
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Thing
from balie.blueprint.source import Text
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP107",
    severity=Severity.ERROR,
    title="A source is named that the thing does not have",
    why="A thing in life order has named sources; fields and conditions name those.",
    example=Change("things.yaml", "from: {running: fee}", "from: {runing: fee}"),
    near_miss=Change("things.yaml", "from: {running: fee}", "from: fee"),
    follows_from=("BP319",),
)


def check(subject: Subject) -> Iterator[Finding]:
    for thing, field in subject.fields:
        known = [source.name for source in thing.from_]
        for line in field.from_:
            if line.source and line.source not in known:
                yield _unknown(thing, line.path, line.source, known)
    for thing in subject.blueprint.things.values():
        known = [source.name for source in thing.from_ if source.name]
        for condition in _conditions(thing) if known else ():
            for name in condition.names:
                source, dot, _ = name.partition(".")
                if not dot or source not in known:
                    yield _without_source(thing, name, known)


def _conditions(thing: Thing) -> Iterator[Condition]:
    yield from thing.leave_out
    for field in thing.fields.values():
        yield from (stage.if_ for stage in field.words if stage.if_ is not None)


def _without_source(thing: Thing, name: Text, known: list[str]) -> Finding:
    return ABOUT.finding(
        f'"{name}" does not say which source of "{thing.id}" it is in',
        place(name, "never known here"),
        place(thing.id, f"its sources are: {joined(known)}"),
        why="a condition on what is never known never holds",
        help_=(f"write  {known[0]}.{name.rpartition('.')[2]}",),
    )


def _unknown(thing: Thing, path: Text, source: str, known: list[str]) -> Finding:
    named = [name for name in known if name]
    says = f"its sources are: {joined(named)}" if named else "it has one source, without a name"
    return ABOUT.finding(
        f'"{thing.id}" has no source "{source}"',
        place(path, f'read from "{source}"'),
        place(thing.id, says),
        help_=did_you_mean(source, named),
    )
