"""A system that a step needs, and no words for when it is away."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.lineage import figure_refs, reads, sources_of, writes
from balie.blueprint.model import Step
from balie.blueprint.source import Span

ABOUT = About(
    code="BP403",
    severity=Severity.ERROR,
    title="Nobody says what happens when a system is down",
    why="Every system is away sometimes. What customers then read is part of the service.",
    example=Change(
        "story.yaml",
        "          - when: shelf is down\n            customer reads: This is what we knew",
        "          - when: login is down\n            customer reads: This is what we knew",
    ),
    near_miss=Change(
        "story.yaml", "            customer reads: This is what we knew at {time}.\n", ""
    ),
    follows_from=("BP118", "BP311"),
    missing_at=0,
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        said = {fail.system for fail in step.fails}
        for system, at in _needed(subject, step).items():
            if system not in said and subject.system(system) is not None:
                yield _unsaid(subject, step, system, at)


def _needed(subject: Subject, step: Step) -> dict[str, Place]:
    """Each system that the step reads from or writes to, and where that begins."""
    needed: dict[str, Place] = {}
    counted = _counted_in(subject, step)
    for read in reads(subject.blueprint, step):
        name = subject.system_name(read.system)
        screen = step.screen
        if (read.system, read.ref.text.at) in counted and screen and screen.figures_at:
            found = Place(screen.figures_at, f"these are counted in {name}")
        else:
            found = place(read.ref.text, f"read from {name}")
        needed.setdefault(read.system, found)
    for write in writes(subject.blueprint, step):
        name = subject.system_name(write.system)
        needed.setdefault(write.system, place(write.ref.text, f"sent to {name}"))
    return needed


def _counted_in(subject: Subject, step: Step) -> set[tuple[str, Span]]:
    """The fields that only figures use, with the systems they are in."""
    if step.screen is None:
        return set()
    return {
        (read.system, ref.text.at)
        for ref in figure_refs(step.screen)
        for read in sources_of(subject.blueprint, ref)
    }


def _unsaid(subject: Subject, step: Step, system: str, at: Place) -> Finding:
    nothing = Place(step.fails_at, "says nothing about it") if step.fails_at else None
    without = nothing or place(step.id, 'this step has no "if it goes wrong:"')
    return ABOUT.finding(
        f"what does the customer see when {subject.system_name(system)} is down?",
        at,
        without,
        help_=(f"add  - when: {system} is down", "       then: show last known"),
    )
