"""Public holidays of a country that nobody knows them of."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.holidays import has_holidays

ABOUT = About(
    code="BP205",
    severity=Severity.ERROR,
    title="The public holidays of this country are not known",
    why="On a public holiday nobody works: a promise in working days skips it.",
    example=Change("story.yaml", "also: [nl]\n", "also: [nl]\ncalendar: {holidays: holland}\n"),
    near_miss=Change("story.yaml", "also: [nl]\n", "also: [nl]\ncalendar: {holidays: de-by}\n"),
)


def check(subject: Subject) -> Iterator[Finding]:
    said = subject.blueprint.holidays
    if said is not None and not has_holidays(said):
        yield ABOUT.finding(
            f'nobody knows the public holidays of "{said}"',
            place(said, "days off cannot be counted"),
            help_=("write the code of a country, or of a part of one:  nl, de-by",),
        )
