"""Work or a mail of a step that no form leads to."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.model import Blueprint, Phase, Step
from balie.blueprint.source import Span

_END = "end"
_OF_A_FORM = "this form is "

ABOUT = About(
    code="BP421",
    severity=Severity.WARNING,
    title="This is never done: no form leads to its step",
    why="Work behind the scenes and mails begin with a form that makes something, and go on with "
    "the steps that follow. A step that only shows a page is never entered: nobody looks whether "
    "its rows change.",
    example=Change(
        "story.yaml",
        "          shows: [loan.number, loan.due_on, loan.fee, loan.books, loan.reminders]\n",
        "          shows: [loan.number, loan.due_on, loan.fee, loan.books, loan.reminders]\n"
        "        backstage:\n"
        "          - {who: desk, does: Calls whoever is late}\n",
    ),
    near_miss=Change(
        "story.yaml",
        "          - does: Tells the shelf\n",
        "          - {who: desk, does: Looks for the book}\n          - does: Tells the shelf\n",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    entered = frozenset(_entered(subject.blueprint))
    for step in subject.blueprint.steps:
        first = None if str(step.id) in entered else next(_never_done(step), None)
        if first is not None:
            yield ABOUT.finding(
                f'what is done in "{step.id}" is never done: no form leads there',
                Place(first, "nothing begins this"),
                Place(step.id.at, "this step only shows a page"),
                help_=(
                    "let a step with  creates:  lead here, or take it away",
                    "or keep it for later:  accepts: [BP421 because ...]",
                ),
            )


def _never_done(step: Step) -> Iterator[Span]:
    """Where the step says that something is done, beside what is done about its own form."""
    yield from (work.at for work in step.frontstage if work.within is not None)
    yield from (work.at for work in step.backstage)
    if step.waits is not None:
        yield step.waits.at
    yield from (t.when.at for t in step.tells if not t.when.startswith(_OF_A_FORM))


def _entered(blueprint: Blueprint) -> Iterator[str]:
    """The steps that a story comes by: those that make something, and what follows them."""
    steps = blueprint.steps
    known = frozenset(str(step.id) for step in steps)
    following = {str(s.id): _following(p, s, known) for p in blueprint.story for s in p.steps}
    todo = [str(s.id) for s in steps if s.screen is not None and s.screen.creates is not None]
    seen: set[str] = set()
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            yield at
            todo += following.get(at, ())


def _following(phase: Phase, step: Step, known: frozenset[str]) -> tuple[str, ...]:
    """The steps that can come after one; where a name is no step's, that is said elsewhere."""
    below = next((str(s.id) for s in phase.steps[phase.steps.index(step) + 1 :][:1]), _END)
    said = [str(answer.next or step.next or below) for answer in step.decision]
    led = said or [str(step.next or below)]
    return tuple(name if name in known else below for name in led if name != _END)
