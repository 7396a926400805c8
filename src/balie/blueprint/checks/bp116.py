"""Two fields that can never be equal."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.lineage import sources_of
from balie.blueprint.model import FieldRef, MeLine
from balie.blueprint.relations import Equality, Me, Other
from balie.systems.contract import Field, Table, Type

ABOUT = About(
    code="BP116",
    severity=Severity.ERROR,
    title="A relation compares what can never be equal",
    why="No row would ever belong to anybody: the page stays empty for everyone.",
    example=Change(
        "things.yaml", "linked by: loanNumber = loan.number", "linked by: lentOn = loan.number"
    ),
    near_miss=Change(
        "things.yaml", "linked by: loanNumber = loan.number", "linked by: loanNumber = loan.id"
    ),
    follows_from=("BP112",),
)

COMPARABLE = ({Type.TEXT, Type.INTEGER, Type.NUMBER}, {Type.DATE, Type.DATETIME}, {Type.BOOLEAN})


def check(subject: Subject) -> Iterator[Finding]:
    for thing in subject.blueprint.things.values():
        for source in thing.from_:
            table = subject.table(source.table)
            for equality in (*thing.owner, *thing.linked_by):
                yield from _compare(subject, table, source.table.system, equality)
        for follower in thing.followers:
            table = subject.table(follower.table)
            for equality in follower.linked_by:
                yield from _compare(subject, table, follower.table.system, equality)


def _compare(
    subject: Subject, table: Table | None, system: str, equality: Equality
) -> Iterator[Finding]:
    own = table.field(equality.field) if table else None
    others = list(_other_side(subject, equality))
    if own is None or not others:
        return
    if all(_never_equal(own, system, other, its_system) for other, its_system in others):
        other = others[0][0]
        yield ABOUT.finding(
            f'"{equality.text}": these two are never equal',
            place(equality.text, f"{_kind(own)} is compared with {_kind(other)}"),
            why="no row would ever belong here",
        )


def _other_side(subject: Subject, equality: Equality) -> Iterator[tuple[Field, str]]:
    """The raw fields that the value can come from, each with its system."""
    match equality.value:
        case Me(name):
            for line in subject.blueprint.me.names.get(name, ()):
                yield from _of_me(subject, line)
        case Other(of, field, source) if of in subject.blueprint.things and source:
            for one in subject.blueprint.things[of].from_:
                raw = subject.raw_field(one, field) if one.name == source else None
                if raw is not None:
                    yield raw, one.table.system
        case Other(of, field) if of in subject.blueprint.things:
            ref = FieldRef(equality.text, of, field)
            for read in sources_of(subject.blueprint, ref, subject.contracts):
                table = subject.table_of(read.system, read.table)
                raw = table.field(read.field) if table else None
                if raw is not None:
                    yield raw, read.system
        case _:
            return


def _of_me(subject: Subject, line: MeLine) -> Iterator[tuple[Field, str]]:
    table = subject.table_of(line.system, line.table)
    raw = table.field(line.field) if table else None
    if raw is not None:
        yield raw, line.system


def _never_equal(a: Field, its_system: str, b: Field, other_system: str) -> bool:
    if Type.UNKNOWN in (a.type, b.type):
        return False
    if not any(a.type in kinds and b.type in kinds for kinds in COMPARABLE):
        return True
    # Another system may keep a GUID as plain text; within one system it is a GUID in both places.
    return its_system == other_system and _is_guid(a) != _is_guid(b)


def _is_guid(field: Field) -> bool:
    return field.form.lower() in ("edm.guid", "uuid")


def _kind(field: Field) -> str:
    return "a unique id" if _is_guid(field) else f"a {field.type}"
