"""A part without a word that it needs."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Written
from balie.blueprint.checks.words import Missing
from balie.blueprint.finding import Finding, Place, Severity

ABOUT = About(
    code="BP009",
    severity=Severity.ERROR,
    title="A word is missing",
    why="A blueprint begins with the customer: a step without an action of the customer, or "
    "without a title, is not a step.",
    example=Change("story.yaml", "        customer does: Opens a loan\n", ""),
    near_miss=Change("story.yaml", "          at most old: 5 minutes\n", ""),
)


def check(written: Written) -> Iterator[Finding]:
    for misfit in written.misfits:
        if isinstance(misfit, Missing):
            yield ABOUT.finding(
                f'{misfit.construct.name} needs "{misfit.word}"',
                Place(misfit.at, f'without "{misfit.word}:"'),
                help_=(f"add  {misfit.word}: …",),
            )
