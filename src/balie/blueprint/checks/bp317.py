"""A relation that a system cannot be asked for."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.checks.pages import braces, key_path
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import TableRef
from balie.blueprint.relations import Equality
from balie.blueprint.source import Text

ABOUT = About(
    code="BP317",
    severity=Severity.ERROR,
    title="A system cannot be asked for these rows only",
    why="Every part of a relation is asked of the system, and so is the key in an address. If a "
    "system cannot be asked for one of them, everybody's rows would have to be read to find one "
    "customer's. Balie never does that: the page would always be away.",
    example=Change("things.yaml", 'where: kind = "longer"', 'where: reason = "longer"'),
    near_miss=Change(
        "things.yaml", 'where: kind = "longer"', 'where: kind = "longer" and number = "W-1"'
    ),
    follows_from=("BP112", "BP116"),
    missing_at=0,
)


def check(subject: Subject) -> Iterator[Finding]:
    for thing in subject.blueprint.things.values():
        relations = (*thing.owner, *thing.linked_by, *thing.where)
        for source in thing.from_:
            if source.table.inside is None and relations:
                yield from _look(subject, source.table, source.table.text, relations)
    for lines in subject.blueprint.me.names.values():
        for line in lines:
            ref = TableRef(line.from_, line.system, line.table)
            yield from _look(subject, ref, line.from_, line.where)
            if line.by_letter is not None:
                number = line.by_letter.number
                yield from _by_key(subject, ref, str(number), number)
    yield from _addresses(subject)


def _look(
    subject: Subject, ref: TableRef, at: Text, relations: tuple[Equality, ...]
) -> Iterator[Finding]:
    """Each part must be one to ask for; what a table demands must be among the parts."""
    table = subject.table(ref)
    if table is None:
        return
    for one in relations:
        if table.field(one.field) is not None and one.field not in table.equals:
            yield _cannot_be_asked(subject, ref, one.field, one.text, "these rows are wanted")
    for field in sorted(table.demands - {one.field for one in relations}):
        name = subject.system_name(ref.system)
        yield ABOUT.finding(
            f'{name} gives "{ref.table}" only for one "{field}", and that is not said',
            place(at, "read from here"),
            help_=(f"add  {field} = …  to the relation",),
        )


def _addresses(subject: Subject) -> Iterator[Finding]:
    """Whoever opens an address is shown the row with this key: it is asked of every source."""
    for step in subject.blueprint.steps:
        address = step.screen.address if step.screen else None
        for brace in braces(address or Text(""))[:1]:
            thing = subject.blueprint.things.get(brace.thing)
            if thing is not None and thing.in_ is None:
                for source in thing.from_:
                    yield from _by_key(subject, source.table, key_path(thing, source), brace.text)


def _by_key(subject: Subject, ref: TableRef, path: str | None, text: Text) -> Iterator[Finding]:
    table = subject.table(ref)
    if table is None or path is None or table.field(path) is None or path in table.equals:
        return
    yield _cannot_be_asked(subject, ref, path, text, "one of them is wanted")


def _cannot_be_asked(
    subject: Subject, ref: TableRef, field: str, text: Text, label: str
) -> Finding:
    return ABOUT.finding(
        f'{subject.system_name(ref.system)} cannot be asked for "{ref.table}" by "{field}"',
        place(text, label),
        *subject.contract_place(ref.system, "says nothing of asking by it"),
        why="everybody's rows would have to be read to find one",
        help_=("use a field that can be asked by, or have the system allow it",),
    )
