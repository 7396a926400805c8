"""A text that is none of a closed list."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Written, joined, place
from balie.blueprint.checks.words import NotInList
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.spelling import nearest
from balie.blueprint.vocabulary import OneOf

ABOUT = About(
    code="BP013",
    severity=Severity.ERROR,
    title="A text is none of those that can stand here",
    why="Some words have a short list of answers, and Balie knows what to do with those only.",
    example=Change("story.yaml", "then: give to a person\n", "then: give it to someone\n"),
    near_miss=Change("story.yaml", "then: give to a person\n", "then: remind the customer\n"),
)


def check(written: Written) -> Iterator[Finding]:
    for misfit in written.misfits:
        if isinstance(misfit, NotInList):
            yield ABOUT.finding(
                f'"{misfit.text}" cannot stand here',
                place(misfit.text, "nobody knows what to do with this"),
                help_=_help(misfit),
            )


def _help(misfit: NotInList) -> tuple[str, ...]:
    if not isinstance(misfit.shape, OneOf):
        return (f"write it like  {misfit.shape.example}",)
    meant = nearest(misfit.text, misfit.shape.choices)
    if meant is not None:
        return (f'did you mean "{meant}"?',)
    return (f"it is one of: {joined(misfit.shape.choices, 'or')}",)
