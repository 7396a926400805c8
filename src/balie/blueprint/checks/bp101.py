"""A field that customers see, and that comes from nowhere."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, field_name, place
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.lineage import Described, describe
from balie.blueprint.model import Thing

ABOUT = About(
    code="BP101",
    severity=Severity.ERROR,
    title="A field is shown that comes from nowhere",
    why="Customers would see a word with nothing behind it.",
    example=Change(
        "things.yaml",
        "due_on: {name: Bring back by, from: {running: dueDate}, empty: Not known}",
        "due_on: {name: Bring back by}",
    ),
    near_miss=Change(
        "things.yaml", "reason: {name: Why?, from: reason, to:", "reason: {name: Why?, to:"
    ),
    missing_at=1,
)


def check(subject: Subject) -> Iterator[Finding]:
    for use in subject.uses:
        if use.is_seen:
            for described in describe(subject.blueprint, use.ref):
                if not described.field.from_:
                    yield _from_nowhere(place(use.ref.text, use.label), described)
    for thing in subject.blueprint.things.values():
        for name in thing.list_:
            field = thing.fields.get(name)
            if field is not None and not field.from_:
                yield _from_nowhere(place(name, "listed here"), Described(thing, field))


def _from_nowhere(where: Place, described: Described) -> Finding:
    return ABOUT.finding(
        f'customers would see "{field_name(described.field)}", but nobody says where it comes from',
        where,
        place(described.field.id, 'described here, without "from:"'),
        why="every field that is shown needs a source",
        help_=(f"add  from: {a_field_of(described.thing)}",),
    )


def a_field_of(thing: Thing) -> str:
    """What could stand at `from:` or `to:` of this thing's fields."""
    return f"<field of {thing.from_[0].table.text}>" if thing.from_ else "system.table.field"
