"""An answer that a system needs, to a question that is not always asked."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, field_name, place
from balie.blueprint.checks.questions import Conditional, conditional
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.lineage import Described, field_writes
from balie.blueprint.model import FieldRef

_REASON = "must be: at most 200 characters}"

ABOUT = About(
    code="BP432",
    severity=Severity.ERROR,
    title="A system needs an answer to a question that is not always asked",
    why="It would refuse every row of those who were not asked, and a customer would wait for a "
    "person. What a form changes may be left as it is; what it makes must be whole.",
    example=Change("things.yaml", _REASON, f'{_REASON[:-1]}, asked if: wish.loan == "L-1"}}'),
    near_miss=Change(
        "things.yaml", "optional: true}", 'optional: true, asked if: wish.loan == "L-1"}'
    ),
    follows_from=("BP430",),
)


def check(subject: Subject) -> Iterator[Finding]:
    for asked in conditional(subject):
        if asked.screen.creates is not None:
            yield from _needed(subject, asked)


def _needed(subject: Subject, asked: Conditional) -> Iterator[Finding]:
    described = Described(asked.thing, asked.field)
    ref = FieldRef(asked.ref.text, str(asked.thing.id), str(asked.field.id))
    for write in field_writes(ref, described):
        table = subject.table_of(write.system, write.table)
        raw = None if table is None else table.field(write.field)
        if raw is not None and raw.required_to_create:
            system = subject.system_name(write.system)
            yield ABOUT.finding(
                f'{system} needs "{field_name(asked.field)}", and not everybody is asked',
                place(asked.condition.text, "asked only if this holds"),
                place(asked.ref.text, "asked here"),
                *subject.contract_place(write.system, f'says that "{write.field}" is needed'),
                help_=("leave  asked if:  out, or ask another field that may stay empty",),
            )
            return
