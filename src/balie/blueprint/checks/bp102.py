"""A question whose answer goes nowhere."""

from collections.abc import Iterator

from balie.blueprint.checks.bp101 import a_field_of
from balie.blueprint.checks.check import About, Change, Subject, field_name, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.lineage import ASKED, Described, Use, describe, nested_list

ABOUT = About(
    code="BP102",
    severity=Severity.ERROR,
    title="A question is asked, and nothing is done with the answer",
    why="What a customer gives must arrive somewhere, or it should not be asked.",
    example=Change("things.yaml", "from: reason, to: reason, must be", "from: reason, must be"),
    near_miss=Change("things.yaml", "to: reason, must be", "to: [reason], must be"),
    missing_at=1,
)


def check(subject: Subject) -> Iterator[Finding]:
    for use in subject.uses:
        if use.label != ASKED:
            continue
        described = describe(subject.blueprint, use.ref)
        nested = nested_list(subject.blueprint, use.ref.thing, use.ref.field)
        if nested is not None:
            if not any(field.to for field in nested.fields.values()):
                yield _goes_nowhere(use, described[0]) if described else _empty_list(use)
        elif described and not described[0].field.to:
            yield _goes_nowhere(use, described[0])


def _goes_nowhere(use: Use, described: Described) -> Finding:
    return ABOUT.finding(
        f'we ask "{field_name(described.field)}", but do nothing with the answer',
        place(use.ref.text, use.label),
        place(described.field.id, 'described here, without "to:"'),
        why="what a customer gives must arrive somewhere",
        help_=(f"add  to: {a_field_of(described.thing)}  or stop asking it",),
    )


def _empty_list(use: Use) -> Finding:
    return ABOUT.finding(
        f'we ask "{use.ref.text}", which has no fields', place(use.ref.text, use.label)
    )
