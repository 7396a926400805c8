"""A form for everybody whose answers cannot be sent twice."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Step, TableRef
from balie.systems.writing import How, repeat_of

ABOUT = About(
    code="BP325",
    severity=Severity.ERROR,
    title="What everybody may send cannot be sent again safely",
    why="When a system breaks off, nobody knows whether it has the answer. Then somebody of staff "
    "must look at each. What everybody may send, without signing in, must not end there.",
    example=Change("profiles/crm.yaml", "repeat: find reference", "repeat: ask a person"),
    near_miss=Change("profiles/crm.yaml", "repeat: find reference", "repeat: natural key number"),
    follows_from=("BP322",),
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        made = None if step.screen is None else step.screen.creates
        thing = None if made is None else subject.blueprint.things.get(made)
        if step.is_for_everybody and thing is not None and thing.from_:
            yield from _look(subject, step, thing.from_[0].table)


def _look(subject: Subject, step: Step, master: TableRef) -> Iterator[Finding]:
    try:
        repeat = repeat_of(subject.profile(master.system), master.table)
    except ValueError:  # said elsewhere
        return
    if repeat is None or repeat.how is How.A_PERSON:
        yield ABOUT.finding(
            f'"{step.title}" is for everybody, but "{master.text}" cannot be written twice',
            place(master.text, "its answers go here"),
            place(step.title, "everybody may send this"),
            help_=(
                f"in its profile:  writes: {{{master.table}: {{repeat: header NAME}}}}",
                "or  repeat: find FIELD,  or  repeat: natural key FIELD",
            ),
        )
