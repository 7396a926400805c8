"""A word that the language does not know."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Written, place
from balie.blueprint.checks.words import Unknown
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP005",
    severity=Severity.ERROR,
    title="A word that is not a word of this part",
    why="What nobody reads does nothing: a rule that is misspelt is a rule that is not there.",
    example=Change("story.yaml", "title: May I keep it?", "tittle: May I keep it?"),
    near_miss=Change("story.yaml", "title: May I keep it?", 'title: "tittle: May I keep it?"'),
    leaves_unread=True,
)


def check(written: Written) -> Iterator[Finding]:
    for misfit in written.misfits:
        if isinstance(misfit, Unknown):
            words = [word.name for word in misfit.construct.words]
            yield ABOUT.finding(
                f'"{misfit.word}" is not a word of {misfit.construct.name}',
                place(misfit.word, "nobody reads this"),
                help_=did_you_mean(misfit.word, words),
            )
