"""A page of one's own that cannot be rendered."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.pages import line_of, own_pages, picture_faults, template_faults

ABOUT = About(
    code="BP603",
    severity=Severity.ERROR,
    title="A page of your own cannot be made",
    why="Customers would get the generated page in its place. All of it is known before the first "
    "of them comes.",
    example=Change("pages/see-loan.html", "page.headline", "page.headlin"),
    near_miss=Change("pages/see-loan.html", "page.headline", "page.headline | upper"),
)


def check(subject: Subject) -> Iterator[Finding]:
    for step, text in own_pages(subject.blueprint).items():
        for fault in (*template_faults(text), *picture_faults(text, subject.blueprint)):
            yield ABOUT.finding(
                fault.message,
                Place(line_of(step, fault.line, subject.blueprint), "here"),
                help_=fault.help,
            )
