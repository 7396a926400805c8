"""A field of codes without words."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.lineage import Described, describe, sources_for
from balie.blueprint.model import FieldRef, Source
from balie.systems.contract import Field

ABOUT = About(
    code="BP130",
    severity=Severity.ERROR,
    title="Customers would read codes",
    why="A system's codes are made for the system. Customers read words.",
    example=Change(
        "things.yaml",
        "        words: {asked: We are looking at it, granted: You may, "
        "refused: Please bring it back}\n",
        "",
    ),
    near_miss=Change("things.yaml", "granted: You may,", "granted: granted,"),
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        if step.screen is None:
            continue
        timeline = () if step.screen.timeline is None else (step.screen.timeline,)
        for ref in (*timeline, *step.screen.shows, *step.screen.asks):
            for described in describe(subject.blueprint, ref):
                if described.field.name is not None and not described.field.words:
                    yield from _codes(subject, ref, described)


def _codes(subject: Subject, ref: FieldRef, described: Described) -> Iterator[Finding]:
    for raw, source in raw_fields(subject, described):
        if raw.codes and not raw.labels and described.field.calculated_by is None:
            yield ABOUT.finding(
                f'customers would read codes such as "{raw.codes[0]}"',
                place(described.field.id, 'described here, without "words:"'),
                place(ref.text, "seen here"),
                *_where_codes_are(subject, source.table.system),
                help_=(
                    "add  words: {" + f"{raw.codes[0]}: <what the customer should read>, …" + "}",
                ),
            )
            return


def _where_codes_are(subject: Subject, system: str) -> tuple[Place, ...]:
    return subject.contract_place(system, f"{subject.system_name(system)} says codes")


def raw_fields(subject: Subject, described: Described) -> Iterator[tuple[Field, Source]]:
    """What the contracts say of the raw fields that a field comes from, each with its source."""
    thing = described.thing
    for line in described.field.from_:
        for source in sources_for(subject.blueprint, thing, line, subject.contracts):
            raw = subject.raw_field(source, line.path)
            if raw is not None:
                yield raw, source
