"""A language that Balie does not speak."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, joined, place
from balie.blueprint.finding import Finding, Severity

ABOUT = About(
    code="BP503",
    severity=Severity.ERROR,
    title="Balie has no words of its own in this language",
    why="Beside the blueprint's texts stand Balie's own: sign in, last updated, nothing here yet. "
    "Half a page in another language helps nobody.",
    example=Change("story.yaml", "also: [nl]", "also: [nl, fy]"),
    near_miss=Change("story.yaml", "also: [nl]", "also: nl"),
)


def check(subject: Subject) -> Iterator[Finding]:
    known, blueprint = subject.languages, subject.blueprint
    if known is None:
        return
    for language in (blueprint.language, *blueprint.also):
        if language not in known:
            yield ABOUT.finding(
                f'Balie has no words in the language "{language}"',
                place(language, "customers would choose it"),
                help_=(f"there are words in {joined(sorted(known))}",) if known else (),
            )
