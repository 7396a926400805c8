"""A list that would ask a system once for every row."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.checks.pages import in_address
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.lineage import describe
from balie.blueprint.model import FieldRef, Thing
from balie.blueprint.relations import Other

ABOUT = About(
    code="BP119",
    severity=Severity.ERROR,
    title="A list would ask a system once for every row",
    why="Fifty rows would be fifty questions: the page waits for all of them, and the system "
    "suffers. A system that takes many keys in one question may stand on a list.",
    example=Change(
        "story.yaml",
        "shows: [loan.number, loan.status, loan.due_on]",
        "shows: [loan.number, loan.status, loan.reminders]",
    ),
    near_miss=Change(
        "story.yaml",
        "shows: [loan.number, loan.status, loan.due_on]",
        "shows: [loan.number, loan.status, loan.books]",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        if step.screen is None or step.screen.is_form or in_address(step.screen):
            continue
        for ref in step.screen.shows:
            for thing in dict.fromkeys(_nested(subject, ref)):
                yield from _one_by_one(subject, ref, subject.blueprint.things[thing])


def _nested(subject: Subject, ref: FieldRef) -> Iterator[str]:
    for described in describe(subject.blueprint, ref):
        if described.thing.in_ is not None:
            yield str(described.thing.id)


def _one_by_one(subject: Subject, ref: FieldRef, thing: Thing) -> Iterator[Finding]:
    for source in thing.from_:
        table = subject.table(source.table)
        if table is None:
            continue
        for equality in thing.linked_by:
            if isinstance(equality.value, Other) and equality.field not in table.among:
                name = subject.system_name(source.table.system)
                yield ABOUT.finding(
                    f'this list would ask {name} for "{thing.id}" once for every row',
                    place(ref.text, "shown in a list"),
                    place(equality.text, f"{name} takes one of these at a time"),
                    help_=("show it on the page of one row",),
                )
                return
