"""A step for people who may not see what it is about."""

from collections.abc import Iterator

from balie.blueprint.checks.check import (
    About,
    Change,
    Subject,
    field_name,
    joined,
    plain_name,
)
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.lineage import ASKED, Use, describe
from balie.blueprint.model import Step
from balie.blueprint.source import Span, Text

ABOUT = About(
    code="BP311",
    severity=Severity.ERROR,
    title="Nobody at this step may see what it shows",
    why="The data owner says who may see a thing; a step can only narrow that. So the page "
    "would be empty for everybody.",
    example=Change(
        "story.yaml",
        "title: May I keep it?\n        for: [member]",
        "title: May I keep it?\n        for: [school]",
    ),
    near_miss=Change(
        "story.yaml",
        "title: May I keep it?\n        for: [member]",
        "title: May I keep it?\n        for: [school, member]",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    said: set[tuple[str, str]] = set()
    for use in subject.uses:
        if use.step.for_ and (use.is_seen or use.label == ASKED):
            for what, name, seen_by, at in _limits(subject, use):
                if (use.step.id, what) not in said and not set(use.step.for_) & set(seen_by):
                    said.add((use.step.id, what))
                    yield _nobody(use.step, name, seen_by, at)
                    break


def _limits(subject: Subject, use: Use) -> Iterator[tuple[str, str, tuple[Text, ...], Span | None]]:
    """Who may see what is used: of the thing, then of its field."""
    thing = subject.blueprint.things.get(use.ref.thing)
    if thing is not None and thing.seen_by:
        yield thing.id, plain_name(thing), thing.seen_by, thing.seen_by_at
    for described in describe(subject.blueprint, use.ref):
        field = described.field
        if field.seen_by:
            what = f"{described.thing.id}.{field.id}"
            yield what, field_name(field), field.seen_by, field.seen_by_at


def _nobody(step: Step, name: str, seen_by: tuple[Text, ...], at: Span | None) -> Finding:
    here = step.for_at or step.id.at
    return ABOUT.finding(
        f'nobody at this step may see "{name}"',
        Place(here, "this step is for them"),
        *(() if at is None else (Place(at, "only these may see it"),)),
        help_=(
            f"add {joined(list(seen_by), 'or')} to  for:",
            f"or let the data owner add {joined(list(step.for_))} to  seen by:",
        ),
    )
