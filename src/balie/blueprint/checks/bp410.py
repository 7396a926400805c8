"""A step that does not exist."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.source import Text
from balie.blueprint.spelling import nearest

ABOUT = About(
    code="BP410",
    severity=Severity.ERROR,
    title="There is no such step",
    why="The story would stop there.",
    example=Change("story.yaml", "next: see-wish", "next: see-wihs"),
    near_miss=Change(
        "story.yaml",
        "        next: end\n  - phase: Change\n",
        "        next: change-card\n  - phase: Change\n",
    ),
)

END = "end"


def check(subject: Subject) -> Iterator[Finding]:
    known = {str(step.id): step.id for step in subject.blueprint.steps}
    for step in subject.blueprint.steps:
        for next_ in (step.next, *(answer.next for answer in step.decision)):
            if next_ is not None and next_ != END and next_ not in known:
                yield _nowhere(next_, known)


def _nowhere(next_: Text, known: dict[str, Text]) -> Finding:
    meant = nearest(next_, known)
    return ABOUT.finding(
        f'there is no step "{next_}"',
        place(next_, "leads nowhere"),
        *(() if meant is None else (place(known[meant], "the nearest name"),)),
        help_=(f'did you mean "{meant}"?',) if meant else (f"name a step, or  {END}",),
    )
