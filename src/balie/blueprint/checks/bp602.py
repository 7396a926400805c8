"""A page of one's own that fetches or runs something."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.pages import line_of, markup_faults, own_pages

ABOUT = About(
    code="BP602",
    severity=Severity.ERROR,
    title="A page of your own holds a script, a style or another website",
    why="Browsers refuse it. A portal lets in only what is its own, so that nothing of others can "
    "read along with a customer.",
    example=Change("pages/see-loan.html", '<p class="soft">', '<p style="color: red">'),
    near_miss=Change("pages/see-loan.html", '<p class="soft">', '<p class="small">'),
)


def check(subject: Subject) -> Iterator[Finding]:
    for step, text in own_pages(subject.blueprint).items():
        for fault in markup_faults(text):
            yield ABOUT.finding(
                fault.message,
                Place(line_of(step, fault.line, subject.blueprint), "browsers refuse this"),
                help_=fault.help,
            )
