"""A relation that a system cannot be asked for."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import TableRef
from balie.blueprint.relations import Equality, Literal
from balie.blueprint.source import Text
from balie.systems.contract import Table

ABOUT = About(
    code="BP317",
    severity=Severity.ERROR,
    title="A system cannot be asked for these rows only",
    why="If a system cannot be asked for one customer's rows, everybody's would have to be read "
    "to find them. Balie never does that.",
    example=Change("systems.yaml", "      where: id = person", "      where: cardNumber = person"),
    near_miss=Change(
        "systems.yaml", "      where: id = person", "      where: email = login.email"
    ),
    follows_from=("BP112", "BP116"),
    missing_at=0,
)


def check(subject: Subject) -> Iterator[Finding]:
    for thing in subject.blueprint.things.values():
        for source in thing.from_:
            ties = [one for one in (*thing.owner, *thing.linked_by) if _ties(one)]
            if source.table.inside is None and ties:
                every = [*ties, *thing.where]
                yield from _look(subject, source.table, source.table.text, ties, every)
    for lines in subject.blueprint.me.names.values():
        for line in lines:
            if line.where:
                ref = TableRef(line.from_, line.system, line.table)
                yield from _look(subject, ref, line.from_, list(line.where), list(line.where))


def _ties(equality: Equality) -> bool:
    return not isinstance(equality.value, Literal)


def _look(
    subject: Subject, ref: TableRef, at: Text, ties: list[Equality], every: list[Equality]
) -> Iterator[Finding]:
    """At least one tie must be asked for; what a table demands must be among the relations."""
    table = subject.table(ref)
    if table is None:
        return
    known = [one for one in ties if table.field(one.field) is not None]
    if known and not any(_can_be_asked(table, one.field) for one in known):
        yield _cannot_be_asked(subject, ref, known[0])
    missing = table.demands - {one.field for one in every}
    for field in sorted(missing):
        name = subject.system_name(ref.system)
        yield ABOUT.finding(
            f'{name} gives "{ref.table}" only for one "{field}", and that is not said',
            place(at, "read from here"),
            help_=(f"add  {field} = …  to the relation",),
        )


def _can_be_asked(table: Table, field: str) -> bool:
    return field in table.equals or field in table.among


def _cannot_be_asked(subject: Subject, ref: TableRef, equality: Equality) -> Finding:
    return ABOUT.finding(
        f"{subject.system_name(ref.system)} cannot be asked "
        f'for "{ref.table}" by "{equality.field}"',
        place(equality.text, "these rows are wanted"),
        *subject.contract_place(ref.system, "says nothing of asking by it"),
        why="everybody's rows would have to be read to find one",
        help_=("use a field that can be asked by, or have the system allow it",),
    )
