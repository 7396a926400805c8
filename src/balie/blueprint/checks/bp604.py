"""Words that are written in a page of one's own."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.pages import bare_words, line_of, own_pages

ABOUT = About(
    code="BP604",
    severity=Severity.WARNING,
    title="A page of your own says words that cannot be translated",
    why="They would stand in every language as they are here. What say() says is looked up in "
    "words/.",
    example=Change(
        "pages/see-loan.html", '{{ say("Bring it back in time") }}', "Bring it back in time"
    ),
    near_miss=Change("pages/see-loan.html", '<p class="soft">', '<p class="soft">1.'),
)


def check(subject: Subject) -> Iterator[Finding]:
    if not subject.blueprint.also:
        return
    for step, text in own_pages(subject.blueprint).items():
        for fault in bare_words(text):
            yield ABOUT.finding(
                fault.message,
                Place(line_of(step, fault.line, subject.blueprint), "the same for everybody"),
                help_=fault.help,
            )
