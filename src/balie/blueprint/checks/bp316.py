"""A form that changes how somebody is recognised."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, field_name, place
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.lineage import ASKED, field_writes, questions
from balie.blueprint.relations import Login

ABOUT = About(
    code="BP316",
    severity=Severity.ERROR,
    title="A form may change how somebody is recognised",
    why="Who could write another person's mail address into their own file would be taken for "
    "that person. A code to the new address stops that.",
    example=Change("things.yaml", "must be: e-mail, guard: code}", "must be: e-mail}"),
    near_miss=Change("things.yaml", "to: email, must be: e-mail, guard: code}", "to: cardNumber}"),
)


def check(subject: Subject) -> Iterator[Finding]:
    matched = _matched_on(subject)
    for use in subject.uses:
        if use.label != ASKED:
            continue
        for described in questions(subject.blueprint, use.ref):
            for write in field_writes(use.ref, described):
                at = matched.get((write.system, write.table, write.field))
                if at is not None and described.field.guard is None:
                    yield ABOUT.finding(
                        f'"{field_name(described.field)}" says who somebody is, '
                        "and this form changes it",
                        place(use.ref.text, use.label),
                        place(described.field.id, 'described here, without "guard:"'),
                        at,
                        why="with another's address one would be taken for that other",
                        help_=("add  guard: code",),
                    )


def _matched_on(subject: Subject) -> dict[tuple[str, str, str], Place]:
    """The raw fields by which `me:` finds whoever signs in, and where it says so."""
    return {
        (line.system, line.table, equality.field): place(equality.text, "recognised by this")
        for lines in subject.blueprint.me.names.values()
        for line in lines
        for equality in line.where
        if isinstance(equality.value, Login)
    }
