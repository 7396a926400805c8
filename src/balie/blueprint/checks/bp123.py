"""Two parts of a thing that bear the same name."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Thing
from balie.blueprint.source import Text

_FIELDS = (
    'list: [number, status, due_on]\n    leave out rows: running.status == "draft"\n    fields:\n'
)


def _with_field(name: str) -> Change:
    fields = _FIELDS.replace("due_on", f"due_on, {name}")
    line = f"      {name}: {{name: Fee, from: {{running: fee}}, empty: None}}\n"
    return Change("things.yaml", _FIELDS, fields + line)


ABOUT = About(
    code="BP123",
    severity=Severity.ERROR,
    title="A list bears the name of a field, or of another list, of the same thing",
    why='A page that shows "loan.books" could mean either, and would show only one of them.',
    example=_with_field("books"),
    near_miss=_with_field("costs"),
)


def check(subject: Subject) -> Iterator[Finding]:
    things = subject.blueprint.things
    seen: dict[str, Text] = {}
    for thing in things.values():
        if thing.in_ is None or thing.list_name is None:
            continue
        other = seen.setdefault(str(thing.in_), thing.in_)
        field = _field_called(things.get(str(thing.parent)), thing.list_name)
        if other is not thing.in_:
            yield _finding(thing.in_, other, "and so is this list")
        elif field is not None:
            yield _finding(thing.in_, field, "and so is this field")


def _field_called(parent: Thing | None, name: str) -> Text | None:
    field = parent.fields.get(name) if parent is not None else None
    return None if field is None else field.id


def _finding(name: Text, other: Text, label: str) -> Finding:
    return ABOUT.finding(
        f'"{name}" is the name of two things',
        place(name, "this list is called so"),
        place(other, label),
        help_=("give one of them another name, here and in the story",),
    )
