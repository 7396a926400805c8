"""A source that is not in the life order."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, joined, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Thing
from balie.blueprint.source import Text
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP107",
    severity=Severity.ERROR,
    title="A field comes from a source that its thing does not have",
    why="A thing in life order has named sources; a field may name those only.",
    example=Change("things.yaml", "from: {running: fee}", "from: {runing: fee}"),
    near_miss=Change("things.yaml", "from: {running: fee}", "from: fee"),
)


def check(subject: Subject) -> Iterator[Finding]:
    for thing, field in subject.fields:
        known = [source.name for source in thing.from_]
        for line in field.from_:
            if line.source and line.source not in known:
                yield _unknown(thing, line.path, line.source, known)


def _unknown(thing: Thing, path: Text, source: str, known: list[str]) -> Finding:
    named = [name for name in known if name]
    says = f"its sources are: {joined(named)}" if named else "it has one source, without a name"
    return ABOUT.finding(
        f'"{thing.id}" has no source "{source}"',
        place(path, f'read from "{source}"'),
        place(thing.id, says),
        help_=did_you_mean(source, named),
    )
