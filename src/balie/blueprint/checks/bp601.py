"""A page of one's own for a step that has none."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.pages import line_of, own_pages
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP601",
    severity=Severity.ERROR,
    title="A page is written for a step that has none",
    why="Nobody would ever see it: a file in pages/ is called after the step that it is for, and "
    "a form has no page yet.",
    example=Change("story.yaml", "step: see-loan", "step: see-my-loan"),
    near_miss=Change("story.yaml", "title: My loan\n", 'title: "My loan"\n'),
)


def check(subject: Subject) -> Iterator[Finding]:
    steps = [
        str(step.id)
        for step in subject.blueprint.steps
        if step.screen is not None and step.screen.address is not None and not step.screen.is_form
    ]
    for name in own_pages(subject.blueprint):
        if name not in steps:
            yield ABOUT.finding(
                f'there is no step "{name}" with a page',
                Place(line_of(name, 1, subject.blueprint), "nobody sees this"),
                help_=did_you_mean(name, steps) or (f"steps with a page: {', '.join(steps)}",),
            )
