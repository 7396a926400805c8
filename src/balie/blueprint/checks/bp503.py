"""A language that Balie does not speak."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, joined, place
from balie.blueprint.finding import Finding, Severity
from balie.words import languages

MOST = 8
"""Of what a language lacks, as many lines as are told."""

ABOUT = About(
    code="BP503",
    severity=Severity.ERROR,
    title="Balie has no words of its own in this language",
    why="Beside the blueprint's texts stand Balie's own: sign in, last updated, nothing here yet. "
    "Half a page in another language helps nobody.",
    example=Change("story.yaml", "also: [nl]", "also: [nl, la]"),
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
                help_=(
                    f"there are words in {joined(sorted(known) or ['no language'])}",
                    *_lacking(language),
                ),
            )


def _lacking(language: str) -> Iterator[str]:
    """What the folder of a language still lacks, when there is one."""
    lacking = languages.faults(language) if language in languages.known() else ()
    if lacking:
        yield f"Balie's folder words/{language} lacks {len(lacking)} of them:"
        yield from lacking[:MOST]
